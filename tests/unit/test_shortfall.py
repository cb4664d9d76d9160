"""What is said, and how a command ends, where a run is not recorded or only in part."""

from pathlib import Path

import pytest

from mlxtop.config import Config
from mlxtop.launch.request import RunRequest, live_options
from mlxtop.launch.screen import say_where
from mlxtop.recording.session import RecorderStatus
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.parts import report_shortfall

FILE, OTHER = Path("/data/one.jsonl"), Path("/data/other.jsonl")


def status(*files: Path, shortfall: str = "", refused: bool = False) -> RecorderStatus:
    return RecorderStatus("off", "", files=files, shortfall=shortfall, refused=refused)


@pytest.mark.parametrize("screen", [False, True])
@pytest.mark.parametrize(
    ("refused", "must", "code"), [(True, False, 1), (False, True, 1), (False, False, 0)]
)
def test_a_shortfall_is_said_and_fails_what_asked_for_a_recording(
    capsys: pytest.CaptureFixture[str], refused: bool, must: bool, code: int, screen: bool
) -> None:
    options = LiveOptions(recordings=Path("/data"), must_record=must)
    said = "Nothing was recorded: the disk is full."
    given = status(shortfall=said, refused=refused)
    expected = code if must or not screen else 0
    assert report_shortfall(given, options, screen=screen) == expected
    assert capsys.readouterr().err == f"mlxtop: {said}\n"


def test_a_run_that_is_recorded_whole_has_no_shortfall(capsys: pytest.CaptureFixture[str]) -> None:
    options = LiveOptions(recordings=Path("/data"), must_record=True)
    assert report_shortfall(status(FILE), options) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (status(), ""),
        (status(shortfall="Nothing was recorded: the disk is full."), ""),
        (status(FILE), "the run was recorded. Replay it: mlxtop replay /data/one.jsonl"),
        (
            status(FILE, shortfall="/data/one.jsonl is cut off: the disk is full."),
            "part of the run was recorded. Replay it: mlxtop replay /data/one.jsonl",
        ),
        (
            status(FILE, OTHER),
            "the run was recorded. Replay it: mlxtop replay /data/other.jsonl, "
            "and before that /data/one.jsonl",
        ),
    ],
)
def test_on_leaving_nothing_is_claimed_that_is_not_there(
    capsys: pytest.CaptureFixture[str], given: RecorderStatus, said: str
) -> None:
    say_where(given)
    assert capsys.readouterr().err == (f"mlxtop: {said}\n" if said else "")


@pytest.mark.parametrize(
    ("given", "must"),
    [
        (RunRequest(), False),
        (RunRequest(record=True), True),
        (RunRequest(headless=True), True),
        (RunRequest(headless=True, record=False), False),
    ],
)
def test_what_asks_for_a_recording(given: RunRequest, must: bool) -> None:
    assert live_options(given, Config()).must_record == must
