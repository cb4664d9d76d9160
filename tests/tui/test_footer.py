"""The row of keys: what it shows, what a click does, and what it does not cost."""

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label

from mlxtop.tui.widgets.footer import KeyFooter


class Keys(App[None]):
    """An app with three keys, of which the second acts only while `locked` is False."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "first", "alpha"),
        Binding("b", "second", "beta"),
        Binding("c", "hidden", "gamma", show=False),
        Binding("d", "third", "delta"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.locked = False
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield Label("above")
        yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (action == "second" and self.locked)

    def action_first(self) -> None:
        self.done.append("first")

    def action_second(self) -> None:
        self.done.append("second")

    def action_third(self) -> None:
        self.done.append("third")


def row(app: Keys) -> str:
    return app.query_one(KeyFooter).render_line(0).text


async def test_the_keys_that_act_stand_in_their_order() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        assert row(app).rstrip() == " a alpha  b beta  d delta"
        app.locked = True
        app.refresh_bindings()
        await pilot.pause()
        assert row(app).rstrip() == " a alpha  d delta"


async def test_a_key_without_room_is_left_out_as_a_whole() -> None:
    app = Keys()
    async with app.run_test(size=(17, 5)) as pilot:
        await pilot.pause()
        assert row(app).rstrip() == " a alpha  …"
        await pilot.resize_terminal(19, 5)
        await pilot.pause()
        assert row(app).rstrip() == " a alpha  b beta  …"
        await pilot.resize_terminal(18, 5)
        await pilot.pause()
        assert row(app).rstrip() == " a alpha  …"


@pytest.mark.parametrize(
    ("x", "action"), [(1, "first"), (8, "first"), (9, "second"), (18, "third")]
)
async def test_a_click_does_what_stands_there(x: int, action: str) -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        await pilot.click(KeyFooter, offset=(x, 0))
        await pilot.pause()
        assert app.done == [action]


async def test_a_click_beside_the_keys_does_nothing() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        await pilot.click(KeyFooter, offset=(50, 0))
        await pilot.pause()
        assert app.done == []


async def test_the_mouse_shows_what_a_click_would_do() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        footer = app.query_one(KeyFooter)
        await pilot.hover(KeyFooter, offset=(10, 0))
        await pilot.pause()
        assert footer.pointed_at is not None
        assert footer.pointed_at.label == "beta"
        await pilot.hover(Label)
        await pilot.pause()
        assert footer.pointed_at is None


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every widget that asked for a layout of its screen."""
    asked: list[str] = []
    original = KeyFooter.refresh

    def refresh(self: KeyFooter, *regions: object, **how: bool) -> KeyFooter:
        if how.get("layout") or how.get("recompose"):
            asked.append(type(self).__name__)
        return original(self, *regions, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(KeyFooter, "refresh", refresh)
    return asked


async def test_a_key_that_comes_or_goes_lays_nothing_out(layouts: list[str]) -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        layouts.clear()
        app.locked = True
        app.refresh_bindings()
        await pilot.pause()
        assert "beta" not in row(app)
        assert layouts == []
