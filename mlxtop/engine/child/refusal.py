"""What is said when the engine will not or cannot do something: one sentence each."""

from mlxtop.text import one_line


class Refused(Exception):
    """The request cannot be met; the text is one sentence for the user."""


class Cancelled(Exception):
    """The user cancelled what was going on."""


_OUT_OF_MEMORY = (
    "unable to allocate",
    "out of memory",
    "outofmemory",
    "insufficient memory",
    "attempting to allocate",
    "bad_alloc",
)


def out_of_memory(text: str) -> bool:
    """Return whether an error's or a log's text tells of memory that ran out."""
    lowered = text.lower()
    return any(words in lowered for words in _OUT_OF_MEMORY)


def sentence(error: BaseException, doing: str) -> str:
    """Return one sentence on an error that happened while `doing` something."""
    if isinstance(error, Refused):
        return str(error)
    text = one_line(str(error), 300)
    if isinstance(error, MemoryError) or out_of_memory(text):
        return (
            f"Memory ran out while {doing}: use a smaller model or a shorter conversation, "
            f"or close other programs ({text or type(error).__name__})."
        )
    return f"{type(error).__name__} while {doing}: {text or 'no more is known'}."
