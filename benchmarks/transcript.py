"""The cost of the transcript: streaming Markdown, and scrubbing through a long conversation.

Run as `python -m benchmarks.transcript`. There is no terminal: it measures layout and drawing.
A reply streams at 300 tok/s after a conversation of 200 messages (about 100,000 tokens), with a
frame every 0.2 s. CPU time is that of the process.
"""

import argparse
import asyncio
import json
import random
import statistics
import time

from textual.app import App, ComposeResult

from mlxtop.events import LoadEnd, Message, Tokens, TurnEnd, TurnStart
from mlxtop.timeline import Timeline
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.themes import register_themes, variable_defaults

HZ, TOKENS_PER_SECOND, CHARACTERS_PER_TOKEN = 5, 300, 4
_WORDS = ["the", "model", "reads", "memory", "pressure", "per", "second", "`wired`", "**swap**"]


class Bench(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield Transcript()

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "mlxtop-dark"


def reply(rng: random.Random, characters: int) -> str:
    """Return Markdown of about this length: prose, lists, code, tables."""
    parts: list[str] = []
    while sum(map(len, parts)) < characters:
        words = [rng.choice(_WORDS) for _ in range(80)]
        parts.append(f"## About {words[0]}\n\n{' '.join(words)}.\n\n")
        parts.append("".join(f"- {' '.join(words[i : i + 9])}\n" for i in range(0, 45, 9)) + "\n")
        parts.append("```python\n" + "".join(f"x{i} = f({i})\n" for i in range(12)) + "```\n\n")
        rows = "".join(f"| {words[i]} | {i} |\n" for i in range(5))
        parts.append(f"| what | count |\n|---|---|\n{rows}\n")
    return "".join(parts)[:characters]


def conversation(messages: int, tokens: int) -> tuple[Timeline, float]:
    """Return a timeline of that many messages with about that many tokens in all."""
    rng = random.Random(1)
    timeline, t = Timeline(), 1.0
    timeline.add(LoadEnd(t=t, model="bench/model"))
    for n in range(0, messages, 2):
        timeline.add(Message(t=t, index=n, role="user", text=reply(rng, 200)))
        t = speak(timeline, n // 2 + 1, n + 1, reply(rng, 8 * tokens // messages), t)
    return timeline, t


def speak(timeline: Timeline, turn: int, index: int, text: str, t: float) -> float:
    """Add a reply at 300 tok/s and return when it ended."""
    timeline.add(TurnStart(t=t, turn=turn, index=index))
    for start in range(0, len(text), CHARACTERS_PER_TOKEN):
        t += 1 / TOKENS_PER_SECOND
        piece = text[start : start + CHARACTERS_PER_TOKEN]
        timeline.add(Tokens(t=t, turn=turn, times=[t], text=[piece]))
    timeline.add(TurnEnd(t=t, turn=turn, finish_reason="stop", generation_tokens=len(text) // 4))
    return t


async def measure(seconds: float) -> dict[str, float]:
    """Return the figures of one run."""
    timeline, t = conversation(200, 100_000)
    app = Bench()
    result: dict[str, float] = {}
    async with app.run_test(size=(110, 50)) as pilot:
        transcript = app.query_one(Transcript)

        async def frame(at: float) -> float:
            """Show a moment, wait until it is drawn, and return the CPU seconds of it."""
            before = time.process_time()
            transcript.show(timeline, at)
            await asyncio.sleep(0)
            await pilot.pause()
            return time.process_time() - before

        await pilot.pause()
        result["first full draw, ms"] = await frame(t) * 1000
        idle = [await frame(t + 0.2 * n) for n in range(20)]
        result["frame without change, ms"] = statistics.median(idle) * 1000
        length = int(seconds * TOKENS_PER_SECOND * CHARACTERS_PER_TOKEN)
        end = speak(timeline, 101, 200, reply(random.Random(2), length), t)
        frames = [await frame(t + n / HZ) for n in range(int((end - t) * HZ))]
        result["streaming, ms a frame"] = statistics.mean(frames) * 1000
        result["streaming, % of a core"] = statistics.mean(frames) * HZ * 100
        rng = random.Random(3)
        scrubs = [await frame(rng.uniform(1, end)) for _ in range(40)]
        result["scrub to any moment, median ms"] = statistics.median(scrubs) * 1000
        result["scrub to any moment, worst ms"] = max(scrubs) * 1000
        steps = [await frame(t - n / HZ) for n in range(50)]
        result["step back by a frame, median ms"] = statistics.median(steps) * 1000
        await frame(end)
        before = time.process_time()
        await pilot.resize_terminal(80, 40)
        await frame(end)
        result["resize, ms"] = (time.process_time() - before) * 1000
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the reply")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    result = asyncio.run(measure(arguments.seconds))
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:34} {value:8.1f}")


if __name__ == "__main__":
    main()
