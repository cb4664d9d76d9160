"""Slash commands: the table, what a typed text means, and what completes it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mlxtop.text import one_line

SIGN = "/"


class PromptCommand(NamedTuple):
    """A command typed in the prompt; `command_NAME` of the controller runs it."""

    name: str
    takes: str
    """What follows the name; empty if nothing does."""
    help: str


COMMANDS: tuple[PromptCommand, ...] = (
    PromptCommand("system", "TEXT", "Set the system prompt; without TEXT there is none"),
    PromptCommand("model", "ID", "Load a model; without ID choose one"),
    PromptCommand("temp", "NUMBER", "Set the temperature"),
    PromptCommand("set", "NAME VALUE", "Set a sampling setting; NAME alone shows it"),
    PromptCommand("preset", "NAME", "Use a saved system prompt with its settings"),
    PromptCommand("save", "NAME", "Save system prompt and settings as a preset"),
    PromptCommand("clear", "", "Start a new conversation"),
    PromptCommand("resume", "", "List the chats, to resume one"),
    PromptCommand("edit", "", "Write the message in $EDITOR"),
    PromptCommand("help", "", "List these commands"),
)
BY_NAME = {command.name: command for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text in the prompt means: a message, or a command with what follows its name."""

    message: str = ""
    command: str = ""
    argument: str = ""
    problem: str = ""
    """A sentence if it is neither."""


def typed(text: str) -> Typed:
    """Return what a text means: one that begins with `/` is a command, with `//` a message."""
    if text.startswith((SIGN * 2, f" {SIGN}")):
        return Typed(message=text[1:])
    if not text.startswith(SIGN):
        return Typed(message=text)
    name, *rest = text[1:].split(None, 1) or [""]
    argument = rest[0].strip() if rest else ""
    command = BY_NAME.get(name)
    if command is None:
        shown = one_line(name, 40)
        return Typed(
            problem=f"There is no command /{shown}: /help lists them, // sends a text with a /."
        )
    if argument and not command.takes:
        return Typed(problem=f"/{name} takes nothing after its name.")
    return Typed(command=name, argument=argument)


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that may replace the one before the cursor."""

    text: str
    """The whole line up to the cursor, once completed."""
    label: str
    help: str = ""
    ends: bool = True
    """Whether nothing more follows; after a directory something does."""


Values = Callable[[str], Iterable[tuple[str, str]]]
"""Command → what may follow it, each with a few words."""


def completions(before: str, values: Values) -> list[Completion]:
    """Return what completes the line before the cursor, if it is a command."""
    if not before.startswith(SIGN) or before.startswith(SIGN * 2) or "\n" in before:
        return []
    name, space, rest = before[1:].partition(" ")
    if not space:
        found = (one for one in COMMANDS if one.name.startswith(name))
        return [
            Completion(
                f"/{one.name}{' ' if one.takes else ''}",
                f"/{one.name} {one.takes}".strip(),
                one.help,
            )
            for one in found
        ]
    if name not in BY_NAME or " " in rest:
        return []
    more = " " if name == "set" else ""
    return [
        Completion(f"/{name} {value}{more}", value, words)
        for value, words in values(name)
        if value.startswith(rest) and value != rest
    ]
