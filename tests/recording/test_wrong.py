"""Why a line holds no event, in words of our own."""

import pytest

from mlxtop import events
from mlxtop.recording.check import UNDECODABLE, why

MARK = '{"kind":"mark","t":1,'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"kind":"sample","values":{}}', "field `t` is missing"),
        ('{"t":1}', "field `kind` is missing"),
        ('{"kind":"sample","t":"x","values":{}}', "field `t` is text, but must be a number"),
        (
            '{"kind":"sample","t":1,"values":{"a":"b"}}',
            "a value in field `values` is text, but must be a number or null",
        ),
        (
            '{"kind":"tokens","t":1,"turn":1.5,"times":[]}',
            "field `turn` is a number, but must be a whole number",
        ),
        (
            '{"kind":"tokens","t":1,"turn":1,"times":[1,true]}',
            "field `times[1]` is true or false, but must be a number",
        ),
        (
            '{"kind":"message","t":1,"index":0,"role":"boss","text":""}',
            "field `role` is 'boss', not one of its values",
        ),
        (
            '{"kind":"header","t":1,"schema":1,"wall":1,"clock":"","mlxtop":"","sensors":[{}]}',
            "field `name` of field `sensors[0]` is missing",
        ),
        ("[1]", "the line is a list, but must be an object"),
        ('{"kind":"sample","t":1e999,"values":{}}', "field `t` is out of range"),
        ("nonsense", "it is not JSON: character 5 makes no sense"),
        (MARK, "it is not JSON: it ends in the middle"),
        (MARK + '"note":"\udcff"}', "it contains bytes that are not UTF-8"),
        (MARK + '"later":' + "[" * 100_000, "it is nested too deeply"),
        ('{"kind":"mark","t":' + "9" * 5000 + "}", "field `t` is out of range"),
    ],
)
def test_why_a_line_is_no_event(line: str, said: str) -> None:
    with pytest.raises(UNDECODABLE) as told:
        events.decode(line.encode("utf-8", "surrogateescape"))
    assert why(told.value) == said


def test_what_nobody_thought_of_is_said_without_the_library() -> None:
    assert why(ValueError("msgspec says `something`")) == "it is not an event"
