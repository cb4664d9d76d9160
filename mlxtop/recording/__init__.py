"""Recordings: written as JSON lines while a run goes on, read back event by event."""

from mlxtop.recording.library import RecordingInfo, recordings
from mlxtop.recording.reader import Recording, read
from mlxtop.recording.report import BadLine, ReadReport, RecordingError
from mlxtop.recording.status import RecorderStatus
from mlxtop.recording.writer import Recorder

__all__ = [
    "BadLine",
    "ReadReport",
    "Recorder",
    "RecorderStatus",
    "Recording",
    "RecordingError",
    "RecordingInfo",
    "read",
    "recordings",
]
