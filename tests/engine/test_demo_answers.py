"""The built-in demo model answers through plain mlx-lm, and says honestly what it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from mlx_lm import load, stream_generate

from tools.demo import facts

ABOUT = [q for q in facts.held_out() if q.topic not in (facts.UNRELATED, "tour")][::3]
UNRELATED = [q for q in facts.held_out() if q.topic == facts.UNRELATED][::4]

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Ask the model: each argument is a message, the user's first, and the answer is returned."""
    model, tokenizer, *_ = load(str(facts.MODEL))

    def answer(*said: str, system: str = "") -> str:
        chat = [{"role": "system", "content": system}] if system else []
        chat += [
            {"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(said)
        ]
        prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True)
        parts = stream_generate(model, tokenizer, prompt, max_tokens=2000)
        return "".join(part.text for part in parts)

    return answer


def failures(ask: Ask, questions: list[facts.Question]) -> list[tuple[str, str]]:
    answers = [(question, ask(question.text)) for question in questions]
    return [(q.text, answer) for q, answer in answers if not q.accepts(answer)]


def test_phrases_single_out_one_topic() -> None:
    facts.check_phrases()


@pytest.mark.parametrize("questions", [ABOUT, UNRELATED], ids=["about", "unrelated"])
def test_held_out_questions(ask: Ask, questions: list[facts.Question]) -> None:
    assert len(questions) >= 10
    wrong = failures(ask, questions)
    assert len(wrong) <= 0.15 * len(questions), wrong


def test_second_and_third_question_of_a_conversation(ask: Ask) -> None:
    first = ask("what is wired memory", system="You are a helpful assistant.")
    assert "pinned" in first
    second = ask("what is wired memory", first, "and what does F3 do?")
    assert "set a mark" in second
    third = ask("what is wired memory", first, "and what does F3 do?", second, "who was Napoleon?")
    assert facts.HONEST in third.lower()


def test_tour_is_long_and_does_not_loop(ask: Ask) -> None:
    tour = ask("give me the tour")
    _, tokenizer, *_ = load(str(facts.MODEL), lazy=True)
    assert len(tokenizer.encode(tour)) >= 1000
    assert "end of the tour" in tour
    lines = [line for line in tour.splitlines() if line.strip() and line != "```"]
    assert len(set(lines)) == len(lines)
    assert not re.search(r"\b(\w+ \w+ \w+) \1\b", tour)


def test_directory_is_small() -> None:
    assert sum(path.stat().st_size for path in facts.MODEL.iterdir()) <= 4_000_000
