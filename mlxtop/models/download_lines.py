"""What a download's child process tells: one line of JSON each."""

import msgspec


class Report(msgspec.Struct, tag_field="report", frozen=True, kw_only=True):
    """Something that the child tells."""


class DownloadPlan(Report, tag="plan", frozen=True, kw_only=True):
    """What there is to download; nothing is fetched before the answer."""

    total_bytes: int
    present_bytes: int
    """Of them in the cache already."""
    files: int
    free_bytes: int
    """Free space where they go."""
    target: str
    """The cache's directory."""
    host: str
    """Where they come from."""
    warning: str = ""
    """Why it may be of no use: one sentence."""


class DownloadProgress(Report, tag="progress", frozen=True, kw_only=True):
    """How far it is."""

    t: float
    """Seconds on the child's own clock."""
    done_bytes: int
    """Those present before included."""


class Done(Report, tag="done", frozen=True, kw_only=True):
    """Everything is there."""

    path: str


class Failed(Report, tag="failed", frozen=True, kw_only=True):
    """It cannot be done; the text says why and what to do, in one sentence."""

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
