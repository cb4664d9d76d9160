"""The key figures in one row, for screens too narrow for all panes."""

from textual.content import Content
from textual.widgets import Static

from mlxtop import format as fmt
from mlxtop.figures import PRESSURE_LEVELS as LEVELS
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
        turn = timeline.turn_log.at(t)
        speed = fmt.rate(None)
        if turn is not None and turn.ended(t):
            speed = f"last {fmt.rate(turn.decode_rate(t))}"
        elif turn is not None:
            speed = fmt.rate(turn.rate(t))
        level = timeline.readings.value("pressure.level", t)
        word, colour = LEVELS.word(level), f"$pressure-{LEVELS.inks[0]}"
        if level is not None and word != fmt.UNKNOWN:
            word = f"{LEVELS.signs[int(level)]} {word}"
            colour = f"$pressure-{LEVELS.inks[int(level)]}"
        wired = timeline.readings.value("memory.wired_bytes", t)
        gpu = timeline.readings.value("gpu.busy_percent", t)
        user, system = (
            timeline.readings.value(f"cpu.{name}_percent", t) for name in ("user", "system")
        )
        cpu = None if user is None or system is None else user + system
        parts = [
            *([(speed, "$chart-speed")] if self._speed else []),
            (f"wired {fmt.size(wired)}", "$chart-memory"),
            (word, colour),
        ]
        if gpu is not None:
            parts.append((f"GPU {fmt.percent(gpu)}", "$chart-gpu"))
        parts.append((f"CPU {fmt.percent(cpu)}", "$chart-cpu"))
        plain = "   ".join(text for text, _ in parts)
        if plain != self._shown:
            self._shown = plain
            line = Content("   ").join(Content.styled(text, style) for text, style in parts)
            self.update(line)
