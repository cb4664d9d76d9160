"""Markdown as plain text, and plain text as Markdown, with its markup escaped."""

import re

_HIDDEN = "\0"
"""Replaces a character of markup, so that every other character keeps its place."""
# Lengths are bounded: the text is untrusted, and unclosed markup must not cost a long search.
_SIGNS = re.compile(
    r"""
    ^ (?P<opens> [ ]{0,3} (?P<fence> `{3,}|~{3,} ) [^`\n]{0,40} \n)
      (?P<block> (?: .*\n ){0,500}? ) (?P<closes> [ ]{0,3} (?P=fence) [ ]* $ | .*\Z )
  | ^[ ]{0,3} (?P<start> \#{1,6}[ \t]+ | (?:>[ ]?)+ )
  | (?<!`) (?P<code> `{1,3}) (?!`) (?P<coded> [^\n]{1,300}?) (?<!`) (?P=code) (?!`)
  | (?P<strong> \*\*|~~) (?=\S) (?P<said> [^\n]{1,500}?) (?<=\S) (?P=strong)
  | (?<![\w*]) (?P<em> \*) (?=[^\s*]) (?P<stressed> [^*\n]{1,500}?) (?<=\S) \* (?![\w*])
  | (?<!!) \[ (?P<link> [^\]\n]{1,200}) (?P<to> \]\( [^)\s]{1,300} \) )
    """,
    re.MULTILINE | re.VERBOSE,
)


_OBEYED = re.compile(r"[\\`*_|<>\[\]#~&]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""Characters of markup, also in tables, and those that turn an address into a link."""


def escaped(words: str) -> str:
    """Return text as Markdown that shows it unchanged, also in a cell of a table."""
    return _OBEYED.sub(r"\\\g<0>", words)


def without_signs(text: str) -> str:
    """Return the text of headings, emphasis, code and links, without the markup."""
    return shown(masked(text))


def masked(text: str) -> str:
    """Return the text with its markup masked, in the same length, for `shown` of a part."""
    return _SIGNS.sub(_mask, text)


def shown(part: str) -> str:
    """Return a part of a masked text without the masked characters."""
    return part.replace(_HIDDEN, "")


def _mask(match: re.Match[str]) -> str:
    found, whole = match.groupdict(), match.group()
    if found["fence"]:
        # If the text ends before the block, its last line is code as well.
        closed = found["closes"].lstrip().startswith(found["fence"])
        rest = _HIDDEN * len(found["closes"]) if closed else found["closes"]
        return _HIDDEN * len(found["opens"]) + found["block"] + rest
    if inside := found["coded"]:
        ends = found["code"]
    elif inside := found["said"]:
        ends, inside = found["strong"], masked(inside)
    elif inside := found["stressed"]:
        ends, inside = "*", masked(inside)
    elif inside := found["link"]:
        return _HIDDEN + masked(inside) + _HIDDEN * len(found["to"])
    else:
        return _HIDDEN * len(whole)
    return _HIDDEN * len(ends) + inside + _HIDDEN * len(ends)
