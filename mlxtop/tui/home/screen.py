"""The first screen: models, the built-in one, recordings; typing filters, Enter opens."""

import os
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from mlxtop import __version__, paths
from mlxtop.format import installed, size
from mlxtop.models.catalogue import inspect
from mlxtop.models.fits import MemoryLimit
from mlxtop.models.locate import cache_away, cache_dir, scan
from mlxtop.recording.library import inspect as inspect_recording
from mlxtop.recording.library import recordings
from mlxtop.sensors.limit import memory_limit
from mlxtop.sensors.machine import Machine, read_machine
from mlxtop.text import one_line
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.download import DownloadScreen
from mlxtop.tui.home.entries import Kind, heading
from mlxtop.tui.home.lists import AtPath, Choices, Lists, ListsView, looks_like_path
from mlxtop.tui.widgets.entry import CleanInput
from mlxtop.tui.widgets.footer import KeyFooter


def machine_line(machine: Machine, limit: MemoryLimit) -> str:
    """Return "Apple M4 Max · 16 cores · 128 GiB · models may take 103 GB (estimate: …)"."""
    parts = [one_line(machine.chip, 60)]
    if machine.cpu_cores:
        parts.append(f"{machine.cpu_cores} cores")
    if machine.gpu and machine.gpu != machine.chip:
        parts.append(one_line(machine.gpu, 60))
    if machine.memory_bytes:
        parts.append(installed(machine.memory_bytes))
    if limit.bytes is not None:
        source = f" ({limit.source})" if limit.source else ""
        parts.append(f"models may take {size(limit.bytes)}{source}")
    return " · ".join(part for part in parts if part)


_SLOGAN = "chat with a local model and watch the machine"


