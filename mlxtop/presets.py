"""A prompt config: system prompt, example messages and sampling settings in a JSON file."""

import difflib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from mlxtop.events import Role
from mlxtop.sampling import LIMITS, Value
from mlxtop.text import one_line, scrub, scrubbed

KEYS = ("system", "examples", "sampling")
ROLES: tuple[Role, ...] = ("user", "assistant")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a conversation begins with, to show the model what is wanted."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Preset:
    """What a prompt config says."""

    system: str = ""
    examples: tuple[Example, ...] = ()
    sampling: dict[str, Value] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """A sentence for each key that is not known and was left out."""


class PresetError(Exception):
    """A prompt config that cannot be used; the text is a sentence with its place."""


def read_preset(path: Path) -> Preset:
    """Return what a file says; raises PresetError."""
    shown = one_line(str(path), 300)
    try:
        text = path.expanduser().read_text("utf-8-sig")
    except OSError as error:
        raise PresetError(f"{shown} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise PresetError(f"{shown} is not UTF-8 text.") from None
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{shown}:{error.lineno}"
        raise PresetError(f"{place} is not JSON: {error.msg} (column {error.colno}).") from None
    except RecursionError:
        raise PresetError(f"{shown} is nested too deep.") from None
    if not isinstance(table, dict):
        raise PresetError(f"{shown} must be an object with {_list(KEYS)}, not {_kind(table)}.")
    return _Reading(shown).preset(scrubbed(table))


class _Reading:
    """One reading of one file: collects what is left out."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.warnings: list[str] = []

    def preset(self, table: dict[str, Any]) -> Preset:
        self._unknown("", table, KEYS)
        system = table.get("system", "")
        if not isinstance(system, str):
            raise self._wrong("system", "a text", system)
        examples = self._examples(table.get("examples", []))
        sampling = self._sampling(table.get("sampling", {}))
        return Preset(system, examples, sampling, tuple(self.warnings))

    def _examples(self, given: object) -> tuple[Example, ...]:
        if not isinstance(given, list):
            raise self._wrong("examples", "a list of messages", given)
        return tuple(self._example(f"examples[{place}]", one) for place, one in enumerate(given))

    def _example(self, name: str, given: object) -> Example:
        if not isinstance(given, dict):
            raise self._wrong(name, "an object with role and content", given)
        self._unknown(f"{name}.", given, ("role", "content"))
        role = next((one for one in ROLES if one == given.get("role")), None)
        if role is None:
            more = ": the system prompt has a key of its own" * (given.get("role") == "system")
            raise PresetError(f"{self.shown}: {name}.role must be {' or '.join(ROLES)}{more}.")
        content = given.get("content")
        if not isinstance(content, str):
            raise self._wrong(f"{name}.content", "a text", content)
        return Example(role=role, text=scrub(content))

    def _sampling(self, given: object) -> dict[str, Value]:
        if not isinstance(given, dict):
            raise self._wrong("sampling", "an object of settings", given)
        self._unknown("sampling.", given, tuple(LIMITS))
        known = {name: value for name, value in given.items() if name in LIMITS}
        for name, value in known.items():
            if problem := LIMITS[name].problem(value):
                raise PresetError(f"{self.shown}: sampling.{name}: {one_line(problem)}")
        return known

    def _unknown(self, before: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
        for name in table:
            if name in known:
                continue
            hint = ""
            if not before and name in LIMITS:
                hint = ": it belongs under sampling"
            elif near := difflib.get_close_matches(name, known, n=1):
                hint = f": did you mean {near[0]}?"
            self.warnings.append(
                f"{self.shown}: {one_line(before + name, 60)} is not known and left out{hint}"
            )

    def _wrong(self, name: str, wanted: str, given: object) -> PresetError:
        return PresetError(f"{self.shown}: {name} must be {wanted}, not {_kind(given)}.")


def _kind(value: object) -> str:
    """Return what a value is, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    words = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return words[type(value)]


def _list(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
