"""The topics, the tour, the honest answers and the held-out questions, read from their files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODEL = ROOT / "mlxtop" / "demo"
HELD_OUT = ROOT / "tests" / "fixtures" / "demo_questions.toml"

UNRELATED = "unrelated"
"""The pseudo topic of every question that is not about mlxtop."""
HONEST = "outside what i know"
"""What every answer to an unrelated question contains, lower-case."""
TOUR_TITLE = "the tour of mlxtop"
"""What only the tour contains, lower-case."""


@dataclass(frozen=True)
class Topic:
    """One thing the model knows: its answer and the ways to ask for it."""

    name: str
    answer: str
    weight: float = 1.0
    nouns: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """A held-out question and the groups of phrases its answer must contain."""

    text: str
    topic: str
    expect: list[list[str]]

    def accepts(self, answer: str) -> bool:
        """Whether the answer is of the right kind."""
        said = answer.lower()
        if self.topic == UNRELATED:
            return HONEST in said
        if HONEST in said or (self.topic != "tour" and TOUR_TITLE in said):
            return False
        return all(any(phrase in said for phrase in group) for group in self.expect)


def read(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def topics() -> list[Topic]:
    """All topics, the tour with its text."""
    tour = (HERE / "tour.md").read_text(encoding="utf-8").strip()
    entries = read(HERE / "topics.toml")
    entries["tour"]["answer"] = tour
    return [Topic(name=name, **entry) for name, entry in entries.items()]


def held_out() -> list[Question]:
    """The questions that training must never see."""
    found = read(HELD_OUT)
    about = [Question(q["question"], q["topic"], q["expect"]) for q in found["about"]]
    return about + [Question(q["question"], UNRELATED, []) for q in found["unrelated"]]


def normalised(text: str) -> str:
    """Lower-case words only, so that case and punctuation do not make two questions of one."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "")))


def check_phrases() -> None:
    """Fail unless the phrases of each held-out question single out the answer of its topic."""
    answers = {topic.name: topic.answer for topic in topics()}
    answers |= {f"{UNRELATED} {k}": v for k, v in read(HERE / "unrelated.toml")["answers"].items()}
    for question in held_out():
        if question.topic == UNRELATED:
            continue
        right = [name for name, answer in answers.items() if question.accepts(answer)]
        if right != [question.topic]:
            raise ValueError(f"{question.text!r} is answered by {right}, not {question.topic}")
