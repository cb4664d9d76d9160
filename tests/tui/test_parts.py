"""What screens are composed of."""

from typing import Any

import pytest
from textual.screen import Screen

from mlxtop.tui.parts import acts_through


class Bell:
    """A part that rings."""

    def __init__(self) -> None:
        self.rung: list[int] = []

    def action_ring(self, times: int = 1) -> None:
        self.rung.append(times)


class Alarm:
    """Another part that rings."""

    def action_ring(self) -> None: ...


@acts_through(bell=Bell)
class House(Screen[None]):
    """A screen that has a bell."""

    def __init__(self) -> None:
        super().__init__()
        self.bell = Bell()


def test_an_action_of_a_part_is_one_of_the_screen() -> None:
    house: Any = House()
    house.action_ring()
    house.action_ring(3)
    assert house.bell.rung == [1, 3]


def test_two_actions_of_one_name_are_an_error() -> None:
    with pytest.raises(TypeError, match="House has action_ring already"):
        acts_through(alarm=Alarm)(House)


def test_what_textual_does_with_a_screen_is_not_taken_over() -> None:
    class Leaver:
        def action_dismiss(self) -> None: ...

    with pytest.raises(TypeError, match="has action_dismiss already"):
        acts_through(leaver=Leaver)(House)
