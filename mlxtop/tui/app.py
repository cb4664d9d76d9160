"""The app: themes, keys, and the stack of screens."""

import dataclasses
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.notifications import SeverityLevel

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop.recording.report import RecordingError
from mlxtop.sources.options import EarlierConversation, LiveOptions, ModelSpec
from mlxtop.streams import needs_ascii
from mlxtop.text import visible
from mlxtop.tui import toasts
from mlxtop.tui.bindings import Keyed, bind
from mlxtop.tui.lifecycle import EndingApp
from mlxtop.tui.recording_request import OpenedRecording, OpenRecording
from mlxtop.tui.resume import ResumeConversation, resume
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.terminal.driver import steady
from mlxtop.tui.themes import ascii_driver, our_themes, register_themes, variable_defaults

# What a replay does not need is imported at use: its first frame is a third faster.
if TYPE_CHECKING:
    from mlxtop.bench.runner import Runner
    from mlxtop.models.fits import MemoryLimit
    from mlxtop.sources.follow import Follow
    from mlxtop.sources.live import Live
    from mlxtop.tui.bench.preview import Chosen
    from mlxtop.tui.bench.service import PlanBegan
    from mlxtop.tui.home import HomeScreen
    from mlxtop.tui.library.screen import LibraryScreen
    from mlxtop.tui.run.live import LiveScreen

MOST_TOASTS = 2
"""With more problems in the settings than this, they share one toast."""
_FOR_FEW_COLOURS = {"standard": "sixteen", "256": "high-contrast"}
"""Themes for terminals of 16 and of 256 colours.

With 256 colours the default theme's backgrounds all become black, and three of its colours the
same orange.
"""


