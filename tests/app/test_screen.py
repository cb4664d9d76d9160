"""The screen as it is used: what the footer offers, what Esc does, what is drawn and what not."""

import threading
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widgets import OptionList

from mlxtop import events, plots
from mlxtop.actions import BY_ID
from mlxtop.actions.key_names import keys_of
from mlxtop.actions.table import STAY, actions_in, at, split
from mlxtop.config import Config, joined
from mlxtop.sources.playhead import SPEEDS
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.pick import PickDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.panes import Pane
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.themes import our_themes
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.timeline_strip import TimelineStrip
from tests.app import scenes
from tests.app.desk import Desk, is_a, living, replaying

SIZES = [(1, 1), (5, 3), (20, 5), (40, 12), (100, 9), (250, 70)]


def footer(desk: Desk) -> set[str]:
    """Return the actions that the footer shows; a plain key may ask first."""
    names = {key.action.removeprefix("app.") for key in desk.run.query_one(KeyFooter).keys}
    return {name.removeprefix("ask_") for name in names}


# -- the footer, the palette, the help -------------------------------------------------------------


async def test_the_footer_of_a_live_run_shows_what_acts_now(tmp_path: Path) -> None:
    always = {"help", "quit", "freeze", "mark", "open", "settings", "bench", "next_theme"}
    async with living(tmp_path, size=(160, 40)) as desk:
        await desk.until(lambda: footer(desk) == always | {"leave"}, "the keys of a prompt")
        await desk.press("escape")
        await desk.until(lambda: footer(desk) == always | {"prompt"}, "the keys outside of it")
        await desk.press("space")
        now = always | {"prompt", "go_end"}
        await desk.until(lambda: footer(desk) == now, "a way back to now")
        await desk.press("end")
        desk.engine.waits = True
        await desk.say("go on")
        await desk.until(lambda: footer(desk) == always | {"stop"}, "a way to stop")
        await desk.press("escape")
        await desk.until(lambda: footer(desk) == always | {"leave"}, "what was before")
        await desk.press("ctrl+o", "enter")
        await desk.until(lambda: footer(desk) == always | {"leave_edit"}, "a way out of an edit")
        await desk.press("escape")
        desk.engine.die()
        now = always | {"leave", "restart_engine", "engine_log"}
        await desk.until(lambda: footer(desk) == now, "a way to start it again")


