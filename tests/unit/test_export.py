"""A conversation as Markdown, and where it goes."""

import os
import stat
from pathlib import Path

import pytest

from mlxtop.exports import Export
from mlxtop.tui.chat.clipboard import copyable
from mlxtop.tui.chat.export import export_path, figures_of, file_name, save, to_markdown
from tests.tui.chat_app import Talk


def conversation() -> Talk:
    talk = Talk()
    talk.say(-1, "Be kind.", "system")
    talk.say(0, "Why?\n\x1b[31m")
    talk.reply(
        1,
        "Because:\n\n```python\nx = 1\n```\nand\n```\ny\x07\n```\nhttps://a.b/c",
        thinking="Hm </details> hm",
    )
    talk.say(2, None)
    return talk


def test_a_conversation_as_markdown() -> None:
    entries = conversation().timeline.transcript.at(1e9)
    text = to_markdown(
        entries, model='a/"b"', date="2026-03-01 14:05:10", figures=figures_of(entries)
    )
    assert text.startswith('---\nmodel: "a/\\"b\\""\ndate: "2026-03-01 14:05:10"\nmessages: 3\n')
    assert "generated_tokens: 212\n---\n" in text
    order = ["## System prompt", "Be kind.", "## You", "Why?", "## Reply", "<details>", "Because"]
    order += ["```python\nx = 1\n```", "*212 tokens", "(text not recorded)"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "Hm &lt;/details> hm" in text
    assert not set(text) & set("\x1b\x07")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("org/Llama-3.2-3B", "mlxtop-2026-03-01-14-05-10-Llama-3.2-3B"),
        ("../../etc/pass\nwd", "mlxtop-2026-03-01-14-05-10-pass-wd"),
        ("模型", "mlxtop-2026-03-01-14-05-10"),
        ("x" * 500, ("mlxtop-2026-03-01-14-05-10-" + "x" * 500)[:87]),
    ],
)
def test_names_are_plain(model: str, name: str) -> None:
    assert file_name(model, "2026-03-01 14:05:10") == name


def written(text: str) -> Export:
    """Return an export that writes always the same text."""
    return Export(family="conversation", name="same", suffix=".md", help="", writer=lambda _: text)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    said = [save(written(f"text {n}"), folder, "name", "") for n in range(3)]
    assert [file.name for file in sorted(folder.iterdir())] == ["name-2.md", "name-3.md", "name.md"]
    assert (folder / "name.md").read_text() == "text 0"
    assert stat.S_IMODE((folder / "name.md").stat().st_mode) == 0o600
    assert str(folder / "name-3.md") in said[2]
    os.symlink(tmp_path / "nowhere", folder / "name-4.md")
    assert export_path(folder, "name").name == "name-5.md"
    save(written("text"), folder, "name", "")
    assert not (tmp_path / "nowhere").exists()


def test_a_failure_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = save(written("text"), tmp_path / "file", "name", "")
    assert said.startswith("Writing the conversation to ")
    assert "failed" in said
    assert "\n" not in said


def test_what_can_be_copied_comes_newest_first() -> None:
    items = copyable(conversation().timeline.transcript.at(1e9))
    assert [item.label for item in items] == [
        "reply 1",
        "address",
        "code",
        "code · python",
        "thinking 1",
        "you 1",
        "system prompt",
    ]
    assert [item.text for item in items][1:4] == ["https://a.b/c", "y", "x = 1"]
    assert not any(set(item.text) & set("\x1b\x07") for item in items)


def test_an_excerpt_of_a_message_is_text_and_one_of_code_is_code() -> None:
    talk = Talk()
    talk.say(0, "~~~\n# *cut")
    talk.reply(1, "# A *title*\n\nof **2 * 3 * 4**\n\n```python\n# x**2\n```\n", thinking="`hm`")
    shown = [item.excerpt.split() for item in copyable(talk.timeline.transcript.at(1e9))]
    assert shown == [
        ["A", "title", "of", "2", "*", "3", "*", "4", "#", "x**2"],
        ["#", "x**2"],
        ["hm"],
        ["#", "*cut"],
        ["#", "*cut"],
    ]
