"""What is shown around a message as of a moment: its author, figures, and how it ended."""

from dataclasses import dataclass

from textual.content import Content, Span

from mlxtop import format as fmt
from mlxtop.events import TurnEnd
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.lines import BLANK, StyledLine, plain_lines


@dataclass(frozen=True, slots=True)
class Facts:
    """The texts of a message's header line, and those in place of missing text."""

    who: str
    figures: str = ""
    state: str = ""
    """The state of a reply without text: what it is doing, or that it ended empty."""
    problem: str = ""
    """Why a reply failed, as a sentence."""


def short_name(model: str) -> str:
    """Return a model's name without its owner or folder."""
    return one_line(model.rstrip("/").rsplit("/", 1)[-1], 60) or "model"


def model_name(timeline: Timeline, t: float) -> str:
    """Return the short name of the model that was loaded at time t."""
    loaded = timeline.model.at(t)
    return "model" if loaded is None else short_name(loaded.model)


def facts(timeline: Timeline, entry: Entry, t: float) -> Facts:
    """Return the facts about a message at time t."""
    if entry.turn is None:
        who = {"user": "you", "assistant": "model"}.get(entry.role, entry.role)
        return Facts(f"{who}, an example" if entry.example else who)
    turn = entry.turn
    end = turn.ended(t)
    # The model may still be loading. Nothing after t counts: it was unknown then.
    begun = turn.first_token(t)
    who = model_name(timeline, begun if begun is not None else end.t if end is not None else t)
    if end is None:
        count = turn.tokens(t)
        return Facts(who, tokens(count) if count else "", "" if count else waiting(turn, t))
    problem = one_line(end.error, 500) if end.finish_reason == "error" else ""
    return Facts(who, ended_words(end, turn), empty_words(entry, end), problem)


def empty_words(entry: Entry, end: TurnEnd) -> str:
    """Return a remark if a reply ended without text; empty otherwise."""
    if entry.text is None or entry.text.strip() or end.finish_reason not in ("stop", "length"):
        return ""
    if end.finish_reason == "length":
        return "(cut before its reply)" if entry.thinking else "(cut before its first word)"
    return "(nothing but thinking)" if entry.thinking else "(an empty reply)"


def tokens(count: int) -> str:
    """Return a number of tokens in words."""
    return "1 token" if count == 1 else f"{count:,} tokens"


def waiting(turn: Turn, t: float) -> str:
    """Return what happens before the first token."""
    progress = turn.prefill.at(t)
    if progress is None or progress.total_tokens <= 0:
        return "waiting for the model"
    if progress.done_tokens >= progress.total_tokens:
        return f"read {progress.total_tokens:,} tokens, writing"
    return f"reading the prompt: {progress.done_tokens:,} of {progress.total_tokens:,} tokens"


def ended_words(end: TurnEnd, turn: Turn) -> str:
    """Return a reply's figures, and how it ended if that was unusual."""
    count = end.generation_tokens or turn.tokens(end.t)
    rate = turn.decode_rate(end.t)
    words = [tokens(count)] if count or end.finish_reason == "stop" else []
    if rate:
        words.append(fmt.rate(rate))
    match end.finish_reason:
        case "length":
            words[:1] = [f"cut at {tokens(count)}"]
        case "cancelled" | "engine died" | "error":
            words.append(fmt.ended(end.finish_reason))
    return " · ".join(words)


DEMO_SUGGESTIONS = (
    "Give me the tour",
    "What is wired memory?",
    "What does TTFT mean?",
    "Which keys are there?",
)
SUGGESTIONS = (
    "Explain how a rainbow forms, in five sentences",
    "Write a Python function that finds duplicate files",
    "Compare tea and coffee in a small table",
)


_TRY = "No messages yet. Try one of these: ↓ chooses, Enter sends."
_TRY_SHORT = "No messages yet. Try one (↓):"


def suggestions(model: str) -> tuple[str, ...]:
    """Return suggested first prompts for this model."""
    return DEMO_SUGGESTIONS if "demo" in short_name(model).lower() else SUGGESTIONS


def empty_lines(
    model: str | None, width: int, height: int, *, can_ask: bool = True, opens: str = ""
) -> list[StyledLine]:
    """Return the lines of an empty conversation.

    `can_ask`: whether messages can be sent; not in a replay. `opens` is the key that opens a
    model.
    """
    if model is None:
        how = f"; {opens} opens one" if opens else ""
        return plain_lines(f"No model is loaded{how}.", width, "quiet")
    if not can_ask:
        return plain_lines("No messages yet.", width, "quiet")
    lines = plain_lines(_TRY if len(_TRY) <= width else _TRY_SHORT, width, "quiet")
    if height > 5:
        lines.append(BLANK)
    for words in suggestions(model)[: max(1, height - len(lines))]:
        line = Content(f"› {words}", [Span(0, 1, "quiet")])
        lines.append(StyledLine(line.truncate(width, ellipsis=True), action="suggest"))
    return lines
