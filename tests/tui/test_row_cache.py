"""Rows that are made ready once are the rows that Textual would have made."""

from pathlib import Path

import pytest
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.panes import Pane
from mlxtop.tui.widgets.row_cache import CachedRows
from mlxtop.tui.widgets.rows import RowsWidget
from tests.app import scenes
from tests.app.desk import replaying
from tests.tui.stage import Stage

WIDGETS: list[type[CachedRows]] = [Pane, Transcript]


def as_textual(widget: Widget, crop: Region) -> list[Strip]:
    return Widget.render_lines(widget, crop)


def cells(strips: list[Strip]) -> list[list[tuple[str, object, object, object]]]:
    """Return the look of every cell: its sign, colours (none of a space) and weight."""
    return [
        [
            (sign, style.color if sign != " " else None, style.bgcolor, style.bold)
            for segment in strip
            if (style := segment.style) is not None
            for sign in segment.text
        ]
        for strip in strips
    ]


@pytest.mark.parametrize("kind", WIDGETS)
@pytest.mark.parametrize("theme", ["mlxtop-dark", "mlxtop-light"])
async def test_rows_look_as_textual_makes_them(
    tmp_path: Path, kind: type[CachedRows], theme: str
) -> None:
    async with replaying(tmp_path, size=(120, 40)) as desk:
        desk.run.app.theme = theme
        desk.run.playhead.go_to(scenes.DECODE_MOMENT)
        desk.run.transport.moved()
        await desk.pilot.pause()
        widget = desk.run.query(kind).first()
        for crop in (
            Region(0, 0, *widget.outer_size),
            Region(3, 2, widget.outer_size.width - 7, 5),
        ):
            found = cells(widget.render_lines(crop))
            assert any(sign != " " for row in found for sign, *_ in row)
            assert found == cells(as_textual(widget, crop))


async def test_a_row_that_did_not_change_is_made_ready_once(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(120, 40)) as desk:
        pane = desk.run.query_one("#memory", Pane)
        whole = Region(0, 0, *pane.outer_size)
        first, again = pane.render_lines(whole), pane.render_lines(whole)
        assert all(one is other for one, other in zip(first, again, strict=True))
        desk.run.app.theme = "mlxtop-light"
        await desk.pilot.pause()
        assert pane.render_lines(whole)[0] is not first[0]


async def test_a_row_that_changed_is_made_ready_anew(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(120, 40)) as desk:
        for kind in WIDGETS:
            desk.run.playhead.go_to(scenes.DECODE_MOMENT)
            desk.run.transport.moved()
            await desk.pilot.pause()
            widget = desk.run.query(kind).first()
            whole = Region(0, 0, *widget.outer_size)
            before = cells(widget.render_lines(whole))
            desk.run.playhead.go_to(scenes.IDLE_MOMENT)
            desk.run.transport.moved()
            await desk.pilot.pause()
            after = cells(widget.render_lines(whole))
            assert after != before
            assert after == cells(as_textual(widget, whole))


async def test_an_ink_is_the_colour_of_the_theme_and_an_unknown_one_a_fault() -> None:
    rows = RowsWidget()
    async with Stage(rows).run_test(size=(20, 3)) as pilot:
        rows.put([(("fast", "speed"),)])
        seen = set()
        for theme in ("mlxtop-dark", "mlxtop-light"):
            pilot.app.theme = theme
            await pilot.pause()
            style = next(iter(rows.render_line(0))).style
            assert style is not None
            assert style.color == Color.parse(pilot.app.theme_variables["chart-speed"]).rich_color
            seen.add(style.color)
        assert len(seen) == 2
        rows.put([(("fast", "no such ink"),)])
        with pytest.raises(KeyError, match="no such ink"):
            rows.render_line(0)
