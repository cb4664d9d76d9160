"""Sentences for requests that the engine refuses or that fail."""

from mlxtop.text import one_line


class Refused(Exception):
    """The request cannot be fulfilled; the text is a sentence for the user."""


class Cancelled(Exception):
    """The user cancelled the request."""


_OUT_OF_MEMORY = (
    "unable to allocate",
    "out of memory",
    "outofmemory",
    "insufficient memory",
    "attempting to allocate",
    "bad_alloc",
)


_IN_WORDS = (
    (
        "currently only supports float32",
        "MLX computes a mixture of experts on a CPU in float32 only; a quantized version of the "
        "model works there",
    ),
    (
        "no metal back-end",
        "the model needs an operation that MLX has only for Metal, on a Mac's GPU",
    ),
)
"""MLX's errors for operations that a machine does not support, and what they mean."""


def out_of_memory(text: str) -> bool:
    """Return whether an error's or a log's text says that memory ran out."""
    lowered = text.lower()
    return any(words in lowered for words in _OUT_OF_MEMORY)


def ended(text: str) -> str:
    """Return a text without its full stop, for use inside a sentence."""
    text = text.rstrip()
    return f"{text[:-3]}…" if text.endswith("...") else text.removesuffix(".")


def sentence(error: BaseException, doing: str) -> str:
    """Return a sentence about an error that happened while `doing` something."""
    if isinstance(error, Refused):
        return str(error)
    text = ended(one_line(str(error), 300))
    if isinstance(error, MemoryError) or out_of_memory(text):
        return (
            f"Memory ran out while {doing}: use a smaller model or a shorter conversation, "
            f"or close other programs ({text or type(error).__name__})."
        )
    for theirs, ours in _IN_WORDS:
        if theirs in text.lower():
            return f"MLX failed while {doing}: {ours} ({text})."
    return f"{type(error).__name__} while {doing}: {text or 'no details'}."
