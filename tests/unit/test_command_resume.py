"""`mlxtop run --resume FILE`: the request that it becomes, and what is refused."""

from pathlib import Path

import pytest
from msgspec import structs

from mlxtop import events, paths
from mlxtop.events import AnyEvent, Sampling
from mlxtop.launch import run
from mlxtop.launch.request import RunRequest
from mlxtop.launch.resume import WrongMoment, with_earlier
from mlxtop.recording.privacy import without_text
from mlxtop.streams import USAGE
from tests.app import scenes


def with_model(model: str, sampling: Sampling) -> list[AnyEvent]:
    said: list[AnyEvent] = []
    for event in scenes.scene():
        if isinstance(event, events.LoadEnd):
            event = structs.replace(event, model=model)
        if isinstance(event, events.TurnStart):
            event = structs.replace(event, sampling=sampling)
        said.append(event)
    return said


def test_the_recording_gives_what_the_command_line_does_not(tmp_path: Path) -> None:
    chosen = Sampling(temperature=0.5, seed=3)
    path = scenes.write(tmp_path / "a.jsonl", with_model("demo", chosen))
    request, remark = with_earlier(RunRequest(resume=path))
    assert (request.model, remark) == (str(paths.demo_model_dir()), "")
    assert Sampling(**request.sampling) == chosen
    asked = RunRequest(
        resume=path, at="0:40", model="a/b", system="Be brief.", sampling={"seed": 4}
    )
    request, remark = with_earlier(asked)
    assert (request.model, request.system, remark) == ("a/b", "Be brief.", "")
    assert Sampling(**request.sampling) == structs.replace(chosen, seed=4)
    assert request.earlier is not None
    assert [one.text for one in request.earlier.messages] == [scenes.QUESTION, scenes.ANSWER]
    with pytest.raises(WrongMoment, match="--at 9:99"):
        with_earlier(structs.replace(asked, at="9:99"))


def test_what_cannot_be_resumed_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scenes.write(tmp_path / "a.jsonl")
    bare = scenes.write(tmp_path / "bare.jsonl", [without_text(one) for one in scenes.scene()])

    def refused(status: int, **asked: object) -> str:
        assert run.launch(RunRequest(prompt="hi", **asked)) == status  # type: ignore[arg-type]
        (line,) = capsys.readouterr().err.splitlines()
        return line

    assert "use it with --resume FILE" in refused(USAGE, model="demo", at="1:00")
    assert "--prompt-config begins" in refused(USAGE, resume=path, prompt_config=path)
    assert "is outside the run" in refused(USAGE, resume=path, at="5:00")
    assert "without text" in refused(1, resume=bare)
    assert "none.jsonl" in refused(1, resume=tmp_path / "none.jsonl")
    assert f"{scenes.MODEL} is not on this machine: name one." in refused(USAGE, resume=path)
