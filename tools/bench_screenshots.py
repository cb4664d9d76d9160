"""Draw the pictures of a benchmark: a real plan on the built-in model, from form to result."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from mlxtop import config, paths
from mlxtop.launch.request import RunRequest, live_options
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.bench.form import quick_texts
from mlxtop.tui.bench.results import ResultsScreen
from mlxtop.tui.bench.screen import BenchScreen
from mlxtop.tui.themes import DEFAULT_THEME
from tools.picture import still

SIZE = (140, 40)
TEXTS = {**quick_texts("batch"), "batch": "1,2,4", "generation_tokens": "160", "trials": "5"}
TRIALS_SEEN = 8
"""Trials that are over in the picture of the plan."""


@asynccontextmanager
async def _app() -> AsyncIterator[tuple[MlxtopApp, Pilot[int]]]:
    settings, _ = config.load()
    options = live_options(RunRequest(record=False), settings)
    app = MlxtopApp(settings, options, wanted=ModelSpec(str(paths.demo_model_dir())))
    try:
        async with app.run_test(size=SIZE) as pilot:
            app.theme = DEFAULT_THEME
            while app.live is None or app.live.model is None:
                await pilot.pause(0.1)
            yield app, pilot
    finally:
        if app.live is not None:
            app.live.close()


async def draw_bench(folder: Path) -> list[Path]:
    """Draw the form, the plan as it runs and a chart of its result; return where they went."""
    drawn = []
    async with _app() as (app, pilot):

        def draw(name: str) -> None:
            target = folder / f"{name}.svg"
            target.write_text(still(app), "utf-8")
            drawn.append(target)

        await pilot.press("f5")
        assert isinstance(app.screen, PlanChooser)
        await pilot.press(*["down"] * 5)
        for name, text in TEXTS.items():
            app.screen.query_one(f"#{name}", Input).value = text
        await pilot.press("tab")
        await pilot.pause(0.5)
        draw("bench-plan")
        await pilot.press("enter")
        while not isinstance(app.screen, BenchScreen):
            await pilot.pause(0.1)
        runner = app.screen.runner
        while len(runner.trials) < TRIALS_SEEN or not runner.live.answering:
            await pilot.pause(0.1)
        await pilot.pause(0.3)
        draw("bench-trials")
        while not runner.done:
            await pilot.pause(0.1)
        await pilot.press("v")
        while not isinstance(app.screen, ResultsScreen) or app.screen.result is None:
            await pilot.pause(0.1)
        await pilot.pause(0.5)
        draw("bench-result")
    return drawn
