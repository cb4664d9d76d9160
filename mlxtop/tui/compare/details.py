"""The rows beside the curves: verdict, caveats, figures and conditions."""

from collections.abc import Sequence
from textwrap import wrap

from mlxtop import format as fmt
from mlxtop.compare import report, rows
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.part import COMPLETE, Choice, Part
from mlxtop.compare.picture import INKS
from mlxtop.compare.run import Run
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.tui.dialogs.pick import PickOption as Picked
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge


def choices(run: Run) -> list[Picked[Choice]]:
    """Return the parts of a run that can be compared: everything, a point, a turn or a mark."""
    turns = run.turns
    counts = "all trials that count" if run.trials else "all complete replies"
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
    """Return the chosen part of a run in words."""
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
    return "1 reply" if count == 1 else f"all complete replies ({count})"


NAME_WIDTH = 19

_INKS = {"faster": "normal", "slower": "critical", "same": "value"}


def details(result: Comparison, width: int) -> list[Row]:
    """Return all details in rows of at most `width` cells."""
    found: list[Row] = _wrapped(result.sentence, width, _INKS.get(result.verdict, "title"))
    if result.reasons:
        found += [(), (("Caveats", "title"),)]
        for reason in result.reasons:
            lines = wrap(reason, max(8, width - 2))
            found += [
                (("! " if place == 0 else "  ", "warn"), (line, "value"))
                for place, line in enumerate(lines)
            ]
    found += [(), *_figures("figures", rows.figures(result, band=_band(width)), width)]
    if points := rows.points(result, band=_band(width)):
        found += [(), *_figures("point by point", points, width)]
    for place, note in enumerate(rows.notes(result)):
        found += [*([()] if place == 0 else []), *_wrapped(note, width, "quiet")]
    conditions = rows.conditions(result)
    differ = [row for row in conditions if row.first != row.second]
    equal = [row for row in conditions if row.first == row.second]
    found += [(), (("conditions that differ", "title"),)]
    found += [line for row in differ for line in _two(row, width)]
    found += [(), (("the same in both", "title"),)]
    found += [_one(row, width) for row in equal]
    found += [(), *_wrapped(report.CAVEAT, width, "quiet")]
    for name, side in (("A", result.first), ("B", result.second)):
        for sentence in side.part.run.said:
            found += _wrapped(f"{name}: {sentence}", width, "quiet")
    return found


def _wrapped(words: str, width: int, ink: str) -> list[Row]:
    return [((line, ink),) for line in wrap(words, max(8, width))]


def _band(width: int) -> bool:
    return width >= report.BAND_COLUMNS


def _figures(title: str, found: Sequence[rows.Row], width: int) -> list[Row]:
    lines = report.table([rows.Row(title, "A", "B", "B / A"), *found], width)
    return [
        ((lines[0], "title"),),
        *(
            ((line[: len(row.name)], "quiet"), (line[len(row.name) :], "value"))
            for row, line in zip(found, lines[1:], strict=True)
        ),
    ]


def _two(row: rows.Row, width: int) -> list[Row]:
    """Return what differs: on one line if it fits, else on two more."""
    name = (f"{row.name:<{NAME_WIDTH}} ", "quiet")
    spans: list[Span] = []
    for place, (value, ink) in enumerate(zip((row.first, row.second), INKS, strict=True)):
        spans += [("  " if place else "", "quiet"), (f"{'AB'[place]} ", ink), (value, "value")]
    if length((name, *spans)) <= width:
        return [merge((name, *spans))]
    return [(name,), *((("  ", "quiet"), *part) for part in (spans[1:3], spans[4:]))]


def _one(row: rows.Row, width: int) -> Row:
    return fit(((f"{row.name:<{NAME_WIDTH}} ", "quiet"), (row.first, "value")), width)
