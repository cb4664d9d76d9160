"""Recordings: written as JSON lines during a run, read back event by event."""

from mlxtop.recording.library import RecordingInfo, recordings
from mlxtop.recording.reader import Recording, read
from mlxtop.recording.recorder import Recorder
from mlxtop.recording.report import BadLine, ReadReport, RecordingError
from mlxtop.recording.session import RecorderStatus

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
