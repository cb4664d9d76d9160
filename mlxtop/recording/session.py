"""The recorder without its thread: what is recorded, and when."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Literal

import msgspec

from mlxtop import events
from mlxtop import format as fmt
from mlxtop.events import AnyEvent
from mlxtop.folds.pressure import PressureLevel
from mlxtop.recording.backlog import BOUND_BYTES, PREROLL_SECONDS, Backlog, Preroll
from mlxtop.recording.context import Context
from mlxtop.recording.file import Lost, RecordingFile, stem
from mlxtop.recording.privacy import without_text
from mlxtop.recording.quota import Quota

RecorderState = Literal["off", "waiting", "recording", "paused", "failed"]


@dataclass(frozen=True)
class RecorderStatus:
    """A snapshot: replaced as a whole, never changed."""

    state: RecorderState
    sentence: str
    """The state in words, with what to do if something is wrong."""
    path: Path | None = None
    """The file that is being written, or was written last."""
    bytes: int = 0
    """Bytes written to that file so far."""
    since: float | None = None
    """Start of that file's time, seconds on the shared clock."""
    kept_bytes: int = 0
    """Bytes of events that wait in memory to be written."""
    lost_events: int = 0
    """Events that could be neither written nor kept, in this run."""
    files: tuple[Path, ...] = ()
    """The files of this run that are not empty, in order."""
    shortfall: str = ""
    """Which part of the run is not in a file, and why, in a sentence; empty if none is known."""
    refused: bool = False
    """Whether writing failed; otherwise the limit was reached."""

    @property
    def where(self) -> str:
        """The files of a run that is over, with `cut off` if they lack something."""
        if not self.files:
            return "none"
        words = ", ".join(map(str, self.files))
        return f"{words} (cut off)" if self.shortfall else words


def _restores(event: AnyEvent) -> bool:
    """Return whether an event is part of the beginning of a conversation that is continued."""
    match event:
        case events.Conversation():
            return bool(event.continues)
        case events.Message():
            return event.restored
    return False


RETRY_SECONDS = 2.0
RECHECK_SECONDS = 10.0
SYNC_SECONDS = 5.0
SYNC_IN_ALARM_SECONDS = 1.0
"""A machine short of memory may crash within a second, and a disk can sync this often."""


