"""Asks a model server of this machine which model it has loaded.

One GET on the loopback address, with a short time limit; the answer is not trusted: its size is
limited, a redirect is not followed, and every text is made safe.
"""

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from mlxtop import clock
from mlxtop.text import one_line

SECONDS = 1.5
"""How long a server may take to answer, all in all."""
EVERY_SECONDS = 30.0
SOON_SECONDS = 10.0
"""How long until a server is asked again: one that answered, and one that did not for the first
time. One that never answers is asked as seldom as one that does."""
KEPT_SECONDS = 60.0
"""How long an answer holds if the next ones fail: a server may be too busy to answer."""
LARGEST_BYTES = 256_000
NAME_CHARACTERS = 60
NOTHING_LOADED = "no model loaded"

_OPENAI = "/v1/models"
_PATHS = {"ollama": ("/api/ps",), "LM Studio": ("/api/v0/models", _OPENAI)}
"""What to ask servers that tell more than the list of OpenAI's interface, in order."""
_LISTS_THE_CACHE = ("mlx_lm.server", "mlx_vlm.server")
"""They list every model of the cache, and read it through for each request: with a `--model`
nothing is asked."""


_STATES = ("loaded", "loading", "not-loaded", "unloaded", "sleeping", "failed")
"""As LM Studio and a llama-server with several models have them."""


def get(port: int, path: str, seconds: float = SECONDS) -> bytes | None:
    """Return the body of a 200 answer of a port of this machine; None without one."""
    until = time.monotonic() + seconds
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
            # HTTP/1.0: the answer is in one piece, and ends with the connection.
            connection.sendall(
                f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n"
                "Accept: application/json\r\nUser-Agent: mlxtop\r\n\r\n".encode()
            )
            received = b""
            while len(received) <= LARGEST_BYTES:
                # Each wait counts: a server may send a byte at a time.
                connection.settimeout(max(0.001, until - time.monotonic()))
                if not (piece := connection.recv(65_536)):
                    return _body(received)
                received += piece
                if (body := _body(received, whole=False)) is not None:
                    return body
    except OSError:
        pass
    return None


def _body(received: bytes, *, whole: bool = True) -> bytes | None:
    """Return the body of an answer; None if its status is not 200, or more follows."""
    head, end, body = received.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not end or lines[0].split(b" ")[1:2] != [b"200"]:
        return None
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value[:12])
            return body[:length] if len(body) >= length else None
    return body if whole else None


def loaded(body: bytes, argued: str = "") -> str:
    """Return the names of the loaded models in an answer; empty if it tells none.

    A list of several that does not say which are loaded gives their number, unless `argued`, the
    model of the command line, is one of them.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    ollama = answer.get("models")
    listed = answer.get("data", ollama)
    if not isinstance(listed, list):
        return ""
    models = [one for one in listed if isinstance(one, dict)]
    states = [_state(one) for one in models]
    if any(states):
        models = [one for one, state in zip(models, states, strict=True) if state == "loaded"]
        certain = True
    else:
        certain = "data" not in answer or len(models) == 1
    names = [name for one in models if (name := model_name(one.get("id") or one.get("name")))]
    if certain:
        return one_line(", ".join(names), 2 * NAME_CHARACTERS) if names else NOTHING_LOADED
    if not names:
        return ""
    return model_name(argued) if model_name(argued) in names else f"one of {len(names)} models"


def _state(model: Mapping[str, Any]) -> str:
    """Return whether a server says that a model is loaded; empty if it does not say."""
    state = model.get("state") or model.get("status")
    if isinstance(state, dict):
        state = state.get("value")
    return state if isinstance(state, str) and state in _STATES else ""


def model_name(value: object) -> str:
    """Return a model's name, printable and short: of a path only the last part."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if text.startswith(("/", "~", ".")) or text.count("/") > 1:
        text = PurePath(text).name
    return one_line(text, NAME_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Server:
    """A server to ask; with another process or port it is another one."""

    pid: int
    kind: str
    """Its name, as `servers.recognise` returns it."""
    port: int | None
    argued: str = ""
    """The model that its command line names."""


@dataclass(slots=True)
class _Answer:
    """What a server said last."""

    words: str = ""
    at: float = float("-inf")
    """When it said it."""
    next_at: float = float("-inf")
    """When it may be asked again."""
    failures: int = 0


def ask(server: Server, fetch: Callable[[int, str], bytes | None] = get) -> str:
    """Return the loaded models of a server; empty if it does not tell."""
    if server.kind in _LISTS_THE_CACHE and server.argued:
        return model_name(server.argued)
    if server.port is None:
        return ""
    for path in _PATHS.get(server.kind, (_OPENAI,)):
        if (body := fetch(server.port, path)) is not None:
            return loaded(body, server.argued)
    return ""


class Served:
    """Asks servers in a thread of its own; what they said is there at once."""

    def __init__(
        self,
        ask: Callable[[Server], str] = ask,
        clock: Callable[[], float] = clock.now,
    ) -> None:
        """Prepare; the thread starts with the first server."""
        self._ask = ask
        self._clock = clock
        self._answers: dict[Server, _Answer] = {}
        self._asked: queue.SimpleQueue[Server | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def models(self, server: Server) -> str:
        """Return what a server said last, and ask it again if that is due; never waits."""
        if server.port is None and not server.argued:
            return ""
        answer = self._answers.setdefault(server, _Answer())
        t = self._clock()
        if t >= answer.next_at:
            answer.next_at = t + EVERY_SECONDS
            self._asked.put(server)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="servers", daemon=True)
                self._thread.start()
        return answer.words if t - answer.at <= KEPT_SECONDS else ""

    def keep(self, servers: set[Server]) -> None:
        """Forget all servers but these."""
        self._answers = {one: said for one, said in self._answers.items() if one in servers}

    def close(self) -> None:
        """Ask nothing more."""
        self._asked.put(None)

    def _run(self) -> None:
        while (server := self._asked.get()) is not None:
            words = self._ask(server)
            answer = self._answers.get(server)
            if answer is None:
                continue
            t = self._clock()
            if words:
                answer.words, answer.at, answer.failures = words, t, 0
                answer.next_at = t + EVERY_SECONDS
            else:
                answer.failures += 1
                answer.next_at = t + min(EVERY_SECONDS, SOON_SECONDS * answer.failures)
