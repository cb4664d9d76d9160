"""A prompt config: system prompt, example messages and sampling settings in a JSON file."""

import difflib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from mlxtop import paths
from mlxtop.events import Role, Sampling
from mlxtop.format import listed
from mlxtop.output_files import write_whole
from mlxtop.sampling_settings import LIMITS, Value
from mlxtop.text import one_line, scrub, scrubbed
from mlxtop.user_files import Unreadable, json_of, read_text

_PLACE = re.compile(r"<\|([^|<>\n]{1,60})\|>|\{([^{}\n]{1,60})\}")


def of_time(now: datetime) -> dict[str, str]:
    """Return the placeholders of a moment with a time zone: `DATE` → `2026-01-31`."""
    return {
        "DATE": now.strftime("%Y-%m-%d"),
        "DATETIME": now.replace(tzinfo=None).isoformat(timespec="seconds"),
        "TIME": now.strftime("%H:%M:%S"),
        "TIMEZ": now.strftime("%H:%M:%S"),
        "TIMEA": now.strftime("%I:%M:%S %p"),
        "TIMEU": now.astimezone(UTC).strftime("%H:%M:%S UTC"),
    }


def filled(text: str, named: Mapping[str, str], now: datetime) -> str:
    """Return a text with its placeholders filled in; unknown ones stay as they are.

    `<|NAME|>`, in any case, is part of a time or one of `named`; `{name}` is one of `named`.
    """
    known = of_time(now) | {name.upper(): said for name, said in named.items()}

    def said(match: re.Match[str]) -> str:
        angled, braced = match.groups()
        found = named.get(braced) if angled is None else known.get(angled.upper())
        return match.group() if found is None else found

    return _PLACE.sub(said, text)


