"""Questions the demo model cannot answer, put together from lists by the thousand."""

from __future__ import annotations

import random
import re
from functools import cache
from typing import Any

from tools.demo import facts

SLOT = re.compile(r"\{(\w+)\}")
CODE = re.compile(r"\{codelang|\{codetask")


@cache
def material() -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The lists by the name of their slot, and the rest of the file as it is."""
    found = facts.read(facts.HERE / "unrelated.toml")
    plural = {**found["lists"], **found["small"]}
    lists = {re.sub(r"ies$", "y", name).rstrip("s"): text for name, text in plural.items()}
    lists["person"] = lists.pop("people")
    return {k: [x.strip() for x in v.split(",") if x.strip()] for k, v in lists.items()}, found


def invented(rng: random.Random) -> str:
    """A word that does not exist, so that an unknown name is not taken for a known one."""
    ends = ("", "", "n", "r", "s", "x", "th", "ck", "nd", "a", "o", "ia")
    parts = [
        rng.choice("bcdfghjklmnprstvwz") + rng.choice(("", "", "r", "l", "h")) + rng.choice("aeiou")
        for _ in range(rng.choice((1, 2, 2, 3)))
    ]
    return "".join(parts) + rng.choice(ends)


def filled(rng: random.Random, template: str) -> str:
    """The template with each slot filled from its list, now and then by an invented word."""
    lists, _ = material()

    def pick(match: re.Match[str]) -> str:
        slot = match.group(1).rstrip("2")
        if slot == "year":
            return str(rng.randrange(1066, 2031))
        if slot == "thing" and rng.random() < 0.2:
            return rng.choice(lists["homonym"])
        if slot in ("thing", "person", "place", "word") and rng.random() < 0.15:
            return invented(rng) if rng.random() < 0.5 else rng.choice(lists["word"])
        return rng.choice(lists[slot])

    return SLOT.sub(pick, template)


def mashed(rng: random.Random) -> str:
    """Keys hit without sense, digits, or words without a sentence."""
    kind = rng.randrange(6)
    if kind == 0:
        rows = ("asdfghjkl", "qwertyuiop", "zxcvbnm", "asdfjkl;", "qwertzuiop")
        return " ".join(
            "".join(rng.choice(rng.choice(rows)) for _ in range(rng.randrange(3, 11)))
            for _ in range(rng.choice((1, 1, 2, 3, 4)))
        )
    if kind == 1:
        return " ".join(
            str(rng.randrange(10 ** rng.randrange(1, 10))) for _ in range(rng.choice((1, 2, 3, 5)))
        )
    if kind == 2:
        return "".join(rng.choice("!?.,;:#$%&/()=+*~<>|^°§") for _ in range(rng.randrange(2, 12)))
    if kind == 3:
        return rng.choice("bcdfhlvwxyz") * rng.randrange(4, 14)
    if kind == 4:
        return " ".join(invented(rng) for _ in range(rng.randrange(2, 7)))
    lists, _ = material()
    return " ".join(rng.choice(lists["word"]) for _ in range(rng.randrange(2, 7)))


def sums(rng: random.Random) -> str:
    """A question of arithmetic, algebra or units."""
    lists, found = material()
    values = {
        "a": str(rng.randrange(1, 200)),
        "b": str(rng.randrange(2, 100)),
        "c": str(rng.randrange(2, 40)),
        "x": rng.choice("xyztn"),
        **{slot: rng.choice(lists[slot]) for slot in ("op", "unit", "other", "shape")},
    }
    return SLOT.sub(lambda slot: values[slot.group(1)], rng.choice(found["sums"]["asks"]))


def code(rng: random.Random) -> str:
    """A piece of code in one of several languages, with or without a question."""
    lists, found = material()
    values = {letter: rng.choice(lists["word"]) for letter in "fgvw"}
    values |= {"n": str(rng.randrange(100)), "m": str(rng.randrange(2, 20))}
    piece = rng.choice(found["code"]["pieces"])
    piece = re.sub(r"\{([fgvwnm])\}", lambda slot: values[slot.group(1)], piece)
    ask = rng.choice(found["code"]["asks"])
    shapes = (piece, f"{ask}:\n{piece}", f"```\n{piece}\n```\n{ask}", f"{piece}\n{ask}")
    return rng.choices(shapes, (7, 5, 2, 6))[0]


def question(rng: random.Random) -> tuple[str, str, bool]:
    """An unrelated question, the class of its honest answer, and whether noise may be added."""
    _, found = material()
    kind = rng.random()
    if kind < 0.13:
        return rng.choice(found["near"]["asks"]), "general", True
    if kind < 0.25:
        return filled(rng, rng.choice(found["templates"]["thing"])), "general", True
    if kind < 0.33:
        return filled(rng, rng.choice(found["templates"]["person"])), "general", True
    if kind < 0.41:
        return filled(rng, rng.choice(found["templates"]["place"])), "general", True
    if kind < 0.54:
        return filled(rng, rng.choice(found["templates"]["task"])), "general", True
    if kind < 0.74:
        template = rng.choice(found["templates"]["making"])
        return filled(rng, template), "code" if CODE.search(template) else "general", True
    if kind < 0.81:
        return code(rng), "code", False
    if kind < 0.88:
        return sums(rng), "maths", rng.random() < 0.5
    if kind < 0.94:
        return rng.choice(found["near"]["foreign"]), "language", False
    return mashed(rng), "general", False
