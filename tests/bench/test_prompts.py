"""Prompts of files: what is taken, and what is wrong with a file."""

import json
from pathlib import Path

import pytest

from mlxtop.bench import prompts
from mlxtop.bench.plan import PlanError
from mlxtop.bench.prompts import dataset, scenarios, shipped
from mlxtop.user_files import read_text


def asked(path: Path, limit: int | None = None, seed: int = 0) -> list[str]:
    return [prompt.messages[-1].text for prompt in dataset(str(path), limit, seed).found]


def test_an_array_and_lines_hold_the_same(tmp_path: Path) -> None:
    entries = [{"instruction": "Sum up:", "input": "a\u2028b"}, {"prompt": "c"}, "d", {"odd": 1}]
    array, lines = tmp_path / "a.json", tmp_path / "a.jsonl"
    array.write_text(json.dumps(entries, indent=1))
    lines.write_text("\n\n".join(json.dumps(one, ensure_ascii=False) for one in entries))
    assert asked(array) == asked(lines) == ["Sum up:\n\na\u2028b", "c", "d"]


def test_entries_without_a_prompt_are_counted_and_named(tmp_path: Path) -> None:
    array, lines = tmp_path / "a.json", tmp_path / "a.jsonl"
    array.write_text(json.dumps([{"odd": 1}, "said"]))
    lines.write_text('"one"\n\n{"prompt": ""}\n"two"\n' + "5\n" * 6)
    needs = "no instruction, prompt, question, text, messages or conversations"
    (skipped,) = dataset(str(array), None, 0).skipped
    assert skipped.sentence == f"{array}: 1 entry is left out, with {needs} in entry 1."
    found = dataset(str(lines), 1, 0)
    assert found.skipped == (), "behind what was taken"
    for limit, seed, places in ((2, 0, 7), (1, 5, 7), (None, 0, 7)):
        (skipped,) = dataset(str(lines), limit, seed).skipped
        assert len(skipped.places) == places
    assert (skipped.places, skipped.empty) == ((3, 5, 6, 7, 8, 9, 10), (3,))
    assert skipped.sentence == (
        f"{lines}: 7 entries are left out, with {needs} in lines 5, 6, 7, 8, 9 and 1 more "
        "and an empty text in line 3."
    )
    lines.write_text('"one"\n\n{"prompt": ""}\n"two"\n' + "5\n" * 6 + '"three"\n')
    (within,) = dataset(str(lines), 2, 0).skipped
    assert within.places == within.empty == (3,)
    (skipped,) = dataset(str(lines), None, 0).skipped
    assert [prompt.name for prompt in dataset(str(lines), None, 0).found] == ["a 1", "a 4", "a 11"]
    assert [prompt.name for prompt in found.found] == ["a 1"]
    assert scenarios((str(lines), "simple", str(array))).skipped == (
        skipped,
        *dataset(str(array), None, 0).skipped,
    )
    (tmp_path / "all.json").write_text('["a"]')
    assert dataset(str(tmp_path / "all.json"), None, 0).skipped == ()


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
        ("a.json", "[" * 100_000, "a.json is nested too deeply: more than 100 levels"),
        (
            "a.json",
            '[{"q": "x", "a": "y"}]',
            "instruction, prompt, question, text, messages, conversations, and the first has q, a.",
        ),
        ("a.json", '{"prompt": 5}', "has no prompts"),
        ("a.json", "[]", "has no prompts"),
        ("a.toml", "a = 1", "a.toml: a must be a table [a] with a prompt"),
        ("a.toml", '[x]\nprompt="a"\n[y]\nsystem="b"', "a.toml: [y] prompt is missing."),
        ("a.toml", '[x]\nprompt=" "', "a.toml: [x] prompt is empty."),
        ("a.toml", "[x]\nprompt=5", "a.toml: [x] prompt must be a text."),
        ("a.toml", '[x]\nprompt="a"\nsystem=[]', "a.toml: [x] system must be a text."),
        ("a.toml", '[x]\npromt="a"', "a.toml: [x] has no field promt; did you mean prompt?"),
        ("a.toml", '[x]\nprompt="a"\nfoo=1', "[x] has no field foo; fields are prompt and system."),
        ("a.toml", "a = \n", "a.toml:1 is not TOML: Invalid value (column 5)."),
        ("a.txt", " \n", "a.txt is empty."),
        (
            "a.jsonl",
            f'"x"\n{{"a": {"7" * 5000}}}',
            "a.jsonl:2 contains a whole number of more than",
        ),
        ("a.json", f'[\n"x",\n{"7" * 5000}]', "a.json:3 contains a whole number of more than"),
        ("a.jsonl", '"x"\n' + "[" * 5000, "a.jsonl:2 is nested too deeply"),
        ("a.toml", f"[x]\nprompt = {'7' * 5000}", "a.toml:2 contains a whole number of more than"),
        ("a.toml", "a = " + "[" * 5000, "a.toml is nested too deeply"),
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
    assert [prompt.name for prompt in scenarios(()).found] == ["simple", "medium", "complex"]
    assert len(shipped()) == 3
    for name in ("nope", ""):
        with pytest.raises(
            PlanError, match=f"no scenario '{name}' .* the shipped ones are simple, medium"
        ):
            scenarios((name,))


# -- conversations ---------------------------------------------------------------------------------


def conversation(path: Path, *entries: object) -> list[tuple[tuple[str, str], ...]]:
    path.write_text("\n".join(json.dumps(one) for one in entries))
    return [
        tuple((said.role, said.text) for said in prompt.messages)
        for prompt in dataset(str(path), None, 0).found
    ]


def test_chats_of_mlx_lm_and_sharegpt_are_asked_up_to_the_users_last_turn(tmp_path: Path) -> None:
    chat = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": [{"type": "text", "text": "2 + 2?"}]},
            {"role": "assistant", "content": "4"},
        ]
    }
    shared = {
        "id": "x",
        "conversations": [
            {"from": "human", "value": "What is two and two?"},
            {"from": "gpt", "value": "Four."},
        ],
    }
    assert conversation(tmp_path / "a.jsonl", chat, shared) == [
        (("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "2 + 2?")),
        (("user", "What is two and two?"),),
    ]


def test_what_of_a_conversation_cannot_be_asked_is_left_out(tmp_path: Path) -> None:
    tool = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [{}]},
        {"role": "tool", "content": "Sun"},
        {"role": "user", "content": "And there?"},
    ]
    path = tmp_path / "a.jsonl"
    said = conversation(path, {"messages": tool}, {"messages": [{"role": "assistant"}]}, "text")
    assert said == [(("user", "Weather?"),), (("user", "text"),)]
    (skipped,) = dataset(str(path), None, 0).skipped
    assert skipped.places == (2,)


def test_a_file_is_read_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reads = tmp_path / "a.jsonl", []

    def counted(path: Path, **options: int) -> str:
        reads.append(path)
        return read_text(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(prompts, "read_text", counted)
    path.write_text('"one"\n"two"\n')
    assert asked(path) == asked(path) == ["one", "two"]
    assert asked(path, seed=3) in (["one", "two"], ["two", "one"])
    assert asked(path) == ["one", "two"], "mixing left it as it is"
    assert len(reads) == 1
    path.write_text('"another"\n')
    assert asked(path) == ["another"]
    assert len(reads) == 2
