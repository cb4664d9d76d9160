"""Another engine is one class: a run uses it and records its events."""

from pathlib import Path

from mlxtop import clock
from mlxtop.engine.protocol import Chat, Load, Request
from mlxtop.events import EngineReady, LoadEnd, LoadStart, Tokens, TurnEnd, TurnStart
from mlxtop.recording.reader import Recording
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.sources.parts import Emit, live_parts


class Echo:
    """An engine that repeats the last message."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.alive = False
        self.pid: int | None = None

    def start(self) -> bool:
        self.alive = True
        self._emit(EngineReady(t=clock.now(), pid=0, mlx="none", mlx_lm="none"))
        return True

    def send(self, request: Request) -> bool:
        t = clock.now()
        match request:
            case Load():
                self._emit(LoadStart(t=t, model=request.model))
                self._emit(LoadEnd(t=t, model=request.model))
            case Chat():
                turn, text = request.turn, request.messages[-1].text
                self._emit(TurnStart(t=t, turn=turn, index=request.index))
                self._emit(Tokens(t=t, turn=turn, times=[t], text=[text]))
                self._emit(TurnEnd(t=t, turn=turn, finish_reason="stop", generation_tokens=1))
            case _:
                pass
        return self.alive

    def restart(self, grace_seconds: float = 1.0) -> bool:
        return self.start()

    def close(self, grace_seconds: float = 1.0) -> None:
        self.alive = False


def test_a_run_on_another_engine(tmp_path: Path) -> None:
    options = LiveOptions(recordings=tmp_path)
    live = Live(options, live_parts(options, sensors=[], engine=Echo))
    live.start()
    live.load(ModelSpec("echo"))
    live.send("Is anyone there?")
    live.close()
    assert [message.text for message in live.conversation.messages] == ["Is anyone there?"] * 2
    assert live.engine_dead
    (path,) = tmp_path.glob("*.jsonl")
    with Recording(path) as recording:
        (tokens,) = [event for event in recording.events() if isinstance(event, Tokens)]
    assert tokens.text == ["Is anyone there?"]
