"""Each fold must handle a new kind of event or leave it out."""

import importlib
import pkgutil
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import ClassVar, Union, get_args, get_origin, get_type_hints

import pytest

import mlxtop
from mlxtop.engine.open_requests import Pending
from mlxtop.events import AnyEvent, Event, Mark, Sample
from mlxtop.folds.fold import Fold, takes
from mlxtop.recording.context import Context
from mlxtop.recording.totals import Totals
from mlxtop.recording.validate import OrderCheck
from mlxtop.sources.live import Live
from mlxtop.timeline import Timeline


class Weather(Event, tag="weather", frozen=True, kw_only=True):
    """A made-up kind of event."""

    degrees: float


@cache
def folds() -> tuple[type[Fold], ...]:
    """Return every fold of mlxtop."""
    for module in pkgutil.walk_packages(mlxtop.__path__, "mlxtop."):
        # Screens have no folds; the engine's child and `__main__` are started, not imported.
        if not module.name.startswith(("mlxtop.engine.child", "mlxtop.__main__", "mlxtop.tui")):
            importlib.import_module(module.name)
    return tuple(fold for fold in below(Fold) if fold.__module__.startswith("mlxtop."))


def below(fold: type[Fold]) -> Iterator[type[Fold]]:
    for child in fold.__subclasses__():
        yield child
        yield from below(child)


def undecided(*made_up: type[Event]) -> dict[str, list[str]]:
    """Return fold → kinds that it neither handles nor leaves out."""
    found = {
        fold.__name__: [kind.__name__ for kind in fold.undecided((*AnyEvent.__args__, *made_up))]
        for fold in folds()
    }
    return {name: kinds for name, kinds in found.items() if kinds}


def test_every_fold_handles_or_leaves_out_every_kind() -> None:
    assert {Timeline, Context, Totals, OrderCheck, Pending, Live} <= set(folds())
    assert undecided() == {}


def test_a_new_kind_is_undecided_in_every_fold() -> None:
    assert undecided(Weather) == {fold.__name__: ["Weather"] for fold in folds()}


def test_a_fold_decides_by_a_method_or_by_leaving_out() -> None:
    class Warm(Timeline):
        degrees = 0.0

        @takes(Weather)
        def _weather(self, event: Weather) -> None:
            self.degrees = event.degrees

    class Indifferent(Context):
        LEAVES_OUT: ClassVar = {"of its moment": (Weather,)}

    kinds = (*AnyEvent.__args__, Weather)
    assert Warm.undecided(kinds) == Indifferent.undecided(kinds) == []
    assert Timeline.undecided(kinds) == [Weather], "its parent has not decided"

    warm, indifferent = Warm(), Indifferent()
    weather, mark = Weather(t=2.0, degrees=21.5), Mark(t=1.0)
    for fold in (warm, indifferent):
        fold.add(weather)  # type: ignore[arg-type]
        fold.add(mark)
    assert (warm.degrees, warm.last, len(warm.marks)) == (21.5, 2.0, 1)
    assert indifferent.opening() == []


def test_a_fold_decides_about_a_kind_only_once() -> None:
    with pytest.raises(TypeError, match="Torn decides twice about Sample"):

        class Torn(Fold):
            LEAVES_OUT: ClassVar = {"of its moment": (Sample,)}

            @takes(Sample)
            def _sample(self, event: Sample) -> None:
                raise AssertionError


def test_the_signature_of_a_method_declares_its_kinds() -> None:
    for fold in folds():
        taken: dict[Callable[..., None], set[type]] = {}
        for kind, taker in fold.takers.items():
            taken.setdefault(taker, set()).add(kind)
        for taker, kinds in taken.items():
            accepted = get_type_hints(taker)["event"]
            if accepted is object:
                continue  # the method for kinds that are left out
            is_union = get_origin(accepted) in (Union, types.UnionType)
            assert (set(get_args(accepted)) if is_union else {accepted}) == kinds, taker
