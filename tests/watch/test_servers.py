"""Which processes are model servers, and what is said of them."""

import pytest

from mlxtop.watch.servers import is_candidate, model_of, port_of, recognise, title

SERVERS = [
    (
        "mlx_lm.server",
        "python3.11",
        ["/v/bin/python3.11", "/v/bin/mlx_lm.server", "--port", "8081"],
    ),
    ("mlx_lm.server", "Python", ["/opt/Python", "-m", "mlx_lm.server"]),
    ("mlx_lm.server", "python3", ["python3", "-X", "utf8", "-m", "mlx_lm", "server"]),
    ("mlx_lm.server", "python3", ["python3", "/v/bin/mlx_lm", "server"]),
    ("mlx_lm.server", "mlx_lm.server", ["mlx_lm.server"]),
    ("llama-server", "llama-server", ["/opt/llama-server", "-m", "x.gguf"]),
    ("llama_cpp.server", "python", ["python", "-m", "llama_cpp.server"]),
    ("ollama", "ollama", ["/usr/local/bin/ollama", "serve"]),
    ("ollama", "ollama", ["/usr/local/bin/ollama", "runner", "--model", "/m"]),
    ("LM Studio", "LM Studio", ["/Applications/LM Studio.app/Contents/MacOS/LM Studio"]),
    ("LM Studio", "LM Studio Helper (Renderer)", ["/A/LM Studio Helper (Renderer)", "--type=x"]),
    ("LM Studio", "node", ["/Users/u/.lmstudio/.internal/utils/node", "worker.js"]),
    ("vllm", "vllm", ["/v/bin/python3", "/v/bin/vllm", "serve", "m"]),
    ("vllm", "python3", ["python3", "-m", "vllm.entrypoints.openai.api_server"]),
    ("vllm", "VLLM::EngineCor", ["VLLM::EngineCore"]),
    ("mlxtop engine", "python", ["python", "-m", "mlxtop.engine.child"]),
]
OTHERS = [
    ("vim", ["vim", "mlx_lm.server"]),
    ("grep", ["grep", "ollama", "serve"]),
    ("ollama", ["ollama", "run", "llama3"]),
    ("vllm", ["python", "/v/bin/vllm", "bench"]),
    ("python3", ["python3", "-c", "import mlx_lm.server"]),
    ("python3", ["python3", "train.py", "-m", "mlx_lm.server"]),
    ("python3", ["python3", "-m", "mlx_lm", "generate"]),
    ("python3", ["python3"]),
    ("python3", ["python3", "-X"]),
    ("node", ["/usr/bin/node", "server.js"]),
    ("bash", []),
]


@pytest.mark.parametrize(("server", "name", "arguments"), SERVERS)
def test_a_model_server_is_known(server: str, name: str, arguments: list[str]) -> None:
    assert is_candidate(name)
    assert recognise(name, arguments) == server


@pytest.mark.parametrize(("name", "arguments"), OTHERS)
def test_what_only_speaks_of_a_server_is_none(name: str, arguments: list[str]) -> None:
    assert recognise(name, arguments) == ""


def test_a_program_that_can_be_no_server_is_not_asked_for_its_arguments() -> None:
    assert not any(map(is_candidate, ("bash", "kworker/0:1", "Finder", "postgres", "Xorg")))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("python3", ["python3", "/a/serve.py", "--token", "secret"], "python3 serve.py"),
        ("python3", ["python3", "-m", "http.server", "80"], "python3 -m http.server"),
        ("python3", ["python3", "-c", "password = 'x'"], "python3"),
        ("python3", [], "python3"),
        ("node", ["node", "server.js", "secret"], "node"),
    ],
)
def test_a_title_says_what_runs_and_no_other_argument(
    name: str, arguments: list[str], expected: str
) -> None:
    assert title(name, arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["x", "--port", "8080"], 8080),
        (["x", "--port=9"], 9),
        (["x", "--port"], None),
        (["x", "--port", "many"], None),
        (["x", "--port", "70000"], None),
        (["x", "--port", "²"], None),
        (["x", "--import=5"], None),
        ([], None),
    ],
)
def test_the_port_is_the_one_that_is_named(arguments: list[str], expected: int | None) -> None:
    assert port_of(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["x", "--model", "org/m"], "org/m"),
        (["x", "--model=a=b"], "a=b"),
        (["x", "--models", "m"], ""),
        (["x", "--model"], ""),
    ],
)
def test_the_model_is_the_one_that_is_named(arguments: list[str], expected: str) -> None:
    assert model_of(arguments) == expected
