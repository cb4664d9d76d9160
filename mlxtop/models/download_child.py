"""The process that downloads: `python -m mlxtop.models.download_child OWNER/NAME`.

It reports its plan and waits for the line "go"; when its stdin ends, it removes incomplete files
and exits at once. So closing a pipe cancels it, and so does the death of the app.
"""

import errno
import os
import re
import shutil
import sys
import threading
import time
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import psutil
from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo, RepoSibling
from huggingface_hub.utils.tqdm import tqdm

from mlxtop.format import size
from mlxtop.models.download import (
    DownloadDone,
    DownloadFailed,
    DownloadPlan,
    DownloadProgress,
    DownloadReport,
    encode_report,
)
from mlxtop.models.known import installed
from mlxtop.text import one_line

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")

# The hub's HTTP library has had several names (httpx, httpx2); its base class for errors is always
# the first base of HfHubHTTPError.
HttpError: type[BaseException] = HfHubHTTPError.__bases__[0]


def host() -> str:
    """Return the host name of the hub."""
    return urlsplit(constants.ENDPOINT).netloc or constants.ENDPOINT


def sentence(error: BaseException, model: str) -> str:
    """Return a sentence about an error of a model's download."""
    page = f"{constants.ENDPOINT}/{model}"
    for link in _chain(error):
        match link:
            case GatedRepoError():
                return (
                    f"{model} is gated: accept its licence at {page}, "
                    "then log in with `hf auth login`, and try again."
                )
            case RepositoryNotFoundError():
                return (
                    f"There is no model {model} at {host()}, or it is private: "
                    "check the id, or log in with `hf auth login`."
                )
            case HfHubHTTPError():
                return _http(link, model)
            case OfflineModeIsEnabled():
                return (
                    f"{model} is not in the cache, and HF_HUB_OFFLINE is set: "
                    "unset it to download models."
                )
            case HFValidationError():
                return f"{model} is not a Hugging Face id of the form owner/name."
            case _ if isinstance(link, HttpError):
                return (
                    f"{model} is not in the cache, and {host()} cannot be reached: check the "
                    f"network ({_words(link)})."
                )
            case OSError(errno=errno.ENOSPC):
                return f"The disk is full: free some space in {constants.HF_HUB_CACHE}."
            case OSError(errno=errno.EACCES | errno.EPERM | errno.EROFS):
                return f"{one_line(str(link.filename))} cannot be written: {link.strerror}."
    return f"The download failed: {_words(error)}."


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return the error and its causes: the hub wraps errors in its own."""
    links: list[BaseException] = []
    while error is not None and error not in links and len(links) < 10:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _http(error: HfHubHTTPError, model: str) -> str:
    status = error.response.status_code
    if status in (401, 403):
        return (
            f"{host()} denies access to {model} ({status}): "
            "log in with `hf auth login` and check what the token may read."
        )
    if status == 429:
        return f"{host()} received too many requests: try again in a few minutes."
    if status >= 500:
        return f"{host()} returned an error ({status}): try again later."
    return f"{host()} refuses {model}: {_words(error)}."


def _words(error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    return one_line(_ERRNO.sub("", first), 200).rstrip(".")


_RESERVE_BYTES = 200_000_000
"""Left free on the disk."""


class NotForMlx(Exception):
    """The download is useless or impossible; the text is a sentence with the reason."""


def plan(model: str) -> DownloadPlan:
    """Return what to download; raise NotForMlx, or what the hub raises."""
    api = HfApi()
    info = api.model_info(model, files_metadata=True)
    wanted = [file for file in info.siblings or [] if _wanted(file.rfilename)]
    _check_files(model, [file.rfilename for file in info.siblings or []])
    if info.gated:
        # The list of a gated model is public; this checks access to its files.
        api.auth_check(model)
    cache = Path(constants.HF_HUB_CACHE)
    total = sum(file.size or 0 for file in wanted)
    present = sum(file.size or 0 for file in wanted if _present(cache, model, info.sha, file))
    free = free_bytes(cache)
    if total - present + _RESERVE_BYTES > free:
        raise NotForMlx(
            f"{model} needs {size(total - present)} more, but only {size(free)} are free "
            f"in {one_line(str(cache))}."
        )
    return DownloadPlan(
        total_bytes=total,
        present_bytes=present,
        files=len(wanted),
        free_bytes=free,
        target=str(cache),
        host=host(),
        warning=_warning(info),
    )


def free_bytes(directory: Path) -> int:
    """Return the free space where a directory is, or will be made."""
    existing = next((path for path in (directory, *directory.parents) if path.exists()), Path("/"))
    return shutil.disk_usage(existing).free


def _wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in installed().patterns)


def _check_files(model: str, names: list[str]) -> None:
    if any(fnmatch(name, "model*.safetensors") for name in names):
        return
    if any(name.lower().endswith(".gguf") for name in names):
        raise NotForMlx(
            f"{model} has GGUF weights, but mlx-lm needs safetensors: "
            "look for the same model under mlx-community."
        )
    raise NotForMlx(f"{model} has no model*.safetensors: mlx-lm cannot load it.")


def _present(cache: Path, model: str, commit: str | None, file: RepoSibling) -> bool:
    repository = cache / ("models--" + model.replace("/", "--"))
    blob = file.lfs.sha256 if file.lfs else file.blob_id
    return bool(
        (commit and (repository / "snapshots" / commit / file.rfilename).exists())
        or (blob and (repository / "blobs" / blob).exists())
    )


def _warning(info: ModelInfo) -> str:
    config = info.config or {}
    kind, known = config.get("model_type"), installed()
    if not isinstance(kind, str) or not known.version:
        return ""
    if known.supports(kind, [name for name in config.get("architectures") or [] if name]):
        return ""
    return f"The installed mlx-lm {known.version} does not support its type {one_line(kind, 40)!r}."


_REPORT_SECONDS = 0.1
_CHUNK_BYTES = 1 << 18  # the hub's own 10 MB would show no progress on a slow line
_BYTES_BAR = "huggingface_hub.snapshot_download"


class Out:
    """The pipe to the app."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def report(self, report: DownloadReport) -> None:
        """Write a report; exit if the app is gone."""
        with self._lock:
            try:
                self._file.write(encode_report(report))
                self._file.flush()
            except OSError:
                leave()


