"""The colours of the transcript: spans are named, the theme says how the names look."""

from dataclasses import replace

from rich.segment import Segment
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from mlxtop.tui.chat.lines import Line

INKS = {
    "who-user": "color: $primary; text-style: bold",
    "who-assistant": "color: $secondary; text-style: bold",
    "who-system": "color: $quiet; text-style: bold",
    "quiet": "color: $quiet",
    "thinking": "color: $quiet; text-style: italic",
    "problem": "color: $error",
    "rule": "color: $rule",
    "heading": "color: $primary; text-style: bold",
    "subheading": "text-style: bold",
    "em": "text-style: italic",
    "strong": "text-style: bold",
    "strike": "text-style: strike",
    "link": "color: $primary; text-style: underline",
    "found": "text-style: bold underline",
    "found-now": "text-style: reverse",
    "code": "background: $panel 60%; color: $foreground",
    "code-comment": "color: $quiet; text-style: italic",
    "code-keyword": "color: $accent",
    "code-string": "color: $success",
    "code-number": "color: $warning",
    "code-name": "color: $primary",
}
"""Component class (without its prefix) → how it is drawn."""

CLASSES = {f"transcript--{name}" for name in INKS}
CSS = "\n".join(f"Transcript > .transcript--{name} {{ {rule}; }}" for name, rule in INKS.items())


class Inks:
    """Draws lines in the colours that the widget's styles give at the moment."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[str, Style] = {}

    def forget(self) -> None:
        """Look the colours up again, because the theme may have changed."""
        self._known.clear()

    def ink(self, name: str | Style) -> Style:
        """Return how a span of this name is drawn."""
        if isinstance(name, Style):
            return name
        style = self._known.get(name)
        if style is None:
            style = self._known[name] = self._look_up(name)
        return style

    def _look_up(self, name: str) -> Style:
        if name not in INKS:
            return Style.null()
        styles = self._widget.get_component_styles(f"transcript--{name}")
        style = Style.from_styles(styles)
        # Without a rule a colour is white, which would stand out of every theme.
        return style if styles.has_rule("color") else replace(style, foreground=None)

    def strip(self, line: Line, width: int) -> Strip:
        """Return a line as it is drawn, filled up to `width` cells."""
        base = self._widget.visual_style
        if line.style:
            base += self.ink(line.style)
        pieces = [(text, base + self.ink(style)) for text, style in line.prefix]
        pieces += line.content.render(base, end="", parse_style=self.ink)
        segments = [Segment(text, style.rich_style) for text, style in pieces]
        return Strip(segments).adjust_cell_length(width, base.rich_style)
