"""The transcript: what it shows at any moment, however it came there, and hostile text."""

import itertools
import random

import pytest
from textual.widgets import Button, Static

from mlxtop import events
from mlxtop.tui.chat.document import Document
from mlxtop.tui.chat.export import to_markdown
from mlxtop.tui.chat.links import refusal
from tests.tui.chat_app import REPLY, ChatApp, Talk, cells, fragments

HOSTILE = {
    "escape": "\x1b[31mred\x1b]8;;http://evil\x07link\x1b]8;;\x07 \x9b2J \x00 end",
    "html": "<script>alert(1)</script>\n<details><summary>x</summary>\n\ntext\n\n</details>",
    "rich markup": "[red]not red[/red] [@click=app.quit]no[/] [/]",
    "links": "[a](javascript:alert(1)) [b](file:///etc/passwd) ![i](http://x/y.png) <x:y>",
    "bidirectional": "abc\u202edef\u2066ghi &#x202E; &rlm; שלום עולם مرحبا",
    "nested quotes": ">" * 1000 + " deep",
    "nested lists": "\n".join(" " * (2 * i) + "- x" for i in range(1000)),
    "brackets": "[" * 5000 + "![" * 3000,
    "stars": "*a **b " * 2000,
    "backticks": "`" * 999 + "``" * 999,
    "unclosed fence": "```python\n" + "x = 1\n" * 500,
    "unknown language": "```no/such lang\ncode\n```",
    "one long line": "a" * 100_000,
    "long line of code": "```python\n" + "x" * 100_000 + "\n```",
    "long words": ("b" * 3000 + " ") * 30,
    "addresses": "http://x.y/a://" * 1000,
    "wide table": "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|1" * 500 + "|",
    "tall table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 3000,
    "empty table": "|a|\n|-|\n",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 " * 200,
    "combining": "e" + "\u0301" * 5000,
    "tabs": "\ta\tb\n\n\t\tcode",
    "surrogate": "half \ud83d of one",
    "returns": "a\rb\r\nc\r",
    "numbers": "999999999. nine\n1. one",
    "rules": "---\n" * 500,
    "headings": "# a\n###### b\n#### \n",
}


def whole(text: str, width: int) -> list[str]:
    document = Document()
    document.set(text)
    return drawn(document, width)


def drawn(document: Document, width: int) -> list[str]:
    return [repr((line.whole.markup, line.style)) for line in document.lines(width)]


@pytest.mark.parametrize("seed", range(12))
def test_a_document_looks_the_same_however_it_grew(seed: int) -> None:
    document = Document()
    text = ""
    for piece in fragments(REPLY, seed):
        text += piece
        document.set(text)
        assert drawn(document, 40) == whole(text, 40)


@pytest.mark.parametrize("seed", range(6))
def test_a_document_of_random_lines_looks_the_same_however_it_grew(seed: int) -> None:
    rng = random.Random(seed)
    lines = [
        *REPLY.split("\n"),
        "-",
        ">",
        "> -",
        "| x |",
        "|---|",
        "   ",
        "    ",
        "1.",
        "***",
        "==",
    ]
    text = "\n".join(rng.choice(lines) for _ in range(120))
    document = Document()
    grown = ""
    for piece in fragments(text, seed):
        grown += piece
        document.set(grown)
    assert drawn(document, 50) == whole(text, 50)
    for _ in range(20):
        cut = text[: rng.randrange(len(text))]
        document.set(cut)
        assert drawn(document, 50) == whole(cut, 50)


