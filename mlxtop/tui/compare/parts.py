"""What can be chosen of a recording, and what was chosen, in words."""

from mlxtop import format as fmt
from mlxtop.compare.part import COMPLETE, Choice, Part
from mlxtop.compare.run import Run
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.tui.dialogs.pick import Choice as Picked


def choices(run: Run) -> list[Picked[Choice]]:
    """Return everything that can be compared of a run: all that counts, a point, turn or mark."""
    turns = run.turns
    counts = "every trial that counts" if run.trials else "every reply that finished"
    found = [Picked("all", f"{counts}, of {len(turns)}", Choice())]
    found += [
        Picked("point", f"{one_line(label, 60)} · {_trials(len(trials))}", Choice(point=label))
        for label, trials in run.trials.items()
        if len(run.trials) > 1
    ]
    found += [Picked(f"turn {t.number}", _turn_words(t), Choice(turn=t.number)) for t in turns]
    found += [
        Picked(f"⚑ {fmt.clock(t - _origin(run))}", note or "a mark without a note", Choice(mark=t))
        for t, note in run.marks
    ]
    return found


def _origin(run: Run) -> float:
    return run.timeline.origin or 0.0


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count} trials"


def _turn_words(turn: Turn) -> str:
    end = turn.end
    words = [f"{fmt.count(len(turn.times))} tokens"]
    if turn.start.purpose is not None:
        words.insert(0, turn.start.purpose.what)
    if (rate := turn.decode_rate(turn.times[-1])) is not None:
        words.append(fmt.rate(rate))
    if end is None or end.finish_reason not in COMPLETE:
        words.append(fmt.ended("" if end is None else end.finish_reason))
    said = turn.text(turn.times[-1]).reply
    if said:
        words.append(one_line(said, 60))
    return " · ".join(words)


def described(run: Run, choice: Choice, part: Part) -> str:
    """Return what was chosen of a run, in words."""
    if choice.turn is not None:
        return f"turn {choice.turn} of {len(run.timeline.turn_log.values)}"
    if choice.mark is not None:
        note = next((note for t, note in run.marks if t == choice.mark), "")
        return f"from the mark {one_line(note, 30)!r} on" if note else "from a mark on"
    count = len(part.replies)
    if choice.point is not None:
        return f"{one_line(choice.point, 40)}, {_trials(count)}"
    if all(reply.start.purpose is not None for reply in part.replies):
        return f"a benchmark, {_trials(count)}"
    if part.left_out:
        return f"{count} of {count + part.left_out} replies: {part.left_out_words}"
    return "its one reply" if count == 1 else f"all {count} replies"
