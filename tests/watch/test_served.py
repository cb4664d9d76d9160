"""What a model server says of its model: asked of a real one, whose answer may be hostile."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mlxtop.watch.served import LARGEST_BYTES, Served, Server, ask, get, loaded, model_name

Answer = Callable[[BaseHTTPRequestHandler], None]


class Little(ThreadingHTTPServer):
    """Answers each request by a function."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[str] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: the client hangs up on answers that are too long."""


class _Handler(BaseHTTPRequestHandler):
    server: Little

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.answer(self)


def says(body: object, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.fixture
def start() -> Iterator[Callable[[Answer], Little]]:
    started: list[Little] = []

    def serve(answer: Answer) -> Little:
        server = Little(answer)
        started.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    yield serve
    for server in started:
        server.over.set()
        server.shutdown()
        server.server_close()


Start = Callable[[Answer], Little]
ONE = {"object": "list", "data": [{"id": "mlx-community/Qwen3-0.6B-4bit"}]}


@pytest.mark.parametrize(
    ("kind", "answer", "path", "expected"),
    [
        ("vllm", ONE, "/v1/models", "mlx-community/Qwen3-0.6B-4bit"),
        (
            "llama-server",
            {"data": [{"id": "/m/a/qwen.gguf"}], "models": []},
            "/v1/models",
            "qwen.gguf",
        ),
        ("ollama", {"models": [{"name": "llama3:8b"}, {"name": "b"}]}, "/api/ps", "llama3:8b, b"),
        ("ollama", {"models": []}, "/api/ps", "no model loaded"),
        (
            "LM Studio",
            {"data": [{"id": "a", "state": "not-loaded"}, {"id": "b", "state": "loaded"}]},
            "/api/v0/models",
            "b",
        ),
        ("mlx_lm.server", {"data": [{"id": "a"}, {"id": "b"}]}, "/v1/models", "one of 2 models"),
    ],
)
def test_each_server_is_asked_for_what_it_has_loaded(
    start: Start, kind: str, answer: object, path: str, expected: str
) -> None:
    server = start(says(answer))
    assert ask(Server(1, kind, server.server_port)) == expected
    assert server.requests == [path]


def test_a_server_without_the_first_path_is_asked_for_the_list(start: Start) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        says(ONE, 200 if handler.path == "/v1/models" else 404)(handler)

    server = start(answer)
    assert ask(Server(1, "LM Studio", server.server_port)) == "mlx-community/Qwen3-0.6B-4bit"
    assert server.requests == ["/api/v0/models", "/v1/models"]


def test_a_server_that_would_read_its_whole_cache_is_not_asked_if_its_command_line_tells(
    start: Start,
) -> None:
    server = start(says(ONE))
    told = ask(Server(1, "mlx_lm.server", server.server_port, "org/model"))
    assert (told, server.requests) == ("org/model", [])


def test_the_model_of_the_command_line_is_found_among_several() -> None:
    body = json.dumps({"data": [{"id": "a"}, {"id": "/models/b"}]}).encode()
    assert loaded(body, "/other/b") == "b"
    assert loaded(body, "c") == "one of 2 models"


def test_a_redirect_is_not_followed(start: Start) -> None:
    elsewhere = start(says(ONE))
    address = f"http://127.0.0.1:{elsewhere.server_port}/v1/models"
    server = start(says(ONE, 302, Location=address))
    assert ask(Server(1, "vllm", server.server_port)) == ""
    assert (len(server.requests), elsewhere.requests) == (1, [])


def test_an_answer_that_is_too_long_or_too_slow_is_none(start: Start) -> None:
    huge = start(says(b"x" * (LARGEST_BYTES + 1)))
    assert get(huge.server_port, "/v1/models", 30.0) is None

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not little.over.wait(0.01):
            handler.wfile.write(b" ")

    little = start(drips)
    assert get(little.server_port, "/v1/models", 0.3) is None


def test_an_answer_is_over_at_its_length_if_the_connection_stays_open(start: Start) -> None:
    def stays(handler: BaseHTTPRequestHandler) -> None:
        says(b"{}rest", 200, **{"Content-Length": "2"})(handler)
        handler.wfile.flush()
        little.over.wait(30)

    little = start(stays)
    assert get(little.server_port, "/v1/models", 30.0) == b"{}"


def test_nobody_at_the_port_is_none() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    assert get(port, "/v1/models") is None
    assert ask(Server(1, "vllm", None)) == ""


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\xff\xfe", b"<html>", b"[]", b"3", b"null", b"{}", b'{"data": 3}', b"[" * 100_000),
        *(b'{"data": [3, null, "x"]}', b'{"data": [{"id": 7}]}', b'{"data": []}'),
    ],
)
def test_an_answer_that_tells_no_model_is_empty_or_says_so(body: bytes) -> None:
    assert loaded(body) in ("", "no model loaded")


def test_a_name_is_safe_and_short() -> None:
    assert model_name("a\x1b[2Jb\nc\u202e") == "a␛[2Jb c‹202E›"
    assert len(model_name("m" * 500)) == 60
    assert len(loaded(json.dumps({"models": [{"name": "m" * 99}] * 50}).encode())) <= 120
    assert model_name("mlx-community/M") == "mlx-community/M"
    assert model_name("~/models/M") == model_name("org/sub/M") == "M"


class Time:
    t = 100.0


def test_a_server_is_asked_seldom_and_its_last_answer_holds_for_a_while() -> None:
    answers = ["first", "", ""]
    asked = threading.Semaphore(0)
    done = threading.Semaphore(0)

    def answer(server: Server) -> str:
        asked.release()
        return answers.pop(0)

    class Watched(Served):
        def _run(self) -> None:
            super()._run()
            done.release()

    served = Watched(answer, lambda: Time.t)
    server = Server(1, "vllm", 8000)
    served.models(server)
    assert asked.acquire(timeout=30)
    served.close()
    assert done.acquire(timeout=30)
    assert served.models(server) == "first"
    Time.t = 129.0
    assert served.models(server) == "first"
    assert len(answers) == 2
    Time.t = 161.0
    assert served.models(server) == ""
    assert served.models(Server(2, "mlxtop engine", None)) == ""
    served.keep(set())
    assert served.models(server) == ""