MOST_BYTES = 16 << 20
KEYS = ("system", "examples", "sampling")
SYSTEM_PARTS = {
    "system": "",
    "system_model_identity": "",
    "knowledge_cutoff": "Knowledge cutoff: ",
    "conversation_start_date": "Current date: ",
    "developer_instructions": "",
    "developer": "",
}
"""Keys that form the system prompt, in this order, each with the words before its text."""
DIALOGUES, GREETING, PLACEHOLDERS = "example_dialogues", "assistant_greeting", "placeholders"
OTHER_NAMES = {
    "repetition_context_size": "repetition_context",
    "max_assistant_tokens": "max_tokens",
}
"""mlx-harmony's names for sampling settings that have another name here."""
NO_EFFECT = frozenset(
    (
        *("chats_dir", "end_token_strings", "lazy", "logs_dir", "max_context_tokens"),
        *(
            "max_user_tokens",
            "min_tokens_to_keep",
            "mlock",
            "no_fs_cache",
            "perf_max_context_tokens",
        ),
        *("perf_max_kv_size", "perf_max_tokens", "perf_prompt_token_budget", "performance_mode"),
        *("reasoning_effort", "reseed_each_turn", "truncate_response", "truncate_thinking"),
        *("use_harmony", "xtc_special_tokens"),
    )
)
"""Keys of mlx-harmony without a counterpart in mlxtop."""
KNOWN = (*KEYS, *SYSTEM_PARTS, DIALOGUES, GREETING, PLACEHOLDERS, *LIMITS, *OTHER_NAMES)
ROLES: tuple[Role, ...] = ("user", "assistant")
_NOT_SET: dict[str, tuple[object, ...]] = {
    "seed": (-1,),
    "repetition_penalty": (0, 1),
    "repetition_context": (0,),
    "top_p": (0,),
}
"""Values with which a setting has no effect in mlx-harmony and mlx-lm."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An example message at the start of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Preset:
    """The contents of a prompt config."""

    system: str = ""
    examples: tuple[Example, ...] = ()
    sampling: dict[str, Value] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """A sentence with the unknown keys, which were ignored."""


class PresetError(Exception):
    """A prompt config that cannot be used; the text is a sentence with its place."""


def read_preset(path: Path, now: datetime | None = None) -> Preset:
    """Return the contents of a file; raises PresetError.

    Its keys are mlxtop's or mlx-harmony's. Placeholders of time use `now`.
    """
    shown = one_line(str(path), 300)
    try:
        table = json_of(read_text(path.expanduser(), most=MOST_BYTES))
    except OSError as error:
        raise PresetError(f"{shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise PresetError(error.sentence(shown)) from None
    if not isinstance(table, dict):
        raise PresetError(f"{shown} must be an object with {listed(KEYS)}, not {_kind(table)}.")
    return _Reading(shown, now or datetime.now().astimezone()).preset(scrubbed(table))


class _Reading:
    """One reading of one file: collects the ignored keys."""

    def __init__(self, shown: str, now: datetime) -> None:
        self.shown = shown
        self.now = now
        self.left_out: list[str] = []
        self.no_effect: list[str] = []
        self.named: dict[str, str] = {}

    def preset(self, table: dict[str, Any]) -> Preset:
        self._unknown("", table, KNOWN)
        self.named = self._placeholders(table.get(PLACEHOLDERS))
        system = self._system(table)
        examples = self._examples("examples", table.get("examples", []))
        for place, one in enumerate(self._list_of(DIALOGUES, table.get(DIALOGUES), "dialogues")):
            examples += self._examples(f"{DIALOGUES}[{place}]", one)
        if greeting := self._text(GREETING, table.get(GREETING)):
            examples.append(Example(role="assistant", text=greeting))
        sampling = self._sampling(table)
        return Preset(system, tuple(_alternating(examples)), sampling, self._warnings())

    def _placeholders(self, given: object) -> dict[str, str]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            raise self._wrong(PLACEHOLDERS, "an object of names and texts", given)
        for name, value in given.items():
            if not isinstance(value, str | int | float):
                raise self._wrong(f"{PLACEHOLDERS}.{one_line(name, 40)}", "a text", value)
        return {name: str(value) for name, value in given.items()}

    def _system(self, table: dict[str, Any]) -> str:
        """Return the parts of the system prompt: a line per fact, a paragraph per text."""
        parts = []
        for name, before in SYSTEM_PARTS.items():
            if said := self._text(name, table.get(name)):
                parts.append(f"\n{before}{said}" if before else f"\n\n{said}")
        return "".join(parts).removeprefix("\n").removeprefix("\n")

    def _text(self, name: str, given: object) -> str:
        if given is None:
            return ""
        if not isinstance(given, str):
            raise self._wrong(name, "a text", given)
        return scrub(filled(given, self.named, self.now))

    def _list_of(self, name: str, given: object, what: str = "messages") -> list[object]:
        if given is None and name == DIALOGUES:
            return []
        if not isinstance(given, list):
            raise self._wrong(name, f"a list of {what}", given)
        return given

    def _examples(self, name: str, given: object) -> list[Example]:
        found = enumerate(self._list_of(name, given))
        return [self._example(f"{name}[{place}]", one) for place, one in found]

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
        return Example(role=role, text=self._text(f"{name}.content", content))

    def _sampling(self, table: dict[str, Any]) -> dict[str, Value]:
        given = table.get("sampling", {})
        if not isinstance(given, dict):
            raise self._wrong("sampling", "an object of settings", given)
        self._unknown("sampling.", given, tuple(LIMITS))
        # At the top level they are mlx-harmony's, in which null means no value.
        beside = {
            OTHER_NAMES.get(name, name): (name, value)
            for name, value in table.items()
            if (name in LIMITS or name in OTHER_NAMES) and value is not None
        }
        own = {name: (f"sampling.{name}", value) for name, value in given.items() if name in LIMITS}
        known: dict[str, Value] = {}
        for name, (called, value) in (beside | own).items():
            if name in beside and name not in own and value in _NOT_SET.get(name, ()):
                continue
            if problem := LIMITS[name].problem(value):
                raise PresetError(f"{self.shown}: {called}: {one_line(problem)}")
            known[name] = value
        return known

    def _unknown(self, before: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
        for name in table:
            if not before and name in NO_EFFECT:
                self.no_effect.append(name)
            elif name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
                hint = f" (did you mean {near[0]}?)" if near else ""
                self.left_out.append(f"{one_line(before + name, 60)}{hint}")

    def _warnings(self) -> tuple[str, ...]:
        """Return the ignored keys, in one sentence for each reason."""
        said = []
        if self.left_out:
            verb = "is" if len(self.left_out) == 1 else "are"
            said.append(f"{self.shown}: {listed(self.left_out)} {verb} unknown and ignored.")
        if self.no_effect:
            verb = "has" if len(self.no_effect) == 1 else "have"
            said.append(f"{self.shown}: {listed(self.no_effect)} {verb} no effect in mlxtop.")
        return tuple(said)

    def _wrong(self, name: str, wanted: str, given: object) -> PresetError:
        return PresetError(f"{self.shown}: {name} must be {wanted}, not {_kind(given)}.")


def _alternating(messages: Sequence[Example]) -> list[Example]:
    """Return successive messages of one role as one: templates need turns."""
    found: list[Example] = []
    for one in messages:
        if found and found[-1].role == one.role:
            one = Example(role=one.role, text=f"{found.pop().text}\n\n{one.text}")
        found.append(one)
    return found


def _kind(value: object) -> str:
    """Return the type of a value, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    words = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return words[type(value)]


_NAME = re.compile(r"[\w-][\w.-]{0,59}")


def saved_file(name: str) -> Path:
    """Return the file of a preset that the user saved."""
    return paths.user_presets_dir() / f"{name}.json"


def saved() -> list[str]:
    """Return the names of the presets that the user saved."""
    with suppress(OSError):
        files = sorted(paths.user_presets_dir().glob("*.json"))
        return [file.stem for file in files if _NAME.fullmatch(file.stem)]
    return []


def save(name: str, system: str, sampling: Sampling) -> Path:
    """Write a preset as a prompt config; raises PresetError."""
    if not _NAME.fullmatch(name):
        raise PresetError("The name of a preset has letters, digits, - and _, up to 60.")
    path = saved_file(name)
    data = msgspec.json.encode({"system": system, "sampling": sampling})
    try:
        paths.make_private(path.parent)
        write_whole(path, msgspec.json.format(data, indent=2) + b"\n", new=True, own=True)
    except FileExistsError:
        raise PresetError(f"There is a preset {name} already: {path}. Use another name.") from None
    except OSError as error:
        raise PresetError(f"{path} cannot be written: {error.strerror}.") from None
    return path
