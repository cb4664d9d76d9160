"""Tells a reply from the thinking before it, and takes the tags out of the text."""

from collections.abc import Sequence

from mlxtop.events import Channel


class Channels:
    """Follows the tokens of a reply and says which channel each belongs to."""

    def __init__(
        self,
        start: tuple[Sequence[int], str] | None,
        end: tuple[Sequence[int], str] | None,
        thinking: bool = False,
    ) -> None:
        """Take the tags as tokens and text; `thinking` where the prompt opened the tag."""
        self._start, self._end = start, end
        self.channel: Channel = "thinking" if thinking else "reply"
        self._held: list[tuple[int, str]] = []

    def feed(self, token: int, text: str) -> tuple[Channel, str]:
        """Return the token's channel and the text to show for it.

        Text that may be the beginning of a tag of several tokens is held back until that is
        settled. A tag's own token belongs to the channel it ends.
        """
        channel = self.channel
        tag = self._end if channel == "thinking" else self._start
        if tag is None:
            return channel, text
        target, tag_text = tuple(tag[0]), tag[1]
        self._held.append((token, text))
        if self._held_tokens() == target:
            before = _without(self.rest(), tag_text)
            self.channel = "reply" if channel == "thinking" else "thinking"
            return channel, before
        released = ""
        while self._held and self._held_tokens() != target[: len(self._held)]:
            released += self._held.pop(0)[1]
        return channel, released

    def rest(self) -> str:
        """Return the text still held back, which is then no longer held."""
        text = "".join(piece for _, piece in self._held)
        self._held.clear()
        return text

    def _held_tokens(self) -> tuple[int, ...]:
        return tuple(token for token, _ in self._held)


def _without(text: str, tag: str) -> str:
    """Return the text without the tag that ends it (detokenizers may set spaces around it)."""
    for candidate in (tag, tag.strip()):
        place = text.rfind(candidate)
        if place >= 0:
            return text[:place] + text[place + len(candidate) :]
    return ""
