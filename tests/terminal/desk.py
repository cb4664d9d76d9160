"""A user's machine as a test sees it: a home directory, a shell's environment, processes."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from mlxtop import events
from mlxtop.recording.reader import Recording
from tests.terminal.terminal import PATIENCE_SECONDS, Terminal

REPOSITORY = Path(__file__).resolve().parents[2]
MLXTOP = (sys.executable, "-m", "mlxtop")
TOUR = "Give me the tour"
"""What the demo model answers at length."""

_UNSET = {
    *("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE", "COLUMNS"),
    *("LINES", "DISPLAY", "WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION", "TMUX", "STY"),
    *("TEXTUAL", "TEXTUAL_THEME", "TEXTUAL_DRIVER", "HF_HOME", "HF_HUB_CACHE", "MLXTOP_ASCII"),
    *("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "WSL_DISTRO_NAME", "TERMUX_VERSION"),
}


class Desk:
    """A home directory of its own, in which mlxtop is started."""

    def __init__(self, folder: Path, *, first_run: bool = False) -> None:
        """Make the directory; unless it is the first run ever, what is said once was said."""
        self.work = folder / "work"
        """The current directory of what is started."""
        self.config = folder / "config"
        self.data = folder / "data"
        for made in (self.work, self.config, self.data):
            made.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if k not in _UNSET} | {
            "HOME": str(folder),
            "MLXTOP_CONFIG_DIR": str(self.config),
            "MLXTOP_DATA_DIR": str(self.data),
            "HF_HUB_OFFLINE": "1",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(REPOSITORY),
        }
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = str(folder / name.lower())
        if not first_run:
            known = '{"said_where_recordings_are": true}'
            (self.data / "state.json").write_text(known, "utf-8")
        self._terminals: list[Terminal] = []
        self._programs: list[subprocess.Popen[str]] = []

    def open(
        self,
        *arguments: str,
        columns: int = 120,
        rows: int = 40,
        variables: dict[str, str] | None = None,
    ) -> Terminal:
        """Start mlxtop in a terminal."""
        return self.open_command(
            [*MLXTOP, *arguments], columns=columns, rows=rows, variables=variables
        )

    def open_command(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        variables: dict[str, str] | None = None,
    ) -> Terminal:
        """Start any command in a terminal."""
        terminal = Terminal(
            command,
            environment=self.environment | (variables or {}),
            columns=columns,
            rows=rows,
            folder=self.work,
        )
        self._terminals.append(terminal)
        return terminal

    def chat(self, columns: int = 120, rows: int = 40) -> Terminal:
        """Start the demo model in a terminal and wait until it can be asked."""
        terminal = self.open("demo", columns=columns, rows=rows)
        terminal.wait_for("What does TTFT mean?")
        return terminal

    def start(self, *arguments: str, stdin: str | None = None) -> "subprocess.Popen[str]":
        """Start mlxtop with its output in pipes; what is given it can read from its stdin."""
        program = subprocess.Popen(
            [*MLXTOP, *arguments],
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.work,
            encoding="utf-8",
        )
        if stdin is not None:
            assert program.stdin is not None
            program.stdin.write(stdin)
            program.stdin.close()
            program.stdin = None
        self._programs.append(program)
        return program

    def recordings(self) -> list[Path]:
        """Return the recordings there are, oldest first."""
        return sorted((self.data / "recordings").glob("*.jsonl"))

    def close(self) -> None:
        """End everything that was started."""
        for terminal in self._terminals:
            terminal.close()
        for program in self._programs:
            program.kill()
            program.communicate()


FIGURES = re.compile(r"\d[\d,]* tokens?(?: [·.] \S+ tok/s)?(?: [·.] [a-z ]+[a-z])?")


def ask(terminal: Terminal, question: str) -> None:
    """Ask in the prompt, and wait for the whole reply."""
    terminal.type(f"{question}\r")
    terminal.wait_until(lambda: figures(terminal, question) != "", f"a reply to {question!r}")


def figures(terminal: Terminal, question: str) -> str:
    """Return what stands at the reply to the question that was asked last; empty until it ends."""
    lines = terminal.lines
    asked = [row for row, line in enumerate(lines) if line.startswith(" you ")]
    if not asked or question not in lines[asked[-1] + 1]:
        return ""
    found = FIGURES.search("\n".join(lines[asked[-1] + 2 :]))
    return found.group() if found and re.search(" [·.] ", found.group()) else ""


def replies(recorded: Iterable[events.AnyEvent]) -> list[str]:
    """Return the text of each turn of a recording."""
    said: dict[int, str] = {}
    for event in recorded:
        if isinstance(event, events.Tokens):
            said[event.turn] = said.get(event.turn, "") + "".join(event.text or ())
        elif isinstance(event, events.TurnEnd):
            said[event.turn] = said.get(event.turn, "") + (event.tail_text or "")
    return [said[turn] for turn in sorted(said)]


def engines(pid: int) -> list[psutil.Process]:
    """Return the engine processes below a process."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        try:
            if "mlxtop.engine.child" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def engine(pid: int) -> psutil.Process:
    """Return the one engine process below a process."""
    (found,) = engines(pid)
    return found


@contextmanager
def slowed(process: psutil.Process) -> Iterator[Callable[[], None]]:
    """Let a process run for a tenth of the time, so that it is not done before it is looked at.

    Gives a function that holds it where it is, until the block ends: then how fast tests and app
    get to run has no part in whether they see an answer going on.
    """
    over, held = threading.Event(), threading.Event()

    def slow() -> None:
        with suppress(psutil.NoSuchProcess):
            while not over.is_set():
                process.suspend()
                over.wait(0.09)
                while held.is_set() and not over.is_set():
                    over.wait(1)
                process.resume()
                over.wait(0.01)

    thread = threading.Thread(target=slow, daemon=True)
    thread.start()
    try:
        yield held.set
    finally:
        over.set()
        thread.join()


def is_busy(process: psutil.Process) -> bool:
    """Return whether one of a process's threads runs, or would if the machine let it."""
    try:
        tasks = [*Path(f"/proc/{process.pid}/task").iterdir()]
        states = [(task / "stat").read_text().rpartition(") ")[2][0] for task in tasks]
    except OSError:  # no Linux, or a thread that has just ended
        return process.status() == psutil.STATUS_RUNNING
    return not set(states).isdisjoint("RD")


def runs(process: psutil.Process) -> bool:
    """Return whether a process still does anything: a dead one may wait for its parent."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes: Iterable[psutil.Process]) -> None:
    """Wait until none of the processes runs; fail where one stays."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for process in processes:
        while runs(process):
            assert time.monotonic() < deadline, f"{process} did not end"
            time.sleep(0.02)


def read(recording: Path) -> list[events.AnyEvent]:
    """Return the events of a recording."""
    with Recording(recording) as opened:
        return list(opened.events())