class RecordingSession:
    """Takes events and writes them in `work`.

    An event becomes part of the context when it is in the file, or never will be: so a new file can
    begin at any moment and is complete in itself.
    """

    def __init__(
        self,
        directory: Path,
        header: events.Header,
        *,
        text: bool,
        anonymous: bool = False,
        on: bool,
        quota: Quota,
        wall: Callable[[], float],
        clock: Callable[[], float],
        bound_bytes: int = BOUND_BYTES,
        at_once: bool = False,
    ) -> None:
        """Write to files in `directory`, each beginning with `header`.

        `text=False` leaves out prompts and replies, `anonymous` names and paths as well. With
        `at_once` a recording does not wait for a message.
        """
        self._kept: Callable[[AnyEvent], AnyEvent] = lambda event: event
        if anonymous:
            from mlxtop.recording.redact import anonymized

            self._kept = anonymized
        elif not text:
            self._kept = without_text
        self._directory = directory
        kept = self._kept(header)
        assert isinstance(kept, events.Header)
        self._header = kept
        self._on = on
        self._quota = quota
        self._wall = wall
        self._clock = clock
        self._context = Context()
        self._preroll = Preroll(self._context.add)
        self._backlog = Backlog(self._context.add, bound_bytes)
        self._file: RecordingFile | None = None
        self._files: list[Path] = []
        """The closed files that are not empty."""
        self._shortfall: tuple[str, str] | None = None
        """What the last file lacks, in words, empty if there was no file; and why."""
        self._refused = False
        self._bytes = 0
        self._since: float | None = None
        self._model = ""
        """The model in the name of the next file."""
        self._begun = at_once
        """Whether an event came that begins a recording."""
        self._paused = False
        self._failure = ""
        self._pressure = PressureLevel(header.sensors)
        self._retry_at = self._recheck_at = -1.0
        self._synced_at = 0.0

    def take(self, event: AnyEvent) -> None:
        """Take an event: write it, keep it for a while, or only add it to the context."""
        if isinstance(event, events.Header | events.End) or not isfinite(event.t):
            return
        restores = _restores(event)
        # Text from while recording is off must not get into a file through the context.
        event = self._kept(event if self._on else without_text(event))
        if isinstance(event, events.Sample):
            self._pressure.take(event)
        if isinstance(event, events.LoadStart | events.LoadEnd):
            self._model = event.model
        if events.begins_recording(event) and not self._begun:
            self._begun = True
            self._preroll.let_go(event.t - PREROLL_SECONDS)
            for earlier in self._preroll.take():
                self._backlog.add(earlier)
        if not self._on or self._paused:
            self._context.add(event)
        elif self._begun:
            self._backlog.add(event)
        elif restores:
            # It opens the file, which then has nothing of the conversation before it.
            self._preroll.let_go(inf)
            self._context.add(event)
        else:
            self._preroll.add(event)

    def expect(self, model: str) -> None:
        """Set the name for a file that begins before the model is loaded."""
        kept = self._kept(events.LoadStart(t=0.0, model=model))
        assert isinstance(kept, events.LoadStart)
        self._model = kept.model

    def switch(self, on: bool) -> None:
        """Turn recording on or off; off closes the file."""
        if on == self._on:
            return
        if not on:
            self.close("recording was turned off")
            for event in self._preroll.take():
                self._context.add(event)
        self._on = on
        self._paused = False
        self._failure = ""
        self._retry_at = -1.0

    def begin_anew(self) -> None:
        """End the file; another one begins with the next message or mark."""
        if self._begun:
            self.close("another conversation was continued")
            self._begun = False

    def work(self) -> None:
        """Do what is due now: write waiting events, begin a file, retry what failed."""
        t = self._clock()
        if not (self._on and self._begun) or t < self._retry_at:
            return
        if self._paused and t >= self._recheck_at:
            self._quota.refresh()
            self._recheck_at = t + RECHECK_SECONDS
        if self._over_limit():
            self._pause(t)
        else:
            self._paused = False
            self._write(t)

    def close(self, reason: str) -> None:
        """Write waiting events and an `End`, and close the file; drop what cannot be written."""
        if self._on and self._begun and not self._paused and self._backlog:
            if self._over_limit():
                self._pause(self._clock())
            else:
                self._write(self._clock())
        self._end(reason)

    @property
    def status(self) -> RecorderStatus:
        """The current state, in words and figures."""
        state, sentence = self._state()
        return RecorderStatus(
            state=state,
            sentence=sentence,
            path=self._path,
            bytes=self._bytes,
            since=self._since,
            kept_bytes=self._backlog.kept_bytes,
            lost_events=self._backlog.lost,
            files=(*self._files, *self._written_now()),
            shortfall=self._shortfall_sentence(),
            refused=self._refused,
        )

    @property
    def _path(self) -> Path | None:
        if self._file is not None:
            return self._file.path
        return self._files[-1] if self._files else None

    def _written_now(self) -> list[Path]:
        return [self._file.path] if self._file is not None and self._file.written else []

    def _state(self) -> tuple[RecorderState, str]:
        if not self._on:
            return "off", "Recording is off."
        if self._paused:
            return "paused", f"Recording is paused: {self._taken()}"
        if self._failure:
            return "failed", (
                f"The recording in {self._directory} cannot be written ({self._failure}). "
                "Events are kept in memory and written as soon as it works again."
            )
        if self._file is not None:
            return "recording", f"Recording to {self._file.path}."
        return "waiting", "A recording begins with the first message or mark."

    def _taken(self) -> str:
        taken, limit = fmt.size(self._quota.taken()), fmt.size(self._quota.limit_bytes or 0)
        return (
            f"recordings take {taken} of {limit} in {self._directory}. "
            "Remove some, or raise the limit."
        )

    def _over_limit(self) -> bool:
        if self._file is None:
            return self._quota.reached()
        return self._quota.reached(self._file.path.name, self._file.written)

    def _pause(self, t: float) -> None:
        if not self._paused:
            self._end("paused: the recordings have reached their limit")
            self._paused = True
            self._fall_short("ends before the run did", self._taken(), refused=False)
            self._recheck_at = t + RECHECK_SECONDS

    def _write(self, t: float) -> None:
        try:
            if self._file is not None and (lost := self._file.lost()):
                self._leave(self._file, lost)
            if self._file is None:
                self._open(t)
            assert self._file is not None
            self._backlog.drain(self._file)
            self._failure = ""
            pause = SYNC_IN_ALARM_SECONDS if self._pressure.raised else SYNC_SECONDS
            if t >= self._synced_at + pause and self._file.sync_soon():
                self._synced_at = t
        except OSError as error:
            self._failure = error.strerror or str(error)
            self._retry_at = t + RETRY_SECONDS
        if self._file is not None:
            self._bytes = self._file.written

    def _open(self, t: float) -> None:
        # The file's time begins with the first event that is not context.
        waiting = self._backlog.first_t
        begins = t if waiting is None else min(t, waiting)
        wall = self._wall() - (t - begins)
        header = msgspec.structs.replace(self._header, t=begins, wall=wall)
        self._file = RecordingFile(self._directory, stem(wall, self._model))
        self._bytes, self._since = 0, begins
        self._backlog.begin([header, *self._context.opening()])
        # Immediately: without its beginning the rest is useless.
        self._synced_at = t - SYNC_SECONDS

    def _leave(self, file: RecordingFile, lost: Lost) -> None:
        """Leave a file that was deleted, moved or cut; the next one repeats the current state."""
        self._file = None
        if lost == "moved" and not self._backlog.torn:
            with suppress(OSError):
                file.write(events.encode(events.End(t=self._clock(), reason="moved")))
        file.close(sync=False)

    def _fall_short(self, of_file: str, why: str, *, refused: bool) -> None:
        """Note which part of the run is not in a file; `of_file` describes the last one, if any."""
        path = self._path
        self._shortfall = "" if path is None else f"{path} {of_file}", why
        self._refused = self._refused or refused

    def _shortfall_sentence(self) -> str:
        if self._shortfall is None:
            return ""
        what, why = self._shortfall
        nothing = (
            "The beginning of the run was not recorded" if self._path else "Nothing was recorded"
        )
        return f"{what or nothing}: {why}"

    def _end(self, reason: str) -> None:
        if self._file is not None:
            t = self._clock()
            self._write(t)
            if not self._failure:
                self._backlog.add(events.End(t=t, reason=reason))
                self._write(t)
        if self._file is not None:
            file, self._file = self._file, None
            self._quota.settle(file.path.name, file.written)
            file.close()
            if file.written:
                self._files.append(file.path)
        if self._failure:
            why = f"{self._directory} cannot be written ({self._failure})."
            self._fall_short("is cut off", why, refused=True)
        elif self._backlog.lost and not self._shortfall:
            why = f"{self._directory} could not be written for a while."
            count = fmt.counted(self._backlog.lost, "event")
            self._fall_short(f"lacks {count}", why, refused=True)
        self._backlog.clear()
