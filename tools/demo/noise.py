"""The ways in which people type the same question differently."""

from __future__ import annotations

import random
import re

from tools.demo import facts

PHRASING = facts.read(facts.HERE / "phrasing.toml")
OPENINGS: list[str] = PHRASING["openings"]
CLOSINGS: list[str] = PHRASING["closings"]
HERE: list[str] = PHRASING["here"]
SAME: dict[str, list[str]] = PHRASING["same"]
SYNONYMS: dict[str, list[str]] = PHRASING["synonyms"]
NEIGHBOURS: dict[str, str] = PHRASING["neighbours"]
SMALL: set[str] = set(PHRASING["small"])
"""Words that a hasty writer leaves out."""


def synonyms(rng: random.Random, text: str, share: float) -> str:
    """Some words replaced by others of the same sense."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        choices = SYNONYMS.get(word.lower())
        return rng.choice(choices) if choices and rng.random() < share else word

    return re.sub(r"[A-Za-z']+", other, text)


def typo(rng: random.Random, text: str) -> str:
    """One slip of the finger in one of the longer words."""
    words = list(re.finditer(r"[A-Za-z]{4,}", text))
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end())
    kind = rng.randrange(5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1 and at + 1 < word.end():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    near = NEIGHBOURS.get(text[at].lower(), "e")
    return text[:at] + rng.choice(near) + text[at + (kind == 3) :]


def typed(rng: random.Random, text: str, about: bool) -> str:
    """The question as somebody might have typed it."""
    if rng.random() < 0.35:
        for plain, others in SAME.items():
            if text.lower().startswith(plain):
                text = rng.choice(others) + text[len(plain) :]
                break
    if rng.random() < 0.4:
        text = synonyms(rng, text, 0.35)
    bare = text.rstrip("?.! ")
    if about and len(bare) > 8 and rng.random() < 0.08:
        bare += rng.choice(HERE)
    if rng.random() < 0.12:
        bare += rng.choice(CLOSINGS)
    if rng.random() < 0.22:
        bare = rng.choice(OPENINGS) + bare
    if rng.random() < 0.06:
        bare = rng.choice(OPENINGS) + bare
    words = bare.split(" ")
    small = [at for at, word in enumerate(words) if word.lower() in SMALL]
    if len(words) > 3 and small and rng.random() < 0.08:
        del words[rng.choice(small)]
        bare = " ".join(words)
    for _ in range(rng.choice((1, 1, 2))):
        if rng.random() < 0.14:
            bare = typo(rng, bare)
    case = rng.random()
    if case < 0.55:
        bare = bare.lower()
    elif case < 0.8:
        bare = bare[:1].upper() + bare[1:]
    elif case < 0.82:
        bare = bare.upper()
    if rng.random() < 0.35:
        bare = bare.replace("'", "")
    if rng.random() < 0.2:
        bare = bare.replace(",", "")
    return bare + rng.choice(("?", "?", "?", "", "", "", "", ".", "!", "??", " ?", "\n"))
