"""The key figures in one row, for screens too narrow for all panes."""

from textual.content import Content
from textual.widgets import Static

from mlxtop import format as fmt
from mlxtop.figures import PRESSURE_LEVELS as LEVELS
from mlxtop.figures import gpu_number, gpu_words, of_gpu
from mlxtop.timeline import Timeline


class KeyFigures(Static):
    """Speed, memory, pressure, GPU and CPU, most important first."""

    DEFAULT_CSS = """
    KeyFigures { height: 1; padding: 0 1; background: $surface; text-wrap: nowrap; }
    """

    def __init__(self, *, speed: bool = True, id: str | None = None) -> None:
        """`speed`: False where there is no model whose speed could be shown."""
        super().__init__("", id=id, markup=False)
        self._speed = speed
        self._shown = ""

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the figures as of time t, where they differ from what stands there."""
        parts = key_figures(timeline, t, speed=self._speed)
        plain = "   ".join(text for text, _ in parts)
        if plain != self._shown:
            self._shown = plain
            line = Content("   ").join(Content.styled(text, style) for text, style in parts)
            self.update(line)


def key_figures(timeline: Timeline, t: float, *, speed: bool = True) -> list[tuple[str, str]]:
    """Return each figure as of time t with its style, most important first."""
    value = timeline.readings.value
    level = value("pressure.level", t)
    word, colour = LEVELS.word(level), f"$pressure-{LEVELS.inks[0]}"
    if level is not None and word != fmt.UNKNOWN:
        word = f"{LEVELS.signs[int(level)]} {word}"
        colour = f"$pressure-{LEVELS.inks[int(level)]}"
    user, system = value("cpu.user_percent", t), value("cpu.system_percent", t)
    cpu = None if user is None or system is None else user + system
    numbers = sorted({gpu_number(name) or 0 for name in timeline.series} | {0})
    gpus = [
        (f"{gpu_words(number)} {fmt.percent(busy)}", "$chart-gpu")
        for number in numbers
        if (busy := value(of_gpu("gpu.busy_percent", number), t)) is not None
    ]
    # The engine computes on the first GPU: the others come after all else.
    first = gpus[: value("gpu.busy_percent", t) is not None]
    return [
        *([(_speed(timeline, t), "$chart-speed")] if speed else []),
        (f"wired {fmt.size(value('memory.wired_bytes', t))}", "$chart-memory"),
        (word, colour),
        *first,
        (f"CPU {fmt.percent(cpu)}", "$chart-cpu"),
        *gpus[len(first) :],
    ]


def _speed(timeline: Timeline, t: float) -> str:
    turn = timeline.turn_log.at(t)
    if turn is None:
        return fmt.rate(None)
    return f"last {fmt.rate(turn.decode_rate(t))}" if turn.ended(t) else fmt.rate(turn.rate(t))
