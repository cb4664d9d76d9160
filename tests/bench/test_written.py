"""What is written of a result: JSON and CSV."""

import csv
import datetime
import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from mlxtop.bench.formats import COLUMNS, FORMAT, NewerFormat, csv_text, document, read_result
from mlxtop.bench.headless import Outputs, report_beside_errors
from mlxtop.bench.result import Result
from mlxtop.exports import STDOUT, asked
from tests.bench.desk import with_first


def test_a_document_says_what_follows_and_of_which_format_it_is(sweep: Result) -> None:
    bad = with_first(sweep, disturbed=("memory was swapped out", "the machine slept"))
    held = json.loads(document(bad))
    assert held["format"] == FORMAT
    first, second = held["points"][0]["trials"][:2]
    assert (first["valid"], second["valid"]) == (False, True)
    assert first["reasons"] == ["memory was swapped out", "the machine slept"]
    assert second["reasons"] == []
    began = datetime.datetime.fromisoformat(held["conditions"]["time"])
    assert began.utcoffset() is not None
    assert began.timestamp() == pytest.approx(held["conditions"]["wall"], abs=0.001)
    assert held["conditions"]["cpu_cores"] == bad.conditions.cpu_cores
    newer = json.dumps({**held, "format": FORMAT + 1}).encode()
    with pytest.raises(NewerFormat, match=f"is of format {FORMAT + 1}"):
        read_result(newer)


def test_a_line_of_csv_for_each_trial(sweep: Result) -> None:
    bad = with_first(sweep, disturbed=("one", "two"), note='a "note", so')
    rows = list(csv.DictReader(io.StringIO(csv_text(bad))))
    assert len(rows) == len(bad.trials) == 10
    assert set(rows[0]) == set(COLUMNS)
    first = next(row for row in rows if row["point"] == "0" and row["number"] == "1")
    assert (first["valid"], first["reasons"], first["note"]) == (
        "false",
        "one; two",
        'a "note", so',
    )
    other = next(row for row in rows if row["point"] == "1")
    assert (other["valid"], other["reasons"], other["label"]) == ("true", "", "prompt tokens 16")
    trial = bad.points[1].trials[0]
    assert float(other["generation_tokens_per_second"]) == trial.generation_tokens_per_second
    assert (other["load_seconds"], other["draft_share"], other["kv_bits"]) == ("", "", "")
    assert (other["temperature"], other["batch"], other["max_tokens"]) == ("0.0", "1", "10")


def test_rows_name_models_as_their_loads_do(sweep: Result) -> None:
    (load,) = sweep.loads
    named = msgspec.structs.replace(sweep, loads=[msgspec.structs.replace(load, model="owner/it")])
    rows = list(csv.DictReader(io.StringIO(csv_text(named))))
    assert {(row["model"], row["draft"]) for row in rows} == {("owner/it", "")}


def test_what_the_report_tells_is_not_said_before_it_in_the_same_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "one").open("w") as one, (tmp_path / "other").open("w") as other:
        monkeypatch.setattr(sys, "stdout", one)
        monkeypatch.setattr(sys, "stderr", one)
        assert report_beside_errors(Outputs())
        assert not report_beside_errors(Outputs(exports=asked("benchmark", csv=STDOUT))), (
            "there is no report"
        )
        monkeypatch.setattr(sys, "stderr", other)
        assert not report_beside_errors(Outputs())