class MlxtopApp(EndingApp, inherit_bindings=False):
    """One live run or one replay, and what can be opened on top of it."""

    TITLE = "mlxtop"
    CSS = toasts.CSS
    # Textual's own, without Ctrl+Q: the user chooses the key that quits.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True, id="app.help_quit"),
    ]

    def __init__(
        self,
        config: settings.Config,
        options: LiveOptions,
        *,
        replay: OpenedRecording | None = None,
        follow: "Follow | None" = None,
        wanted: ModelSpec | None = None,
        bench: "Chosen | None" = None,
        plan_form: bool = False,
        library: Path | None = None,
        problems: Iterable[str] = (),
        open_live: "Callable[[LiveOptions], Live] | None" = None,
    ) -> None:
        """Prepare a recording to replay or to follow, or a live run of the model in the options.

        `bench` is a plan that the live run starts with, `plan_form` asks for one; `library` is a
        directory whose recordings replace the first screen. `open_live` creates the live run if
        it is not on this machine.
        """
        super().__init__()
        self.config = config
        self.options = options
        self.live: Live | None = None
        self.replay = replay
        self.follow = follow
        self.wanted = wanted
        self.bench = bench
        self.plan_form = plan_form
        self.library = library
        self.bench_runner: Runner | None = None
        """The runner of the plan that the app started with, or of the first plan from the form."""
        self._problems = list(problems)
        self._open_live = open_live
        self._opening: set[Path] = set()
        """Recordings being opened."""
        self.chosen_keys = settings.joined(config.keys)
        bind(self, "app", self.chosen_keys)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return defaults for variables that a theme lacks."""
        return variable_defaults()

    def get_driver_class(self) -> type[Driver]:
        """Return this platform's driver, limited to ASCII if the terminal is."""
        base = steady(super().get_driver_class())
        return ascii_driver(base) if needs_ascii(os.environ) else base

    def on_mount(self) -> None:
        """Set the theme, and open the first screen."""
        self._problems += register_themes(self)
        self._set_first_theme()
        self.show_first_screen()
        if len(self._problems) <= MOST_TOASTS:
            for problem in self._problems:
                self.notify(problem, severity="warning", markup=False)
        else:
            # Above whatever the first screen opens.
            self.call_after_refresh(self._show_problems)

    def _show_problems(self) -> None:
        """Show the problems in the settings in one toast: many toasts would hide each other."""
        from mlxtop.tui.dialogs.pick import TextDialog

        count = fmt.counted(len(self._problems), "remark")
        sentences = "\n\n".join(f"▲ {problem}" for problem in self._problems)
        self.push_screen(TextDialog(f"settings: {count}", sentences))

    def show_first_screen(self) -> None:
        """Open the replay, or the live run, with the list of models if none is given."""
        if self.replay is not None:
            self._show_replay(self.replay)
            return
        if self.follow is not None:
            self._show_follow(self.follow)
            return
        if self.library is not None:
            self._show_library(self.library, then=self.exit)
            return
        screen = self._show_live(self.wanted)
        if self.bench is not None:
            # After the start of the live run, which also waits for the first frame.
            self.call_after_refresh(self._begin_bench, screen, self.bench)
        elif self.plan_form:
            self.call_after_refresh(screen.benches.choose)
        elif self.wanted is None:
            self._show_home()

    def _begin_bench(self, screen: "LiveScreen", chosen: "Chosen") -> None:
        screen.benches.draft.take(chosen.plan)
        screen.benches.begin(chosen)

    def on_plan_began(self, event: "PlanBegan") -> None:
        """Remember the runner of the plan that the app was started for."""
        if self.bench is not None or self.plan_form:
            self.bench_runner = self.bench_runner or event.runner

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast for as long as it takes to read it, where it covers least.

        Its text may contain file names with any bytes.
        """
        message = visible(message)
        if timeout is None:
            timeout = toasts.reading_seconds(f"{title} {message}")
        if self.screen_stack:
            toasts.place_toasts(self.screen)
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _set_first_theme(self) -> None:
        config, problems = settings.with_known_theme(self.config, self.available_themes)
        self._problems += problems
        by_user = "theme" in config.given or config.theme_remembered
        few = None if by_user else _FOR_FEW_COLOURS.get(self.console.color_system or "")
        self.theme = few or config.theme

    # -- screens -------------------------------------------------------------------------------

    def _show_replay(self, opened: OpenedRecording) -> None:
        self.push_screen(
            ReplayScreen(
                opened.source,
                self.config.hz,
                name=opened.name,
                paused=opened.paused,
                explain_end=opened.explain_end,
            )
        )

    def _show_follow(self, source: "Follow") -> None:
        name = source.report.path.name
        self.push_screen(ReplayScreen(source, self.config.hz, name=name))

    def _show_live(self, wanted: ModelSpec | None) -> "LiveScreen":
        from mlxtop.sources.live import open_live
        from mlxtop.tui.run.live import LiveScreen

        live = self.live = (self._open_live or open_live)(self.options)
        screen = LiveScreen(live, self.options.hz)
        screen.tell_elsewhere(self.config.notify)
        self.push_screen(screen)
        if not settings.recall("said_where_recordings_are") and self.options.record:
            screen.chat.first_run = True

        def start() -> None:
            live.start()
            if wanted is not None:
                live.load(wanted)

        # After the first frame, so as not to delay it.
        self.call_after_refresh(start)
        return screen

    def _show_home(self) -> None:
        from mlxtop.tui.home import HomeScreen

        model = self.live.model if self.live is not None else None
        self.push_screen(
            HomeScreen(
                model.path if model else "",
                limit=self._memory_limit(),
                recordings_dir=self.options.recordings,
            )
        )

    def _memory_limit(self) -> "MemoryLimit | None":
        """Return the memory limit for models that the engine reports, if it does."""
        from mlxtop.sensors.limit import engine_limit

        timeline = self.live.timeline if self.live is not None else None
        if timeline is None or not len(timeline.engine):
            return None
        t = timeline.last or 0.0
        held = (
            timeline.readings.value(f"mlx.{kind}_bytes", t) or 0.0 for kind in ("active", "cache")
        )
        return engine_limit(timeline.engine.values[-1], round(sum(held)))

    def action_open(self) -> None:
        """Open the list of models and recordings."""
        self._show_home()

    def action_library(self) -> None:
        """Open the library of recordings, or return to it from a replay opened there."""
        from mlxtop.tui.library.screen import LibraryScreen

        if isinstance(self.screen, ReplayScreen) and isinstance(
            self.screen_stack[-2], LibraryScreen
        ):
            self.screen.action_leave()
        else:
            self._show_library(self.options.recordings)

    def action_chats(self) -> None:
        """Open the list of chats."""
        self._show_library(self.options.recordings, chats=True)

    def _show_library(
        self, directory: Path, then: Callable[[], None] | None = None, *, chats: bool = False
    ) -> None:
        from mlxtop.tui.library.screen import LibraryScreen

        def left(_: None) -> None:
            if then is not None:
                then()

        self.push_screen(LibraryScreen(directory, chats=chats), left)

    def on_library_screen_opened(self, event: "LibraryScreen.Opened") -> None:
        """Open a recording over the library."""
        self.post_message(OpenRecording(event.path))

    def on_home_screen_chosen(self, event: "HomeScreen.Chosen") -> None:
        """Open what was chosen on the first screen."""
        if event.kind == "recording":
            self.post_message(OpenRecording(Path(event.value)))
            return
        wanted = ModelSpec(model=event.value)
        if not event.needs_code:
            self._open_model(wanted)
            return

        from mlxtop.tui.dialogs.question import ConfirmDialog

        def decided(yes: bool | None) -> None:
            if yes:
                self._open_model(ModelSpec(model=event.value, trust_remote_code=True))

        self.push_screen(
            ConfirmDialog(f"{event.name} contains Python code. Run it on this machine?"),
            decided,
        )

    def on_home_screen_unload_wanted(self) -> None:
        """Unload the model."""
        if self.live is not None:
            self.live.unload()

    def _open_model(self, wanted: ModelSpec) -> None:
        screen = self._back_to_live()
        if screen is not None:
            screen.open_model(wanted)
        else:
            self._show_live(wanted)

    def _back_to_live(self) -> "LiveScreen | None":
        """Close what is above the live run and return it; None if there is none."""
        from mlxtop.tui.run.live import LiveScreen

        while len(self.screen_stack) > 2 and not isinstance(self.screen, LiveScreen):
            self.pop_screen()
        return self.screen if isinstance(self.screen, LiveScreen) else None

    # -- resuming a conversation ---------------------------------------------------------------

    @work(thread=True, exclusive=True, group="resume")
    def on_resume_conversation(self, event: ResumeConversation) -> None:
        """Resume a conversation of a recording, which is read in a thread."""
        resume(self, event.what, lambda: self.live.model if self.live else None, self._show_resumed)

    def _show_resumed(
        self, earlier: EarlierConversation, wanted: ModelSpec | None, remark: str
    ) -> None:
        """Show the live run with a conversation to continue; without a model, ask for one."""
        screen = self._back_to_live()
        if screen is not None:
            screen.resume(earlier, wanted)
        else:
            system, chosen = earlier.system, earlier.sampling or self.options.sampling
            self.options = dataclasses.replace(
                self.options, earlier=earlier, system=system, sampling=chosen
            )
            screen = self._show_live(wanted)
            screen.flash(earlier.sentence)
        if remark:
            self.notify(remark, severity="warning", markup=False)
        if wanted is None and self.live is not None and not (self.live.model or self.live.loading):
            self._show_home()

    def on_open_recording(self, event: OpenRecording) -> None:
        """Open a recording, once even if Enter was pressed several times."""
        if event.path not in self._opening:
            self._opening.add(event.path)
            self._open_recording(event)

    @work(thread=True)
    def _open_recording(self, event: OpenRecording) -> None:
        """Open a recording; if another program is writing it, follow it."""
        try:
            self._show_recording(event)
        finally:
            self._opening.discard(event.path)

    def _show_recording(self, event: OpenRecording) -> None:
        try:
            if event.at is None and self._is_written_elsewhere(event.path):
                from mlxtop.sources.follow import Follow

                self.call_from_thread(self._show_follow, Follow(event.path))
                return
            opened = event.open()
        except RecordingError as error:
            self.call_from_thread(self.notify, str(error), severity="error", markup=False)
            return
        self.call_from_thread(self._show_replay, opened)

    def _is_written_elsewhere(self, path: Path) -> bool:
        from mlxtop.recording.file import is_being_written

        own = self.live.recorder.status.path if self.live is not None else None
        return path != own and is_being_written(path)

    def on_key(self, event: events.Key) -> None:
        """Pass a letter that is not a key of the screen to the prompt."""
        if isinstance(self.screen, RunScreen) and self.screen.takes_typed(event):
            event.stop()
            event.prevent_default()

    # -- themes, palette -----------------------------------------------------------------------

    def action_next_theme(self) -> None:
        """Change to the next theme and remember it."""
        names = our_themes(self)
        place = names.index(self.theme) + 1 if self.theme in names else 0
        self.theme = names[place % len(names)]
        problem = settings.remember("theme", self.theme)
        if problem:
            self.notify(problem, severity="warning", markup=False)
        self.notify(f"Theme: {self.theme}", markup=False)

    def action_command_palette(self) -> None:
        """List what can be done on this screen."""
        if isinstance(self.screen, Keyed):
            from mlxtop.tui.palette import Command, commands, palette

            async def act(chosen: Command | None) -> None:
                if chosen is not None:
                    await chosen.act()

            self.push_screen(palette(commands(self, self.screen)), act)
