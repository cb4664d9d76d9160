"""Parts that screens are composed of, each with some of the screen's actions."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

from textual.screen import Screen

ScreenClass = TypeVar("ScreenClass", bound=type[Screen[Any]])


class ScreenPart(Protocol):
    """A part of a screen. Its methods named `action_…` are actions of the screen too."""

    def acts(self, action: str) -> bool | None:
        """Return whether an action is enabled now; None if it is not of this part."""


def acts_through(**parts: type[object]) -> Callable[[ScreenClass], ScreenClass]:
    """Give a class of screens the actions of its parts, by the attributes that hold them.

    Textual looks for an action on the screen whose key was pressed. Two parts, or a part and the
    screen, with an action of the same name are an error: nothing is overridden silently.
    """

    def decorate(screen: ScreenClass) -> ScreenClass:
        for attribute, part in parts.items():
            for name, action in vars(part).items():
                if name.startswith("action_"):
                    if hasattr(screen, name):
                        raise TypeError(f"{screen.__name__} has {name} already")
                    setattr(screen, name, _forwarded(attribute, name, action))
        return screen

    return decorate


def _forwarded(attribute: str, name: str, action: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(action)
    def forwarded(screen: object, *parameters: object) -> Any:
        return getattr(getattr(screen, attribute), name)(*parameters)

    return forwarded
