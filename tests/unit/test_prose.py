from pathlib import Path

import pytest

from tools import prose


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is not to be had here.", "to be had"),
        ("The file is no recording.", "is no "),
        ("There is no recording.", ""),
        ("It is no longer there.", ""),
        ("He lets go of it.", "lets go of"),
        ("The run continues.", ""),
        ("The run\n    goes on.", "goes on"),
    ],
)
def test_a_turn_of_phrase_is_found_wherever_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    rules = prose.read_rules()
    page, string = tmp_path / "page.md", tmp_path / "string.py"
    docstring, comment = tmp_path / "docstring.py", tmp_path / "comment.py"
    page.write_text(" ".join(text.split()))
    string.write_text(f"name = {text!r}\nformatted = f'{{name}} {' '.join(text.split())}'\n")
    docstring.write_text(f'"""{text}"""\n')
    comment.write_text(f"# {' '.join(text.split())}\n")
    for path, faults in ((page, 1), (string, 2), (docstring, 1), (comment, 1)):
        hits = [fault.found for fault in prose.faults_of(path, rules)]
        assert hits == ([found] * faults if found else [])


def test_a_word_quoted_on_purpose_and_names_of_the_field_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    rules = prose.read_rules()
    path = tmp_path / "module.py"
    path.write_text('said = "not to be had"  # prose: quoted\n\n\nclass Shelf: ...\n')
    assert [(one.where, one.found) for one in prose.faults_of(path, rules)] == [
        ("module.py:4", "Shelf")
    ]
