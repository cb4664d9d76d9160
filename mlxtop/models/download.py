"""A download in a child process, the only one that imports huggingface_hub, and its reports."""

import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from mlxtop.child_process import command, environment
from mlxtop.text import one_line

_GRACE_SECONDS = 1.0
_SPEED_SECONDS = 5.0


class DownloadReport(msgspec.Struct, tag_field="report", frozen=True, kw_only=True):
    """A report of the child."""


class DownloadPlan(DownloadReport, tag="plan", frozen=True, kw_only=True):
    """What to download; nothing is downloaded before the answer."""

    total_bytes: int
    present_bytes: int
    """Of them already in the cache."""
    files: int
    free_bytes: int
    """Free space on the disk of the cache."""
    target: str
    """The cache's directory."""
    host: str
    """The host of the hub."""
    warning: str = ""
    """Why it may be useless, as a sentence."""


class DownloadProgress(DownloadReport, tag="progress", frozen=True, kw_only=True):
    """The progress."""

    t: float
    """Seconds on the child's own clock."""
    done_bytes: int
    """Including those present before."""


class DownloadDone(DownloadReport, tag="done", frozen=True, kw_only=True):
    """The download is complete."""

    path: str


class DownloadFailed(DownloadReport, tag="failed", frozen=True, kw_only=True):
    """The download failed; the text is a sentence with the reason and what to do."""

    text: str


AnyReport = DownloadPlan | DownloadProgress | DownloadDone | DownloadFailed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyReport] = msgspec.json.Decoder(AnyReport)


def encode_report(report: DownloadReport) -> bytes:
    """Return the report as one line of JSON with its newline."""
    return _encoder.encode(report) + b"\n"


def decode_report(line: bytes) -> AnyReport:
    """Return the report on a line; raises msgspec.DecodeError if there is none."""
    return _decoder.decode(line)


class DownloadJob:
    """A download: start it, check its plan, confirm it, or cancel it at any time."""

    def __init__(
        self, model: str, emit: Callable[[AnyReport], None], cache: Path | None = None
    ) -> None:
        """`emit` is called with each report, from a thread of the job."""
        self.model = model
        self._emit = emit
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the job

    def start(self) -> None:
        """Ask the hub for the files; the answer is a `DownloadPlan` or `Failed`."""
        try:
            self._process = subprocess.Popen(
                command("mlxtop.models.download_child", self.model),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=self._environment(),
                # Ctrl-C and Ctrl-Z in the app's terminal are not for the download.
                start_new_session=True,
            )
        except OSError as error:
            self._emit(
                DownloadFailed(text=f"The download cannot start: {error.strerror or error}.")
            )
            return
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def confirm(self) -> None:
        """Download the files of the plan."""
        process = self._process
        if process is None or process.stdin is None or self._cancelled:
            return
        try:
            process.stdin.write(b"go\n")
            process.stdin.flush()
        except OSError:  # it has died: the reader reports that
            return

    def cancel(self) -> None:
        """Stop without waiting; complete files stay, nothing more is reported."""
        process = self._process
        if self._cancelled or process is None:
            return
        self._cancelled = True
        threading.Thread(target=self._end, args=(process,), daemon=True).start()

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the process and return its exit status."""
        return self._process.wait(timeout) if self._process else None

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        try:
            if process.stdin is not None:
                process.stdin.close()
        except OSError:  # unsent bytes to a dead process
            pass
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        ended = False
        for line in process.stdout or ():
            try:
                report = decode_report(line)
            except msgspec.DecodeError:
                continue
            ended = isinstance(report, (DownloadDone, DownloadFailed))
            self._report(report)
        status = process.wait()
        if not ended:
            self._report(DownloadFailed(text=self._why(status)))

    def _report(self, report: AnyReport) -> None:
        if not self._cancelled:
            self._emit(report)

    def _why(self, status: int) -> str:
        self._log.seek(0)
        lines = self._log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        last = f" ({one_line(lines[-1])})" if lines else ""
        return f"The download's process ended unexpectedly with status {status}{last}."

    def _environment(self) -> dict[str, str]:
        cache = {"HF_HUB_CACHE": str(self._cache)} if self._cache else {}
        return {**environment(), **cache}


class Speed:
    """Bytes per second over the last five seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def add(self, t: float, done_bytes: int) -> None:
        """Take a reading."""
        self._points.append((t, done_bytes))
        while t - self._points[0][0] > _SPEED_SECONDS and len(self._points) > 2:
            self._points.popleft()

    def bytes_per_second(self) -> float | None:
        """Return the speed; None before there are two readings."""
        if len(self._points) < 2:
            return None
        (begin, first), (end, last) = self._points[0], self._points[-1]
        return (last - first) / (end - begin) if end > begin and last > first else None

    def seconds_left(self, missing_bytes: int) -> float | None:
        """Return an estimate of the time for the missing bytes."""
        speed = self.bytes_per_second()
        return missing_bytes / speed if speed else None
