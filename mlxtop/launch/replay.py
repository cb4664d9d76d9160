"""A recording on the screen."""

import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mlxtop import config as settings
from mlxtop.launch.request import RunRequest, live_options
from mlxtop.launch.screen import on_terminal, show
from mlxtop.recording.plain import STANDARD_INPUT, is_packed_file
from mlxtop.recording.report import RecordingError
from mlxtop.streams import USAGE, complain
from mlxtop.text import one_line

if TYPE_CHECKING:
    from mlxtop.tui.recording_request import OpenedRecording

_PART_BYTES = 1 << 16
_HEAD_BYTES = 1 << 20
"""Seconds after which it is known whether what is piped in is a recording."""
NO_TERMINAL = "A recording needs a terminal for input and output."


def replay_file(file: Path, *, speed: float, start: str | None, paused: bool) -> int:
    """Show a recording, `-` for standard input; return the exit status.

    A directory is shown as a library.
    """
    from mlxtop.sources.playhead import SPEEDS
    from mlxtop.tui.recording_request import OpenedRecording

    if speed not in SPEEDS:
        known = ", ".join(f"{known:g}" for known in SPEEDS)
        return complain(f"--speed {speed:g} is not one of {known}.", USAGE)
    if file.is_dir():
        if start is not None or paused or speed != 1.0:
            shown = one_line(str(file), 300)
            why = "--speed, --at and --paused are for one recording"
            return complain(f"{shown} is a directory: {why}.", USAGE)
        return choose_file(file)
    piped = str(file) == STANDARD_INPUT
    if piped and sys.stdin.isatty():
        return complain("Standard input is empty: pipe a recording in.", USAGE)
    try:
        opened = _piped_in() if piped else OpenedRecording(file)
        if start is not None and (wrong := _go_to(opened, start)):
            return complain(wrong, USAGE)
    except RecordingError as error:
        return complain(str(error))
    if not on_terminal():
        return complain(NO_TERMINAL, USAGE)
    opened.source.playhead.speed = speed
    opened.paused = paused
    from mlxtop.tui.app import MlxtopApp

    config, problems = settings.load()
    options = live_options(RunRequest(), config)
    return show(MlxtopApp(config, options, replay=opened, problems=problems))


def choose_file(directory: Path | None = None) -> int:
    """Show the library of a directory; return the exit status.

    The default directory is the one where runs are recorded.
    """
    if directory is not None and (problem := _without_recordings(directory)):
        return complain(problem)
    if not on_terminal():
        said = "Choosing a recording needs a terminal: name one"
        where = "" if directory is None else f" {shlex.quote(one_line(str(directory), 300))}"
        return complain(f"{said}; `mlxtop recordings{where} --json` lists them.", USAGE)
    from mlxtop.tui.app import MlxtopApp

    config, problems = settings.load()
    options = live_options(RunRequest(), config)
    library = directory or options.recordings
    return show(MlxtopApp(config, options, library=library, problems=problems))


def _without_recordings(directory: Path) -> str:
    """Return a sentence if a directory has no recordings; else an empty one."""
    from mlxtop.recording.library import suffix_of

    shown = one_line(str(directory), 300)
    try:
        found = any(suffix_of(entry.name) for entry in os.scandir(directory))
    except OSError as error:
        return f"{shown} cannot be read: {error.strerror}."
    return "" if found else f"No recordings in {shown}."


def _piped_in() -> "OpenedRecording":
    """Open the piped recording; from then on keys come from the terminal.

    The first line is checked before the rest is copied to an unnamed file: the screen cannot wait
    for a pipe. Raises RecordingError.
    """
    from mlxtop.tui.recording_request import OpenedRecording

    try:
        # Without a buffer: after a full disk the data must not be written again on closing.
        with tempfile.NamedTemporaryFile(buffering=0) as kept:
            try:
                _keep(sys.stdin.fileno(), kept, Path(kept.name))
                opened = OpenedRecording(Path(kept.name), name="standard input")
            except RecordingError as error:
                said = str(error).replace(kept.name, "The standard input")
                raise RecordingError(said) from None
    except OSError as error:
        raise RecordingError(
            f"The piped recording cannot be stored in {os.environ.get('TMPDIR') or '/tmp'} "
            f"({error.strerror}): free space there, or set TMPDIR to another directory."
        ) from None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise RecordingError(NO_TERMINAL) from None
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
    return opened


def _keep(piped: int, kept: IO[bytes], path: Path) -> None:
    """Copy standard input to `path`; raises RecordingError if its first line is not a header."""
    from mlxtop.recording.reader import Recording

    known = False
    while part := os.read(piped, _PART_BYTES):
        # A pipe may have delivered only a part of the first line.
        incomplete = kept.tell() < _HEAD_BYTES and (is_packed_file(path) or b"\n" not in part)
        while part:
            part = part[kept.write(part) :]
        if not known:
            try:
                Recording(path).close()
                known = True
            except RecordingError:
                if not incomplete:
                    raise


def _go_to(opened: "OpenedRecording", start: str) -> str:
    """Go to the moment of --at; return what is wrong with it. Raises RecordingError."""
    from mlxtop.launch.moment import moment_of

    opened.source.read_all()
    moment = moment_of(opened.source, start)
    if isinstance(moment, str):
        return moment
    opened.source.playhead.go_to(moment)
    return ""


def follow_file(file: Path | None) -> int:
    """Show a recording that is still being written, by default the newest."""
    from mlxtop.recording.library import recordings
    from mlxtop.sources.follow import Follow

    config, problems = settings.load()
    if file is None:
        running = [info.path for info in recordings(config.recordings_dir) if info.running]
        if not running:
            place = config.recordings_dir
            return complain(f"No run is being recorded in {place}: name a file.")
        file = running[0]
    try:
        source = Follow(file)
    except RecordingError as error:
        return complain(str(error))
    if not on_terminal():
        return complain(NO_TERMINAL, USAGE)
    from mlxtop.tui.app import MlxtopApp

    options = live_options(RunRequest(), config)
    return show(MlxtopApp(config, options, follow=source, problems=problems))
