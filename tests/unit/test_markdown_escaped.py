"""Words in Markdown are shown as they are: nothing in them is a link, an image or a tag."""

import pytest
from markdown_it import MarkdownIt

from mlxtop.markdown import escaped


@pytest.mark.parametrize(
    "words",
    [
        "![x](a.png) [c](javascript:1)",
        "<b>bold</b> &lt;i&gt; &amp;",
        "a | b \\ c `d` *e* _f_ ~~g~~",
        "see https://example.org and www.example.org",
        "## no heading",
    ],
)
def test_words_stay_words(words: str) -> None:
    made = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    html = made.render(f"| a |\n|---|\n| {escaped(words)} |\n")
    cell = html.split("<td>")[1].split("</td>")[0]
    shown = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert cell == shown
    assert "https:" not in escaped(words)
    assert "www." not in escaped(words)
