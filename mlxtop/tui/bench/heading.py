"""What a plan measures, in words: the same live and in a replay."""

from mlxtop import format as fmt
from mlxtop.events import BenchmarkStart
from mlxtop.text import one_line
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge


def title(start: BenchmarkStart, state: Span, width: int, more: str = "") -> Row:
    """Return what is measured and, at the right, how it stands; `more` is put behind the plan."""
    measured = [point for point in start.points if not point.skipped]
    words = [one_line(start.plan, 20), fmt.counted(len(measured), "point")]
    if start.trials is not None:
        words.append(f"{fmt.counted(start.trials, 'trial')} each")
    if left := len(start.points) - len(measured):
        words.append(f"{left} not measured")
    if more:
        words.append(more)
    room = max(0, width - length((state,)) - 2)
    left_row = fit((("benchmark  ", "title"), (" · ".join(words), "value")), room)
    return fit(merge((*left_row, ("  ", "quiet"), state)), width)


def settings_words(start: BenchmarkStart) -> str:
    """Return the settings of a plan that are not at their defaults."""
    told = [
        f"{name.removeprefix('sweep.').replace('_', ' ')} {_value(value)}"
        for name, value in start.settings.items()
    ]
    return one_line(" · ".join(told) or "a plan's usual settings", 400)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "off" if value is None else one_line(str(value), 80)