def test_growing_parses_only_the_last_blocks() -> None:
    document = Document()
    text = "".join(f"Paragraph {n} with some words.\n\n" for n in range(200))
    document.set(text)
    before = document.blocks_parsed
    for word in ("And ", "one ", "more ", "sentence."):
        text += word
        document.set(text)
    assert document.blocks_parsed - before <= 12


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_drawn_safely(name: str) -> None:
    for width in (1, 7, 80):
        document = Document()
        document.set(HOSTILE[name])
        lines = document.lines(width)
        assert lines
        text = "\n".join(line.text for line in lines)
        assert not set(text) & set("\x00\x07\r\x1b\x9b\u202e\u2066\u200f")
        assert not any("\ud800" <= character <= "\udfff" for character in text)


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_does_not_stop_the_app(name: str) -> None:
    talk = Talk()
    talk.say(0, HOSTILE[name].encode("utf-8", "replace").decode())
    talk.reply(1, HOSTILE[name], thinking=HOSTILE[name][:2000])
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert app.transcript.text
        app.transcript.action_toggle_thinking()
        await pilot.press("pageup")
        await pilot.pause()
        assert all(
            strip.cell_length == app.transcript.scrollable_content_region.width
            for strip in map(app.transcript.render_line, range(10))
        )


def test_nothing_that_is_too_deep_is_lost() -> None:
    text = "\n".join(whole(">" * 40 + " treasure", 80))
    assert "treasure" in text
    assert "without formatting: nested too deeply" in text


@pytest.mark.parametrize(
    ("piece", "count", "said"),
    [
        ("a", 9_000, "9,000 characters in one paragraph"),
        ("- x\n", 20_000, "80,000 characters in one piece"),
        ("# a\n", 4_000, "4,000 paragraphs"),
        ("a b c d\n", 26_000, "8,000 more characters are not shown"),
    ],
)
def test_what_is_not_formatted_is_said(piece: str, count: int, said: str) -> None:
    assert said in "\n".join(whole(piece * count, 80))


async def picture(talk: Talk, t: float, size: tuple[int, int]) -> list[list[tuple[str, str]]]:
    app = ChatApp(talk.timeline, t)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return cells(app.transcript)


@pytest.mark.parametrize("size", [(90, 40), (40, 14)])
async def test_streaming_and_scrubbing_equal_a_fresh_picture(size: tuple[int, int]) -> None:
    talk = Talk()
    talk.say(-1, "Be brief.\nBe kind.\nBe right.\nBe quick.", "system")
    talk.say(0, "Why is the sky blue?\n\tReally.")
    talk.reply(1, REPLY, seed=3, thinking="Hm.\n\nLet me think about this for a while.")
    talk.say(2, "And red?")
    talk.reply(3, "Because.", seed=1)
    talk.say(2, "And green?")
    talk.reply(3, "No.\n\n" * 20, seed=2)
    last = talk.t + 0.1
    rng = random.Random(0)
    moments = [*sorted(rng.uniform(0, last) for _ in range(60)), last]
    back = [rng.uniform(0, last) for _ in range(10)]
    app = ChatApp(talk.timeline, 0.0)
    seen = {}
    async with app.run_test(size=size) as pilot:
        for t in moments + back:
            app.show(t)
            await pilot.pause()
            seen[t] = cells(app.transcript)
    for t in [*moments[::12], last, *back[:4]]:
        assert seen[t] == await picture(talk, t, size)


async def test_a_resized_transcript_equals_a_fresh_one() -> None:
    talk = Talk()
    talk.say(0, "Why?")
    talk.reply(1, REPLY)
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(90, 40)) as pilot:
        await pilot.pause()
        for size in ((40, 14), (72, 20), (90, 40)):
            await pilot.resize_terminal(*size)
            app.show(app.t)
            await pilot.pause()
            assert cells(app.transcript) == await picture(talk, 1e9, size)


async def test_a_frame_in_which_nothing_changed_lays_out_nothing() -> None:
    talk = Talk()
    for n in range(0, 20, 2):
        talk.say(n, "Why?")
        talk.reply(n + 1, REPLY, seed=n)
    app = ChatApp(talk.timeline, talk.t)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        before = app.transcript.lines_laid_out
        app.show(talk.t + 1)
        app.show(talk.t + 2)
        assert app.transcript.lines_laid_out == before
        talk.say(20, "One more?")
        app.show(talk.t)
        assert 0 < app.transcript.lines_laid_out - before < 10


