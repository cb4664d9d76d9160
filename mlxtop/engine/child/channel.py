"""Separates a reply from the thinking before it, and removes the markup."""

from collections.abc import Sequence

from mlxtop.engine.child.markup import Headers, Markup, Pair
from mlxtop.events import Channel

LONGEST_HEADER = 400
"""Characters: longer text without an end is not a header."""

Piece = tuple[Channel, str]


class _Pieces:
    """Text whose channel is known, in order."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []

    def add(self, channel: Channel, text: str) -> None:
        if self._pieces and self._pieces[-1][0] == channel:
            self._pieces[-1] = (channel, self._pieces[-1][1] + text)
        elif text:
            self._pieces.append((channel, text))

    def take(self) -> Piece | None:
        """Remove and return the first piece; None if there is none."""
        return self._pieces.pop(0) if self._pieces else None


class Tagged:
    """Thinking between two tags, at the beginning of a reply."""

    def __init__(self, markup: Markup, cue: str) -> None:
        self._markup = markup
        self._open = _opened(markup.tags, cue)
        self._fresh = True
        """Whether this channel has only blanks so far."""
        self._breaks = False
        """Whether a line break would be between thinking and reply."""

    @property
    def channel(self) -> Channel:
        """The channel of the next text."""
        return "thinking" if self._open else "reply"

    def scan(self, held: str, pieces: _Pieces) -> str:
        """Pass on text whose channel is known; return what may be the beginning of a tag."""
        while held:
            if self._fresh:
                settled, held = self._scan_beginning(held)
                if not settled:
                    return held
                continue
            tags = [self._open[1]] if self._open else list(self._markup.dropped)
            place, tag = _first(held, tags)
            if tag is None:
                kept = _beginning(held, tags)
                self._pass_on(held[: len(held) - kept], pieces)
                return held[len(held) - kept :]
            self._pass_on(held[:place], pieces)
            held = held[place + len(tag) :]
            self._met(tag)
        return ""

    def _scan_beginning(self, held: str) -> tuple[bool, str]:
        """Return whether the beginning of the channel is known, and the remaining text."""
        text = held.lstrip()
        tags = self._first_tags()
        met = max((tag for tag in tags if text.startswith(tag)), key=len, default=None)
        if met is not None:
            self._met(met)
            return True, text[len(met) :]
        if not text or any(tag.startswith(text) for tag in tags):
            return False, held
        self._fresh = False
        return True, held

    def _first_tags(self) -> list[str]:
        if self._open:
            return list(self._open)
        return [*(tag for pair in self._markup.tags for tag in pair), *self._markup.dropped]

    def _met(self, tag: str) -> None:
        if self._open is None:
            self._open = next((pair for pair in self._markup.tags if pair[0] == tag), None)
            self._breaks = self._breaks or any(pair[1] == tag for pair in self._markup.tags)
        elif tag == self._open[1]:
            self._open = None
            self._fresh = self._breaks = True

    def _pass_on(self, text: str, pieces: _Pieces) -> None:
        if self._breaks and self._open is None:
            self._breaks = False
            if not self._markup.keeps_breaks:
                text = text.lstrip("\n")
        pieces.add(self.channel, self._markup.plain(text))

    def end(self, held: str, pieces: _Pieces) -> None:
        """Pass on the held text, which is not a tag after all."""
        self._pass_on(self._markup.without(held), pieces)


class Headed:
    """Messages with a header that names the channel."""

    def __init__(self, markup: Markup, headers: Headers, cue: str) -> None:
        self._markup = markup
        self._headers = headers
        self.channel: Channel = "reply"
        self._header: str | None = "" if headers.first else None
        """The header that is being written, as plain text; None within a message."""
        self.scan(cue, _Pieces())

    def scan(self, held: str, pieces: _Pieces) -> str:
        """Pass on text whose channel is known; return what may be the beginning of a mark."""
        headers = self._headers
        while held:
            if self._header is not None:
                held = self._in_header(held, pieces)
                continue
            marks = [*headers.opens, *headers.ends]
            place, mark = _first(held, marks)
            if mark is None:
                kept = _beginning(held, marks)
                pieces.add(self.channel, self._markup.plain(held[: len(held) - kept]))
                return held[len(held) - kept :]
            pieces.add(self.channel, self._markup.plain(held[:place]))
            held = held[place + len(mark) :]
            self._header = self._markup.plain(mark) if mark in headers.opens else ""
        return ""

    def _in_header(self, held: str, pieces: _Pieces) -> str:
        """Add text to the header; return the text after its end."""
        headers = self._headers
        header = f"{self._header}{self._markup.plain(held)}"
        before, end, after = header.partition(headers.closes)
        if not end:
            if len(header) > LONGEST_HEADER:
                self._header, self.channel = None, "reply"
                pieces.add("reply", header)
            else:
                self._header = header
            return ""
        left = self._as_held(held, after)
        if headers.between is not None and headers.between.search(before):
            self._header = ""
            return left
        found = headers.name.search(before)
        self.channel = headers.channels.get(found[1] if found else "", "thinking")
        self._header = None
        return left

    def _as_held(self, held: str, after: str) -> str:
        """Return the end of `held` whose plain text is `after`: it may hold marks."""
        place = len(held)
        while len(self._markup.plain(held[place:])) < len(after):
            place -= 1
        return held[place:]

    def end(self, held: str, pieces: _Pieces) -> None:
        """Pass on the held text, except an incomplete header."""
        if self._header is None:
            pieces.add(self.channel, self._markup.without(held))


class Channels:
    """Follows the tokens of a reply and assigns them to channels."""

    def __init__(self, markup: Markup, cue: str = "") -> None:
        """Take the markup and the end of the prompt after the conversation, from `markup.cue`."""
        self._markup = markup
        self._state: Tagged | Headed = (
            Tagged(markup, cue) if markup.headers is None else Headed(markup, markup.headers, cue)
        )
        self._held = ""
        self._pieces = _Pieces()

    @property
    def channel(self) -> Channel:
        """The channel of the next text."""
        return self._state.channel

    def feed(self, token: int, text: str) -> Piece:
        """Return the token's channel and the text to show for it.

        Text that may be the beginning of a mark is held until that is known. The token of a mark
        belongs to the channel it ends. If a token ends one channel and begins another, the text
        of the new channel comes with the next token.
        """
        before = self.channel
        self._held = self._state.scan(self._held + self._markup.marked(token, text), self._pieces)
        return self._pieces.take() or (before, "")

    def rest(self, text: str = "") -> list[Piece]:
        """Return the held text, and that of the detokenizer, by channel."""
        self._held = self._state.scan(self._held + text, self._pieces)
        self._state.end(self._held, self._pieces)
        self._held = ""
        rest: list[Piece] = []
        while (piece := self._pieces.take()) is not None:
            rest.append(piece)
        return rest


def _opened(tags: Sequence[Pair], cue: str) -> Pair | None:
    """Return the pair that the end of the prompt opens but does not close."""
    pair = max(tags, key=lambda pair: cue.rfind(pair[0]), default=None)
    if pair is None:
        return None
    start = cue.rfind(pair[0])
    return pair if start >= 0 and cue.find(pair[1], start) < 0 else None


def _first(text: str, marks: Sequence[str]) -> tuple[int, str | None]:
    """Return the mark that comes first in a text, the longest of several, and its place."""
    found = [(place, -len(mark), mark) for mark in marks if (place := text.find(mark)) >= 0]
    if not found:
        return -1, None
    place, _, mark = min(found)
    return place, mark


def _beginning(text: str, marks: Sequence[str]) -> int:
    """Return how many characters at the end of a text may be the beginning of a mark."""
    longest = max((len(mark) for mark in marks), default=1) - 1
    for size in range(min(longest, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in marks):
            return size
    return 0
