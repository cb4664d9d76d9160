"""Removal of private texts from events, by the declarations of their fields (`mlxtop.holds`).

This module knows no kinds of event. A text without a declaration is private, and so is a value of a
type that is not known here.
"""

import types
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from mlxtop import events
from mlxtop.holds import LEFT_OUT, Asked, Holds, Text

E = TypeVar("E", bound=events.Event)
S = TypeVar("S", bound=msgspec.Struct)


def without_text(event: E) -> E:
    """Return the event without prompts, replies and texts that may quote them.

    The user's own notes stay.
    """
    return Keeper().event(event)


class Place(msgspec.Struct, frozen=True):
    """A place in an event that may hold text: a field, the items of a list, names, values."""

    text: Text
    quotes: bool
    """Whether it may hold a prompt or reply, at any depth."""
    optional: bool = False
    """Whether it may be None."""
    is_text: bool = False
    """Whether it may be a text itself, not only contain texts."""
    inside: "Place | None" = None
    """Items of a list, values of a dictionary; None if their types cannot hold text."""
    names: "Place | None" = None
    """Names in a dictionary."""
    asked: str = ""
    """The property that says what the texts inside hold."""


_SAID = frozenset({Holds.SAID, Holds.MESSAGE, Holds.UNDECLARED})
_UNDECLARED = Text(Holds.UNDECLARED)


@cache
def places(struct: type[msgspec.Struct]) -> Mapping[str, Place]:
    """Return the fields of a struct that may hold text."""
    found = {one.name: _place(one.type, _UNDECLARED) for one in msgspec.structs.fields(struct)}
    return {name: place for name, place in found.items() if place is not None}


def _place(kind: Any, text: Text) -> Place | None:
    """Return the place that a type describes; None if it cannot hold text."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _declared(parts[0], parts[1:], text)
    if origin in (Union, types.UnionType):
        return _either([place for part in parts if (place := _place(part, text))], parts)
    if origin is list:
        inside = _place(parts[0], text)
        return Place(text, inside.quotes, inside=inside) if inside else None
    if origin is dict:
        names, inside = _place(parts[0], text), _place(parts[1], text)
        found = [place for place in (names, inside) if place]
        quotes = any(place.quotes for place in found)
        return Place(text, quotes, inside=inside, names=names) if found else None
    # A literal is one of a few words of mlxtop: anything else is not an event.
    if origin is Literal or kind in (bool, int, float, types.NoneType):
        return None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        found = list(places(kind).values())
        return Place(text, any(place.quotes for place in found)) if found else None
    return Place(text, text.holds in _SAID, is_text=True)


def _declared(kind: Any, said: tuple[Any, ...], text: Text) -> Place | None:
    """Return the place of a type that has metadata."""
    text = next((one for one in said if isinstance(one, Text)), text)
    place = _place(kind, text)
    if place is None:
        # A prompt may be numbers, such as those of tokens.
        if text.holds is not Holds.SAID:
            return None
        return Place(text, True, optional=types.NoneType in get_args(kind))
    asked = next((one.name for one in said if isinstance(one, Asked)), "")
    return msgspec.structs.replace(place, asked=asked, quotes=True) if asked else place


def _either(found: list[Place], parts: tuple[Any, ...]) -> Place | None:
    """Return the place of a union: it may hold whatever one of its types may hold."""
    if not found:
        return None
    return Place(
        max(found, key=lambda place: place.is_text).text,
        any(place.quotes for place in found),
        optional=types.NoneType in parts or any(place.optional for place in found),
        is_text=any(place.is_text for place in found),
        inside=next((place.inside for place in found if place.inside), None),
        names=next((place.names for place in found if place.names), None),
        asked=next((place.asked for place in found if place.asked), ""),
    )


@cache
def quoting(struct: type[msgspec.Struct]) -> Mapping[str, Place]:
    """Return the fields of a struct that may hold prompts or replies."""
    return {name: place for name, place in places(struct).items() if place.quotes}


class Keeper:
    """Removes prompts and replies from events; a subclass may remove more."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """What was left out: words for people → number."""

    def places(self, struct: type[msgspec.Struct]) -> Mapping[str, Place]:
        """Return the fields of a struct that are checked."""
        return quoting(struct)

    def event(self, event: E) -> E:
        """Return an event without its private texts."""
        kept = self.of(event)
        if isinstance(kept, events.Header):
            return msgspec.structs.replace(kept, text=False)
        return kept

    def of(self, struct: S, number: int = 0) -> S:
        """Return a part of an event without its private texts.

        With a `number` none of its texts stays; the number is its place in a list, from 1.
        """
        changes = {}
        origin = getattr(struct, "origin", "")
        fields = places(type(struct)) if number else self.places(type(struct))
        for name, place in fields.items():
            value = getattr(struct, name)
            if place.asked and self.is_private(getattr(struct, place.asked, Holds.UNDECLARED)):
                inside = place.inside or place
                kept = [self._kept(one, inside, "", at) for at, one in enumerate(value, 1)]
            else:
                kept = self._kept(value, place, origin, number)
            if kept != value:
                changes[name] = kept
        return msgspec.structs.replace(struct, **changes) if changes else struct

    def is_private(self, holds: Holds) -> bool:
        """Return whether such a text is removed completely."""
        return holds in _SAID

    def may_quote(self, text: Text, under: str) -> bool:
        """Return whether a message with that origin, or a value with that name, may quote."""
        return under not in text.apart_from

    def text(self, value: str, text: Text) -> str:
        """Return what stays of a text that is not a prompt or reply."""
        return LEFT_OUT if text.holds is Holds.UNDECLARED else value

    def is_empty(self, item: Any) -> bool:
        """Return whether nothing useful is left of a list's item."""
        return False

    def count(self, called: str, times: int = 1) -> None:
        """Count what was left out, if it has a name."""
        if called:
            self.counts[called] += times

    def _kept(self, value: Any, place: Place, under: str, number: int = 0) -> Any:
        """Return what stays of a value; `under`: the event's origin, or the name of the value."""
        text = place.text
        if not number and self.may_quote(text, under):
            if text.holds is Holds.SAID:
                self.count(text.called, len(list(_texts(value))))
                return None if place.optional else type(value)()
            if text.holds is Holds.MESSAGE and place.is_text:
                texts = sum(map(bool, _texts(value)))
                self.count(text.called, texts)
                return LEFT_OUT if texts else value
        match value:
            case str():
                return self._text(value, text, number)
            case msgspec.Struct():
                return self.of(value, number)
            case list():
                items = [self._kept(one, place.inside or place, under, number) for one in value]
                return [one for one in items if not self.is_empty(one)]
            case dict():
                names = place.names or place
                kept = {
                    name: one
                    for name, one in value.items()
                    if self._kept(name, names, "", number) == name
                }
                inside = place.inside or (place if place.is_text else None)
                if inside is None:
                    # Values of figures: every sample has them.
                    return kept
                return {name: self._kept(one, inside, name, number) for name, one in kept.items()}
            case int() | float() | None:
                return value
            case _:
                return None

    def _text(self, value: str, text: Text, number: int) -> str:
        if number:
            self.count(text.called)
            return text.instead.format(place=number) or (LEFT_OUT if value else "")
        return value if not value or value == LEFT_OUT else self.text(value, text)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            yield from _texts([*value, *value.values()])
        case _:
            pass
