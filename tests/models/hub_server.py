"""A hub on 127.0.0.1 that speaks as much of the API as huggingface_hub asks for."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

COMMIT = "c" * 40
PIECE = 256 * 1024


class Hub(ThreadingHTTPServer):
    """Serves repositories; `held` stops each large file after its first piece."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.gated: set[str] = set()
        self.status: int | None = None
        """Answers everything with this status."""
        self.go = threading.Event()
        self.go.set()
        self.fetched: list[str] = []
        """Files that were asked for with GET."""
        self.sizes: dict[str, int] = {}
        """Sizes that the list tells instead of the real ones."""
        self.config: dict[str, Any] = {"model_type": "llama", "architectures": ["X"]}

    @property
    def url(self) -> str:
        """What HF_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a client that is cut off is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub
    error_codes: ClassVar[dict[int, str]] = {404: "RepoNotFound", 403: "GatedRepo"}

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        parts = urlsplit(self.path).path.strip("/").split("/")
        if self.server.status is not None:
            self._refuse(self.server.status)
        elif parts[:2] == ["api", "models"]:
            self._api("/".join(parts[2:4]), parts[4:])
        else:
            self._file("/".join(parts[:2]), "/".join(parts[4:]), body)

    def _api(self, name: str, rest: list[str]) -> None:
        files = self.server.repositories.get(name)
        if files is None:
            self._refuse(404)
        elif rest == ["auth-check"]:
            self._refuse(403) if name in self.server.gated else self._json({})
        elif rest[:1] == ["tree"]:
            self._json(
                [
                    {"type": "file", "path": path, "size": len(data), "oid": _etag(data)}
                    for path, data in files.items()
                ]
            )
        else:
            self._json(
                {
                    "id": name,
                    "sha": COMMIT,
                    "gated": "manual" if name in self.server.gated else False,
                    "config": self.server.config,
                    "siblings": [
                        {
                            "rfilename": path,
                            "size": self.server.sizes.get(path, len(data)),
                            "blobId": _etag(data),
                        }
                        for path, data in files.items()
                    ],
                }
            )

    def _file(self, name: str, path: str, body: bool) -> None:
        data = self.server.repositories.get(name, {}).get(path)
        if data is None:
            self._refuse(404)
            return
        self.send_response(200)
        self.send_header("ETag", f'"{_etag(data)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        self.server.fetched.append(path)
        try:
            for begin in range(0, len(data), PIECE):
                self.wfile.write(data[begin : begin + PIECE])
                self.wfile.flush()
                if begin + PIECE < len(data):
                    self.server.go.wait()
        except OSError:  # the other side was cancelled
            self.close_connection = True

    def _json(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status in self.error_codes:
            self.send_header("X-Error-Code", self.error_codes[status])
        self.send_header("Content-Length", "0")
        self.end_headers()


def _etag(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
