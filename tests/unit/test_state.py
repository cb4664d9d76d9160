import multiprocessing
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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1 is not JSON"),
        (b"{", "line 1 is not JSON"),
        (b"[1]", "it is not a JSON object"),
        (b"\xff", "it is not UTF-8 text"),
        (b'{"theme":\n"linen"', "line 2 is not JSON"),
        (b'{"theme": ' + b"[" * 5000, "it is nested too deeply"),
        (b'{"theme": ' + b"9" * 5000 + b"}", "line 1 contains a whole number of more than"),
        (b" " * 2**21, "it is larger than 1 MiB"),
    ],
)
def test_a_broken_file_is_named_and_written_anew(content: bytes, reason: str) -> None:
    paths.data_dir().mkdir(parents=True)
    paths.state_file().write_bytes(content)

    known, problems = state.recall()
    assert known == {}
    assert len(problems) == 1
    assert f"state.json cannot be read ({reason}" in problems[0]

    assert state.remember({"theme": "linen"}) is None
    assert state.recall() == ({"theme": "linen"}, [])


def test_half_a_character_does_not_keep_the_rest_from_being_remembered() -> None:
    paths.data_dir().mkdir(parents=True)
    paths.state_file().write_bytes(b'{"seen": "\\ud800"}')
    assert state.remember({"theme": "linen"}) is None
    assert state.recall() == ({"seen": "\ufffd", "theme": "linen"}, [])


def test_a_pipe_in_its_place_is_not_waited_for() -> None:
    paths.data_dir().mkdir(parents=True)
    os.mkfifo(paths.state_file())
    assert "it is not a regular file" in state.recall()[1][0]


def test_a_folder_that_cannot_be_made_is_said(home: Path) -> None:
    (home / "data").write_text("in the way")

    sentence = state.remember({"theme": "linen"})
    assert sentence is not None
    assert "theme will not be remembered" in sentence


def _remember_many(letter: str) -> None:
    for number in range(50):
        state.remember({f"{letter}{number}": number})


def test_two_apps_at_once_lose_nothing_of_one_another() -> None:
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_remember_many, args=(letter,)) for letter in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert len(state.recall()[0]) == 100


def test_every_part_of_the_way_to_the_data_is_the_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLXTOP_DATA_DIR", str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        paths.make_private(paths.log_dir())
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a" / "b", paths.log_dir()]
    assert [oct(folder.stat().st_mode & 0o777) for folder in made] == ["0o700"] * 3
