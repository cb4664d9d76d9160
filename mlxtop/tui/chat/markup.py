"""Markdown from a model, with HTML shown as text and links shown with their address.

Reference links are off on purpose: with them a line at the end of a reply could change its
beginning, and a reply that is still being written could not be laid out block by block.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.content import Content, Span
from textual.style import Style

from mlxtop.text import visible

INLINE_LIMIT = 8_000
"""Characters of a paragraph that are searched for markup; a longer one stays plain."""
REMEMBERED_BELOW = 1_000
"""Characters of a paragraph below which its result is cached."""
ADDRESS_LIMIT = 100
"""Bare addresses searched for in a paragraph: the search is quadratic."""
NESTING_LIMIT = 18
"""Levels of quotes and lists that are drawn; the parser drops levels deeper than 20."""

_blocks = MarkdownIt("gfm-like", {"html": False})
_blocks.disable(["inline", "linkify", "reference"])
_inline = MarkdownIt("gfm-like", {"html": False})
_inline_without_addresses = MarkdownIt("gfm-like", {"html": False, "linkify": False})
_STYLES = {"em_open": "em", "strong_open": "strong", "s_open": "strike"}
_ADDRESS_MARK = re.compile(r"://|@|www\.")


def parse_blocks(text: str) -> list[Token]:
    """Return the block tokens of a text, with inline text not yet parsed."""
    return _blocks.parse(text)


def inline(text: str) -> Content:
    """Return a paragraph's text with its styles; spans are named after component classes."""
    if len(text) > INLINE_LIMIT:
        return Content(visible(text).replace("\n", " "))
    # A long paragraph is not cached: while it grows, every length would be.
    return _remembered(text) if len(text) < REMEMBERED_BELOW else _parse_inline(text)


def _parse_inline(text: str) -> Content:
    many = len(_ADDRESS_MARK.findall(text)) > ADDRESS_LIMIT
    parser = _inline_without_addresses if many else _inline
    tokens = [child for token in parser.parseInline(text) for child in token.children or []]
    return _to_content(tokens)


_remembered = lru_cache(maxsize=8192)(_parse_inline)


def _to_content(tokens: list[Token]) -> Content:
    pieces: list[str] = []
    spans: list[Span] = []
    opened: list[tuple[tuple[Style | str, ...], int]] = []
    position = 0
    for token in tokens:
        piece, styles = _piece(token)
        if token.nesting == 1:
            opened.append((styles, position))
        elif token.nesting == -1:
            if opened:
                closing, start = opened.pop()
                spans += [Span(start, position, style) for style in closing]
        elif piece:
            spans += [Span(position, position + len(piece), style) for style in styles]
            pieces.append(piece)
            position += len(piece)
    return Content("".join(pieces), spans)


def _piece(token: Token) -> tuple[str, tuple[Style | str, ...]]:
    # An entity such as &#x202E; becomes a character only here, after the first cleaning.
    match token.type:
        case "text":
            return visible(token.content), ()
        case "softbreak":
            return " ", ()
        case "hardbreak":
            return "\n", ()
        case "code_inline":
            return visible(token.content), ("code",)
        case "link_open":
            return "", link_styles(str(token.attrs.get("href", "")))
        case "image":
            address = str(token.attrs.get("src", ""))
            return f"[image: {visible(token.content) or visible(address)}]", link_styles(address)
        case other:
            return "", (_STYLES[other],) if other in _STYLES else ()


def link_styles(address: str) -> tuple[Style | str, ...]:
    """Return the style of a link, and the address that a click opens."""
    return "link", Style.from_meta({"href": address})


def addresses(text: str) -> list[str]:
    """Return the addresses that a paragraph links to, in their order."""
    if len(text) > INLINE_LIMIT:
        return []
    found: dict[str, None] = {}
    for span in inline(text).spans:
        if isinstance(span.style, Style) and "href" in span.style.meta:
            found[str(span.style.meta["href"])] = None
    return list(found)
