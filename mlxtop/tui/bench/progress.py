"""The progress of a plan: how far it is, what it does, and the current trial."""

from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.runner import Runner
from mlxtop.bench.trial import repeats
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge

BAR = ("━", "─")
_LONGEST_BAR = 40
_LONGEST_WORDS = 48


@dataclass(frozen=True, slots=True)
class Coming:
    """The progress of the reply that is being measured."""

    prompt_share: float | None = None
    """Share of the prompt that is prefilled, 0 to 1; None before it begins."""
    tokens: int = 0
    wanted: int = 0
    rate: float | None = None
    """Tokens/s over the last second."""
    ttft: float | None = None

    @property
    def words(self) -> str:
        """Return it in words; empty before the beginning."""
        if self.prompt_share is None:
            return ""
        if not self.tokens:
            return f"prefill {self.prompt_share * 100:.0f} %"
        return f"{fmt.count(self.tokens)} of {fmt.count(self.wanted)} tokens"


def coming(runner: Runner, t: float) -> Coming:
    """Return the progress of the current reply at time t."""
    live = runner.live
    turn: Turn | None = live.timeline.turns.get(live.turn)
    if not live.answering or turn is None:
        return Coming()
    return Coming(
        prompt_share=turn.fed_share(t),
        tokens=turn.tokens(t),
        wanted=turn.start.sampling.max_tokens * turn.start.batch,
        rate=turn.rate(t),
        ttft=turn.ttft(t),
    )


def share_done(runner: Runner, elapsed: float, unmeasured: int = 0) -> float:
    """Return the share of the plan that is done, 0 to 1; `unmeasured` as in `progress_row`."""
    if runner.done and runner.complete:
        return 1.0
    if runner.seconds is not None:
        return min(1.0, elapsed / runner.seconds)
    whole = len(runner.trials) + runner.planned + unmeasured
    return len(runner.trials) / whole if whole else 0.0


def progress_row(runner: Runner, elapsed: float, width: int, unmeasured: int = 0) -> Row:
    """Return the bar, how many trials are done, and how long it takes.

    `unmeasured` are the trials that were left when the plan was stopped.
    """
    count = len(runner.trials)
    words = f"{count} of {count + runner.planned + unmeasured} trials"
    if runner.seconds is not None:
        words = f"{count} cycle{'' if count == 1 else 's'}"
    words += repeats(runner.trials, KINDS[runner.plan.kind].trials(runner.plan))
    if not all(trial.counts for trial in runner.trials):
        words += f", {sum(trial.valid for trial in runner.trials)} valid"
    if unchecked := sum(trial.state == "unchecked" for trial in runner.trials):
        words += f", {unchecked} unchecked"
    if runner.done and not runner.complete:
        words += ", stopped"
    words += f"   {fmt.clock(elapsed)}"
    left = None if runner.done else runner.seconds_left
    if left is not None:
        words += f"   about {fmt.clock(left)} left"
    # Room for the longest words, so that the bar keeps its length.
    room = max(0, min(_LONGEST_BAR, width - max(len(words), _LONGEST_WORDS) - 3))
    done = round(room * share_done(runner, elapsed, unmeasured))
    bar: tuple[Span, ...] = ((BAR[0] * done, "decode"), (BAR[1] * (room - done), "rule"))
    return fit(merge((*bar, ("   " if room else "", "quiet"), (words, "value"))), width)


def state_of_plan(runner: Runner) -> Span:
    """Return the state of the plan: before it pauses it still measures a trial."""
    if runner.done:
        return ("● done", "normal") if runner.complete else ("■ stopped", "warn")
    if runner.paused:
        return ("‖ paused" if waits(runner) else "● about to pause", "warn")
    return "● running", "decode"


def waits(runner: Runner) -> bool:
    """Return whether it has paused: the last trial may still be running."""
    return runner.paused and runner.doing.words == "paused"


def doing_row(runner: Runner, now: Coming, said: str, width: int, hint: str = "") -> Row:
    """Return the current activity, or `said` at the end; then the hint."""
    if said:
        return fit(((one_line(said, 400), "warn"),), width)
    doing = runner.doing
    spans: list[Span] = [(one_line(doing.words, 120), "value")]
    if doing.point is not None:
        where = f"trial {doing.number}" if doing.number else ""
        if len(runner.points) > 1:
            label = one_line(runner.points[doing.point].label, 60)
            where = f"{label}, {where}" if where else label
        spans.append((f"   {where}" if where else "", "quiet"))
    if now.words:
        spans.append((f"   {now.words}", "decode" if now.tokens else "prefill"))
    if now.rate is not None:
        spans.append((f"   {fmt.rate(now.rate)}", "speed"))
    if hint:
        spans.append((f"   {hint}", "quiet"))
    row = merge(spans)
    if length(row) > width and doing.point is not None:
        # The table has the trial, but not the reason for a wait.
        row = merge([spans[0], *spans[2:]])
    if runner.paused and not runner.done and not waits(runner):
        last = "   then it pauses"
        if length(row) + len(last) <= width:
            row = merge((*row, (last, "warn")))
    return fit(row, width)
