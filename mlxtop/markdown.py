"""Markdown as plain words, and words as plain Markdown: no sign in them is obeyed."""

import re

_HIDDEN = "\0"
"""Stands for a sign of Markdown, so that every other character keeps its place."""
# Lengths are bounded, for the text is anybody's and a sign without its partner is looked for far.
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
"""Signs of Markdown, also in a table, and what makes a link of an address."""


def escaped(words: str) -> str:
    """Return words as Markdown that shows them as they are, also in a cell of a table."""
    return _OBEYED.sub(r"\\\g<0>", words)


def without_signs(text: str) -> str:
    """Return what headings, emphasis, code and links say, without the signs that make them so."""
    return shown(masked(text))


def masked(text: str) -> str:
    """Return the text with the signs hidden: as long as it was, for `shown` of any part of it."""
    return _SIGNS.sub(_mask, text)


def shown(part: str) -> str:
    """Return a part of a masked text without what is hidden in it."""
    return part.replace(_HIDDEN, "")


def _mask(match: re.Match[str]) -> str:
    found, whole = match.groupdict(), match.group()
    if found["fence"]:
        # Where the text ends before the block does, its last line is code as well.
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
