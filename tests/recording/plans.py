"""Benchmarks made up event by event."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlxtop import events
from mlxtop.events import AnyEvent, PlanEnd, PlanPoint, Purpose, PurposeName, Scalar


@dataclass
class Bench:
    """A plan whose turns come one after the other, each with a second of prefill."""

    labels: tuple[str, ...] = ("kv bits off", "kv bits 4")
    plan: str = "sweep"
    number: int = 1
    settings: dict[str, Scalar | list[Scalar]] = field(default_factory=dict)
    trials: int = 2
    t: float = 20.0
    turn: int = 0
    prompt: int = 16
    words: str = ""
    """What is asked in a conversation of its own each time; random tokens where empty."""
    said: list[AnyEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        points = [PlanPoint(label=label) for label in self.labels]
        self.said.append(
            events.BenchmarkStart(
                t=self.t,
                benchmark=self.number,
                plan=self.plan,
                points=points,
                trials=self.trials,
                settings=self.settings,
            )
        )

    def ask(
        self,
        what: PurposeName,
        point: int = 0,
        number: int = 0,
        *,
        rate: float = 10.0,
        count: int = 11,
        cold: bool = False,
    ) -> int:
        """Let a turn of so many tokens come at a rate; return its number."""
        self.turn += 1
        purpose = Purpose(benchmark=self.number, what=what, point=point, number=number, cold=cold)
        start = self.t + 1
        times = [start + 1 + place / rate for place in range(count)]
        if self.words:
            self.said += [
                events.Conversation(t=start, id=self.turn),
                events.Message(t=start, index=0, role="user", text=self.words),
            ]
        self.said += [
            events.TurnStart(t=start, turn=self.turn, index=1, purpose=purpose),
            events.Tokens(t=times[-1], turn=self.turn, times=times, text=["so "] * count),
            events.TurnEnd(
                t=times[-1],
                turn=self.turn,
                finish_reason="length",
                prompt_tokens=self.prompt,
                generation_tokens=count,
                ttft_seconds=1.0,
                prompt_tokens_per_second=self.prompt / 1.0,
            ),
        ]
        self.t = times[-1]
        return self.turn

    def trial(
        self,
        point: int,
        number: int,
        *disturbed: str,
        rate: float = 10.0,
        count: int = 11,
        failed: str = "",
    ) -> None:
        """Let a trial run and be judged."""
        turn = self.ask("trial", point, number, rate=rate, count=count)
        self.judge(point, number, turn, *disturbed, failed=failed)

    def judge(
        self,
        point: int,
        number: int,
        turn: int | None,
        *disturbed: str,
        failed: str = "",
        dropped: bool = False,
        unchecked: Sequence[str] = (),
        note: str = "",
        later: float = 0.0,
    ) -> None:
        """Tell what came of a trial, or what became of it later."""
        self.t += later
        self.said.append(
            events.Trial(
                t=self.t,
                benchmark=self.number,
                point=point,
                number=number,
                turn=turn,
                disturbed=list(disturbed),
                unchecked=list(unchecked),
                failed=failed,
                dropped=dropped,
                note=note,
            )
        )

    def end(self, outcome: PlanEnd = "complete", error: str = "") -> list[AnyEvent]:
        """End the plan; return all that was said."""
        self.t += 1
        self.said.append(
            events.BenchmarkEnd(t=self.t, benchmark=self.number, outcome=outcome, error=error)
        )
        return self.said


def measured() -> list[AnyEvent]:
    """A sweep of two points: a warm-up each, a trial that is disturbed, one dropped later."""
    bench = Bench()
    for point, rate in enumerate((10.0, 20.0)):
        bench.ask("warm-up", point, rate=1.0, cold=point == 0)
        bench.trial(point, 1, rate=rate)
        bench.trial(point, 2, *(["memory was swapped out"] if point else []), rate=rate * 1.2)
    bench.trial(1, 3, rate=22.0)
    bench.ask("breakdown", 0, rate=2.0)
    bench.judge(0, 2, 3, dropped=True, note="somebody came in", later=1.0)
    return bench.end()
