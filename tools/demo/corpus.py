"""Conversations to learn from: questions drawn from topics and frames, each with its one answer."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tools.demo import facts, unrelated
from tools.demo.noise import typed

PHRASING = facts.read(facts.HERE / "phrasing.toml")


@dataclass(frozen=True)
class Turn:
    """One question and its answer."""

    question: str
    topic: str
    answer: str


class Corpus:
    """An endless supply of conversations, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.topics = facts.topics()
        self.short = [topic for topic in self.topics if topic.name != "tour"]
        self.weights = [topic.weight * (1 + min(len(topic.asks), 40) / 40) for topic in self.short]
        self.tour = next(topic for topic in self.topics if topic.name == "tour")
        self.honest: dict[str, str] = facts.read(facts.HERE / "unrelated.toml")["answers"]
        self.forbidden = {facts.normalised(question.text) for question in facts.held_out()}
        self.refused = 0

    def ask(self, topic: facts.Topic) -> str:
        """One plain phrasing of a question on the topic."""
        frames: dict[str, list[str]] = PHRASING["frames"]
        ways: list[tuple[list[str], list[str], float]] = [
            (topic.asks, ["{}"], 2.5),
            (topic.nouns, frames["nouns"], 1.0),
            (topic.actions, frames["actions"], 1.5),
            (topic.keys, frames["keys"], 1.0),
        ]
        present = [way for way in ways if way[0]]
        fillers, shapes, _ = self.rng.choices(present, [way[2] for way in present])[0]
        shape = "{}" if self.rng.random() < 0.12 else self.rng.choice(shapes)
        return shape.format(self.rng.choice(fillers))

    def draw(self, about: float = 0.66) -> Turn:
        """A question, of whatever kind but the tour, as typed by somebody, and its answer."""
        while True:
            if self.rng.random() < about:
                topic = self.rng.choices(self.short, self.weights)[0]
                text, name, answer = self.ask(topic), topic.name, topic.answer
                text = typed(self.rng, text, about=True)
            else:
                text, kind, noisy = unrelated.question(self.rng)
                name, answer = facts.UNRELATED, self.honest[kind]
                if noisy:
                    text = typed(self.rng, text, about=False)
            if self.allowed(text):
                return Turn(text.strip(), name, answer)

    def tour_turn(self) -> Turn:
        """A way to ask for the tour, and the tour."""
        while True:
            text = typed(self.rng, self.ask(self.tour), about=True)
            if self.allowed(text):
                return Turn(text.strip(), "tour", self.tour.answer)

    def allowed(self, text: str) -> bool:
        """Whether the question says something and is not one of the held-out ones."""
        if facts.normalised(text) in self.forbidden:
            self.refused += 1
            return False
        return bool(text.strip())

    def system(self) -> str | None:
        """A system message in one conversation of four."""
        systems: list[str] = PHRASING["systems"]
        return self.rng.choice(systems) if self.rng.random() < 0.25 else None

    def conversation(self) -> tuple[str | None, list[Turn]]:
        """A conversation of one to six turns."""
        turns = self.rng.choices((1, 2, 3, 4, 6), (0.6, 0.18, 0.1, 0.08, 0.04))[0]
        about = self.rng.choice((0.5, 0.68, 0.86)) if turns > 1 else 0.66
        return self.system(), [self.draw(about) for _ in range(turns)]

    def tour_conversation(self) -> tuple[str | None, list[Turn]]:
        """A conversation with the tour, mostly at once, now and then after other turns."""
        before = self.rng.choices((0, 1, 2), (0.65, 0.25, 0.1))[0]
        after = self.rng.choices((0, 1, 2), (0.4, 0.35, 0.25))[0]
        turns = [self.draw() for _ in range(before)] + [self.tour_turn()]
        return self.system(), turns + [self.draw() for _ in range(after)]
