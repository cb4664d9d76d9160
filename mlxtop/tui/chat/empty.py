"""What an empty conversation shows: a few words to begin with."""

from textual.content import Content, Span

from mlxtop.tui.chat.facts import short_name
from mlxtop.tui.chat.lines import BLANK, Line, plain_lines

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


def suggestions(model: str) -> tuple[str, ...]:
    """Return suggested first prompts for this model."""
    return DEMO_SUGGESTIONS if "demo" in short_name(model).lower() else SUGGESTIONS


def empty_lines(
    model: str | None, width: int, height: int, *, can_ask: bool = True, opens: str = ""
) -> list[Line]:
    """Return the lines of a conversation in which nothing was said.

    `can_ask`: whether there is somebody to ask; in a replay there is not. `opens` is the key that
    opens a model.
    """
    if model is None:
        how = f"; {opens} opens one" if opens else ""
        return plain_lines(f"No model is loaded{how}.", width, "quiet")
    if not can_ask:
        return plain_lines("There were no messages yet.", width, "quiet")
    lines = plain_lines("No messages yet. Suggestions (↓):", width, "quiet")
    if height > 5:
        lines.append(BLANK)
    for words in suggestions(model)[: max(1, height - len(lines))]:
        line = Content(f"› {words}", [Span(0, 1, "quiet")])
        lines.append(Line(line.truncate(width, ellipsis=True), action="suggest"))
    return lines
