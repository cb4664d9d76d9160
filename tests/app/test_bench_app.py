"""A benchmark inside the app: chosen with keys, run, looked at, left."""

import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Input, OptionList, Static

from mlxtop import events, paths, state
from mlxtop.bench import prompts
from mlxtop.bench.expansion import expand
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make, read_plan
from mlxtop.bench.statistics import spread
from mlxtop.config import Config
from mlxtop.recording.reader import read as read_recording
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.bench.form import REMEMBERED, Flag
from mlxtop.tui.bench.preview import Chosen
from mlxtop.tui.bench.results import ResultsScreen
from mlxtop.tui.bench.screen import BenchScreen
from mlxtop.tui.dialogs.pick import PickDialog
from mlxtop.tui.dialogs.question import ConfirmDialog, NoteDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.run.live import LiveScreen
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import RowsWidget, length
from mlxtop.user_files import read_text
from tests.app.desk import Desk, is_a, living
from tests.app.terminal import WatchedApp
from tests.kit.live import quiet_live

FRAMES_HZ = 20.0
"""A plan takes a step a frame."""
SMALL = {"prompt_tokens": "8", "generation_tokens": "4", "trials": "2"}


@pytest.fixture(autouse=True)
def _quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for."""
    monkeypatch.setattr("mlxtop.bench.session.SETTLE_SECONDS", 0.0)


@asynccontextmanager
async def choosing(
    folder: Path, kind: str = "tokens", **options: Any
) -> AsyncIterator[tuple[Desk, PlanChooser]]:
    """Run the app with the form open at a kind of plan."""
    async with living(folder, sensors=[], hz=FRAMES_HZ, **options) as desk:
        await desk.press("f5")
        dialog = desk.screen
        assert isinstance(dialog, PlanChooser)
        await desk.press(*["down"] * list(KINDS).index(kind))
        yield desk, dialog


@asynccontextmanager
async def benching(
    folder: Path, kind: str = "tokens", **options: Any
) -> AsyncIterator[tuple[Desk, BenchScreen]]:
    """Run the app with a small plan begun; the engine waits in the warm-up's reply."""
    async with choosing(folder, kind, **options) as (desk, dialog):
        for name, text in SMALL.items():
            dialog.query_one(f"#{name}", Input).value = text
        desk.engine.waits = True
        await desk.press("enter")
        await desk.until(lambda: is_a(desk, BenchScreen), "the benchmark")
        screen = desk.screen
        assert isinstance(screen, BenchScreen)
        await desk.until(lambda: desk.engine.open, "the warm-up")
        yield desk, screen


def shown_keys(desk: Desk) -> list[tuple[str, str]]:
    """Return the keys of the footer with their labels."""
    return [(key.key, key.label) for key in desk.screen.query_one(KeyFooter).keys]


async def over(desk: Desk, screen: BenchScreen) -> None:
    """Let the plan come to its end; the table stays."""
    desk.engine.waits = False
    desk.engine.finish()
    await desk.until(lambda: screen.runner.done, "the plan's end")
    assert screen.runner.complete
    assert desk.screen is screen, "nothing opens by itself"


# -- the form --------------------------------------------------------------------------------------


async def test_the_form_makes_the_plan_that_was_typed_and_remembers_it(tmp_path: Path) -> None:
    async with choosing(tmp_path, "sweep") as (desk, dialog):
        assert dialog.kind == "sweep"
        await desk.press("tab")
        # What a field holds is selected when it is reached: typing takes its place.
        await desk.press(*"kv_bits=off,4", "down", "space", "down", *"640")
        await desk.until(
            lambda: dialog.chosen and dialog.chosen.plan.prompt_tokens == 640, "the check"
        )
        assert dialog.chosen is not None
        plan = dialog.chosen.plan
        assert (plan.sweep, plan.grid) == ({"kv_bits": (None, 4)}, True)
        said = str(dialog.query_one("#comes-to", Static).content)
        assert said.startswith("Time: — until the first trial. 10 trials of 2 points on up")
        await desk.press("enter")
        await desk.until(lambda: is_a(desk, BenchScreen), "the benchmark")
        assert isinstance(desk.screen, BenchScreen)
        assert desk.screen.runner.plan == plan
    remembered = state.recall()[0][REMEMBERED]
    assert remembered["kind"] == "sweep"
    async with living(tmp_path, sensors=[]) as desk:
        await desk.press("f5")
        assert desk.screen.query_one("#sweep", Input).value == "kv_bits=off,4"
        assert desk.screen.query_one("#grid", Flag).value == "yes"
        assert desk.screen.query_one("#kinds", OptionList).highlighted == 3


