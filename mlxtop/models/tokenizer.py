"""Whether a model directory holds a tokenizer."""

from pathlib import Path

from mlxtop.models.fault import Incomplete

_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "*.model", "*.tiktoken", "tokenization*.py")


def check_tokenizer(directory: Path) -> None:
    """Raise Incomplete where none is there: transformers makes up an empty one in silence."""
    if not any(path.is_file() for pattern in _FILES for path in directory.glob(pattern)):
        raise Incomplete("it has no tokenizer.")
