"""A terminal without UTF-8 gets ASCII of the same width."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mlxtop.ascii import ascii_for, to_ascii
from mlxtop.streams import fit_streams, needs_ascii, print_data


@pytest.mark.parametrize(
    ("environment", "needed"),
    [
        ({}, False),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "C.utf8"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LC_CTYPE": "C.UTF-8"}, False),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "linux", "MLXTOP_ASCII": "0"}, False),
        ({"LANG": "en_US.UTF-8", "MLXTOP_ASCII": "1"}, True),
    ],
)
def test_who_needs_it(environment: dict[str, str], needed: bool) -> None:
    assert needs_ascii(environment) is needed


def test_escape_sequences_pass() -> None:
    assert to_ascii("\x1b[38;2;1;2;3m│ ● wired ⣿⡀⠀ é 日\x1b[0m") == (
        "\x1b[38;2;1;2;3m| o wired #.  e ??\x1b[0m"
    )


def test_every_drawn_character_keeps_its_width() -> None:
    drawn = [chr(code) for code in (*range(0xA1, 0xAC), *range(0x2500, 0x2600))]
    drawn += [chr(code) for code in range(0x2800, 0x2900)] + list("日本—…●▲■⚑❄")
    wrong = [c for c in drawn if cell_len(ascii_for(c)) != cell_len(c)]
    assert wrong == []


def test_signs_of_a_trials_state_differ() -> None:
    signs = [ascii_for(sign) for sign in "●○▲✕✎▸"]
    assert len(set(signs)) == 6
    assert "?" not in signs


CLUSTERS = (
    "👨\u200d👩\u200d👧 👍🏽 ☁\ufe0f ❤\ufe0f 1\ufe0f\u20e3 🇩🇪 e\u0301 a\u200db 한 ᄒ\u1161\u11ab "
    "क्षि \u200d \ufe0f \u200b ﬁ ½"
)


@pytest.mark.parametrize("cluster", CLUSTERS.split(" "), ids=ascii)
def test_a_cluster_keeps_its_width(cluster: str) -> None:
    # Not at the very beginning: where nothing stands before a joiner, rich itself is in two minds.
    for text in (f"│{cluster}", f"│ {cluster} │", f"x{cluster * 3}", f"x{cluster}x"):
        assert to_ascii(text).isascii()
        assert cell_len(to_ascii(text)) == cell_len(text), ascii(text)


@given(st.text(st.sampled_from("ab 1│é日👨👍🏽☁\ufe0f\u200d\u0301⣿🇩🇪क्षि\u200b")))
def test_any_text_keeps_its_width(some: str) -> None:
    text = f"│{some}"
    assert to_ascii(text).isascii()
    assert cell_len(to_ascii(text)) == cell_len(text)


def test_more_dots_are_denser() -> None:
    dots = [0x00, 0x01, 0x03, 0x0F, 0x3F, 0xFF]
    density = " .:|#"
    assert [density.index(ascii_for(chr(0x2800 + d))) for d in dots] == sorted(
        density.index(ascii_for(chr(0x2800 + d))) for d in dots
    )
    assert ascii_for(chr(0x2801)) != " "


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("of", "environment", "encoding", "text", "data"),
    [
        (Terminal, {"LANG": "C.UTF-8"}, "utf-8", "▾ −", "▾ −"),
        (Terminal, {"LC_ALL": "C"}, "utf-8", "v -", "v -"),
        (Terminal, {"TERM": "linux"}, "utf-8", "v -", "v -"),
        (io.TextIOWrapper, {"LC_ALL": "C"}, "utf-8", "v -", "▾ −"),
        (io.TextIOWrapper, {"TERM": "dumb"}, "utf-8", "▾ −", "▾ −"),
        (io.TextIOWrapper, {}, "latin-1", "v -", "▾ −"),
    ],
)
def test_text_is_ascii_where_it_must_be_and_data_go_through(
    monkeypatch: pytest.MonkeyPatch,
    of: type[io.TextIOWrapper],
    environment: dict[str, str],
    encoding: str,
    text: str,
    data: str,
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", of(written, encoding=encoding))
    fit_streams(environment)
    print("▾ −")
    print_data()
    print("▾ −", flush=True)
    assert written.getvalue().decode() == f"{text}\n{data}\n"


def test_commands_print_text_in_ascii_and_json_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "größe.jsonl").write_text("")

    def said(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mlxtop", "recordings", str(tmp_path), *words],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            timeout=60,
            check=True,
        )
        return done.stdout.decode()

    assert said().isascii()
    assert json.loads(said("--json"))[0]["file"].endswith("größe.jsonl")
