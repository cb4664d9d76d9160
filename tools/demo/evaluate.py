"""Ask the demo model every held-out question through plain mlx-lm and print how many are right."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from mlx_lm import load, stream_generate
from mlx_lm.sample_utils import make_sampler

from tools.demo import facts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=facts.MODEL)
    parser.add_argument("--temperature", type=float, default=0.0)
    options = parser.parse_args()
    facts.check_phrases()
    model, tokenizer, *_ = load(str(options.model))

    def answer(*messages: str) -> str:
        chat = [
            {"role": ("user", "assistant")[i % 2], "content": text}
            for i, text in enumerate(messages)
        ]
        prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True)
        sampler = make_sampler(temp=options.temperature)
        return "".join(
            part.text
            for part in stream_generate(model, tokenizer, prompt, max_tokens=2048, sampler=sampler)
        )

    right = {"about": 0, "unrelated": 0}
    asked = {"about": 0, "unrelated": 0}
    for question in facts.held_out():
        kind = "unrelated" if question.topic == facts.UNRELATED else "about"
        said = answer(question.text)
        asked[kind] += 1
        if question.accepts(said):
            right[kind] += 1
        else:
            print(f"wrong: {question.topic}: {question.text!r}\n       {said[:100]!r}")
    for kind, count in right.items():
        share = 100 * count / asked[kind]
        print(f"{kind}: {count} of {asked[kind]} right ({share:.0f} %)")

    began = time.perf_counter()
    tour = answer("give me the tour")
    tokens = len(tokenizer.encode(tour)) + 1
    spent = time.perf_counter() - began
    exact = tour.strip() == (facts.HERE / "tour.md").read_text(encoding="utf-8").strip()
    print(f"the tour: {tokens} tokens, {'word for word' if exact else 'NOT word for word'}")
    print(f"speed: {tokens / spent:.0f} tok/s")


if __name__ == "__main__":
    main()
