"""The context meter: how much of the model's context the conversation takes."""

from dataclasses import dataclass, replace

from mlxtop import format as fmt
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline
from mlxtop.tui.panes.figures import Item, bar
from mlxtop.tui.widgets.rows import Row, merge

_SHORTEST_BAR = 6


@dataclass(frozen=True, slots=True)
class Context:
    """The use of a model's context as of a moment; None if unknown."""

    used: int | None
    """Tokens of the conversation: its prompt and what was generated."""
    window: int | None
    """Tokens that the model can take."""

    @property
    def share(self) -> float | None:
        """The part of the window that is used, 0–1."""
        if self.used is None or not self.window:
            return None
        return min(1.0, self.used / self.window)


def context_at(timeline: Timeline, t: float) -> Context:
    """Return the use of the context at time t."""
    model = timeline.model.at(t)
    return Context(_used(timeline, t), None if model is None else model.context_tokens)


def _used(timeline: Timeline, t: float) -> int | None:
    turn = timeline.turn_log.at(t)
    # The turns of a benchmark have no messages, so no place in the conversation.
    latest = [turn] if turn is not None and timeline.transcript.holds(turn, t) else []
    for turn in (*latest, *timeline.transcript.replies(t)):
        if turn.start.batch > 1:
            return None
        if (tokens := _tokens(turn, t)) is not None:
            return tokens
    return None


def _tokens(turn: Turn, t: float) -> int | None:
    """Return the tokens of a turn's prompt and reply; None before its prompt was counted."""
    end = turn.ended(t)
    if end is not None:
        return end.prompt_tokens + end.generation_tokens or None
    prefill = turn.prefill.at(t)
    return None if prefill is None else prefill.total_tokens + turn.tokens(t)


def figures_of(context: Context) -> Item:
    """Return the tokens that are used, of those that the model can take."""
    return Item("context", f"{fmt.count(context.used)} of {fmt.count(context.window)} tok", room=21)


def meter(context: Context, width: int) -> Row:
    """Return the meter in one row of this width: a bar with figures; with little room a share."""
    share, figures = context.share, figures_of(context)
    left = width - figures.cells - 1
    if share is None or left < _SHORTEST_BAR:
        if figures.cells > width and share is not None:
            figures = replace(figures, value=fmt.percent(100 * share))
        return figures.row(width)
    row: Row = ((f"{figures.label} ", "quiet"), *bar(share, left, "decode"), (" ", "quiet"))
    return merge((*row, (figures.value, "value")))
