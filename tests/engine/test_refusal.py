import pytest

from mlxtop.engine.child.refusal import Refused, sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused("Said as it is."), "Said as it is."),
        (MemoryError(), "Memory ran out while loading x"),
        (RuntimeError("[malloc] Unable to allocate 99 bytes."), "Memory ran out"),
        (
            RuntimeError("[metal::malloc] Attempting to allocate 1 bytes which is greater than…"),
            "Memory ran out",
        ),
        (KeyError("rope"), "KeyError while loading x: 'rope'"),
        (ValueError("first\n\x1b[31msecond"), "first ␛[31msecond"),
        (RuntimeError(), "no more is known"),
    ],
)
def test_one_sentence(error: Exception, words: str) -> None:
    said = sentence(error, "loading x")
    assert words in said
    assert said.endswith(".")
    assert "\n" not in said
