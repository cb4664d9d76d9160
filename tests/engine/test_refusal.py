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
        (RuntimeError(), "no details"),
        (RuntimeError("[x] It is broken."), "RuntimeError while loading x: [x] It is broken"),
        (
            RuntimeError("[GatherMM::eval] Currently only supports float32."),
            "in float32 only; a quantized version of the model works",
        ),
        (RuntimeError("[metal_kernel] No Metal back-end."), "on a Mac's GPU"),
    ],
)
def test_one_sentence(error: Exception, words: str) -> None:
    said = sentence(error, "loading x")
    assert words in said
    assert said.endswith(".")
    assert not said.endswith("..")
    assert ".)" not in said
    assert "\n" not in said
