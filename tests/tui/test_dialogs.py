"""The dialogs: what they return, what they refuse, and that they fit small screens."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from textual.events import Paste
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static, TextArea

from mlxtop.events import Sampling
from mlxtop.findings import Finding, Severity
from mlxtop.tui.chat.clipboard import Copyable
from mlxtop.tui.dialogs.find import FindDialog, FindingsDialog
from mlxtop.tui.dialogs.go_to import GoToDialog
from mlxtop.tui.dialogs.moment import RunSpan, parse_moment
from mlxtop.tui.dialogs.pick import TextDialog, copy_picker, edit_picker
from mlxtop.tui.dialogs.question import ConfirmDialog, NoteDialog
from mlxtop.tui.dialogs.settings import FIELDS, SettingsDialog
from tests.tui.chat_app import ChatApp, Talk

SIZES = [(100, 50), (40, 12), (20, 5), (1, 1)]


async def answers(dialog: Screen[Any], *keys: str, size: tuple[int, int] = (80, 24)) -> object:
    """Return what the dialog returns after these keys; "open" where it is still open."""
    app = ChatApp(Talk().timeline)
    async with app.run_test(size=size) as pilot:
        app.ask(dialog)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return app.results[-1] if app.results else "open"


def talk() -> Talk:
    said = Talk()
    for n, text in enumerate(("first [red]", "second\nline", "third\x1b")):
        said.say(2 * n, text)
        said.reply(2 * n + 1, "answer")
    return said


ALL: dict[str, Callable[[], Screen[Any]]] = {
    "settings": lambda: SettingsDialog(Sampling(), "Be kind.\n" * 5),
    "edit": lambda: edit_picker(talk().timeline.transcript.at(1e9)),
    "copy": lambda: copy_picker([Copyable("code", "[x]\x1b\n" * 50)] * 100, nothing="no"),
    "note": NoteDialog,
    "go to": lambda: GoToDialog(start=10, now=20, end=100, wall=1e9),
    "go to a mark": lambda: GoToDialog(
        start=10, now=20, end=100, wall=1e9, marks=[(t, "[x]\x1b " * 30) for t in range(10, 99)]
    ),
    "find": lambda: FindDialog(talk().timeline, start=0, now=2, words="d"),
    "find in nothing": lambda: FindDialog(Talk().timeline, start=0, now=2, words=""),
    "findings": lambda: FindingsDialog(
        [Finding(t, severity, "[x]\x1b " * 30) for t, severity in enumerate(Severity)],
        title="findings",
        start=0,
    ),
    "confirm": lambda: ConfirmDialog("Really?\x1b", detail="http://x/" + "[a]" * 700),
    "text": lambda: TextDialog("log [b]", "line [red]\x1b\n" * 500),
}


@pytest.mark.parametrize("size", SIZES)
async def test_every_dialog_draws_at_any_size_and_leaves_with_escape(
    size: tuple[int, int],
) -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test(size=size) as pilot:
        for name, dialog in ALL.items():
            app.results.clear()
            app.ask(dialog())
            await pilot.pause()
            await pilot.press("down", "x", "escape")
            await pilot.pause()
            assert app.results == [None], name


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["enter"], False),
        (["left", "enter"], True),
        (["tab", "enter"], True),
        (["escape"], None),
    ],
)
async def test_confirm(keys: list[str], answer: bool | None) -> None:
    assert await answers(ConfirmDialog("Really?"), *keys) is answer


async def test_a_question_may_begin_at_yes() -> None:
    for keys, answer in ((["enter"], True), (["tab", "enter"], False), (["escape"], None)):
        assert await answers(ConfirmDialog("Really?", begin_with=True), *keys) is answer


async def test_what_is_found_is_listed_from_the_moment_on_and_wraps() -> None:
    def dialog(now: float) -> FindDialog:
        return FindDialog(talk().timeline, start=0, now=now, words="")

    for now, keys, place in ((0.03, "i", 1), (0.07, "i", 2), (99.0, "i", 0)):
        answer = await answers(dialog(now), *keys, "enter")
        assert isinstance(answer, tuple)
        found, hit = answer
        assert [one.text for one in found.hits] == ["i", "i", "i"]
        assert hit is found.hits[place]
    assert await answers(dialog(0.5), *"nothing like it", "enter") == "open"
    assert await answers(dialog(0.5), "i", "down", "enter") is not None


async def test_a_finding_leads_to_its_moment() -> None:
    found = [Finding(7.5, Severity.CRITICAL, "worst"), Finding(3.0, Severity.NOTE, "less")]
    dialog = FindingsDialog(found, title="findings", start=0)
    assert await answers(dialog, "down", "enter") == 3.0


@pytest.mark.parametrize(
    ("keys", "note"), [(["h", "i", "enter"], "hi"), (["enter"], ""), (["a", "escape"], None)]
)
async def test_note(keys: list[str], note: str | None) -> None:
    assert await answers(NoteDialog(), *keys) == note


async def test_a_pasted_note_becomes_one_visible_line() -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(NoteDialog())
        await pilot.pause()
        app.screen.query_one(Input).value = "a\x1b[31m\u202eb"
        await pilot.press("enter")
        assert app.results == ["a␛[31m‹202E›b"]


@pytest.mark.parametrize("name", ["settings", "edit", "copy", "note", "go to", "find"])
async def test_what_is_pasted_is_cleaned(name: str) -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(ALL[name]())
        await pilot.pause()
        for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
            # As bracketed paste gives it, and so inserted once.
            text = "a\x1b[31m\x9b\u202e\u200eb\tc"
            area = isinstance(field, TextArea)
            before = field.text if isinstance(field, TextArea) else ""
            if isinstance(field, Input):
                field.value = ""
            field.post_message(Paste(text))
            await pilot.pause()
            now = field.text if isinstance(field, TextArea) else field.value
            assert now == ("a[31mb\tc" + before if area else "a[31mb c")


async def test_a_system_prompt_is_shown_without_control_characters() -> None:
    answer = await answers(SettingsDialog(Sampling(), "Be\x1b[31m \x9bkind.\u202e"), "ctrl+s")
    assert answer == (Sampling(), "Be[31m kind.")
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(SettingsDialog(Sampling(), "\x1b[31m"))
        await pilot.pause()
        assert app.screen.query_one(TextArea).text == "[31m"


# -- moments -----------------------------------------------------------------------------------

WALL = datetime.datetime(2026, 3, 1, 14, 5, 10, 500_000).timestamp()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1:23", 1083),
        ("0:00", 1000),
        ("90", 1090),
        ("90s", 1090),
        ("1m30", 1090),
        ("1h", 4600),
        ("2 min", 1120),
        ("1.5", 1001.5),
        ("1,5s", 1001.5),
        ("-30s", 1970),
        ("−30", 1970),
        ("+10", 2010),
        ("+1:00", 2060),
        ("- 1m", 1940),
        (" 14:05:20 ", 1009.5),
        ("14:05:10", 1000),
        ("14:05:11.25", 1000.75),
        ("15:00:00", 1000 + 54 * 60 + 49.5),
        ("00:05:10", 1000 + 10 * 3600 - 0.5),
        ("90:00", 6400),
    ],
)
def test_moments(text: str, moment: float) -> None:
    assert parse_moment(text, start=1000, now=2000, wall_anchor=WALL) == pytest.approx(moment)


def test_three_parts_count_from_the_start_where_no_wall_time_is_known() -> None:
    assert parse_moment("1:02:03", start=1000, now=0, wall_anchor=None) == 1000 + 3723


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "x",
        "1:2",
        "1:99",
        "--3",
        "+",
        "25:00:00",
        "14:05",
        "1e9",
        "1:2:3:4",
        "٣",
        "9" * 99,
    ],
)
def test_what_is_no_moment_is_a_sentence(text: str) -> None:
    answer = parse_moment(text, start=1000, now=2000, wall_anchor=WALL)
    if text == "14:05":
        assert answer == 1845
    else:
        assert isinstance(answer, str)
        assert answer.endswith(".")


@pytest.mark.parametrize("text", ["99:99", "1:2", "+0:75", "1:99:00", "25:00:00"])
def test_a_time_that_cannot_be_says_why_and_how_one_is_written(text: str) -> None:
    answer = parse_moment(text, start=1000, now=2000, wall_anchor=WALL)
    assert isinstance(answer, str)
    assert answer.startswith(f"{text} is not a time")
    assert "59" in answer
    assert "Write 1:23 or 90" in answer


RUN = RunSpan(1000, 1100, WALL, [(1042.0, "First note"), (1060.0, "second note")])


def test_before_any_moment_is_looked_at_a_time_means_what_it_means_later() -> None:
    for text in ("1:23", "14:05:30", "note", "second"):
        assert RUN.moment(text) == RUN.moment(text, 1050.0)
    assert RUN.moment("first NOTE") == 1042.0
    assert (RUN.moment("-30s"), RUN.moment("+10")) == (1070.0, 1010.0)
    assert (RUN.moment("-30s", 1050.0), RUN.moment("+10", 1050.0)) == (1020.0, 1060.0)
    for now, words in ((None, "-30s (from its end), +10 (from the start)"), (1050.0, "from here")):
        said = RUN.moment("noon", now)
        assert isinstance(said, str)
        assert words in said
        assert "a mark's note" in said


@pytest.mark.parametrize("text", ["14:05:09", "13:00:00", "14:07:00", " 14:05:09 "])
def test_a_time_of_day_that_is_not_in_the_run_is_told_its_times_of_day(text: str) -> None:
    said = RUN.moment(text, 1050.0)
    assert said == (f"{text.strip()} is outside the run, which is from 14:05:10 to 14:06:50.")


@pytest.mark.parametrize("text", ["99:99", "noon", "9:00", "-2:00"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_go_to_says_how_long_the_run_is_where_it_refuses(
    text: str, size: tuple[int, int]
) -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test(size=size) as pilot:
        app.ask(GoToDialog(start=1000, now=1050, end=1100, wall=WALL))
        await pilot.pause()
        await pilot.press(*text, "enter")
        await pilot.pause()
        meaning = app.screen.query_one("#meaning", Static)
        assert "1:40" in str(meaning.content)
        assert meaning.has_class("problem")
        assert app.screen.region.contains_region(meaning.region)
        assert meaning.size.height * meaning.size.width > len(str(meaning.content))
        assert app.results == []


async def test_go_to_says_what_is_meant_and_refuses_what_is_not_there() -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(GoToDialog(start=1000, now=1050, end=1100, wall=WALL))
        await pilot.pause()
        meaning = app.screen.query_one("#meaning", Static)
        assert "1:40 long" in str(meaning.content)
        await pilot.press(*"9:00")
        await pilot.pause()
        assert "9:00 is outside the run, which is from 0:00 to 1:40." in str(meaning.content)
        await pilot.press("enter")
        assert app.results == []
        app.screen.query_one(Input).value = "-20"
        await pilot.pause()
        assert "→ 0:30 from the start  14:05:40" in str(meaning.content)
        await pilot.press("enter")
        assert app.results == [1030]


# -- pickers -----------------------------------------------------------------------------------


async def test_edit_lists_ones_own_messages_newest_first() -> None:
    entries = talk().timeline.transcript.at(1e9)
    assert await answers(edit_picker(entries), "enter") == 4
    assert await answers(edit_picker(entries), "down", "down", "enter") == 0
    assert await answers(edit_picker(entries), *"sec", "enter") == 2
    assert await answers(edit_picker(entries), *"answer", "enter") == "open"
    assert await answers(edit_picker([]), "down", "enter") == "open"


async def test_a_click_picks_too() -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(edit_picker(talk().timeline.transcript.at(1e9)))
        await pilot.pause()
        await pilot.click(OptionList, offset=(3, 1))
        await pilot.pause()
        assert app.results == [2]


async def test_copy_returns_what_was_chosen() -> None:
    items = [Copyable("reply 2", "text"), Copyable("code · python", "x = 1")]
    assert await answers(copy_picker(items, nothing="no"), *"python", "enter") is items[1]


# -- settings ----------------------------------------------------------------------------------


def test_every_setting_has_a_field_with_its_default() -> None:
    assert tuple(field.name for field in FIELDS) == Sampling.__struct_fields__
    for field in FIELDS:
        default = getattr(Sampling(), field.name)
        assert field.read(field.show(default)) == default
        assert field.explanation.endswith(".")
        assert len(field.explanation) <= 95


async def test_settings_come_back_as_they_went_in() -> None:
    sampling = Sampling(temperature=0.7, seed=3, max_kv_size=512, repetition_penalty=1.1)
    assert await answers(SettingsDialog(sampling, "Be\nkind."), "ctrl+s") == (sampling, "Be\nkind.")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0.7", 0.7),
        ("temperature", "0,7", 0.7),
        ("temperature", "x", None),
        ("temperature", "-1", None),
        ("temperature", "nan", None),
        ("temperature", "inf", None),
        ("temperature", "", None),
        ("top_p", "0", None),
        ("top_p", "1.1", None),
        ("top_k", "40", 40),
        ("top_k", "4.5", None),
        ("seed", "0", 0),
        ("kv_bits", "7", None),
        ("kv_bits", "8", 8),
        ("max_tokens", "0", None),
        ("max_tokens", "1_000", 1000),
        ("xtc_threshold", "0.6", None),
    ],
)
def test_values_are_checked(name: str, text: str, value: float | None) -> None:
    field = next(field for field in FIELDS if field.name == name)
    read = field.read(text)
    if value is None:
        assert isinstance(read, str)
        assert field.label.lower() in read.lower()
    else:
        assert read == value


@pytest.mark.parametrize("size", [(100, 50), (80, 24), (40, 12)])
async def test_a_wrong_value_is_said_in_place_and_not_applied(size: tuple[int, int]) -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test(size=size) as pilot:
        app.ask(SettingsDialog(Sampling(), ""))
        await pilot.pause()
        await pilot.press("down", "end", "x")
        await pilot.pause()
        said = app.screen.query_one("#help", Static)
        assert str(said.content) == "▲ top-p must be a number: above 0, up to 1"
        assert app.screen.region.contains_region(said.region)
        await pilot.press("tab", "tab", "ctrl+s")
        await pilot.pause()
        assert app.results == []
        focused = app.screen.focused
        assert focused is not None
        assert focused.id == "top_p"
        await pilot.press("end", "backspace", "ctrl+s")
        await pilot.pause()
        assert app.results == [(Sampling(), "")]


async def test_settings_can_be_reset_and_the_system_prompt_stays() -> None:
    changed = msgspec.structs.replace(Sampling(), temperature=1.0, seed=9)
    answer = await answers(SettingsDialog(changed, "Be kind."), "ctrl+d", "ctrl+s")
    assert answer == (Sampling(), "Be kind.")


async def test_the_system_prompt_takes_several_lines() -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test(size=(40, 12)) as pilot:
        app.ask(SettingsDialog(Sampling(), ""))
        await pilot.pause()
        await pilot.press(*["down"] * len(FIELDS))
        area = app.screen.query_one("#system", TextArea)
        assert area.has_focus
        await pilot.press("a", "enter", "b", "tab", "enter")
        await pilot.pause()
        assert app.results == [(Sampling(), "a\nb")]


def test_what_an_empty_field_means_fits_into_it() -> None:
    # An input is 14 cells wide, two of which are air.
    assert all(len(field.optional) <= 12 for field in FIELDS)


# -- marks in "go to" --------------------------------------------------------------------------

MARKS = [(1003.25, "tokens slow [red]"), (1040.0004, ""), (1099.9999, "end\x1b")]


def with_marks() -> GoToDialog:
    return GoToDialog(start=1000, now=1050, end=1100, wall=WALL, marks=MARKS)


@pytest.mark.parametrize(
    ("keys", "t"),
    [
        (["down", "enter"], 1003.25),
        (["down", "down", "enter"], 1040.0004),
        (["up", "enter"], 1099.9999),
        (["5", "down", "down", "up", "enter"], 1003.25),
        (["5", "enter"], 1005.0),
    ],
)
async def test_go_to_takes_a_mark_with_the_arrows(keys: list[str], t: float) -> None:
    reached = await answers(with_marks(), *keys)
    assert reached == pytest.approx(t, abs=0.0011)
    assert isinstance(reached, float)
    assert reached >= min(t, 1100), "at the mark, not just before it"


async def test_go_to_lists_every_mark_with_its_note_as_text() -> None:
    app = ChatApp(Talk().timeline)
    async with app.run_test() as pilot:
        app.ask(with_marks())
        await pilot.pause()
        options = app.screen.query_one(OptionList).options
        shown = [str(option.prompt).split() for option in options]
        assert shown == [["⚑", "0:03.2", "tokens", "slow", "[red]"], ["⚑", "0:40.0"],
                         ["⚑", "1:39.9", "end␛"]]  # fmt: skip
        await pilot.click(OptionList, offset=(5, 0))
        await pilot.pause()
        assert app.results == [1003.25]


async def test_a_mark_of_a_long_run_is_no_time_of_day() -> None:
    dialog = GoToDialog(start=0, now=0, end=9000, wall=WALL, marks=[(7384.5, "late")])
    assert await answers(dialog, "down", "enter") == 7384.5
