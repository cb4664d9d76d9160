"""What files of prompts hold that is none."""

from collections.abc import Sequence

import msgspec

from mlxtop.bench.labels import first_of

FIELDS = ("instruction", "prompt", "question", "text")
"""Fields of an entry that may hold the prompt, the first that is there."""
CONVERSATIONS = ("messages", "conversations")
"""Fields that may hold a conversation in place of a prompt: of mlx-lm's datasets, of ShareGPT."""
_NAMED = 5
"""Entries without a prompt that are named; the others are counted."""
_PLURALS = {"line": "lines", "entry": "entries"}


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of a file that have no prompt: they are not measured."""

    file: str
    what: str
    """What `places` counts: `line` of JSON lines, `entry` of an array."""
    places: tuple[int, ...]
    """All of them, from 1."""

    empty: tuple[int, ...] = ()
    """Those of them that have a field for it, without a text in it."""

    @property
    def sentence(self) -> str:
        """How many they are, which, and why."""
        without = [place for place in self.places if place not in self.empty]
        count = len(self.places)
        names = (*FIELDS, *CONVERSATIONS)
        fields = f"{', '.join(names[:-1])} or {names[-1]}"
        reasons = []
        if without:
            reasons.append(f"no {fields} in {self._named(without)}")
        if self.empty:
            reasons.append(f"an empty text in {self._named(self.empty)}")
        few = "1 entry is" if count == 1 else f"{count:,} entries are"
        return f"{self.file}: {few} left out, with {' and '.join(reasons)}."

    def _named(self, places: Sequence[int]) -> str:
        word = self.what if len(places) == 1 else _PLURALS[self.what]
        return f"{word} {first_of(map(str, places), _NAMED)}"

    def before(self, place: int) -> "Skipped":
        """Return those of them that stand before a place."""
        return msgspec.structs.replace(
            self,
            places=tuple(each for each in self.places if each < place),
            empty=tuple(each for each in self.empty if each < place),
        )
