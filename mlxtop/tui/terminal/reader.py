"""Turns terminal input into keys, pastes and other messages, whatever the terminal sends.

No bytes raise an exception or block input for longer than a pause, and a paste presses no key.
"""

import re
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterable

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from mlxtop.text import clean
from mlxtop.tui.terminal import paste, sequences

ESC = "\x1b"
ESCAPE_SECONDS = constants.ESCAPE_DELAY
"""A lone ESC followed by nothing for this long is the Escape key."""
PAUSE_SECONDS = 0.5
"""A sequence or a paste is over if nothing more comes for this long."""
QUIET_SECONDS = 0.03
"""A burst of keys, or input after the end of a paste, is over after this pause."""
MOST_HELD_SECONDS = 1.0
"""Maximum delay of input after the end of a paste."""
LATE_SECONDS = 10.0
"""A paste without its end may continue for this long."""
_MOST_HELD = 1_000_000
"""Maximum characters of a burst."""

_TAIL = re.compile(r"\[(?:20[01]~|<[\d;]+[mM]|\?[\d;]*[$a-z])|\]\d+;|P>\|")
"""Text that no one types after Escape: the rest of a sequence whose ESC came too early."""


class MousePixels(Message):
    """The terminal reported its size; without pixels it must report the mouse in cells."""

    def __init__(self, known: bool) -> None:
        super().__init__()
        self.known = known


