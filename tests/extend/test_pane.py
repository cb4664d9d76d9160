"""A pane is one file and one entry: everything that shows panes includes it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from mlxtop.config import Config
from mlxtop.plots import Line, Plot
from mlxtop.sources.options import LiveOptions
from mlxtop.timeline import Timeline
from mlxtop.tui.help import help_entries
from mlxtop.tui.panes import PANES, Face, Pane
from mlxtop.tui.run.status import KeyFigures
from mlxtop.tui.watch.screen import WatchApp
from mlxtop.tui.widgets.chart import Canvas
from mlxtop.tui.widgets.rows import Row, Span
from mlxtop.tui.zoom.charts import Axes
from mlxtop.tui.zoom.view import ZoomView
from tests.app.desk import Desk, living, replaying


class FanFace(Face):
    """The fans, as a contributor's one file would draw them."""

    name = "fan"
    title = "fans"
    help = "How fast the fans turn."
    share = 6
    colours: ClassVar[Mapping[str, str]] = {"chart-fan": "accent"}

    def figure(self, timeline: Timeline, t: float) -> Row:
        return (("1,200", "$chart-fan"), (" rpm", "quiet"))

    def chart(self, timeline: Timeline, t: float, canvas: Canvas) -> list[Row]:
        return [(("~" * canvas.width, "$chart-fan"),)] * canvas.rows

    def lines(self, timeline: Timeline, t: float, width: int) -> list[Row]:
        return [(("left and right", "value"),)]

    def key_figure(self, timeline: Timeline, t: float) -> Span:
        return "fans 1,200", "$chart-fan"

    def enlarged(self, axes: Axes, *, fitted: bool = False) -> list[Plot]:
        line = Line("fans of this machine", "$chart-fan", axes.xs, [1200.0] * len(axes.xs))
        return [axes.over_time("fans", [line], 2000.0)]


@pytest.fixture(autouse=True)
def entry() -> Iterator[None]:
    """The entry in the table that a contributor writes."""
    PANES["fan"] = FanFace()
    yield
    del PANES["fan"]


async def check_pane(desk: Desk) -> None:
    """Check the pane, select it by `f9`, and enlarge it."""
    pane = desk.run.query_one("#fan", Pane)
    await desk.until(lambda: pane.region.area and "fans" in desk.region_text(pane), "the pane")
    assert "1,200 rpm" in desk.region_text(pane)
    assert "~~~~" in desk.region_text(pane)
    await desk.press(*["f9"] * len(desk.run.deck.panes))
    assert desk.run.deck.selected_pane() is pane
    await desk.press("f8")
    await desk.settle()
    zoom = desk.run.query_one(ZoomView)
    assert "fans of this machine" in desk.region_text(zoom)
    await desk.press("escape")
    await desk.settle()
    assert desk.run.focused is pane


async def test_a_replay_shows_it_and_its_own_chart(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(160, 60)) as desk:
        await check_pane(desk)


async def test_a_live_run_shows_it_and_its_own_chart(tmp_path: Path) -> None:
    async with living(tmp_path, size=(160, 60)) as desk:
        await check_pane(desk)


async def test_a_watched_machine_shows_it(tmp_path: Path) -> None:
    app = WatchApp(Config(), LiveOptions(recordings=tmp_path, record=False))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        assert app.screen.query_one("#fan", Pane).region.area
        assert not app.screen.query("#speed"), "there is no model"
    app.close()


@pytest.mark.parametrize("context", ["live", "replay", "follow", "watch"])
def test_help_describes_it_after_the_others(context: str) -> None:
    texts = {entry.name: entry.text for entry in help_entries(context)}
    assert texts["fans"] == "How fast the fans turn."
    names = list(texts)
    assert names.index("fans") == names.index("CPU") + 1


async def test_a_narrow_screen_shows_its_figure_and_can_show_only_it(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(90, 24)) as desk:
        assert "fans 1,200" in desk.region_text(desk.run.query_one(KeyFigures))
        await desk.press(*["p"] * len(PANES))
        await desk.settle()
        visible = [pane.id for pane in desk.run.query(Pane) if pane.region.area]
        assert visible == ["fan"]


@pytest.mark.parametrize(("rows", "is_visible"), [(24, False), (40, True)])
async def test_a_wide_screen_shows_it_if_there_are_enough_rows(
    tmp_path: Path, rows: int, is_visible: bool
) -> None:
    async with replaying(tmp_path, size=(160, rows)) as desk:
        await desk.settle()
        assert bool(desk.run.query_one("#fan", Pane).region.area) is is_visible


@pytest.mark.parametrize("theme", ["mlxtop-dark", "mlxtop-light"])
async def test_it_is_drawn_in_its_own_colour(tmp_path: Path, theme: str) -> None:
    async with replaying(tmp_path, size=(160, 60)) as desk:
        desk.app.theme = theme
        await desk.settle()
        variables = desk.app.theme_variables
        pane = desk.run.query_one("#fan", Pane)
        (style,) = {one.style for one in pane.render_line(2) if "~" in one.text}
        assert style is not None
        assert style.color is not None
        triplet = style.color.triplet
        assert triplet is not None
        assert triplet.hex.lower() == variables["accent"].lower()


async def test_a_theme_of_textual_has_a_colour_for_it(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(160, 60)) as desk:
        desk.app.theme = "nord"
        await desk.settle()
        assert any("~" in one.text for one in desk.run.query_one("#fan", Pane).render_line(2))
