"""A fold takes events one by one: a method for each kind it uses, a list of the others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from mlxtop.events import AnyEvent, Event

M = TypeVar("M", bound=Callable[..., None])
Taker = Callable[[Any, Any], None]
Kinds = tuple[type[Event], ...]


def takes(*kinds: type[Event]) -> Callable[[M], M]:
    """Mark a method of a fold as the one that takes events of these kinds."""

    def mark(method: M) -> M:
        _KINDS[method] = kinds
        return method

    return mark


_KINDS: dict[Callable[..., None], Kinds] = {}


def _leave_out(fold: object, event: object) -> None:
    """Take an event that changes nothing."""


class Fold:
    """Takes events one by one, and decides about each kind: a method takes it, or it is left out.

    A test fails for each kind that a fold has not decided about, so that a new kind of event names
    the places where it may matter.
    """

    LEAVES_OUT: ClassVar[Mapping[str, Kinds]] = {}
    """Why → kinds that change nothing here."""
    takers: ClassVar[Mapping[type[Event], Taker]] = {}
    """Kind → what takes its events, parents' included."""

    def __init_subclass__(cls) -> None:
        own: dict[type[Event], Taker] = {}
        members = list(vars(cls).values())
        decided = [(_leave_out, kinds) for kinds in vars(cls).get("LEAVES_OUT", {}).values()]
        decided += [(one, _KINDS[one]) for one in members if callable(one) and one in _KINDS]
        for taker, kinds in decided:
            for kind in kinds:
                if kind in own:
                    raise TypeError(f"{cls.__name__} decides twice about {kind.__name__}")
                own[kind] = taker
        cls.takers = {**cls.takers, **own}

    def add(self, event: AnyEvent) -> None:
        """Take the next event."""
        self.takers[type(event)](self, event)

    @classmethod
    def undecided(cls, kinds: Iterable[type[Event]] = AnyEvent.__args__) -> list[type[Event]]:
        """Return the kinds of event that have no method here and are not left out by name."""
        return [kind for kind in kinds if kind not in cls.takers]