class HomeScreen(DismissOnce[None], Keyed, Screen[None]):
    """Lists what can be opened; a recording opens above it, a model or Esc closes it."""

    CSS_PATH = "home.tcss"
    AUTO_FOCUS = "Input"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (9, "-low"), (18, "-medium"), (30, "-high")]
    context: ClassVar[str] = "home"

    class Chosen(Message):
        """Asks to open an entry."""

        def __init__(self, kind: Kind, value: str, name: str, needs_code: bool) -> None:
            super().__init__()
            self.kind = kind
            """`model`, `demo` or `recording`."""
            self.value = value
            """Path of the model's directory or of the recording."""
            self.name = name
            """Its name, safe to show."""
            self.needs_code = needs_code
            """Whether the model contains Python code (`--trust-remote-code`)."""

    class UnloadWanted(Message):
        """Asks to unload the model."""

    class _Read(Message):
        """More of the cache, the recordings or the demo model was read."""

        def __init__(self, lists: Lists) -> None:
            super().__init__()
            self.lists = lists

    class _PathRead(Message):
        """The typed path was looked up."""

        def __init__(self, found: AtPath) -> None:
            super().__init__()
            self.found = found

    def __init__(
        self,
        current: str = "",
        *,
        limit: MemoryLimit | None = None,
        recordings_dir: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        """`current` is the loaded model's path or id; `limit` what MLX says it may take."""
        super().__init__()
        self.current = current
        self.cache = cache or cache_dir()
        self.recordings_dir = recordings_dir or paths.recordings_dir()
        self.limit = limit
        self.lists = Lists(limit or memory_limit())
        self.at_path: AtPath = None
        self._machine = read_machine()

    def compose(self) -> ComposeResult:
        """Lay out title, machine, input, list, and a line about the highlighted entry."""
        yield Static("", id="title", markup=False)
        yield Static("", id="machine", markup=False)
        yield CleanInput(
            placeholder="Filter, or type a model's id (owner/name) or a path", id="typed"
        )
        yield Choices(id="choices")
        yield Static("", id="about", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show the title and the machine, and start reading."""
        self.query_one("#title", Static).update(heading("mlxtop", f"{__version__}  {_SLOGAN}"))
        self._read_all()

    # -- reading -------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="scan")
    def _read_all(self) -> None:
        """Read demo model, recordings and cache; results are shown as they come."""
        worker = get_current_worker()
        limit = self.limit or memory_limit(self._loaded_bytes())
        demo = inspect(paths.demo_model_dir(), "demo")
        lists = Lists(limit, demo=demo, away=cache_away(self.cache))
        self.post_message(self._Read(lists))
        found = recordings(self.recordings_dir)
        shipped = [] if found else recordings(paths.shipped_recordings_dir())
        lists = replace(lists, recordings=tuple(found or shipped), shipped=bool(shipped))
        self.post_message(self._Read(lists))
        for model in scan(self.cache):
            if worker.is_cancelled:
                return
            lists = replace(lists, models=(*lists.models, model))
            self.post_message(self._Read(lists))
        self.post_message(self._Read(replace(lists, reading=False)))

    def _loaded_bytes(self) -> int:
        """Return the bytes of the loaded model's weights, which another model would replace."""
        return inspect(self.current).size_bytes if os.path.isdir(self.current) else 0

    @work(thread=True, exclusive=True, group="path")
    def _read_path(self, text: str) -> None:
        """Look up a typed path."""
        found: AtPath = inspect(text)
        if text.endswith(".jsonl"):
            found = inspect_recording(Path(text).expanduser()) or found
        if not get_current_worker().is_cancelled:
            self.post_message(self._PathRead(found))

    def on_home_screen__read(self, message: _Read) -> None:
        """Show the results so far."""
        self.lists = message.lists
        self._show()

    def on_home_screen__path_read(self, message: _PathRead) -> None:
        """Show what is at the path, unless the text has changed."""
        if looks_like_path(self._text):
            self.at_path = message.found
            self._show()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.at_path = None
        self.query_one(Choices).pick("")
        if looks_like_path(event.value):
            self._read_path(event.value.strip())
        self._show()

    # -- showing -------------------------------------------------------------------------------

    @property
    def _text(self) -> str:
        return self.query_one(Input).value

    def _show(self) -> None:
        """Draw the lists."""
        line = machine_line(self._machine, self.lists.limit)
        self.query_one("#machine", Static).update(line)
        sections = self.lists.sections(self._text, self.at_path)
        self.query_one(Choices).show(ListsView(sections, self.current, self._nothing()))
        self._tell()

    def _nothing(self) -> str:
        text = one_line(self._text, 60)
        if self.lists.reading or not text:
            return "reading…"
        return f"No match for {text!r}: type a complete id (owner/name) or a path."

    def _tell(self) -> None:
        """Show the line about the highlighted entry."""
        entry = self.query_one(Choices).picked()
        text = entry.about if entry else ""
        if entry and self.current and self.current in (entry.value, entry.name):
            text = f"Loaded now; {self.key('unload')} unloads it. {text}"
        about = self.query_one("#about", Static)
        about.update(text)
        about.remove_class("-refused")

    def _refuse(self, why: str) -> None:
        """Say on that line why nothing is opened."""
        about = self.query_one("#about", Static)
        about.update(f"▲ {why}")
        about.add_class("-refused")
        if not about.display:  # too few rows for the line
            self.notify(why, severity="warning", markup=False)

    # -- acting --------------------------------------------------------------------------------

    async def action_move(self, action: str) -> None:
        """Move in the list while the input keeps the focus."""
        await self.query_one(Choices).move(action)
        self._tell()

    @on(Choices.OptionSelected)
    def _clicked(self, event: Choices.OptionSelected) -> None:
        self.query_one(Choices).pick(event.option_id or "")
        self.action_choose()

    def action_choose(self) -> None:
        """Open the highlighted entry, or say why not."""
        entry = self.query_one(Choices).picked()
        if entry is None:
            self._refuse("There is nothing to open.")
        elif entry.kind == "download" or entry.incomplete:
            self._download(entry.value if entry.kind == "download" else entry.name)
        elif entry.reason:
            self._refuse(entry.about)
        else:
            self._open(entry.kind, entry.value, entry.name, entry.needs_code)

    def _open(self, kind: Kind, value: str, name: str, needs_code: bool = False) -> None:
        # To the app, not through this screen, which closes before its own messages are handled.
        self.app.post_message(self.Chosen(kind, value, name, needs_code))
        if kind != "recording":
            self.dismiss()

    def _download(self, model_id: str) -> None:
        def done(path: Path | None) -> None:
            if path is None:
                self._read_all()
                return
            model = inspect(path, model_id)
            if model.problem:
                self.notify(model.problem, title=model.id, severity="warning", markup=False)
                self._read_all()
                return
            self._open("model", str(path), model.id, model.needs_code)

        self.app.push_screen(DownloadScreen(model_id, self.cache, self.lists.limit), done)

    def action_leave(self) -> None:
        """Clear the typed text, or go back to the run behind."""
        if self._text:
            self.query_one(Input).value = ""
        else:
            self.dismiss()

    def action_unload(self) -> None:
        """Ask to unload the model."""
        self.app.post_message(self.UnloadWanted())
        self.current = ""
        self.refresh_bindings()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is enabled: unloading only while a model is loaded."""
        return bool(self.current) if action == "unload" else True
