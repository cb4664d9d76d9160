"""Prompts of files: what is taken, and what is wrong with a file."""

import json
from pathlib import Path

import pytest

from mlxtop.bench.plan import PlanError
from mlxtop.bench.prompts import dataset, scenarios, shipped


def asked(path: Path, limit: int | None = None, seed: int = 0) -> list[str]:
    return [prompt.messages[-1].text for prompt in dataset(str(path), limit, seed)]


def test_an_array_and_lines_hold_the_same(tmp_path: Path) -> None:
    entries = [{"instruction": "Sum up:", "input": "a\u2028b"}, {"prompt": "c"}, "d", {"odd": 1}]
    array, lines = tmp_path / "a.json", tmp_path / "a.jsonl"
    array.write_text(json.dumps(entries, indent=1))
    lines.write_text("\n\n".join(json.dumps(one, ensure_ascii=False) for one in entries))
    assert asked(array) == asked(lines) == ["Sum up:\n\na\u2028b", "c", "d"]


def test_the_seed_decides_the_order_and_the_limit_the_number(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([str(number) for number in range(50)]))
    assert asked(path, 3) == ["0", "1", "2"]
    mixed = asked(path, 10, seed=1)
    assert mixed == asked(path, 10, seed=1)
    assert mixed != asked(path, 10, seed=2)
    assert set(mixed) <= set(asked(path))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonl", "", "a.jsonl is empty."),
        ("a.jsonl", '{"prompt": "x"}\n{"prompt": \n', "a.jsonl:2 is not JSON: Expecting value"),
        ("a.json", '[\n{"prompt": "x"},\n]', "a.json:3 is not JSON: "),
        ("a.json", "[" * 100_000, "a.json:1 is not JSON that can be read: it is nested too deep."),
        (
            "a.json",
            '[{"q": "x", "a": "y"}]',
            "need one of the fields instruction, prompt, question, text, and the first has q, a.",
        ),
        ("a.json", '{"prompt": 5}', "holds no prompt"),
        ("a.json", "[]", "holds no prompt"),
        ("a.toml", "a = 1", "holds no scenarios: each is a table with a `prompt`"),
        ("a.toml", "a = \n", "a.toml is not TOML: Invalid value (at line 1"),
        ("a.txt", " \n", "a.txt is empty."),
    ],
)
def test_a_file_without_prompts_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PlanError) as caught:
        dataset(str(path), None, 0)
    assert words in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, words in (("none", "No such file"), ("binary", "not UTF-8"), (".", "Is a directory")):
        with pytest.raises(PlanError, match=words):
            dataset(str(tmp_path / name), None, 0)


def test_scenarios_are_named_or_files() -> None:
    assert [prompt.name for prompt in scenarios(())] == ["simple", "medium", "complex"]
    assert len(shipped()) == 3
    for name in ("nope", ""):
        with pytest.raises(PlanError, match=f"no scenario '{name}' .* shipped are simple, medium"):
            scenarios((name,))
