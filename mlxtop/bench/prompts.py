"""Prompts to measure with: scenarios that come with mlxtop, and a user's own files."""

import json
import random
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from mlxtop.bench.plan import PlanError
from mlxtop.engine.protocol import ChatMessage
from mlxtop.text import one_line, scrub

FIELDS = ("instruction", "prompt", "question", "text")
"""Fields of an entry that may hold the prompt, the first that is there."""
MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages that end with a question, and what they are called."""

    name: str
    messages: tuple[ChatMessage, ...]


def shipped() -> list[Prompt]:
    """Return the scenarios that come with mlxtop: simple, medium, complex."""
    text = resources.files("mlxtop.bench").joinpath("scenarios.toml").read_text("utf-8")
    return [_prompt(name, entry) for name, entry in tomllib.loads(text).items()]


def scenarios(names: tuple[str, ...]) -> list[Prompt]:
    """Return scenarios by name or file, all shipped ones where none is named; raises PlanError.

    A file holds prompts as a dataset does, or is TOML: a table for each scenario.
    """
    known = {prompt.name: prompt for prompt in shipped()}
    if not names:
        return list(known.values())
    found: list[Prompt] = []
    for name in names:
        if name in known:
            found.append(known[name])
        elif name and Path(name).expanduser().exists():
            found += _of_file(Path(name).expanduser())
        else:
            raise PlanError(
                f"There is no scenario {one_line(name, 80)!r} and no such file; "
                f"shipped are {', '.join(known)}."
            )
    return found


def dataset(path: str, limit: int | None, seed: int) -> list[Prompt]:
    """Return the prompts of a file in an order that the seed decides; raises PlanError.

    A JSON array of objects, or JSON lines, with a field `instruction` (or `prompt`); of an
    instruction an `input` beside it is a part. Seed 0 keeps the file's order.
    """
    found = _of_file(Path(path).expanduser())
    if seed:
        random.Random(seed).shuffle(found)
    return found if limit is None else found[:limit]


def _of_file(path: Path) -> list[Prompt]:
    shown = one_line(str(path), 300)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PlanError(f"{shown} is larger than 256 MiB: cut it down to what is to be asked.")
        text = path.read_text("utf-8")
    except OSError as error:
        raise PlanError(f"{shown} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise PlanError(f"{shown} is not UTF-8 text.") from None
    if path.suffix == ".toml":
        return _of_toml(shown, text)
    if path.suffix in (".txt", ".md"):
        if not text.strip():
            raise PlanError(f"{shown} is empty.")
        return [Prompt(path.stem, (ChatMessage(role="user", text=scrub(text)),))]
    entries = _entries(shown, text)
    prompts = []
    for number, entry in enumerate(entries, 1):
        said = _said(entry)
        if said:
            message = ChatMessage(role="user", text=scrub(said))
            prompts.append(Prompt(f"{path.stem} {number}", (message,)))
    if not prompts:
        there = next((", ".join(map(str, one)) for one in entries if isinstance(one, dict)), "")
        has = f", and the first has {one_line(there, 80)}" if there else ""
        raise PlanError(
            f"{shown} holds no prompt: its entries need one of the fields {', '.join(FIELDS)}{has}."
        )
    return prompts


def _of_toml(shown: str, text: str) -> list[Prompt]:
    try:
        tables = tomllib.loads(text)
        return [_prompt(name, entry) for name, entry in tables.items()]
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{shown} is not TOML: {one_line(str(error), 200)}.") from None
    except (TypeError, KeyError, ValueError):
        raise PlanError(
            f"{shown} holds no scenarios: each is a table with a `prompt`, and `system` if wanted."
        ) from None


def _prompt(name: str, entry: dict[str, Any]) -> Prompt:
    """Return a scenario of TOML; raises KeyError, TypeError or ValueError where it is none."""
    said = entry["prompt"]
    if not isinstance(said, str) or not said.strip():
        raise ValueError(name)
    messages = [ChatMessage(role="user", text=said)]
    if system := entry.get("system"):
        messages.insert(0, ChatMessage(role="system", text=str(system)))
    return Prompt(name, tuple(messages))


def _entries(shown: str, text: str) -> list[Any]:
    if not text.strip():
        raise PlanError(f"{shown} is empty.")
    try:
        found = json.loads(text)
        return found if isinstance(found, list) else [found]
    except (json.JSONDecodeError, RecursionError) as error:
        if text.lstrip().startswith("["):
            raise PlanError(_no_json(shown, error)) from None
    entries = []
    # Not at every end of a line that Python knows: JSON may hold U+2028.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            raise PlanError(_no_json(shown, error, number - 1)) from None
    return entries


def _no_json(shown: str, error: json.JSONDecodeError | RecursionError, before: int = 0) -> str:
    """Return where and why a text is no JSON; `before` are the lines before it."""
    if isinstance(error, RecursionError):
        return f"{shown}:{before + 1} is not JSON that can be read: it is nested too deep."
    return f"{shown}:{before + error.lineno} is not JSON: {error.msg} (column {error.colno})."


def _said(entry: Any) -> str:
    """Return the prompt of an entry; empty where it has none."""
    if isinstance(entry, str):
        return entry.strip()
    if not isinstance(entry, dict):
        return ""
    said = next((entry[name] for name in FIELDS if isinstance(entry.get(name), str)), "")
    more = entry.get("input")
    parts = (said.strip(), more.strip() if isinstance(more, str) else "")
    return "\n\n".join(part for part in parts if part)