class TerminalReader:
    """Takes bytes with their time, and returns messages for the app."""

    def __init__(self, *, apple: bool = False) -> None:
        """`apple`: whether the terminal is Terminal.app, which has its own codes for keys."""
        self.apple = apple
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser()
        self._data = ""
        """The beginning of a sequence."""
        self._burst = ""
        """Keys that came at once; more may follow."""
        self._paste: list[str] | None = None
        """Pieces of an incoming paste."""
        self._border = ""
        """Its last characters, which may start its end sequence."""
        self._ended: float | None = None
        """When its end came."""
        self._late_until = 0.0
        self._was_escape = False
        """Whether the last input was a lone ESC."""
        self._due: float | None = None

    def wait(self, now: float, longest: float) -> float:
        """Return the seconds until `tick` is due, at most `longest`."""
        return longest if self._due is None else min(max(0.0, self._due - now), longest)

    def feed(self, data: bytes, now: float) -> list[Message]:
        """Take input that came at time `now`, in seconds of a monotonic clock."""
        text = self._decoder.decode(data)
        if not text:
            # Part of a character: the rest will follow.
            if self._paste is not None:
                self._more_of_paste("", now)
            else:
                self._due = now + (QUIET_SECONDS if self._burst else PAUSE_SECONDS)
            return []
        if self._was_escape and _TAIL.match(text):
            text = ESC + text
        self._was_escape = False
        comes_at_once = len(text) > 1 and not text.startswith(ESC)
        is_late = self._paste is None and now < self._late_until
        if is_late and (paste.END in text or comes_at_once):
            self._paste = []
        if self._paste is not None:
            self._more_of_paste(text, now)
            return []
        self._data += text
        return self._read(now)

    def tick(self, now: float) -> list[Message]:
        """Handle earlier input as it is, if its pause is over."""
        if self._due is None or now < self._due:
            return []
        self._due = None
        self._decoder.reset()
        if self._paste is not None:
            return self._end_paste(now)
        messages = self._end_burst()
        if not self._data:
            return messages
        unfinished, self._data = self._data, ""
        if unfinished == ESC:
            self._was_escape = True
            messages.append(events.Key("escape", ESC))
        elif len(unfinished) == 2:
            messages += self._alt(unfinished)
        return messages

    def finish(self) -> list[Message]:
        """Return all pending input, before the terminal is restored."""
        messages: list[Message] = []
        if self._paste is not None:
            messages += self._end_paste(0.0)
        messages += self._end_burst()
        self._data, self._due, self._late_until = "", None, 0.0
        return messages

    # -- keys ----------------------------------------------------------------------------------

    def _read(self, now: float) -> list[Message]:
        """Read all complete sequences."""
        messages: list[Message] = []
        data, at = self._data, 0
        while at < len(data):
            escape = data.find(ESC, at)
            self._burst += data[at:] if escape < 0 else data[at:escape]
            if escape < 0:
                at = len(data)
                break
            at = escape
            if not (length := sequences.length(data, at)):
                break
            messages += self._end_burst()
            sequence = data[at : at + length]
            at += length
            if sequence == paste.BEGIN:
                self._data, self._paste, self._ended = "", [], None
                self._more_of_paste(data[at:], now)
                return messages
            messages += self._sequence(sequence)
        self._data = data[at:]
        if self._data or not paste.LEAST_WORDS <= len(self._burst) < _MOST_HELD:
            messages += self._end_burst()
        if self._data:
            self._due = now + (ESCAPE_SECONDS if self._data == ESC else PAUSE_SECONDS)
        else:
            self._due = now + QUIET_SECONDS if self._burst else None
        return messages

    def _end_burst(self) -> list[Message]:
        burst, self._burst = self._burst, ""
        messages: list[Message] = []
        for is_text, part in paste.text_and_keys(burst):
            if is_text:
                messages += self._pasted(part)
            else:
                for character in part:
                    messages += self._character(character)
        return messages

    def _character(self, character: str) -> Iterable[Message]:
        if "\x80" <= character < "\xa0":
            return []
        if character > "~" and not character.isprintable() and _is_text(character):
            # Textual has no such key: joiners, spaces of a width, marks within emoji.
            return [events.Paste(character)]
        return self._textual(character)

    def _sequence(self, sequence: str) -> Iterable[Message]:
        """Return the messages of a complete sequence."""
        if sequence == ESC:
            return [events.Key("escape", ESC)]
        if size := sequences.size(sequence):
            return self._resized(*size, sequence)
        if known := sequences.for_textual(sequence, apple=self.apple):
            return self._textual(known)
        return self._alt(sequence) if len(sequence) == 2 else []

    def _alt(self, sequence: str) -> list[Message]:
        """Return a key with Alt, an ESC before the key itself."""
        if sequence in ANSI_SEQUENCES_KEYS:
            return self._textual(sequence)
        if "\x80" <= sequence[1] < "\xa0":
            return []
        return list(self._parser._sequence_to_key_events(sequence[1], alt=True))

    def _resized(
        self, rows: int, columns: int, height: int, width: int, sequence: str
    ) -> list[Message]:
        if not (1 <= rows <= sequences.MOST_CELLS and 1 <= columns <= sequences.MOST_CELLS):
            return []
        if height and width:
            return [MousePixels(True), *self._textual(sequence)]
        self._parser.mouse_pixels = False
        return [MousePixels(False), events.Resize.from_dimensions((columns, rows), None)]

    def _textual(self, known: str) -> list[Message]:
        """Return Textual's messages for a character or a complete sequence; none if it fails."""
        try:
            messages = list(self._parser.feed(known))
        except Exception:  # noqa: BLE001  # whatever fails there, the app continues
            messages = []
        if not messages:
            # It may wait for the rest of something it did not understand.
            old, self._parser = self._parser, XTermParser()
            self._parser.mouse_pixels = old.mouse_pixels
            self._parser.terminal_size = old.terminal_size
            self._parser.terminal_pixel_size = old.terminal_pixel_size
        return messages

    # -- pastes --------------------------------------------------------------------------------

    def _more_of_paste(self, text: str, now: float) -> None:
        assert self._paste is not None
        self._paste.append(text)
        if self._ended is None and paste.END in self._border + text:
            self._ended = now
        self._border = (self._border + text)[1 - len(paste.END) :]
        if self._ended is None:
            self._due = now + PAUSE_SECONDS
        else:
            self._due = min(now + QUIET_SECONDS, self._ended + MOST_HELD_SECONDS)

    def _end_paste(self, now: float) -> list[Message]:
        """Take the paste up to its last end sequence: an earlier one was pasted."""
        text = "".join(self._paste or ())
        self._paste, self._border = None, ""
        body, end, rest = text.rpartition(paste.END)
        if end:
            self._ended, self._late_until = None, 0.0
            self._data = rest
            return [*self._pasted(body), *self._read(now)]
        self._late_until = now + LATE_SECONDS
        begun = (n for n in range(len(paste.END) - 1, 0, -1) if text.endswith(paste.END[:n]))
        cut = next(begun, 0)
        self._data = text[len(text) - cut :]
        if self._data == ESC:
            self._data, self._was_escape = "", True
        elif self._data:
            self._due = now + PAUSE_SECONDS
        return self._pasted(text[: len(text) - cut])

    def _pasted(self, text: str) -> list[Message]:
        cleaned = paste.pasted_text(text)
        return [events.Paste(cleaned)] if cleaned else []


def _is_text(character: str) -> bool:
    return bool(clean(character)) and unicodedata.category(character) != "Cc"
