import os
from pathlib import Path

import pytest

from mlxtop import paths, state


def test_what_is_remembered_is_recalled() -> None:
    assert state.recall() == ({}, [])
    assert state.remember({"first_run_said": True}) is None
    assert state.remember({"theme": "linen"}) is None

    assert state.recall() == ({"first_run_said": True, "theme": "linen"}, [])
    assert os.listdir(paths.data_dir()) == ["state.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'{"theme": "linen"'])
def test_a_broken_file_is_named_and_written_anew(content: bytes) -> None:
    paths.data_dir().mkdir(parents=True)
    paths.state_file().write_bytes(content)

    known, problems = state.recall()
    assert known == {}
    assert len(problems) == 1
    assert "state.json cannot be read (it is not a JSON object)" in problems[0]

    assert state.remember({"theme": "linen"}) is None
    assert state.recall() == ({"theme": "linen"}, [])


def test_a_folder_that_cannot_be_made_is_said(home: Path) -> None:
    (home / "data").write_text("in the way")

    sentence = state.remember({"theme": "linen"})
    assert sentence is not None
    assert "theme will not be remembered" in sentence
