"""A kind of event is one class, and one line in the union and in each fold."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import mlxtop
from mlxtop.folds.fold import Fold
from tests.extend.test_event_folds import folds

ROOT = Path(__file__).resolve().parents[2]

WEATHER = '''
class Weather(Event, tag="weather", frozen=True, kw_only=True):
    """The weather outside."""

    station: Words
    degrees: Annotated[float, Range(-100.0, 100.0)]
    """Celsius."""
    said: Annotated[str | None, Text(Holds.SAID, "weather report")] = None
    note: Annotated[str, Text(Holds.NOTE, "note on the weather")] = ""
    forecast: dict[Words, str] = {}
    """Its texts have no declaration."""


'''
UNION = "AnyEvent = (\n"
FOLD = re.compile(r'\((?:\w+, )*Fold\):\n    """[^"]+"""\n(?:\n    LEAVES_OUT: ClassVar = \{\n)?')

SCRIPT = """
import json, sys
from pathlib import Path
from mlxtop import events
from mlxtop.recording.check import json_schema
from mlxtop.timeline import Timeline
from tests.recording.desk import Desk, user
from tools import format_reference

folder = Path(sys.argv[1])
weather = events.Weather(
    t=101.0, station="gpu", degrees=21.5, said="Rain in Zebedee.", note="Zebedee's",
    forecast={"gpu": "Zebedee"},
)
read = {}
for name, how in (("whole", {}), ("silent", {"text": False}), ("anonymous", {"anonymous": True})):
    (folder / name).mkdir()
    desk = Desk(folder / name, **how)
    desk.put(user(100), weather)
    desk.work()
    desk.finish()
    desk.files()[0].rename(folder / f"{name}.jsonl")
    lines = (folder / f"{name}.jsonl").read_bytes().splitlines()
    found = [events.decode(line) for line in lines]
    timeline = Timeline()
    for one in found:
        timeline.add(one)
    read[name] = [one == weather for one in found if isinstance(one, events.Weather)]
print(json.dumps({
    "read": read,
    "schema": sorted(json_schema()["$defs"]["Weather"]["properties"]),
    "reference": format_reference.reference(),
}))
"""


@dataclass
class Copy:
    """A copy of mlxtop with a contributor's edits; unedited files are links."""

    folder: Path
    edited: list[str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": f"{self.folder}:{ROOT}", "PYTHONSAFEPATH": "1"},
            capture_output=True,
            text=True,
            check=False,
        )


def _with_weather(fold: re.Match[str]) -> str:
    """Return the head of a fold that leaves out the new kind."""
    line = '"the weather changes nothing": (events.Weather,),'
    if "LEAVES_OUT" in fold[0]:
        return f"{fold[0]}        {line}\n"
    return f"{fold[0]}\n    LEAVES_OUT = {{{line}}}\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("copy")
    package = Path(mlxtop.__file__).parent
    shutil.copytree(
        package,
        folder / "mlxtop",
        copy_function=os.symlink,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    edited = []
    for path in sorted((folder / "mlxtop").rglob("*.py")):
        text = path.read_text("utf-8")
        changed = text.replace(UNION, f"{WEATHER}{UNION}    Weather\n    | ", 1)
        changed = FOLD.sub(_with_weather, changed)
        if changed != text:
            path.unlink()
            path.write_text(changed, "utf-8")
            edited.append(path.relative_to(folder / "mlxtop").as_posix())
    return Copy(folder, edited)


@pytest.fixture(scope="module")
def facts(copy: Copy) -> dict[str, object]:
    """Return what the copy reports about recordings of the new kind."""
    done = copy.run("-c", SCRIPT, str(copy.folder))
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def weather_of(path: Path) -> dict[str, object]:
    """Return the weather event of a recording."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    (found,) = [line for line in lines if line["kind"] == "weather"]
    return {name: value for name, value in found.items() if name not in ("kind", "t")}


def test_only_the_union_and_the_folds_are_edited(copy: Copy) -> None:
    package = Path(mlxtop.__file__).parent
    assert {package / path for path in copy.edited} == {
        package / "events.py",
        # Other folds inherit the decisions of these.
        *(Path(inspect.getfile(fold)) for fold in folds() if Fold in fold.__bases__),
    }


def test_it_is_recorded_and_read_back(copy: Copy, facts: dict[str, object]) -> None:
    assert facts["read"] == {"whole": [True], "silent": [False], "anonymous": [False]}
    assert weather_of(copy.folder / "whole.jsonl")["said"] == "Rain in Zebedee."


def test_its_text_is_left_out_by_its_declaration(copy: Copy, facts: dict[str, object]) -> None:
    out = "(left out: this recording keeps no text)"
    assert weather_of(copy.folder / "silent.jsonl") == {
        "station": "gpu", "degrees": 21.5, "note": "Zebedee's", "forecast": {"gpu": out},
    }  # fmt: skip
    assert weather_of(copy.folder / "anonymous.jsonl") == {
        "station": "gpu", "degrees": 21.5, "forecast": {"gpu": "left out"},
    }  # fmt: skip


def test_it_is_redacted_and_counted(copy: Copy, facts: dict[str, object]) -> None:
    target = copy.folder / "redacted.jsonl"
    done = copy.run("-m", "mlxtop", "redact", "whole.jsonl", "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert "1 × weather report" in done.stdout
    assert "1 × note on the weather" in done.stdout
    assert weather_of(target) == weather_of(copy.folder / "anonymous.jsonl")
    assert "Zebedee" not in target.read_text("utf-8")


def test_check_knows_it_and_its_ranges(copy: Copy, facts: dict[str, object]) -> None:
    done = copy.run("-m", "mlxtop", "check", "--strict", "whole.jsonl")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    hot = copy.folder / "hot.jsonl"
    whole = (copy.folder / "whole.jsonl").read_text("utf-8")
    hot.write_text(whole.replace('"degrees":21.5', '"degrees":2150'), "utf-8")
    done = copy.run("-m", "mlxtop", "check", "hot.jsonl")
    assert done.returncode == 1
    assert "field `degrees` is out of range" in done.stdout


def test_without_the_class_it_is_an_unknown_kind(copy: Copy, facts: dict[str, object]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlxtop", "check", str(copy.folder / "whole.jsonl")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "a kind this version does not know: weather" in done.stdout


def test_it_is_in_the_documentation(facts: dict[str, object]) -> None:
    reference = str(facts["reference"])
    assert "### `weather`\n\nThe weather outside.\n" in reference
    holds = "a prompt or reply: left out, also with `--no-text`"
    row = f"| `said` | str or None | `None` | {holds} |  |"
    assert row in reference
    assert facts["schema"] == ["degrees", "forecast", "kind", "note", "said", "station", "t"]