async def test_the_footer_of_a_replay_shows_what_acts_now(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        await desk.settle()
        shown = footer(desk)
        steps = {"step('sample', False)", "skip_back"}
        assert {"freeze", *steps, "slower", "go_to", "find", "quit"} <= shown
        assert not shown & {"leave", "prompt", "stop", "restart_engine", "mark", "settings"}
        await desk.press("z")
        await desk.until(lambda: "restore" in footer(desk), "a way back from an enlarged pane")


@pytest.mark.parametrize("width", [60, 80])
async def test_help_and_quit_are_never_cut_off_the_footer(tmp_path: Path, width: int) -> None:
    def seen() -> bool:
        last = desk.app.lines()[-1]
        return "help" in last and "quit" in last

    async with living(tmp_path, size=(width, 30)) as desk:
        await desk.until(seen, "help and quit in a live run")
    async with replaying(tmp_path, size=(width, 30)) as desk:
        await desk.until(seen, "help and quit in a replay")


async def test_the_palette_lists_every_action_that_acts_now(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(120, 60)) as desk:
        await desk.press("ctrl+p")
        assert isinstance(desk.screen, PickDialog)
        options = desk.screen.query_one(OptionList).options
        shown = "\n".join(str(option.prompt) for option in options)
        absent = {
            *("restore", "leave", "command_palette"),
            "trials",  # of a benchmark only
            *("forget_found", "find_next", "find_previous"),
        }
        here = {acts.action.id for acts in actions_in("replay")} - absent
        for acts in (*actions_in("replay"), *actions_in("live")):
            assert (acts.help in shown) == (acts.action.id in here), acts.action.id


async def test_the_palette_does_what_was_chosen(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        theme = desk.app.theme
        await desk.press("ctrl+p", *BY_ID["theme"].help)
        await desk.press("enter")
        await desk.until(lambda: desk.app.theme != theme, "the next theme")


REMAPPED = {"theme": ["f5", "w"], "freeze": ["ctrl+f"], "go_start": ["0"]}


async def test_keys_of_ones_own_act_and_the_old_ones_do_not(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=Config(keys=REMAPPED)) as desk:
        theme = desk.app.theme
        await desk.press("ctrl+t", "t")
        assert desk.app.theme == theme
        await desk.press("f5")
        assert desk.app.theme == our_themes(desk.app)[1]
        await desk.press("w")
        assert desk.app.theme == our_themes(desk.app)[2]
        await desk.press("f2")
        assert not desk.playhead.playing
        # Only the key that always acts was chosen: the plain one stays.
        await desk.press("ctrl+f")
        assert desk.playhead.playing
        await desk.press("space")
        assert not desk.playhead.playing
        await desk.press("0")
        assert desk.playhead.time() == desk.playhead.start


async def test_the_help_shows_the_keys_that_hold(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=Config(keys=REMAPPED), size=(120, 60)) as desk:
        await desk.press("f1")
        assert isinstance(desk.screen, HelpScreen)
        shown = {entry.text: entry.name for entry in desk.screen.entries}
        chosen = joined(REMAPPED)
        for acts in (*actions_in("replay"), *actions_in("live")):
            if at(acts.action, "replay") is None:
                assert acts.help not in shown
            elif acts.help:
                assert shown[acts.help] == keys_of(acts, chosen)
        assert shown[BY_ID["theme"].help] == "F5 or w"
        await desk.press(*"next theme")
        assert [entry.name for entry in desk.screen.entries] == ["F5 or w"]
        await desk.settle()
        assert "F5 or w" in "\n".join(desk.app.lines())


async def test_the_help_says_once_what_a_gigabyte_is_and_figures_keep_to_it(
    tmp_path: Path,
) -> None:
    async with replaying(tmp_path, size=(200, 60)) as desk:
        await desk.settle()
        header, *rest = desk.app.lines()
        assert "128 GiB" in header
        assert "137 GB" in "".join(rest), "the same memory, where it is compared with sizes"
        assert "GiB" not in "".join(rest)
        await desk.press("f1")
        await desk.settle()
        assert isinstance(desk.screen, HelpScreen)
        shown = " ".join(entry.text for entry in desk.screen.entries)
        assert shown.count("1 GB is 10⁹ bytes") == 1
        assert "128 GiB are 137 GB" in shown


async def test_plain_keys_are_text_in_the_prompt(tmp_path: Path) -> None:
    keys = [key for acts in actions_in("live") for key in split(acts.keys)]
    plain = "".join(key for key in keys if len(key) == 1)
    async with living(tmp_path) as desk:
        await desk.press(*plain, "space", "x")
        assert desk.prompt.text == plain + " x"
        assert desk.screen is desk.run
        assert desk.playhead.following
        assert not desk.run.enlarged
        assert desk.app.theme == "mlxtop-dark"


async def test_escape_does_the_first_thing_there_is_to_do(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.say("one")
        await desk.press("ctrl+o", "enter")
        desk.engine.waits = True
        desk.live.regenerate()
        await desk.until(lambda: desk.live.answering, "a reply")
        await desk.press("f8")
        assert desk.run.enlarged

        await desk.press("escape")
        await desk.until(lambda: not desk.live.answering, "the reply is stopped")
        assert desk.run.enlarged
        await desk.press("escape")
        assert not desk.run.enlarged
        assert desk.prompt.editing
        assert desk.prompt.has_focus, "who wrote, writes on"
        await desk.press("escape")
        assert not desk.prompt.editing
        assert desk.prompt.has_focus
        await desk.press("escape")
        assert not desk.prompt.has_focus


async def test_a_new_conversation_leaves_the_message_that_was_edited(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.say("one")
        await desk.press("x", "ctrl+o", "enter")
        assert desk.prompt.editing
        await desk.press("ctrl+n")
        assert not desk.prompt.editing
        assert desk.prompt.text == "x"


@pytest.mark.parametrize("keys", [("C", "escape"), ("C", "n"), ("C", "tab", "enter")])
async def test_a_letter_that_was_meant_for_the_prompt_ends_no_conversation(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with living(tmp_path) as desk:
        await desk.press("escape", "C")
        assert desk.screen is desk.run, "an empty conversation asks nothing"
        await desk.say("one")
        await desk.press("escape", *keys)
        assert desk.screen is desk.run
        assert len(desk.live.conversation) == 2


async def test_an_earlier_conversation_is_found_again(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.say("one")
        asked = desk.playhead.end
        await desk.press("ctrl+n")
        await desk.until(lambda: desk.texts() == [], "an empty transcript")
        desk.playhead.go_to(asked)
        assert desk.texts()[0] == "one"


@pytest.mark.parametrize("where", ["live", "replay"])
async def test_keys_of_the_other_kind_of_run_say_so(tmp_path: Path, where: str) -> None:
    there = {"live": "Only in a replay: ", "replay": "Only in a live run: "}[where]
    other = "replay" if where == "live" else "live"
    foreign = [acts for acts in actions_in(other) if at(acts.action, where) is None]
    # A key that does something here does that.
    taken = {key for acts in actions_in(where) for key in split(acts.keys)} | STAY
    assert foreign
    opened = living(tmp_path) if where == "live" else replaying(tmp_path)
    async with opened as desk:
        shown = footer(desk)
        for acts in foreign:
            for key in split(acts.keys):
                if key in taken:
                    continue
                await desk.use(key)
                line = desk.region_text(desk.run.query_one(StatusLine))
                assert there + acts.help[:12].lower() in line, key
                assert desk.screen is desk.run
        assert footer(desk) <= shown | {"leave", "prompt"}


async def test_a_function_key_of_ones_own_for_what_has_none(tmp_path: Path) -> None:
    keys = {"faster": ["ctrl+up"], "token_forward": ["f5"], "suspend": ["W"]}
    async with replaying(tmp_path, config=Config(keys=keys)) as desk:
        await desk.press("ctrl+up", "ctrl+up")
        assert desk.playhead.speed == 4
        first = desk.run.timeline.turn_log.values[0].times[0]
        desk.playhead.go_start()
        await desk.press("f5")
        assert desk.playhead.time() == first
        assert "unbound" not in "".join(desk.app.lines())


async def test_a_key_of_ones_own_that_only_a_live_run_has_otherwise(tmp_path: Path) -> None:
    keys = {"faster": ["m"], "slower": ["u"]}
    async with replaying(tmp_path, config=Config(keys=keys)) as desk:
        await desk.press("m", "m")
        assert desk.playhead.speed == 4
        await desk.press("u")
        assert desk.playhead.speed == 2


# -- moments ---------------------------------------------------------------------------------------


async def test_what_is_frozen_stands_still_while_the_run_goes_on(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.say("one")
        await desk.press("f2")
        transcript = desk.run.query_one(Transcript)
        before = transcript.text
        desk.live.send("behind the view")
        await desk.until(lambda: not desk.live.answering, "a reply behind the view")
        desk.run.frame()
        assert transcript.text == before
        await desk.press("ctrl+end")
        await desk.until(lambda: "behind the view" in transcript.text, "now")


async def test_what_is_sent_is_seen_also_from_a_frozen_view(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.press("f2")
        assert desk.playhead.frozen
        await desk.say("hello")
        assert desk.playhead.following
        transcript = desk.run.query_one(Transcript)
        await desk.until(lambda: "made up" in transcript.text, "the reply")


async def test_a_replay_plays_at_every_speed_to_its_end_and_begins_again(tmp_path: Path) -> None:
    async with replaying(tmp_path, t=0.0) as desk:
        await desk.press(*["-"] * len(SPEEDS))
        for speed in SPEEDS:
            assert desk.playhead.speed == speed
            assert f"{speed:g}× paused" in desk.app.lines()[0]
            await desk.press("+")
        await desk.press("space")
        await desk.until(lambda: not desk.playhead.playing, "the end")
        assert desk.playhead.at_end
        await desk.press("space")
        assert desk.playhead.playing
        assert not desk.playhead.at_end


async def test_the_mouse_on_the_strip_looks_at_what_is_under_it(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        start = desk.playhead.start
        # A run that may go on: its strip spans two minutes on 120 cells, a second each.
        desk.playhead.is_growing = True
        desk.run.frame()  # the strip is drawn anew before it is clicked
        await desk.settle()
        await desk.pilot.click(TimelineStrip, offset=(20, 1))
        assert desk.playhead.time() == pytest.approx(start + 20.5)
        await desk.pilot.mouse_down(TimelineStrip, offset=(30, 1))
        await desk.pilot.hover(TimelineStrip, offset=(50, 1))
        await desk.pilot.mouse_up(TimelineStrip, offset=(50, 1))
        await desk.pilot.pause()
        assert desk.playhead.time() == pytest.approx(start + 50.5)
        assert scenes.CODE[:20] not in desk.run.query_one(Transcript).text
        assert scenes.SECOND in desk.run.query_one(Transcript).text


async def test_the_strip_of_a_recording_is_filled_by_it_and_a_click_on_a_mark_means_the_mark(
    tmp_path: Path,
) -> None:
    async with replaying(tmp_path) as desk:
        strip = desk.run.query_one(TimelineStrip)
        flags, track = desk.region_text(strip).splitlines()[:2]
        assert len(track.rstrip()) == strip.size.width
        mark = desk.run.timeline.marks.times[0]
        await desk.pilot.click(TimelineStrip, offset=(flags.index("⚑"), 0))
        assert desk.playhead.time() == mark
        assert "⚑" in desk.region_text(strip).splitlines()[0], "the cursor does not hide it"


async def test_a_marks_note_is_read_where_one_steps_to_it(tmp_path: Path) -> None:
    note = "here it slowed [red]"
    said = [*scenes.scene(), events.Mark(t=scenes.MARK + 10, note=note)]
    async with replaying(tmp_path, said=sorted(said, key=lambda event: event.t)) as desk:
        status = desk.run.query_one(StatusLine)
        for offset, seen in ((-1.0, False), (0.0, True), (3.0, True), (20.0, False)):
            desk.playhead.go_to(scenes.MARK + 10 + offset)
            desk.run.transport.moved()
            await desk.settle()
            assert (f"⚑ {note}" in desk.region_text(status)) == seen, offset
        await desk.press("g", "up", "enter")
        assert desk.playhead.time() == pytest.approx(scenes.MARK + 10, abs=0.002)
        await desk.settle()
        assert f"⚑ {note}" in desk.region_text(status)


async def test_a_frozen_view_reads_the_note_of_a_mark_too(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        desk.live.mark("look here")
        await desk.until(lambda: len(desk.run.timeline.marks), "the mark")
        await desk.press("f2")
        status = desk.run.query_one(StatusLine)
        await desk.until(lambda: "⚑ look here" in desk.region_text(status), "the note")
        assert "Viewing" in desk.region_text(status)


# -- panes -----------------------------------------------------------------------------------------


async def test_a_narrow_screen_shows_one_page_at_a_time(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(60, 24)) as desk:
        titles = ["speed", "memory", "pressure", "GPU", "CPU"]
        transcript = desk.run.query_one(Transcript)
        assert transcript.region.area
        for title, pane in zip(titles, desk.run.query(Pane), strict=True):
            await desk.press("p")
            await desk.settle()
            assert [other for other in desk.run.query(Pane) if other.region.area] == [pane]
            assert not transcript.region.area
            assert title in desk.region_text(pane)
            assert desk.app.lines()[1].strip(), "the key figures stay"
        await desk.press("p")
        await desk.settle()
        assert transcript.region.area
        assert not [pane for pane in desk.run.query(Pane) if pane.region.area]


async def test_escape_clears_the_cursor_of_an_enlarged_pane_and_then_restores_it(
    tmp_path: Path,
) -> None:
    async with replaying(tmp_path) as desk:
        await desk.press("z", "left", "left")
        assert "cursor at" in "\n".join(desk.app.lines())
        await desk.press("escape")
        assert "cursor at" not in "\n".join(desk.app.lines())
        assert desk.run.enlarged
        await desk.press("escape")
        assert not desk.run.enlarged


async def test_enter_and_a_double_key_enlarge_the_pane_with_focus(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        await desk.press("p", "p", "enter")
        assert desk.run.enlarged
        assert "memory" in desk.app.lines()[1]
        await desk.press("z")
        assert not desk.run.enlarged
        selected = desk.run.deck.selected_pane()
        assert selected is not None
        assert selected.face.name == "memory"


async def test_hidden_panes_are_not_drawn(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(60, 24)) as desk:
        await desk.settle()
        drawn = {pane.id: pane.rows_drawn for pane in desk.run.query(Pane)}
        await desk.press("p")
        await desk.press("[", "[", "j")
        await desk.settle()
        for pane in desk.run.query(Pane):
            assert (pane.rows_drawn > drawn[pane.id]) == (pane.face.name == "speed"), pane.face.name


async def test_all_themes_follow_one_another(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(100, 30)) as desk:
        names = our_themes(desk.app)
        assert len(names) >= 6
        looks = set()
        for name in [*names[1:], names[0]]:
            await desk.press("t")
            await desk.settle()
            assert desk.app.theme == name
            looks.add(str(desk.app.cells()))
        assert len(looks) == len(names), "each looks its own way"


async def test_themes_that_are_not_ours_have_all_colours(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(100, 30)) as desk:
        for name in ("textual-light", "nord"):
            assert name not in our_themes(desk.app)
            desk.app.theme = name
            await desk.settle()
            assert "speed" in "".join(desk.app.lines())


def places(desk: Desk) -> dict[str, Region]:
    """Return where everything of the run stands."""
    return {widget.id: widget.region for widget in desk.run.query("*") if widget.id}


@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24), (40, 12)])
async def test_nothing_moves_when_the_status_line_speaks(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with living(tmp_path, size=size) as desk:
        await desk.say("one")
        desk.run.flash("")  # where a first run is recorded
        desk.run.frame()
        await desk.settle()
        before, status = places(desk), desk.run.query_one(StatusLine)
        assert not desk.region_text(status).strip()
        await desk.press("f2")
        await desk.until(lambda: "Viewing" in desk.region_text(status), "a frozen view")
        assert places(desk) == before
        await desk.press("ctrl+end", "ctrl+o", "enter")
        await desk.until(lambda: "Editing" in desk.region_text(status), "an edit")
        assert places(desk) == before
        await desk.press("escape")
        await desk.until(lambda: not desk.region_text(status).strip(), "silence")
        assert places(desk) == before


# -- what costs nothing ----------------------------------------------------------------------------


@pytest.mark.parametrize("enlarged", [False, True])
async def test_a_moment_that_stands_still_is_drawn_once(tmp_path: Path, enlarged: bool) -> None:
    async with replaying(tmp_path) as desk:
        if enlarged:
            await desk.press("z")
        await desk.settle()
        written, frames = len(desk.app.written), []
        draw = desk.run.draw

        def counted(t: float) -> None:
            frames.append(t)
            draw(t)

        desk.run.draw = counted  # type: ignore[method-assign]
        await desk.until(lambda: len(frames) > 5, "frames")
        assert len(set(frames)) == 1
        assert len(desk.app.written) == written


# -- sizes -----------------------------------------------------------------------------------------


async def test_a_run_is_drawn_at_any_size(tmp_path: Path) -> None:
    async with replaying(tmp_path, t=scenes.DECODE_MOMENT) as desk:
        for size in SIZES:
            await desk.resize(*size)
            lines = desk.app.lines()
            assert len(lines) == size[1]
            if size >= (20, 5):
                assert "tok/s" in "".join(lines), size
            if size < (100, 9):
                await desk.press(
                    "z", "escape", "p", "p", "z", "escape", "?", "escape", "g", "escape"
                )
        assert desk.app.return_code is None


async def test_a_live_run_is_drawn_at_any_size(tmp_path: Path) -> None:
    async with living(tmp_path) as desk:
        await desk.say("hello")
        for size in SIZES:
            await desk.resize(*size)
            desk.run.frame()
            await desk.pilot.pause()
            assert len(desk.app.lines()) == size[1]
            if size >= (20, 5):
                assert desk.prompt.region.area, f"one can write at {size}"


async def test_the_first_screen_is_drawn_at_any_size(tmp_path: Path) -> None:
    async with living(tmp_path, model=None) as desk:
        await desk.until(lambda: is_a(desk, HomeScreen), "the first screen")
        for size in SIZES:
            await desk.resize(*size)
            assert len(desk.app.lines()) == size[1]
            if size >= (20, 5):
                assert "models" in "".join(desk.app.lines()), size
        await desk.press("f1")
        assert is_a(desk, HelpScreen)


@pytest.mark.parametrize(
    ("width", "name"),
    [
        (200, "mlx-community/Llama-3.2-3B-Instruct-4bit  3.21 B"),
        (130, "mlx-community/Llama-3.2-3B-Instruct-4bit  3.21 B parameters   "),
        (100, "mlx-community/Llama-3.2-3B-Instruct-4bit "),
        (90, " Llama-3.2-3B-Instruct-4bit"),
        (40, "Llama-3.2-3B-Instru…"),
    ],
)
async def test_the_header_names_the_model_in_as_many_words_as_fit(
    tmp_path: Path, width: int, name: str
) -> None:
    async with replaying(tmp_path, size=(width, 24)) as desk:
        await desk.settle()
        assert name in desk.app.lines()[0]


async def test_arrows_move_in_a_replay_wherever_the_focus_is(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        strip = desk.run.query_one(TimelineStrip)
        assert desk.run.focused is not strip
        times = [desk.playhead.time()]
        for key in ("left", "shift+left", "shift+right", "right"):
            await desk.press(key)
            times.append(desk.playhead.time())
        assert times[1] < times[0]
        assert times[1] - times[2] == pytest.approx(6 * (times[0] - times[1]))
        assert times[3] == pytest.approx(times[1])
        assert times[4] == pytest.approx(times[0])


async def test_charts_are_imported_after_the_first_frame_and_not_on_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = RunScreen.frame
    done: list[tuple[str, bool]] = []

    def noted(what: str) -> None:
        done.append((what, threading.current_thread() is threading.main_thread()))

    def drawn(screen: RunScreen) -> None:
        noted("frame")
        frame(screen)

    monkeypatch.setattr(RunScreen, "frame", drawn)
    monkeypatch.setattr(plots, "load", lambda: noted("charts"))
    async with replaying(tmp_path) as desk:
        await desk.until(lambda: ("charts", False) in done, "the charts")
    assert done[0] == ("frame", True)
    assert ("charts", True) not in done
