"""Code blocks with their syntax coloured, a piece at a time."""

import re
from functools import lru_cache

from pygments.token import Token
from textual.content import Content, Span
from textual.highlight import HighlightTheme, highlight

CHUNK_LINES = 64
"""Lines coloured at a time, so that a growing block is not coloured again as a whole."""
LINE_LIMIT = 500
"""Characters in a line above which code is not coloured: a lexer can be slow."""

_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")


class SyntaxColours(HighlightTheme):
    """Kinds of tokens → the transcript's component classes."""

    STYLES = {
        Token.Comment: "code-comment",
        Token.Keyword: "code-keyword",
        Token.Operator.Word: "code-keyword",
        Token.Literal.String: "code-string",
        Token.Literal.Number: "code-number",
        Token.Name.Builtin: "code-name",
        Token.Name.Class: "code-name",
        Token.Name.Decorator: "code-name",
        Token.Name.Function: "code-name",
        Token.Name.Tag: "code-keyword",
        Token.Name.Attribute: "code-name",
        Token.Generic.Heading: "code-keyword",
        Token.Generic.Deleted: "code-keyword",
        Token.Generic.Inserted: "code-string",
    }


def language(info: str) -> str:
    """Return the language that a fence names; empty if it names none."""
    found = _LANGUAGE.match(info.strip())
    return found.group() if found else ""


def coloured(code: str, language: str) -> list[Content]:
    """Return one content per line of code, tabs as spaces."""
    lines = code.expandtabs(4).split("\n")
    if not language:
        return [Content(line) for line in lines]
    result: list[Content] = []
    for start in range(0, len(lines), CHUNK_LINES):
        result += _chunk("\n".join(lines[start : start + CHUNK_LINES]), language)
    return result


@lru_cache(maxsize=128)
def _chunk(code: str, language: str) -> tuple[Content, ...]:
    lines = code.split("\n")
    if max(map(len, lines)) > LINE_LIMIT:
        return tuple(Content(line) for line in lines)
    found = highlight(code, language=language, theme=SyntaxColours)
    if found.plain != code:
        return tuple(Content(line) for line in lines)
    # The framework colours every token; keep only our own kinds.
    spans = [s for s in found.spans if isinstance(s.style, str) and s.style.startswith("code-")]
    return tuple(Content(code, [Span(*s) for s in spans]).split("\n", allow_blank=True))
