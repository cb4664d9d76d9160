"""The sentence above the strip: cut between words, where there is no room for it."""

import pytest

from mlxtop.tui.run.status import cut_at_word


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (40, "21 lines were bad; line 60: it is cut."),
        (38, "21 lines were bad; line 60: it is cut."),
        (37, "21 lines were bad; line 60: it is…"),
        (28, "21 lines were bad; line 60…"),
        (24, "21 lines were bad; line…"),
        (19, "21 lines were bad…"),
        (20, "21 lines were bad…"),
        (2, "2…"),
        (0, "21 lines were bad; line 60: it is cut."),
    ],
)
def test_a_sentence_is_cut_between_words(room: int, shown: str) -> None:
    assert cut_at_word("21 lines were bad; line 60: it is cut.", room) == shown


def test_wide_signs_count_as_two() -> None:
    assert cut_at_word("漢字 漢字 漢字", 10) == "漢字 漢字…"
    assert cut_at_word("漢字漢字漢字", 6) == "漢字…"
