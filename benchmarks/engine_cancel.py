"""Milliseconds from a cancel to the end of the turn, in prefill and decode, alone and drafted.

    python -m benchmarks.engine_cancel [--model DIRECTORY] [--draft DIRECTORY] [--runs 10]

Without a model a qwen3 of random weights is made, big enough for a step to take its time.
"""

import argparse
import queue
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.process import EngineProcess
from mlxtop.events import AnyEvent, LoadEnd, Prefill, Sampling, Tokens, TurnEnd

Wanted = Callable[[AnyEvent], bool]


class App:
    """The least an app does: ask, wait, cancel."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[AnyEvent] = queue.SimpleQueue()
        self.engine = EngineProcess(self._events.put)
        self.engine.start()
        self._turn = 0

    def until(self, wanted: Wanted) -> AnyEvent:
        """Return the next event that fits."""
        while not wanted(event := self._events.get(timeout=120)):
            pass
        return event

    def load(self, model: str, draft: str | None) -> None:
        """Load a model; raise SystemExit with the engine's sentence if that fails."""
        self.engine.send(protocol.Load(model=model, draft=draft))
        end = self.until(lambda event: isinstance(event, LoadEnd))
        assert isinstance(end, LoadEnd)
        if end.error:
            raise SystemExit(end.error)

    def cancelled(self, text: str, when: Wanted) -> tuple[float, float]:
        """Ask, cancel at an event; return milliseconds as the engine and as the app sees them."""
        self._turn += 1
        message = protocol.ChatMessage(role="user", text=f"{self._turn} {text}")
        sampling = Sampling(max_tokens=2000)
        self.engine.send(
            protocol.Chat(turn=self._turn, index=1, messages=[message], sampling=sampling)
        )
        self.until(when)
        sent = clock.now()
        self.engine.send(protocol.Cancel())
        end = self.until(lambda event: isinstance(event, TurnEnd))
        seen = clock.now()
        assert isinstance(end, TurnEnd)
        if end.cancel_seconds is None:
            raise SystemExit(f"The turn ended before the cancel came: {end}")
        return end.cancel_seconds * 1000, (seen - sent) * 1000


def made(directory: Path) -> tuple[str, str]:
    """Write a model of some 3 million random weights and a small one that drafts for it."""
    from tests.engine.models import QWEN3, write_model

    size = {"hidden_size": 256, "intermediate_size": 768, "num_attention_heads": 8}
    context = {"max_position_embeddings": 100_000, "head_dim": 32}
    main = {**QWEN3, **size, **context, "num_hidden_layers": 4}
    draft = {**QWEN3, **context}
    return (
        str(write_model(directory / "main", main)),
        str(write_model(directory / "draft", draft)),
    )


def report(app: App, name: str, runs: int, prompt: str) -> None:
    """Print a line for the prefill and one for the decode."""
    for phase, text, when in (
        ("prefill", prompt, lambda event: isinstance(event, Prefill) and event.step_tokens > 0),
        ("decode", "hello", lambda event: isinstance(event, Tokens)),
    ):
        pairs = [app.cancelled(text, when) for _ in range(runs)]
        engine, seen = ([pair[side] for pair in pairs] for side in (0, 1))
        print(
            f"{phase:8} {name:8} engine: median {statistics.median(engine):6.1f} ms,"
            f" worst {max(engine):6.1f} ms;  app: median {statistics.median(seen):6.1f} ms,"
            f" worst {max(seen):6.1f} ms  ({runs} runs)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model")
    parser.add_argument("--draft")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--prompt-bytes", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        model, draft = options.model, options.draft
        if model is None:
            model, draft = made(Path(directory))
        app = App()
        for name, drafting in (("alone", None), ("drafted", draft)):
            if name == "drafted" and drafting is None:
                continue
            app.load(model, drafting)
            report(app, name, options.runs, "words " * (options.prompt_bytes // 6))
        app.engine.close()


if __name__ == "__main__":
    main()