async def test_it_follows_the_end_until_the_user_scrolls_up() -> None:
    talk = Talk()
    talk.reply(0, "line\n\n" * 100)
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        transcript = app.transcript
        assert transcript.scroll_offset.y == transcript.max_scroll_y > 0
        transcript.page(-1)
        await pilot.pause()
        stood = transcript.scroll_offset.y
        assert "more below" in transcript.render_line(transcript.size.height - 1).text
        talk.say(1, "more")
        app.show(talk.t)
        await pilot.pause()
        assert transcript.scroll_offset.y == stood
        transcript.page(9)
        await pilot.pause()
        talk.say(2, "and more")
        app.show(talk.t)
        await pilot.pause()
        assert transcript.scroll_offset.y == transcript.max_scroll_y
        assert "more below" not in transcript.render_line(transcript.size.height - 1).text


async def test_words_of_a_header_line() -> None:
    talk = Talk()
    shown: list[str] = []
    app = ChatApp(talk.timeline, 0.0)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()

        async def look() -> str:
            app.show(talk.t)
            await pilot.pause()
            shown.append(app.transcript.text)
            return shown[-1]

        talk.say(0, "Why?")
        assert "you\n" in await look()
        talk.ask(1)
        assert "waiting for the model" in await look()
        talk.add(lambda t: events.Prefill(t=t, turn=1, done_tokens=1024, total_tokens=4096))
        assert "reading the prompt: 1,024 of 4,096 tokens" in await look()
        talk.token("Hm", "thinking")
        assert "▾ thinking · 2 characters\n  │ Hm" in await look()
        talk.token("Because")
        text = await look()
        assert "▸ thinking" in text
        assert "│ Hm" not in text
        assert "2 tokens" in text
        assert "Llama-3.2-3B-Instruct-4bit" in text
        talk.end(generation_tokens=212)
        assert "212 tokens · 100.0 tok/s" in await look()
        for reason, words in (
            ("length", "cut at 4,096 tokens"),
            ("cancelled", "stopped by you"),
            ("engine died", "engine died"),
            ("error", "failed"),
        ):
            talk.ask(1)
            talk.end(reason, generation_tokens=4096, error="Out of memory.")  # type: ignore[arg-type]
            text = await look()
            assert words in text
            assert ("Out of memory." in text) == (reason == "error")


@pytest.mark.parametrize(
    ("channel", "reason", "words"),
    [
        (None, "stop", "(an empty reply)"),
        ("thinking", "stop", "(nothing but thinking)"),
        (None, "length", "(cut before its first word)"),
        ("thinking", "length", "(cut before its reply)"),
        ("reply", "stop", None),
        (None, "cancelled", None),
    ],
)
async def test_a_reply_with_nothing_to_read_says_so(
    channel: events.Channel | None, reason: events.FinishReason, words: str | None
) -> None:
    talk = Talk()
    talk.say(0, "Why?")
    talk.ask(1)
    if channel is not None:
        talk.token("Hm", channel)
    else:
        talk.token("\n")
    talk.end(reason, generation_tokens=1)
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        said = [line.strip() for line in app.transcript.text.splitlines() if "(" in line]
        assert said == ([] if words is None else [words])
    written = to_markdown(talk.timeline.transcript.at(talk.t), model="m", date="d")
    assert (f"*{words}*" in written) == (words is not None)


async def test_the_name_of_a_model_that_still_loads() -> None:
    talk = Talk()
    talk.add(lambda t: events.LoadStart(t=t, model="next"))
    talk.say(0, "Why?")
    waiting = talk.ask(1)
    app = ChatApp(talk.timeline, waiting)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        assert "next" not in app.transcript.text
        talk.add(lambda t: events.LoadEnd(t=t, model="next"))
        app.show(talk.t)
        assert "next" in app.transcript.text
        talk.token("Because")
        talk.end()
        talk.add(lambda t: events.LoadEnd(t=t, model="third"))
        app.show(talk.t)
        assert "third" not in app.transcript.text
        app.show(waiting)
        assert "next" not in app.transcript.text


