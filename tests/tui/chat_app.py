"""A small app around the transcript, and conversations to show in it."""

import random
from collections.abc import Callable
from typing import Any

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.themes import DEFAULT_THEME, register_themes, variable_defaults

MODEL = "mlx-community/Llama-3.2-3B-Instruct-4bit"

REPLY = """Sunlight is **scattered** by *air*: `I ∝ λ⁻⁴`, see https://example.com/x_y or [a](http://b.c).

## Steps
1. Light enters the atmosphere and meets molecules much smaller than its wavelength
2. short waves
   - violet
   - blue

     and more of it
3. done

> A quote
- cut by a list
-not one

Setext
===
para
| a | b |
|---|---|
| one | 2 |
-x

```python
def f(x):
    return "☃" * x
```
    indented code after it

***
***bold*** and a tail
***

1) other
2) list

[ref]: http://example.com
[ref] stays text <b>and so does this</b> &amp; &#x202E; this \\* 😀👩‍👩‍👧 漢字かな e\u0301
~~~
unclosed
"""


class ChatApp(App[None]):
    """Shows one moment of a timeline."""

    def __init__(self, timeline: Timeline, t: float = 1e9) -> None:
        super().__init__()
        self.timeline = timeline
        self.t = t
        self.results: list[object] = []
        self.sent: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")
        yield Prompt(self.take, id="prompt")

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = DEFAULT_THEME
        self.call_after_refresh(self.show, self.t)

    def show(self, t: float) -> None:
        self.t = t
        self.transcript.show(self.timeline, t)

    @property
    def transcript(self) -> Transcript:
        return self.screen_stack[0].query_one(Transcript)

    def ask(self, dialog: Screen[Any]) -> None:
        self.push_screen(dialog, self.results.append)

    def take(self, text: str) -> None:
        self.sent.append(text)
        self.screen_stack[0].query_one(Prompt).accept()


def cells(transcript: Transcript) -> list[list[tuple[str, str]]]:
    """Return every visible cell with its colours; what a reader sees."""
    return [_row(transcript.render_line(y)) for y in range(transcript.size.height)]


def _row(strip: Strip) -> list[tuple[str, str]]:
    row = []
    for text, style, _ in strip:
        # What lies behind a cell for the mouse is not seen.
        look = str(style.without_color) + str(style.color) + str(style.bgcolor) if style else ""
        row += [(character, look) for character in text]
    return row


def fragments(text: str, seed: int) -> list[str]:
    """Return the text in random pieces, as a detokenizer might release it."""
    rng = random.Random(seed)
    pieces = []
    while text:
        count = rng.choice((0, 1, 1, 2, 3, 5, 9, 40))
        pieces.append(text[:count])
        text = text[count:]
    return pieces


class Talk:
    """Builds a timeline event by event, one hundredth of a second apart."""

    def __init__(self, model: str = MODEL) -> None:
        self.timeline = Timeline()
        self.t = 0.0
        self.turn = 0
        self.add(lambda t: events.LoadEnd(t=t, model=model))

    def add(self, make: Callable[[float], events.AnyEvent]) -> float:
        self.t = round(self.t + 0.01, 4)
        self.timeline.add(make(self.t))
        return self.t

    def say(self, index: int, text: str | None, role: events.Role = "user") -> float:
        return self.add(lambda t: events.Message(t=t, index=index, role=role, text=text))

    def ask(self, index: int) -> float:
        self.turn += 1
        return self.add(lambda t: events.TurnStart(t=t, turn=self.turn, index=index))

    def token(
        self, text: str | None, channel: events.Channel = "reply", turn: int | None = None
    ) -> float:
        said = None if text is None else [text]
        return self.add(
            lambda t: events.Tokens(
                t=t, turn=turn or self.turn, times=[t], text=said, channel=channel
            )
        )

    def end(self, reason: events.FinishReason = "stop", **fields: object) -> float:
        return self.add(
            lambda t: events.TurnEnd(
                t=t,
                turn=self.turn,
                finish_reason=reason,
                **fields,  # type: ignore[arg-type]
            )
        )

    def reply(self, index: int, text: str, seed: int = 0, thinking: str = "") -> float:
        self.ask(index)
        for piece in fragments(thinking, seed):
            self.token(piece, "thinking")
        for piece in fragments(text, seed):
            self.token(piece)
        return self.end(generation_tokens=212, generation_tokens_per_second=134.53)
