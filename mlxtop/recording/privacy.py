"""Events without what was said: for recordings that keep timings and counts only."""

from typing import TypeVar

import msgspec

from mlxtop import events

# Only these write about the machine; an error of engine or app may quote a prompt.
_SPEAK_OF_THE_MACHINE = frozenset({"sensors", "recorder"})
LEFT_OUT = "(left out: this recording keeps no text)"

E = TypeVar("E", bound=events.Event)


def without_text(event: E) -> E:
    """Return the event with prompts and replies, and what may quote them, left out.

    The user's own notes on marks stay.
    """
    match event:
        case events.Message():
            return msgspec.structs.replace(event, text=None)
        case events.Tokens():
            return msgspec.structs.replace(event, text=None)
        case events.TurnEnd():
            error = LEFT_OUT if event.error else ""
            return msgspec.structs.replace(event, tail_text=None, error=error)
        case events.Notice() if event.origin not in _SPEAK_OF_THE_MACHINE:
            return msgspec.structs.replace(event, text=LEFT_OUT)
        case events.Error() if event.origin not in _SPEAK_OF_THE_MACHINE:
            return msgspec.structs.replace(event, text=LEFT_OUT, log=[])
        case events.Header():
            return msgspec.structs.replace(event, text=False)
        case _:
            return event
