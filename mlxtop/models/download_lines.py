"""Reports of a download's child process: one line of JSON each."""

import msgspec


class Report(msgspec.Struct, tag_field="report", frozen=True, kw_only=True):
    """A report of the child."""


class DownloadPlan(Report, tag="plan", frozen=True, kw_only=True):
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


class DownloadProgress(Report, tag="progress", frozen=True, kw_only=True):
    """The progress."""

    t: float
    """Seconds on the child's own clock."""
    done_bytes: int
    """Including those present before."""


class Done(Report, tag="done", frozen=True, kw_only=True):
    """The download is complete."""

    path: str


class Failed(Report, tag="failed", frozen=True, kw_only=True):
    """The download failed; the text is a sentence with the reason and what to do."""

    text: str


AnyReport = DownloadPlan | DownloadProgress | Done | Failed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyReport] = msgspec.json.Decoder(AnyReport)


def encode(report: Report) -> bytes:
    """Return the report as one line of JSON with its newline."""
    return _encoder.encode(report) + b"\n"


def decode(line: bytes) -> AnyReport:
    """Return the report on a line; raises msgspec.DecodeError if there is none."""
    return _decoder.decode(line)
