"""What users hand over as JSON or TOML is read, or its fault is a sentence with its line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.user_files import Unreadable, json_of, read_bytes, read_text, text_of, toml_of, why

DIGITS = "7" * 5000


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (
            json_of,
            f'{{"a": "{DIGITS}",\n"b": {DIGITS}}}',
            "f:2 contains a whole number of more than",
        ),
        (toml_of, f'a = "{DIGITS}" # {DIGITS}\n\nb = 7_{DIGITS}', "f:3 contains a whole number"),
        (toml_of, f"a = 0x{DIGITS}", "f contains a whole number of more than 4,300 digits."),
        (json_of, "[" * 100_000, "f is nested too deeply: more than 100"),
        (toml_of, "a = " + "[" * 100_000, "f is nested too deeply: more than 100"),
        (json_of, "[" * 101 + "1" + "]" * 101, "f is nested too deeply: more than 100"),
        (json_of, "[1,\n2,,]", "f:2 is not JSON: Expecting value (column 3)."),
        (toml_of, "a = 1\nb = \n", "f:2 is not TOML: Invalid value (column 5)."),
        (toml_of, 'a = 1\nb = """x', "f:2 is not TOML: Unterminated string."),
    ],
)
def test_a_fault_is_told_with_its_line(read: Callable[[str], Any], text: str, said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(text)
    assert raised.value.sentence("f").startswith(said)


def test_what_is_less_is_read() -> None:
    assert json_of("[" * 100 + "]" * 100)
    assert json_of(f'{{"id": {"7" * 4200}}}') == {"id": int("7" * 4200)}
    assert toml_of(f'a = "{DIGITS}"') == {"a": DIGITS}


def test_lines_before_a_text_are_counted() -> None:
    with pytest.raises(Unreadable) as raised:
        json_of("\n{")
    assert raised.value.sentence("f", before=3).startswith("f:5 is not JSON")


def test_a_mark_of_utf_8_is_left_out_and_other_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfhi")
    assert read_text(tmp_path / "a") == "hi"
    with pytest.raises(Unreadable, match="is not UTF-8 text"):
        text_of(b"\xff\xfeh\x00")


def test_more_than_is_allowed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * (2 << 20))
    assert len(read_bytes(tmp_path / "a", most=2 << 20)) == 2 << 20
    with pytest.raises(Unreadable, match="is larger than 1 MiB"):
        read_bytes(tmp_path / "a", most=1 << 20)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="is not a regular file"):
        read_bytes(tmp_path / "pipe", waits=False)


def test_why_is_a_part_of_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as raised:
        read_bytes(tmp_path / "none")
    assert why(raised.value) == "No such file or directory"
    assert why(Unreadable("is not JSON", 3)) == "line 3 is not JSON"
    assert why(Unreadable("is nested too deeply")) == "it is nested too deeply"
