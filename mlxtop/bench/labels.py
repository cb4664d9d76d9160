"""What models are called beside each other, and several names in a sentence."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlxtop.text import one_line


def endings(models: Sequence[str]) -> list[str]:
    """Return the shortest endings of paths or ids that tell each from all others.

    Of `/x/a/other`, `/y/b/other` and `/z/third` they are `a/other`, `b/other` and `third`.
    """
    parts = [_parts(model) for model in models]
    return [
        _ending(own, [*parts[:place], *parts[place + 1 :]]) or models[place]
        for place, own in enumerate(parts)
    ]


def _parts(model: str) -> tuple[str, ...]:
    """Return the parts of a path; of one in the hub's cache, which ends in a hash, of the id."""
    parts = Path(model).parts
    cached = next((part for part in parts if part.startswith("models--")), "")
    return tuple(cached.split("--")[1:]) or parts


def _ending(own: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> str:
    """Return the shortest ending that no other one has; empty where there is none."""
    for count in range(1, len(own) + 1):
        ending = own[-count:]
        if all(other[-count:] != ending for other in others):
            return str(Path(*ending))
    return ""


def first_of(words: Iterable[str], most: int) -> str:
    """Return the first words of several with commas, and how many more there are."""
    found = [one_line(word, 60) for word in words]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return (", ".join(found[:most]) or "none") + more