async def test_the_footer_below_offers_no_key_while_the_form_is_open(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (desk, dialog):
        await desk.settle()
        assert not any("f6" in line for line in desk.app.lines())
        await desk.press("escape")
        await desk.until(lambda: desk.screen is not dialog, "the chat")
        await desk.until(lambda: any("f6" in line for line in desk.app.lines()), "its keys")


async def test_what_cannot_run_is_said_and_not_started(tmp_path: Path) -> None:
    async with choosing(tmp_path, "dataset") as (desk, dialog):
        await desk.press("tab", *"/no/where", "enter")
        said = dialog.query_one("#comes-to", Static)
        await desk.until(
            lambda: str(said.content).startswith("▲ /no/where cannot be read"), "the refusal"
        )
        assert desk.screen is dialog
        await desk.press("ctrl+k")
        assert dialog.query_one("#limit", Input).value == "5"
        height = dialog.query_one("#frame").size.height
        for kind in reversed(list(KINDS)[: list(KINDS).index("dataset")]):
            dialog.query_one("#kinds").focus()
            await desk.press("up")
            assert dialog.kind == kind
            assert dialog.query_one("#frame").size.height == height, "one height for all kinds"
        dialog.query_one("#prompt_tokens").focus()
        await desk.press(*"77", "escape")
        assert is_a(desk, LiveScreen)
        assert (
            "keeps its fields: F5 opens it again. You now write to the model." in desk.run.flashed
        )
        await desk.press("f5")
        dialog = desk.screen
        assert isinstance(dialog, PlanChooser)
        assert dialog.kind == "tokens"
        assert dialog.query_one("#prompt_tokens", Input).value == "77"
        for count in (1, 2):
            await desk.press("ctrl+s")
            written = partial(tmp_path.glob, "mlxtop-plan-tokens-*.toml")
            await desk.until(lambda: len([*written()]) == count, "the plan's file")  # noqa: B023
        first = sorted(tmp_path.glob("mlxtop-plan-*"))[0]
        assert make(read_plan(first)) == Plan(prompt_tokens=77, generation_tokens=64, trials=1)
        how = dialog.query_one("#comes-to", Static)
        await desk.until(
            lambda: "mlxtop bench MODEL --plan mlxtop-plan-tokens-" in str(how.content), "how"
        )
        await desk.press("ctrl+d")
        assert dialog.query_one("#prompt_tokens", Input).value == "512"


async def test_the_form_helps_and_offers_no_key_that_does_nothing(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (desk, dialog):
        for key in ("question_mark", "f1"):
            await desk.press(key)
            assert isinstance(desk.screen, HelpScreen)
            titles = [section.title for section in desk.screen.shown]
            assert titles == ["Keys", "What is measured", "Fields"]
            await desk.press("escape")
        models = dialog.query_one("#other", Button)
        assert not models.display
        await desk.press("f6")
        assert desk.screen is dialog
        assert "of the kind models" in str(dialog.query_one("#comes-to", Static).content)
        await desk.press(*["down"] * list(KINDS).index("models"))
        assert models.display
        await desk.press("tab", "question_mark", "f1")
        assert is_a(desk, HelpScreen)
        assert dialog.query_one("#models", Input).value == "?", "a letter where text is typed"
        await desk.press("f1", "f6")
        assert is_a(desk, PickDialog)
        await desk.press("escape")
        await desk.resize(80, 24)
        kinds = dialog.query_one("#kinds", OptionList)
        kinds.focus()
        await desk.press("up")
        dialog.query_one("#sweep", Input).value = "prefill_step=16,512,2048"
        await desk.until(lambda: dialog.chosen, "the check")
        await desk.settle()
        shown = " ".join(" ".join(desk.app.lines()).replace("│", " ").split())
        assert str(dialog.query_one("#comes-to", Static).content) in shown, "all of it is seen"


async def test_a_file_of_prompts_is_read_once_and_never_where_the_screen_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(f'{{"prompt": "question {number}"}}\n' for number in range(30)))
    readers: list[threading.Thread] = []
    reckoners: list[threading.Thread] = []
    real_read = read_text

    def read(path: Path, **options: Any) -> str:
        readers.append(threading.current_thread())
        return real_read(path, **options)

    def expanded(*given: Any) -> Any:
        reckoners.append(threading.current_thread())
        return expand(*given)

    monkeypatch.setattr(prompts, "read_text", read)
    monkeypatch.setattr("mlxtop.tui.bench.preview.expand", expanded)

    def takes(dialog: PlanChooser, limit: int) -> bool:
        return dialog.chosen is not None and dialog.chosen.plan.limit == limit

    async with choosing(tmp_path, "dataset") as (desk, dialog):
        dialog.query_one("#dataset", Input).value = str(path)
        for limit in (20, 21, 22):
            dialog.query_one("#limit", Input).value = str(limit)
            await desk.until(partial(takes, dialog, limit), "the check")
        assert dialog.chosen is not None
        assert len(dialog.chosen.points) == 22
    assert len(readers) == 1
    assert len(reckoners) >= 3
    assert threading.main_thread() not in (*readers, *reckoners)


async def test_many_trials_are_asked_about(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (desk, dialog):
        dialog.query_one("#trials", Input).value = "1000"
        await desk.press("enter")
        await desk.until(lambda: is_a(desk, ConfirmDialog), "the question")
        await desk.press("n")
        assert desk.screen is dialog


async def test_without_a_model_it_leads_to_the_list_of_models(tmp_path: Path) -> None:
    async with living(tmp_path, model=None, sensors=[]) as desk:
        await desk.press("escape", "escape")
        await desk.until(lambda: is_a(desk, LiveScreen), "the run")
        await desk.press("f5")
        said = desk.screen.query_one("#comes-to", Static)
        await desk.until(lambda: "No model is loaded" in str(said.content), "the refusal")
        await desk.press("enter")
        assert is_a(desk, PlanChooser)
        await desk.press("f6")
        await desk.until(lambda: is_a(desk, HomeScreen), "the list of models")


# -- the plan as it runs ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)])
async def test_trials_fill_the_table_and_the_chat_is_as_it_was(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with living(tmp_path, sensors=[], size=size, hz=FRAMES_HZ) as desk:
        await desk.say("Hello")
        before = desk.texts()
        await desk.press("f5")
        for name, text in SMALL.items():
            desk.screen.query_one(f"#{name}", Input).value = text
        await desk.press("enter")
        screen = desk.screen
        assert isinstance(screen, BenchScreen)
        await desk.until(lambda: screen.runner.done, "the plan's end")
        await desk.press("v")
        assert is_a(desk, ResultsScreen)
        for _ in range(7):
            await desk.press("right")
        await desk.press("escape")
        await desk.settle()
        table = "\n".join(desk.app.lines())
        assert table.count("◌ unchecked") == 2
        assert "2 of 2 trials" in table
        assert "0/2" in table
        assert "● done" in table
        assert "done   v charts and tables, x export, F5 another plan" in table
        await desk.press("escape")
        await desk.until(lambda: is_a(desk, LiveScreen), "the chat")
        assert desk.texts() == before
        await desk.say("And now?")
        assert len(desk.texts()) == len(before) + 2
        assert desk.engine.chats()[-1].messages[0].text == "Hello"


async def test_keys_act_on_the_selected_trial(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        await over(desk, screen)
        runner = screen.runner
        view = screen.view

        def row_of_the_selected() -> int:
            return next(y for y, row in enumerate(view.shown) if row[0][0].startswith("▸"))

        await desk.press("up")
        await desk.until(lambda: view.place == 0, "the first trial")
        first = row_of_the_selected()
        await desk.press("down")
        await desk.until(lambda: row_of_the_selected() == first + 1, "the second")
        await desk.pilot.click(view, offset=(5, first))
        assert view.place == 0, "a click selects the trial of its row"
        await desk.press("d")
        assert [trial.dropped for trial in runner.trials] == [True, False]
        await desk.press("d")
        assert not runner.trials[0].dropped
        await desk.press("e")
        assert is_a(desk, NoteDialog)
        await desk.press(*"hot", "enter")
        assert runner.trials[0].note == "hot"
        await desk.press("enter")
        assert desk.playhead.frozen
        assert desk.playhead.time() == pytest.approx(runner.trials[0].ended, abs=0.01)
        assert "the plan is over. Esc returns." in screen.status_words(desk.playhead.time())
        await desk.press("escape")
        assert desk.playhead.following, "the present first, and nothing is asked"
        await desk.press("p")
        assert {("enter", "enlarge"), ("escape", "trials")} <= {*shown_keys(desk)}
        await desk.press("escape")
        assert screen.focused is screen.view
        assert {("enter", "look back"), ("escape", "chat")} <= {*shown_keys(desk)}
        await desk.press("a")
        await desk.until(lambda: len(runner.trials) == 3 and runner.done, "another trial")
        await desk.press("f1")
        assert is_a(desk, HelpScreen)
        await desk.press("escape", "f7")
        assert is_a(desk, BenchScreen)
        assert "Esc returns to the chat" in screen.flashed


async def until_shown(desk: Desk, words: str) -> None:
    """Wait until words stand on the screen: one that counts seconds never stands still for long."""
    await desk.until(lambda: any(words in line for line in desk.app.lines()), repr(words))


async def test_a_plan_pauses_between_trials_and_is_stopped_after_asking(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        runner = screen.runner
        assert ("space", "pause") in shown_keys(desk)
        await desk.press("space")
        await until_shown(desk, "● about to pause")
        assert "‖ paused" not in "\n".join(desk.app.lines())
        assert ("space", "continue") in shown_keys(desk)
        desk.engine.waits = False
        desk.engine.finish()
        await desk.until(lambda: runner.doing.words == "paused", "the pause")
        assert len(runner.trials) == 1
        await until_shown(desk, "‖ paused")
        await until_shown(desk, "paused   Space continues")
        assert "about to pause" not in "\n".join(desk.app.lines())
        desk.engine.waits = True
        await desk.press("space")
        await desk.until(lambda: desk.engine.open, "the next trial")
        assert "changing models…" in screen.model_words(0.0), "never no model"
        await desk.press("b")
        assert "This plan is still running" in screen.flashed, "one benchmark at a time"
        await desk.press("enter")
        assert "the plan continues. Esc returns." in screen.status_words(desk.playhead.time())
        await desk.press("escape", "escape")
        assert is_a(desk, ConfirmDialog)
        await desk.press("n")
        assert not runner.done
        await desk.press("escape", "y")
        assert runner.stopped
        assert desk.screen is screen, "what was measured is still to be seen"
        await until_shown(desk, "1 of 2 trials, 1 unchecked, stopped")


async def test_a_key_that_needs_a_trial_says_that_there_is_none(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        assert not screen.runner.trials
        for key in "vxade":
            screen.flash("")
            await desk.press(key)
            assert desk.screen is screen
            assert screen.flashed.startswith("This plan has no finished trial yet"), key
        await over(desk, screen)
        await desk.press("v")
        assert is_a(desk, ResultsScreen)


async def test_the_question_whether_to_stop_closes_with_the_plan(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        await desk.press("escape")
        assert is_a(desk, ConfirmDialog)
        desk.engine.waits = False
        desk.engine.finish()
        await desk.until(lambda: screen.runner.done, "the plan's end")
        await desk.until(lambda: desk.screen is screen, "the table")
        assert screen.runner.complete
        await desk.press("v")
        assert is_a(desk, ResultsScreen)


async def test_a_dead_engine_is_one_trials_failure(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        desk.engine.die()
        await over(desk, screen)
        assert sorted(trial.counts for trial in screen.runner.trials) == [False, True]
        await until_shown(desk, "✕ failed")


async def test_a_result_is_exported_where_one_is(tmp_path: Path) -> None:
    async with benching(tmp_path) as (desk, screen):
        await over(desk, screen)
        await desk.press("x")
        await desk.until(lambda: screen.flashed.startswith("Written to ./"), "the files")
        assert not screen.query("Toast"), "it hides nothing of the table"
        (text,), (data,) = ([*tmp_path.glob(f"*-bench{kind}")] for kind in (".md", ".json"))
        assert text.read_text().startswith("## Benchmark")
        assert json.loads(data.read_text())["plan"]["prompt_tokens"] == 8
        data.write_text("kept")
        text.unlink()
        await desk.press("x")
        await desk.until(lambda: "-bench-2.md" in screen.flashed, "the files, under another name")
        assert data.read_text() == "kept"
        assert {path.stem[-8:] for path in tmp_path.glob("*-bench-2.*")} == {"-bench-2"}
        assert len([*tmp_path.glob("*-bench-2.*")]) == 2, "one name for both files"


async def test_a_result_is_there_again_and_another_plan_has_the_same_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reckoners: list[threading.Thread] = []

    def counted(values: Any) -> Any:
        reckoners.append(threading.current_thread())
        return spread(values)

    monkeypatch.setattr("mlxtop.bench.result.spread", counted)
    async with benching(tmp_path) as (desk, screen):
        await over(desk, screen)
        await desk.press("v", "b")
        await desk.until(lambda: is_a(desk, PlanChooser), "the form, from the results")
        assert desk.screen.query_one("#prompt_tokens", Input).value == "8"
        await desk.press("enter")
        await desk.until(lambda: is_a(desk, BenchScreen) and desk.screen is not screen, "another")
        again = desk.screen
        assert isinstance(again, BenchScreen)
        await desk.until(lambda: again.runner.done, "its end")
        assert again.runner.complete
        await desk.press("escape")
        await desk.until(lambda: is_a(desk, LiveScreen), "the chat, with nothing asked")
        assert "Ctrl+E, shows it again" in desk.run.flashed
        await desk.press("f5", "ctrl+e")
        await desk.until(lambda: is_a(desk, ResultsScreen), "the last result")
        results = desk.screen
        assert isinstance(results, ResultsScreen)
        assert results.runner is again.runner
        await desk.until(lambda: results.result, "its figures")
        page = results.query_one("#page", RowsWidget)

        def fills(width: int) -> bool:
            return {length(row) for row in page.shown} == {width}

        for width in (70, 100):
            # Its own room changes, and not that of the screen.
            page.styles.width = width
            await desk.until(partial(fills, width), "the page in other room")
        page.styles.width = "1fr"
        await desk.settle()
        assert "scroll, other point" not in dict(shown_keys(desk)).values(), "there is no other"
        await desk.press(*["right"] * results.names.index("tables"))
        await desk.resize(80, 12)
        await desk.until(lambda: ("down", "scroll, other point") in shown_keys(desk), "scrolling")
        await desk.press("x")
        await desk.until(lambda: [*tmp_path.glob("*-bench.json")], "the export")
        await desk.press("escape")
        assert is_a(desk, LiveScreen)
    assert reckoners
    assert threading.main_thread() not in reckoners, "figures are never the screen's work"


# -- the real engine -------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_plan_from_the_command_line_runs_on_the_real_engine(tmp_path: Path) -> None:
    demo = ModelSpec(str(paths.demo_model_dir()))
    plan = Plan(kind="batch", batch=(1, 2), prompt_tokens=16, generation_tokens=24, trials=1)
    chosen = Chosen(plan, (demo,), tuple(expand(plan, [demo])))
    options = LiveOptions(recordings=tmp_path / "recordings", hz=FRAMES_HZ)
    app = WatchedApp(Config(), options, bench=chosen, open_live=quiet_live)
    try:
        async with app.run_test(headless=False, size=(120, 40)) as pilot:
            desk = Desk(app, pilot, tmp_path)
            await desk.until(lambda: app.bench_runner and app.bench_runner.done, "the end")
            await desk.settle()
            assert app.bench_runner is not None
            result = app.bench_runner.result
            assert [len(one.counted) for one in result.points] == [1, 1]
            assert [trial.generation_tokens for trial in result.trials] == [24, 48]
            assert "batch 1" in "\n".join(app.lines())
            await desk.press("escape")
            await desk.until(lambda: is_a(desk, LiveScreen), "the chat, with nothing asked")
            assert desk.live.wanted == demo
    finally:
        if app.live is not None:
            app.live.close()
    assert result.recording is not None
    said = list(read_recording(Path(result.recording)))
    assert sum(isinstance(event, events.TurnEnd) for event in said) == 4, "two of them warm up"
    kept = [event for event in said if isinstance(event, events.Conversation)]
    assert [event.resumed for event in kept] == [False, False, True]
