"""What can be copied from a conversation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlxtop.markdown import without_signs
from mlxtop.text import clean, scrub
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.code import language
from mlxtop.tui.chat.markup import addresses, parse_blocks

_WHO = {"user": "you", "assistant": "reply", "system": "system prompt"}
_LOOKED_AT = 1000
"""Characters of a message that an excerpt is made of."""


@dataclass(frozen=True, slots=True)
class Copyable:
    """A message, or a part of one, without control characters."""

    label: str
    text: str
    markdown: bool = False

    @property
    def excerpt(self) -> str:
        """What is shown of it to choose by: Markdown without its signs."""
        return without_signs(self.text[:_LOOKED_AT]) if self.markdown else self.text


def copyable(entries: Iterable[Entry]) -> list[Copyable]:
    """Return messages, their blocks of code and their addresses, newest first."""
    return [item for entry in reversed(list(entries)) for item in _of_entry(entry)]


def _of_entry(entry: Entry) -> Iterator[Copyable]:
    if entry.text:
        yield Copyable(_WHO[entry.role] + _number(entry), clean(entry.text), markdown=True)
        parts = list(_parts(entry.text))
        yield from reversed(parts)
    if entry.thinking:
        yield Copyable(f"thinking{_number(entry)}", clean(entry.thinking), markdown=True)


def _number(entry: Entry) -> str:
    """Return which reply of the run it is, as everywhere, or which message of the user's."""
    if entry.turn is not None:
        return f" {entry.turn.number}"
    return f" {entry.index // 2 + 1}" if entry.index >= 0 else ""


def _parts(text: str) -> Iterator[Copyable]:
    for token in parse_blocks(scrub(text)):
        if token.type in ("fence", "code_block"):
            name = language(token.info)
            yield Copyable(f"code · {name}" if name else "code", clean(token.content.rstrip("\n")))
        elif token.type == "inline":
            for address in addresses(token.content):
                yield Copyable("address", clean(address))
