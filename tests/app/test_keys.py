"""Every action does what its sentence in the help says, by every key that it has."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.widgets import Input

from mlxtop import events
from mlxtop.actions import BY_ID, Action
from mlxtop.actions.table import at, is_plain, split
from mlxtop.recording.library import inspect
from mlxtop.sources.find import Found, find
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.find import FindDialog, FindingsDialog
from mlxtop.tui.dialogs.go_to import GoToDialog
from mlxtop.tui.dialogs.pick import COPY, EDIT, PickDialog, TextDialog
from mlxtop.tui.dialogs.question import ConfirmDialog, NoteDialog
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.palette import COMMANDS
from mlxtop.tui.panes import Pane
from mlxtop.tui.run.live import LiveScreen
from mlxtop.tui.run.playhead import SKIP_SECONDS
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.run.trials import TrialTable
from mlxtop.tui.themes import our_themes
from mlxtop.tui.zoom.view import ZoomView
from tests.app import scenes
from tests.app.desk import Desk, is_a, living, replaying

Check = Callable[[Desk, str], Awaitable[None]]
CHECKS: dict[tuple[str, str], Check] = {}
"""(action, where it acts) → what presses its key and sees what came of it."""


def does(action: str, *wheres: str) -> Callable[[Check], Check]:
    """Name what checks an action, by default wherever the action acts."""

    def named(check: Check) -> Check:
        for where in wheres or places(BY_ID[action]):
            CHECKS[action, where] = check
        return check

    return named


def picks(desk: Desk) -> str:
    """Return what the list on top asks for."""
    screen = desk.screen
    assert isinstance(screen, PickDialog)
    return str(screen.query_one("#frame").border_title)


def places(action: Action) -> list[str]:
    return [where for where in ("live", "replay") if at(action, where) is not None]


ACTIONS = [action for action in BY_ID.values() if places(action)]
CASES = [(action, where) for action in ACTIONS for where in places(action)]


def keys_of(action: Action) -> list[str]:
    return split(action.keys)


# -- looking ---------------------------------------------------------------------------------------


@does("help")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, HelpScreen)
    await desk.press("escape")
    assert desk.screen is desk.run


@does("freeze", "live")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert desk.playhead.frozen
    before = desk.playhead.time()
    ticks = len(desk.run.timeline.ticks)
    await desk.until(lambda: len(desk.run.timeline.ticks) > ticks, "the run goes on behind it")
    assert desk.playhead.time() == before
    await desk.use(key)
    assert desk.playhead.following


@does("freeze", "replay")
async def _(desk: Desk, key: str) -> None:
    before = desk.playhead.time()
    await desk.use(key)
    assert desk.playhead.playing
    await desk.until(lambda: desk.playhead.time() > before, "it plays")
    await desk.use(key)
    assert not desk.playhead.playing


async def _settled_at(desk: Desk, offset: float) -> float:
    """Look at a moment so many seconds before the end, which is some way from it live too."""
    t = desk.playhead.end - offset
    desk.playhead.go_to(t)
    return t


@does("step_back")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    await desk.use(key)
    ticks = [tick for tick in desk.run.timeline.ticks if tick < t]
    assert desk.playhead.time() == ticks[-1]


@does("step_forward")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    await desk.use(key)
    ticks = [tick for tick in desk.run.timeline.ticks if tick > t]
    assert desk.playhead.time() == ticks[0]


@does("skip_back")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    await desk.use(key)
    assert desk.playhead.time() == pytest.approx(t - SKIP_SECONDS)


@does("skip_forward")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    await desk.use(key)
    assert desk.playhead.time() == pytest.approx(t + SKIP_SECONDS)


@does("seek_back")
async def _(desk: Desk, key: str) -> None:
    await _seeks(desk, key, -5)


@does("seek_forward")
async def _(desk: Desk, key: str) -> None:
    await _seeks(desk, key, 5)


@does("seek_far_back")
async def _(desk: Desk, key: str) -> None:
    await _seeks(desk, key, -30)


@does("seek_far_forward")
async def _(desk: Desk, key: str) -> None:
    await _seeks(desk, key, 30)


async def _seeks(desk: Desk, key: str, seconds: float) -> None:
    """See that a key goes so many seconds."""
    t = await _settled_at(desk, 40)
    await desk.use(key)
    assert desk.playhead.time() - t == pytest.approx(seconds)


@does("go_to")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, GoToDialog)
    await desk.press("5", "enter")
    assert desk.playhead.time() == pytest.approx(desk.playhead.start + 5)


@does("go_start")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert desk.playhead.time() == desk.run.timeline.origin


@does("page_up")
async def _(desk: Desk, key: str) -> None:
    transcript = await _long_conversation(desk)
    await desk.use(key)
    await desk.until(lambda: transcript.scroll_y < transcript.max_scroll_y, "an earlier page")


@does("page_down")
async def _(desk: Desk, key: str) -> None:
    transcript = await _long_conversation(desk)
    transcript.scroll_home(animate=False)
    await desk.until(lambda: transcript.scroll_y == 0, "the beginning")
    await desk.use(key)
    await desk.until(lambda: transcript.scroll_y > 0, "a later page")


async def _long_conversation(desk: Desk) -> Transcript:
    """Return the conversation once it is longer than the screen, at its end."""
    if desk.where == "live":
        desk.engine.reply = "line\n\n" * 60
        await desk.say("a long one")
    transcript = desk.run.query_one(Transcript)
    await desk.until(lambda: transcript.max_scroll_y > 0, "more than a page")
    transcript.follow()
    assert transcript.scroll_y == transcript.max_scroll_y
    return transcript


@does("go_end")
async def _(desk: Desk, key: str) -> None:
    desk.playhead.go_start()
    desk.run.transport.moved()
    await desk.pilot.pause()
    await desk.use(key)
    if desk.where == "live":
        assert desk.playhead.following
    else:
        assert desk.playhead.time() == desk.run.timeline.last


@does("token_back")
async def _(desk: Desk, key: str) -> None:
    times = desk.run.timeline.turn_log.values[-1].times
    desk.playhead.go_to(times[-1])
    await desk.use(key)
    assert desk.playhead.time() == times[-2]


@does("token_forward")
async def _(desk: Desk, key: str) -> None:
    times = desk.run.timeline.turn_log.values[-1].times
    desk.playhead.go_to(times[0])
    await desk.use(key)
    assert desk.playhead.time() == times[1]


@does("slowest")
async def _(desk: Desk, key: str) -> None:
    turn = desk.run.timeline.turn_log.values[-1]
    gaps = {b: b - a for a, b in pairwise(turn.times)}
    slowest = sorted(gaps.values(), reverse=True)
    desk.playhead.go_to(turn.times[-1])
    for place in range(2):
        await desk.use(key)
        # Two tokens may have waited equally long.
        assert gaps[desk.playhead.time()] == slowest[place]
        words = f"Slowest, {place + 1} of {len(turn.times) - 1}: token "
        await desk.settle()
        assert words in "\n".join(desk.app.lines())


@does("phase_back")
async def _(desk: Desk, key: str) -> None:
    turn = desk.run.timeline.turn_log.values[-1]
    desk.playhead.go_to(turn.times[0])
    await desk.use(key)
    assert desk.playhead.time() == turn.start.t


@does("phase_forward")
async def _(desk: Desk, key: str) -> None:
    turn = desk.run.timeline.turn_log.values[-1]
    desk.playhead.go_to(turn.start.t)
    await desk.use(key)
    assert desk.playhead.time() == turn.times[0]


@does("mark_back")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    desk.run.timeline.add(events.Mark(t=t - 1.0, note="here"))
    await desk.use(key)
    assert desk.playhead.time() == max(mark for mark in desk.run.timeline.marks.times if mark < t)
    desk.playhead.go_start()
    await desk.use(key)
    assert "There is no earlier mark." in desk.app.lines()[-5]


@does("mark_forward")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 20)
    desk.run.timeline.add(events.Mark(t=t + 1.0, note="here"))
    await desk.use(key)
    assert desk.playhead.time() == min(mark for mark in desk.run.timeline.marks.times if mark > t)


async def _find(desk: Desk, words: str) -> Found:
    """Find what was said and go to the first place behind the moment looked at."""
    await desk.press("slash" if desk.run.focused is None else "ctrl+f")
    assert is_a(desk, FindDialog)
    await desk.press(*words, "enter")
    return find(desk.run.timeline, words)


@does("find")
async def _(desk: Desk, key: str) -> None:
    turn = desk.run.timeline.turn_log.values[-1]
    word = (turn.text(turn.times[-1]).reply or "").split()[0]
    desk.playhead.go_start()
    await desk.use(key)
    assert is_a(desk, FindDialog)
    await desk.press(*word, "enter")
    hits = find(desk.run.timeline, word).hits
    assert desk.playhead.time() == hits[0].t
    assert f"match 1 of {len(hits)}" in desk.app.lines()[-5]
    transcript = desk.run.query_one(Transcript)
    rows = range(transcript.size.height)
    found = [segment for y in rows for segment in transcript.render_line(y) if _reversed(segment)]
    assert {segment.text.lower() for segment in found} == {word.lower()}


def _reversed(segment: Segment) -> bool:
    return segment.style is not None and bool(segment.style.reverse)


@does("findings")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, FindingsDialog)
    await desk.press("enter")
    assert desk.screen is desk.run
    assert not desk.playhead.following


@does("find_next")
async def _(desk: Desk, key: str) -> None:
    desk.playhead.go_start()
    times = sorted({hit.t for hit in (await _find(desk, "a")).hits})
    seen = [desk.playhead.time()]
    for _ in range(2):
        await desk.use(key)
        seen.append(desk.playhead.time())
    assert seen == [times[place % len(times)] for place in range(3)]


@does("find_previous")
async def _(desk: Desk, key: str) -> None:
    desk.playhead.go_start()
    hits = (await _find(desk, "a")).hits
    first = desk.playhead.time()
    await desk.use(key)
    # Before the first comes the last.
    assert desk.playhead.time() == hits[-1].t
    if desk.where == "live":
        desk.run.set_focus(None)
        await desk.press("n")
        assert desk.screen is desk.run
        assert desk.playhead.time() == first


@does("forget_found")
async def _(desk: Desk, key: str) -> None:
    desk.playhead.go_start()
    await _find(desk, "the")
    desk.run.set_focus(None)
    await desk.press(key)
    assert not desk.run.transport.found.words
    assert is_a(desk, type(desk.run))


@does("resume")
async def _(desk: Desk, key: str) -> None:
    replay = desk.screen
    await desk.use(key)
    await desk.until(lambda: is_a(desk, HomeScreen), "the scene's model is not here: which one?")
    live, desk.app.live = desk.app.live, None
    assert live is not None
    said = [message.text for message in live.conversation.messages]
    assert said == [scenes.QUESTION, scenes.ANSWER, scenes.SECOND, scenes.CODE]
    while desk.screen is not replay:
        desk.app.pop_screen()
    live.close()
    await desk.settle()


@does("trials")
async def _(desk: Desk, key: str) -> None:
    await desk.press(key)
    assert not desk.run.query_one(TrialTable).display, "this run has no benchmark"
    t = desk.playhead.time()
    start = events.BenchmarkStart(t=t, benchmark=1, plan="tokens", points=[])
    desk.run.timeline.add(start)
    desk.run.frame()
    assert desk.run.query_one(TrialTable).display
    await desk.press(key)
    assert not desk.run.query_one(TrialTable).display
    await desk.press(key)
    assert desk.run.query_one(TrialTable).display
    desk.run.timeline.benchmarks.clear()


@does("loop")
async def _(desk: Desk, key: str) -> None:
    t = await _settled_at(desk, 10)
    await desk.use(key)
    desk.playhead.go_to(t + 4.0)
    await desk.use(key)
    assert desk.playhead.loop == (t, t + 4.0)
    assert desk.playhead.playing
    assert "──┤" in desk.app.lines()[-4]
    assert "↻" in desk.app.lines()[-2]
    await desk.use(key)
    assert desk.playhead.loop is None


@does("slower")
async def _(desk: Desk, key: str) -> None:
    speeds = []
    for _ in range(4):
        await desk.use(key)
        speeds.append(desk.playhead.speed)
    assert speeds == [0.5, 0.25, 0.25, 0.25]
    assert "0.25×" in desk.app.lines()[0]


@does("faster")
async def _(desk: Desk, key: str) -> None:
    desk.playhead.speed = 16.0
    speeds = []
    for _ in range(3):
        await desk.use(key)
        speeds.append(desk.playhead.speed)
    assert speeds == [32.0, 64.0, 64.0]
    assert "64×" in desk.app.lines()[0]


# -- panes, themes, lists --------------------------------------------------------------------------


@does("enlarge")
async def _(desk: Desk, key: str) -> None:
    await desk.press("f9", "f9")
    selected = desk.run.deck.selected_pane()
    assert selected is not None
    await desk.press(key)
    zoom = desk.run.query_one(ZoomView)
    assert desk.run.enlarged
    assert zoom.face.name == selected.face.name == "memory"
    assert "memory" in desk.region_text(zoom)
    await desk.press("escape")
    assert not desk.run.enlarged
    assert not zoom.display
    assert "memory" in desk.region_text(selected)


@does("next_pane")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    first = desk.run.deck.selected_pane()
    await desk.press(key)
    second = desk.run.deck.selected_pane()
    panes = list(desk.run.query(Pane))
    assert (first, second) == (panes[0], panes[1])
    for _ in panes[1:]:
        await desk.press(key)
    assert desk.run.deck.selected_pane() is None, "after the last comes the chat"


@does("theme")
async def _(desk: Desk, key: str) -> None:
    names = our_themes(desk.app)
    place = names.index(desk.app.theme)
    await desk.use(key)
    assert desk.app.theme == names[(place + 1) % len(names)]


@does("open")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, HomeScreen)
    await desk.press("escape")
    assert desk.screen is desk.run


@does("library")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, LibraryScreen)
    await desk.press("escape")
    assert desk.screen is desk.run


@does("chats")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    library = desk.screen
    assert isinstance(library, LibraryScreen)
    assert library.chats
    await desk.press("escape")
    assert desk.screen is desk.run


@does("command_palette")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert picks(desk) == COMMANDS
    await desk.press("escape")
    assert desk.screen is desk.run


# -- the conversation ------------------------------------------------------------------------------


@does("copy")
async def _(desk: Desk, key: str) -> None:
    desk.app.copy_to_clipboard("")
    await desk.use(key)
    assert picks(desk) == COPY
    await desk.press("enter")
    await desk.until(lambda: desk.app.clipboard, "something on the clipboard")
    (*_, last) = desk.texts()
    assert desk.app.clipboard == (last or "").strip() or desk.app.clipboard == last


@does("export")
async def _(desk: Desk, key: str) -> None:
    before = set(desk.folder.glob("*.md"))
    await desk.use(key)
    (path,) = set(desk.folder.glob("*.md")) - before
    written = path.read_text("utf-8")
    for text in desk.texts():
        assert (text or "").strip() in written


@does("mark")
async def _(desk: Desk, key: str) -> None:
    marks = desk.run.timeline.marks
    count = len(marks)
    t = await _settled_at(desk, 3)
    await desk.use(key)
    assert is_a(desk, NoteDialog)
    await desk.press("x", "enter")
    await desk.until(lambda: len(marks) > count, "the mark")
    place = list(marks.times).index(t)
    assert marks.values[place].note == "x"
    assert "⚑" in "".join(desk.app.lines()[-5:])


@does("record")
async def _(desk: Desk, key: str) -> None:
    recorder = desk.live.recorder
    on = recorder.on
    await desk.use(key)
    assert recorder.on is not on
    sign = "○ not recorded" if on else "● REC"
    await desk.until(lambda: sign in desk.app.lines()[0], sign)


@does("bench")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, PlanChooser)


@does("settings")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert is_a(desk, SettingsDialog)
    field = desk.screen.query_one("#temperature", Input)
    field.value = "0.7"
    await desk.press("ctrl+s")
    assert desk.screen is desk.run
    await desk.say("warm?")
    assert desk.engine.chats()[-1].sampling.temperature == 0.7


@does("new_conversation")
async def _(desk: Desk, key: str) -> None:
    await desk.say("before")
    await desk.use(key)
    if is_plain(key):
        assert is_a(desk, ConfirmDialog)
        assert len(desk.live.conversation) > 0, "nothing is lost before it was asked"
        await desk.press("enter")
    assert len(desk.live.conversation) == 0
    await desk.until(lambda: "Shift+F11 goes back" in "".join(desk.app.lines()), "a way back")
    await desk.until(lambda: desk.texts() == [], "an empty transcript")
    await desk.say("after")
    assert [message.text for message in desk.engine.chats()[-1].messages] == ["after"]


@does("regenerate")
async def _(desk: Desk, key: str) -> None:
    asked = desk.engine.chats()[-1]
    await desk.use(key)
    await desk.until(lambda: desk.engine.chats()[-1] is not asked, "a second turn")
    again = desk.engine.chats()[-1]
    assert (again.messages, again.index) == (asked.messages, asked.index)
    assert again.turn == asked.turn + 1
    await desk.until(lambda: not desk.live.answering, "its end")


@does("edit")
async def _(desk: Desk, key: str) -> None:
    desk.prompt.text = "half a thought"
    await desk.use(key)
    assert picks(desk) == EDIT
    # The newest comes first: the one before it is the first message.
    await desk.press("down", "enter")
    assert desk.prompt.has_focus
    first = desk.prompt.text
    assert first == desk.live.conversation.messages[0].text
    await desk.press("!", "enter")
    await desk.until(lambda: not desk.live.answering, "the reply")
    assert [m.text for m in desk.engine.chats()[-1].messages] == [f"{first}!"]
    assert desk.prompt.text == "half a thought"
    await desk.until(lambda: len(desk.texts()) == 2, "what came later is cut off")


@does("unload")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    await desk.until(lambda: desk.live.model is None, "no model")
    await desk.until(lambda: "no model" in desk.app.lines()[0], "the header says so")
    desk.prompt.focus()
    await desk.press("x", "enter")
    assert desk.prompt.text == "x", "what cannot be sent is kept"


@does("engine_log")
async def _(desk: Desk, key: str) -> None:
    desk.engine.die()
    await desk.until(lambda: desk.run.check_action("engine_log", ()), "a log to show")
    await desk.use(key)
    assert is_a(desk, TextDialog)
    assert "out of memory" in "".join(desk.app.lines())


@does("broken_run")
async def _(desk: Desk, key: str) -> None:
    lost = scenes.write(desk.folder / "lost.jsonl", scenes.scene()[:-1])
    info = inspect(lost)
    assert info is not None
    live = desk.run
    assert isinstance(live, LiveScreen)
    assert not live.check_action("broken_run", ())
    live._offer_broken_run(info)
    await desk.use(key)
    await desk.until(lambda: is_a(desk, FindingsDialog), "what stands out before its end")
    await desk.press("escape")
    assert is_a(desk, ReplayScreen)
    playhead = desk.run.playhead
    assert not playhead.playing
    assert playhead.time() == playhead.end
    assert not live.check_action("broken_run", ())
    await desk.press("escape")
    await desk.until(lambda: desk.run is live, "the run again")


@does("restart_engine")
async def _(desk: Desk, key: str) -> None:
    messages, starts = len(desk.live.conversation), desk.engine.starts
    desk.engine.die()
    said = "Ctrl+B restarts the engine"
    await desk.until(lambda: said in "".join(desk.app.lines()), "the sentence")
    await desk.use(key)
    assert desk.engine.starts == starts + 1
    await desk.until(lambda: desk.live.model and not desk.live.loading, "the model it had")
    await desk.say("still there?")
    assert len(desk.engine.chats()[-1].messages) == messages + 1, "the conversation is kept"


# -- leaving ---------------------------------------------------------------------------------------


@does("prompt")
async def _(desk: Desk, key: str) -> None:
    desk.run.set_focus(None)
    await desk.press(key)
    assert desk.prompt.has_focus
    assert desk.prompt.text == "", "the key itself is not typed"


@does("suggestion")
async def _(desk: Desk, key: str) -> None:
    await desk.press("ctrl+n")
    await desk.until(lambda: desk.prompt.offers, "suggestions")
    desk.run.set_focus(None)
    await desk.press(key)
    assert (desk.prompt.has_focus, desk.prompt.text) == (True, desk.prompt.offers[0])


@does("stop")
async def _(desk: Desk, key: str) -> None:
    desk.engine.waits = True
    await desk.say("go on")
    await desk.until(lambda: desk.live.answering, "the reply")
    await desk.press(key)
    await desk.until(lambda: not desk.live.answering, "its end")
    end = desk.run.timeline.turns[desk.live.turn].end
    assert end is not None
    assert end.finish_reason == "cancelled"


@does("restore")
async def _(desk: Desk, key: str) -> None:
    await desk.press("f8")
    assert desk.run.enlarged
    await desk.press(key)
    assert not desk.run.enlarged
    assert desk.run.query_one(Transcript).region.width


@does("leave_edit")
async def _(desk: Desk, key: str) -> None:
    desk.prompt.text = "a draft"
    before = list(desk.live.conversation.messages)
    await desk.press("ctrl+o", "enter", "!")
    assert desk.prompt.editing
    await desk.press(key)
    assert not desk.prompt.editing
    assert desk.prompt.text == "a draft"
    assert desk.live.conversation.messages == before


@does("leave", "live")
async def _(desk: Desk, key: str) -> None:
    desk.prompt.focus()
    await desk.press(key)
    assert not isinstance(desk.run.focused, Prompt)
    await desk.press("t")
    assert desk.app.theme != "mlxtop-dark", "plain keys act"


@does("leave", "replay")
async def _(desk: Desk, key: str) -> None:
    # There is nowhere to go back to from a replay that was opened alone.
    depth = len(desk.app.screen_stack)
    await desk.press(key)
    assert len(desk.app.screen_stack) == depth


@does("quit")
async def _(desk: Desk, key: str) -> None:
    await desk.use(key)
    assert desk.app.return_code == 0
    assert not desk.app.is_running


@does("suspend")
async def _(desk: Desk, key: str) -> None:
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        # Whether the job really stops is seen in a terminal of its own.
        patch.setattr(MlxtopApp, "action_suspend_process", lambda self: asked.append(key))
        await desk.use(key)
    assert asked == [key]


# -- all of them, one after another ----------------------------------------------------------------

ENDS = {"quit"}
"""Actions after which no other key can be pressed."""


async def _prepare(desk: Desk) -> None:
    """Bring the app back to where every check begins."""
    while desk.screen is not desk.run:
        desk.app.pop_screen()
        await desk.pilot.pause()
    run = desk.run
    if run.enlarged:
        run.deck.action_restore()
    run.deck.show_page(None)
    run.set_focus(None)
    desk.app.theme = "mlxtop-dark"
    if desk.where == "replay":
        if desk.playhead.playing:
            desk.playhead.toggle()
        desk.playhead.speed = 1.0
        desk.playhead.go_to(scenes.IDLE_MOMENT)
    else:
        await _prepare_live(desk)
    run.transport.moved()
    await desk.pilot.pause()


async def _prepare_live(desk: Desk) -> None:
    live, engine = desk.live, desk.engine
    engine.waits = False
    desk.playhead.go_end()
    desk.prompt.leave_edit()
    desk.prompt.text = ""
    if not engine.alive:
        live.restart_engine()
        await desk.until(lambda: not live.loading, "the engine")
    if live.model is None:
        live.load(ModelSpec(model="made/up"))
        await desk.until(lambda: live.model, "the model")
    while len(live.conversation) < 4:
        await desk.say(f"message {len(live.conversation)}")


def _opened(
    where: str, folder: Path, patch: pytest.MonkeyPatch
) -> AbstractAsyncContextManager[Desk]:
    # No clipboard program: what is copied stays in the app.
    patch.setattr("mlxtop.tui.chat.clipboard.find_program", lambda: None)
    patch.chdir(folder)
    size = (100, 30)
    return living(folder, size=size) if where == "live" else replaying(folder, size=size)


Case = tuple[str, str]
"""An action and one of its keys."""


async def _check_all(where: str, folder: Path, patch: pytest.MonkeyPatch) -> dict[Case, Exception]:
    """Check every key in one app; after one that fails comes a new app. Return what failed."""
    failed: dict[Case, Exception] = {}
    waiting = deque(
        (action.id, key)
        for action in ACTIONS
        if where in places(action) and action.id not in ENDS
        for key in keys_of(action)
    )
    while waiting:
        async with _opened(where, folder, patch) as desk:
            while waiting:
                action, key = waiting.popleft()
                try:
                    await _prepare(desk)
                    await CHECKS[action, where](desk, key)
                except Exception as reason:  # noqa: BLE001 (told by the test of its action)
                    failed[action, key] = reason
                    break
    return failed


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[Case, Exception]]:
    """Return a function from `live` or `replay` to what failed there."""

    @cache
    def checked(where: str) -> dict[Case, Exception]:
        with pytest.MonkeyPatch.context() as patch:
            return asyncio.run(_check_all(where, tmp_path_factory.mktemp(where), patch))

    return checked


def test_every_action_is_checked_wherever_it_acts() -> None:
    assert set(CHECKS) == {(action.id, where) for action, where in CASES}
    assert all(keys_of(action) for action in ACTIONS)


@pytest.mark.parametrize(
    ("action", "where"), CASES, ids=[f"{action.id}-{where}" for action, where in CASES]
)
def test_every_key_does_what_the_help_says(
    action: Action, where: str, failed: Callable[[str], dict[Case, Exception]]
) -> None:
    for key in keys_of(action):
        reason = failed(where).get((action.id, key))
        if reason is not None:
            raise AssertionError(f"{key}: {action.help}") from reason


@pytest.mark.parametrize("where", ["live", "replay"])
@pytest.mark.parametrize("key", keys_of(BY_ID["quit"]))
async def test_keys_that_quit(
    where: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(where, tmp_path, monkeypatch) as desk:
        await CHECKS["quit", where](desk, key)