async def test_text_that_was_not_recorded() -> None:
    talk = Talk()
    talk.say(0, None)
    talk.ask(1)
    talk.token(None)
    talk.end(generation_tokens=212)
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert "(text not recorded)" in app.transcript.text
        assert "(text not recorded, 212 tokens)" in app.transcript.text


async def test_an_empty_conversation_suggests_something() -> None:
    talk = Talk("mlxtop-demo")
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert "› Give me the tour" in app.transcript.text
        talk.say(0, "Hello")
        app.show(talk.t)
        assert "Give me the tour" not in app.transcript.text
        talk.add(lambda t: events.Conversation(t=t, id=2))
        app.show(talk.t)
        assert "› Give me the tour" in app.transcript.text


async def test_a_click_unfolds_thinking_and_a_system_prompt() -> None:
    talk = Talk()
    talk.say(-1, "one\ntwo\nthree\nfour", "system")
    talk.reply(0, "Reply", thinking="secret")
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        for words, hidden in (("▸ 2 more lines", "four"), ("▸ thinking", "secret")):
            assert hidden not in app.transcript.text
            rows = app.transcript.text.split("\n")
            row = next(y for y, line in enumerate(rows) if words in line)
            await pilot.click("#transcript", offset=(6, row))
            assert hidden in app.transcript.text


async def test_a_link_is_opened_only_after_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    talk = Talk()
    talk.reply(0, "[innocent](http://example.com/wh%C3%A4t?a='b')")
    app = ChatApp(talk.timeline)
    monkeypatch.setattr(app, "open_url", opened.append)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        for key, count in (("n", 0), ("escape", 0), ("y", 1)):
            await pilot.click("#transcript", offset=(5, 1))
            await pilot.pause()
            said = " ".join(str(widget.content) for widget in app.screen.query(Static))
            assert "http://example.com/wh%C3%A4t?a='b'" in said
            assert app.screen.query_one("#no", Button).has_focus
            await pilot.press(key)
            await pilot.pause()
            assert len(opened) == count


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://x/y", "http://", "https://a/\u202eb", "x"],
)
def test_other_addresses_are_refused(address: str) -> None:
    assert refusal(address)


def test_an_ordinary_address_is_not_refused() -> None:
    assert not refusal("https://example.com/a?b=c#d")


async def test_selected_text_can_be_copied() -> None:
    talk = Talk()
    talk.say(0, "one two three")
    app = ChatApp(talk.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.mouse_down("#transcript", offset=(5, 1))
        await pilot.hover("#transcript", offset=(7, 1))
        await pilot.mouse_up("#transcript", offset=(7, 1))
        await pilot.pause()
        assert app.screen.get_selected_text() == "two"


@pytest.mark.parametrize("size", itertools.product((1, 3, 20), (1, 2, 5)))
async def test_it_draws_at_any_size(size: tuple[int, int]) -> None:
    talk = Talk()
    talk.reply(0, REPLY)
    app = ChatApp(talk.timeline)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.show(app.t)
        cells(app.transcript)


async def test_of_all_matches_the_one_gone_to_is_brought_out_most() -> None:
    said = Talk()
    said.say(0, "wired one, wired two")
    said.reply(1, "it is wired")
    app = ChatApp(said.timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        transcript = app.transcript

        def reversed_texts() -> list[str]:
            rows = [transcript.render_line(y) for y in range(transcript.size.height)]
            return [text for row in rows for text, style, _ in row if style and style.reverse]

        def underlined() -> int:
            rows = [transcript.render_line(y) for y in range(transcript.size.height)]
            return sum(bool(style and style.underline) for row in rows for _, style, _ in row)

        transcript.bring_out("wired")
        app.show(1e9)
        assert reversed_texts() == ["wired"]
        assert underlined() == 2
        app.show(0.025)
        assert reversed_texts() == [], "that was later"
        transcript.bring_out("wired")
        app.show(0.025)
        assert reversed_texts() == ["wired"]
        transcript.bring_out("")
        app.show(0.025)
        assert (reversed_texts(), underlined()) == ([], 0)
