"""Prompts of plans: scenarios that come with mlxtop, and the user's own files."""

import difflib
import random
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from mlxtop.bench.plan import PlanError, PlanFileError
from mlxtop.bench.point import CONVERSATIONS, FIELDS, Skipped
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Role
from mlxtop.text import one_line, scrub
from mlxtop.user_files import Unreadable, json_of, read_text, toml_of

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
}
"""Roles by their names in chat datasets and in ShareGPT."""


def asked(entry: Any) -> tuple[ChatMessage, ...]:
    """Return the messages of an entry up to the user's last one; empty without a prompt.

    A conversation has `messages` with role and content, or `conversations` with from and value.
    It is used up to the user's last turn, which the model answers.
    """
    if (turns := _turns(entry)) is not None:
        return _up_to_the_user(turns)
    said = scrub(_prompt_text(entry))
    return (ChatMessage(role="user", text=said),) if said else ()


def is_empty(entry: Any) -> bool:
    """Return whether an entry without a prompt has a field for one."""
    if isinstance(entry, dict):
        return any(isinstance(entry.get(name), str) for name in FIELDS)
    return isinstance(entry, str)


def _turns(entry: Any) -> Sequence[Any] | None:
    if not isinstance(entry, dict):
        return None
    return next((entry[name] for name in CONVERSATIONS if isinstance(entry.get(name), list)), None)


def _up_to_the_user(turns: Sequence[Any]) -> tuple[ChatMessage, ...]:
    found: list[ChatMessage] = []
    for turn in turns:
        if not isinstance(turn, dict):
            break
        role = _ROLES.get(str(turn.get("role", turn.get("from"))).lower())
        text = _content(turn.get("content", turn.get("value")))
        if role is None or text is None:
            break  # a tool's turn: without tools the rest would make no sense
        if text.strip():
            found.append(ChatMessage(role=role, text=scrub(text)))
    while found and found[-1].role != "user":
        found.pop()
    return tuple(found)


def _content(content: Any) -> str | None:
    """Return the text of a message, also if it comes in parts; None if it is not text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, Mapping)]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts) if len(texts) == len(content) else None


def _prompt_text(entry: Any) -> str:
    """Return the prompt of an entry; empty if there is none."""
    if isinstance(entry, str):
        return entry.strip()
    if not isinstance(entry, dict):
        return ""
    said = next((entry[name] for name in FIELDS if isinstance(entry.get(name), str)), "")
    more = entry.get("input")
    parts = (said.strip(), more.strip() if isinstance(more, str) else "")
    return "\n\n".join(part for part in parts if part)


MOST_BYTES = 256 << 20
MOST_KEPT = 2
"""Files whose prompts are kept in memory."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages that end with a question, and their name."""

    name: str
    messages: tuple[ChatMessage, ...]
    place: int = 1
    """Which entry of a file it is, as `Skipped` counts them."""