class Counter:
    """Bytes so far, reported ten times a second while they grow."""

    def __init__(self, out: Out, present_bytes: int) -> None:
        self._out = out
        self._done = present_bytes
        self._reported = -1
        self._lock = threading.Lock()
        threading.Thread(target=self._report_always, daemon=True).start()

    def add(self, count: int) -> None:
        """Count bytes that have arrived; called from several threads."""
        with self._lock:
            self._done += count

    def report(self) -> None:
        """Report the progress if it has changed."""
        with self._lock:
            if self._done != self._reported:
                self._reported = self._done
                self._out.report(DownloadProgress(t=time.monotonic(), done_bytes=self._done))

    def _report_always(self) -> None:
        while True:
            self.report()
            time.sleep(_REPORT_SECONDS)


def counting_bar(counter: Counter) -> type[tqdm]:
    """Return a progress bar that draws nothing and counts the bytes that reach the disk."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._counts = kwargs.get("name") == _BYTES_BAR
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            if self._counts:
                counter.add(int(n or 0))

    return Bar


def leave(status: int = 1) -> None:
    """End the process at once, and remove incomplete files."""
    # The hub starts a new file each time, so an incomplete one is useless.
    with suppress(psutil.Error, OSError):
        for file in psutil.Process().open_files():
            if file.path.endswith(".incomplete"):
                Path(file.path).unlink(missing_ok=True)
    os._exit(status)


def listen(go: threading.Event) -> None:
    """Read from the app: "go", or the end."""
    for line in sys.stdin.buffer:
        if line.strip() == b"go":
            go.set()
    leave()


def own_stdout() -> BinaryIO:
    """Return the pipe to the app; output of libraries goes to stderr from now on."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def download(model: str, out: Out, go: threading.Event) -> DownloadReport:
    """Report the plan, wait for the answer, download; return how it ended."""
    try:
        wanted = plan(model)
        out.report(wanted)
        go.wait()
        constants.DOWNLOAD_CHUNK_SIZE = _CHUNK_BYTES
        counter = Counter(out, wanted.present_bytes)
        path = snapshot_download(
            model,
            allow_patterns=list(installed().patterns),
            tqdm_class=counting_bar(counter),
        )
        counter.report()
    except NotForMlx as error:
        return DownloadFailed(text=str(error))
    except (OSError, ValueError, RuntimeError, HttpError) as error:
        return DownloadFailed(text=sentence(error, model))
    return DownloadDone(path=path)


def main() -> None:
    """Download the model that the command line names."""
    out, go = Out(own_stdout()), threading.Event()
    threading.Thread(target=listen, args=(go,), daemon=True).start()
    out.report(download(sys.argv[1], out, go))
    # Not by returning: the listening thread holds stdin's lock, and Python would abort.
    leave(0)


if __name__ == "__main__":
    main()
