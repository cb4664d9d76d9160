"""The app with its real engine and the built-in model, from the first word to the last."""

import os
import signal
from pathlib import Path

from mlxtop import paths
from mlxtop.config import Config
from mlxtop.events import Sampling
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from tests.app.terminal import WatchedApp, wait_until


async def test_a_conversation_with_everything_that_one_does_in_it(tmp_path: Path) -> None:
    options = LiveOptions(recordings=tmp_path)
    app = WatchedApp(Config(), options, wanted=ModelSpec(model=str(paths.demo_model_dir())))
    try:
        async with app.run_test(headless=False, size=(120, 40)) as pilot:
            live = app.live
            assert live is not None
            assert app.run_screen is not None
            turns = live.timeline.turns
            transcript = app.run_screen.query_one(Transcript)
            prompt = app.run_screen.query_one(Prompt)

            async def answered(turn: int) -> None:
                await wait_until(pilot, lambda: live.turn == turn and not live.answering, "an end")

            def reason(turn: int) -> str:
                end = turns[turn].end
                return "" if end is None else end.finish_reason

            # Written while the model still loads.
            await pilot.press(*"What is TTFT?", "enter")
            await answered(1)
            assert "mlxtop" in app.lines()[0]
            assert reason(1) == "stop"
            await wait_until(pilot, lambda: "tok/s" in transcript.text, "its figures")

            prompt.text = "Give me the tour"
            await pilot.press("enter")
            await wait_until(pilot, lambda: 2 in turns and len(turns[2].times) > 5, "tokens")
            await pilot.press("escape")
            await answered(2)
            assert reason(2) == "cancelled"
            await wait_until(pilot, lambda: "stopped by you" in transcript.text, "the word for it")

            live.sampling = Sampling(max_tokens=200)
            await pilot.press("ctrl+r")
            await answered(3)
            assert reason(3) == "length"
            end = turns[3].end
            assert end is not None
            assert end.cached_tokens > 0, "what was read before is not read again"

            await pilot.press("ctrl+o", "down", "enter")
            prompt.text = "What is wired memory?"
            await pilot.press("enter")
            await answered(4)
            assert len(live.conversation) == 2
            await wait_until(pilot, lambda: "the tour" not in transcript.text, "what was cut off")

            assert live.engine.pid is not None
            os.kill(live.engine.pid, signal.SIGKILL)
            await wait_until(pilot, lambda: live.engine_dead, "the death")
            await wait_until(pilot, lambda: "Ctrl+B" in "".join(app.lines()), "what helps")
            await pilot.press("ctrl+b")
            await wait_until(pilot, lambda: not live.loading and live.model, "the model again")
            prompt.text = "And pressure?"
            await pilot.press("enter")
            await answered(5)
            assert reason(5) in ("stop", "length")
            assert len(live.conversation) == 4, "the conversation is kept"

            await pilot.press("ctrl+n")
            await wait_until(pilot, lambda: not len(live.conversation), "an empty conversation")
            await pilot.press("ctrl+l")
            await wait_until(pilot, lambda: live.model is None, "no model")
            await wait_until(pilot, lambda: "no model" in app.lines()[0], "the header")
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: not app.is_running, "the end")
    finally:
        if app.live is not None:
            app.live.close()
    assert app.return_code == 0
    assert not live.engine.alive
    (recording,) = tmp_path.glob("*.jsonl")
    assert recording.stat().st_mode & 0o777 == 0o600