def shipped() -> list[Prompt]:
    """Return the scenarios that come with mlxtop: simple, medium, complex."""
    text = resources.files("mlxtop.bench").joinpath("scenarios.toml").read_text("utf-8")
    return [_prompt(name, entry) for name, entry in tomllib.loads(text).items()]


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of files, and the entries without one."""

    found: list[Prompt]
    skipped: tuple[Skipped, ...] = ()


def scenarios(names: tuple[str, ...]) -> Prompts:
    """Return scenarios by name or file, by default all shipped ones; raises PlanError.

    A file is a dataset, or TOML with a table for each scenario.
    """
    known = {prompt.name: prompt for prompt in shipped()}
    if not names:
        return Prompts(list(known.values()))
    found: list[Prompt] = []
    skipped: tuple[Skipped, ...] = ()
    for name in names:
        if name in known:
            found.append(known[name])
        elif name and Path(name).expanduser().exists():
            held = _of_file(Path(name).expanduser())
            found += held.found
            skipped += held.skipped
        else:
            raise PlanError(
                f"There is no scenario {one_line(name, 80)!r} and no such file; "
                f"the shipped ones are {', '.join(known)}."
            )
    return Prompts(found, skipped)


def dataset(path: str, limit: int | None, seed: int) -> Prompts:
    """Return the prompts of a file in an order that the seed decides; raises PlanError.

    A JSON array of objects, or JSON lines, with a field `instruction` (with an optional `input`) or
    `prompt`. `messages` and `conversations` are used up to the user's last turn. Seed 0 keeps the
    order of the file.
    """
    held = _of_file(Path(path).expanduser())
    found = list(held.found)
    if seed:
        random.Random(seed).shuffle(found)
    taken = found[:limit]
    if seed or len(taken) == len(found):
        return Prompts(taken, held.skipped)
    # Entries after the last one used were not checked.
    told = (one.before(taken[-1].place) for one in held.skipped)
    return Prompts(taken, tuple(one for one in told if one.places))


def _of_file(path: Path) -> Prompts:
    """Return the prompts of a file; an unchanged file is not read again."""
    try:
        known = path.stat()
    except OSError as error:
        raise PlanFileError(f"{_shown(path)} cannot be read: {error.strerror}.") from None
    key = str(path.absolute()), known.st_mtime_ns, known.st_size
    if (held := _read_last.get(key)) is not None:
        return held
    held = _read(path)
    if stat.S_ISREG(known.st_mode):
        while len(_read_last) >= MOST_KEPT:
            _read_last.pop(next(iter(_read_last)), None)
        _read_last[key] = held
    return held


_read_last: dict[tuple[str, int, int], Prompts] = {}
"""Files by path, time of change and size: a form needs them after each key."""


def _shown(path: Path) -> str:
    return one_line(str(path), 300)


def _read(path: Path) -> Prompts:
    shown = _shown(path)
    try:
        text = read_text(path, most=MOST_BYTES)
    except OSError as error:
        raise PlanFileError(f"{shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise PlanFileError(error.sentence(shown)) from None
    if not text.strip():
        raise PlanFileError(f"{shown} is empty.")
    if path.suffix == ".toml":
        return Prompts(_of_toml(shown, text))
    if path.suffix in (".txt", ".md"):
        return Prompts([Prompt(path.stem, (ChatMessage(role="user", text=scrub(text)),))])
    return _of_entries(path.stem, shown, *_entries(shown, text))


def _of_entries(stem: str, shown: str, what: str, entries: dict[int, Any]) -> Prompts:
    """Return the prompts of entries, by their places in the file."""
    said = {place: asked(entry) for place, entry in entries.items()}
    found = [
        Prompt(f"{stem} {place}", messages, place) for place, messages in said.items() if messages
    ]
    if not found:
        tables = (one for one in entries.values() if isinstance(one, dict))
        there = next((", ".join(map(str, one)) for one in tables), "")
        has = f", and the first has {one_line(there, 80)}" if there else ""
        names = ", ".join((*FIELDS, *CONVERSATIONS))
        raise PlanFileError(
            f"{shown} has no prompts: its entries need one of the fields {names}{has}."
        )
    if len(found) == len(entries):
        return Prompts(found)
    places = tuple(place for place, messages in said.items() if not messages)
    empty = tuple(place for place in places if is_empty(entries[place]))
    return Prompts(found, (Skipped(file=shown, what=what, places=places, empty=empty),))


def _of_toml(shown: str, text: str) -> list[Prompt]:
    try:
        tables = toml_of(text)
    except Unreadable as error:
        raise PlanFileError(error.sentence(shown)) from None
    try:
        return [_prompt(name, entry) for name, entry in tables.items()]
    except ValueError as error:
        raise PlanFileError(f"{shown}: {error}") from None


def _prompt(name: str, entry: Any) -> Prompt:
    """Return a scenario of TOML; raises ValueError with a sentence."""
    called = one_line(name, 60)
    shown = f"[{called}]"
    if not isinstance(entry, dict):
        raise ValueError(f"{called} must be a table {shown} with a prompt, and optionally system.")
    for field in entry:
        if field not in ("prompt", "system"):
            near = difflib.get_close_matches(field, ("prompt", "system"), n=1)
            meant = f"did you mean {near[0]}?" if near else "fields are prompt and system."
            raise ValueError(f"{shown} has no field {one_line(field, 40)}; {meant}")
    for field in ("prompt", "system"):
        if not isinstance(entry.get(field, ""), str):
            raise ValueError(f"{shown} {field} must be a text.")
    said, system = entry.get("prompt", ""), entry.get("system", "")
    if not said.strip():
        raise ValueError(f"{shown} prompt is {'empty' if 'prompt' in entry else 'missing'}.")
    messages = [ChatMessage(role="user", text=scrub(said))]
    if system:
        messages.insert(0, ChatMessage(role="system", text=scrub(system)))
    return Prompt(name, tuple(messages))


def _entries(shown: str, text: str) -> tuple[str, dict[int, Any]]:
    """Return the unit of places, and the entries by place."""
    try:
        found = json_of(text)
        return "entry", dict(enumerate(found if isinstance(found, list) else [found], 1))
    except Unreadable as error:
        if text.lstrip().startswith("["):
            raise PlanFileError(error.sentence(shown)) from None
    entries = {}
    # Not `splitlines`: JSON may contain U+2028.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                entries[number] = json_of(line)
            except Unreadable as error:
                problem = Unreadable(error.reason, error.line or 1)
                raise PlanFileError(problem.sentence(shown, number - 1)) from None
    return "line", entries
