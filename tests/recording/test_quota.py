"""How much room recordings take, also where files are closed while the directory is read."""

from pathlib import Path

import pytest

from mlxtop.recording import quota
from mlxtop.recording.quota import Quota


def counted(folder: Path) -> Quota:
    """Return a quota that has read the directory."""
    made = Quota(folder, 1000)
    made.refresh()
    assert made._thread is not None
    made._thread.join()
    return made


def test_a_file_that_is_closed_while_the_directory_is_read_counts_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.jsonl").write_bytes(b"x" * 10)
    made = counted(tmp_path)
    assert made.taken() == 10

    def read_before_the_last_write(folder: Path) -> dict[str, int]:
        found = {"old.jsonl": 10, "new.jsonl": 1}
        made.settle("new.jsonl", 500)
        return found

    monkeypatch.setattr(quota, "sizes", read_before_the_last_write)
    made.refresh()
    made._thread.join()  # type: ignore[union-attr]
    assert made.taken() == 510


def test_a_file_that_was_deleted_since_counts_no_longer(tmp_path: Path) -> None:
    made = counted(tmp_path)
    made.settle("gone.jsonl", 500)
    assert made.taken() == 500
    made.refresh()
    made._thread.join()  # type: ignore[union-attr]
    assert made.taken() == 0
