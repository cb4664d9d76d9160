import os
import queue
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mlxtop.models.catalogue import inspect
from mlxtop.models.download import (
    AnyReport,
    DownloadDone,
    DownloadFailed,
    DownloadJob,
    DownloadPlan,
    DownloadProgress,
    Speed,
)
from mlxtop.models.locate import find
from tests.models.fakes import model_dir, safetensors
from tests.models.hub_server import PIECE, Hub

MODEL = "owner/small-4bit"
PATIENCE = 60.0


class Watched:
    """A job and what it reports, in order."""

    def __init__(self, model: str, cache: Path) -> None:
        self.reports: queue.SimpleQueue[AnyReport] = queue.SimpleQueue()
        self.job = DownloadJob(model, self.reports.put, cache)
        self.job.start()

    def next(self) -> AnyReport:
        return self.reports.get(timeout=PATIENCE)

    def until(self, wanted: Callable[[AnyReport], bool]) -> AnyReport:
        while not wanted(report := self.next()):
            assert not isinstance(report, DownloadFailed), report
        return report

    def plan(self) -> DownloadPlan:
        report = self.next()
        assert isinstance(report, DownloadPlan), report
        return report

    def failed(self) -> str:
        report = self.next()
        while isinstance(report, DownloadProgress):
            report = self.next()
        assert isinstance(report, DownloadFailed), report
        return report.text


def until_there(cache: Path, files: int) -> None:
    end = time.monotonic() + PATIENCE
    while len([path for path in cache.glob("*/snapshots/*/*") if path.exists()]) < files:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def repository(hub: Hub, tmp_path: Path) -> dict[str, bytes]:
    """Return the files of a model on the hub, a README that nobody needs among them."""
    made = model_dir(tmp_path / "made", tensors={"a": ("BF16", [1_000_000], 2_000_000)})
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    files |= {"README.md": b"# no", "original/consolidated.pth": bytes(100)}
    hub.repositories[MODEL] = files
    return files


def wanted_bytes(files: dict[str, bytes]) -> int:
    return sum(len(data) for name, data in files.items() if name.endswith(("json", "safetensors")))


def test_it_asks_then_fetches_with_progress(
    repository: dict[str, bytes], hub: Hub, tmp_path: Path
) -> None:
    watched = Watched(MODEL, tmp_path / "hub")
    plan = watched.plan()
    assert plan.total_bytes == wanted_bytes(repository)
    assert (plan.present_bytes, plan.files, plan.warning) == (0, 4, "")
    assert plan.free_bytes > 0
    assert hub.fetched == [], "nothing is fetched before the answer"
    watched.job.confirm()
    reports = []
    while not isinstance(report := watched.next(), DownloadDone):
        assert isinstance(report, DownloadProgress), report
        reports.append(report)
    done = [report.done_bytes for report in reports]
    assert done == sorted(done)
    assert done[-1] == plan.total_bytes
    assert watched.job.wait(PATIENCE) == 0
    assert sorted(set(hub.fetched)) == sorted(
        name for name in repository if name.endswith(("json", "safetensors"))
    )
    assert inspect(report.path).problem == ""
    assert find(MODEL, tmp_path / "hub") is not None


def test_files_in_the_current_directory_are_not_imported(
    repository: dict[str, bytes], hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    for name in ("queue", "psutil", "huggingface_hub"):
        (tmp_path / "here" / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path / "here")
    assert Watched(MODEL, tmp_path / "hub").plan().files == 4


def test_cancel_leaves_nothing_half_and_a_later_download_goes_on(
    repository: dict[str, bytes], hub: Hub, tmp_path: Path
) -> None:
    cache = tmp_path / "hub"
    small = sum(len(data) for name, data in repository.items() if name.endswith("json"))
    hub.go.clear()  # files of more than one piece stop after their first
    watched = Watched(MODEL, cache)
    watched.plan()
    watched.job.confirm()
    half = small + PIECE
    watched.until(lambda report: isinstance(report, DownloadProgress) and report.done_bytes == half)
    # What has arrived is put into its place a moment later.
    until_there(cache, 3)
    assert list(cache.rglob("*.incomplete")) != []
    watched.job.cancel()
    watched.job.wait(PATIENCE)
    assert list(cache.rglob("*.incomplete")) == []

    hub.go.set()
    hub.fetched.clear()
    again = Watched(MODEL, cache)
    assert again.plan().present_bytes == small
    again.job.confirm()
    again.until(lambda report: isinstance(report, DownloadDone))
    assert hub.fetched == ["model.safetensors"], "what was complete is not fetched again"


def test_cancel_before_the_answer_ends_the_process(
    repository: dict[str, bytes], tmp_path: Path
) -> None:
    watched = Watched(MODEL, tmp_path / "hub")
    watched.plan()
    watched.job.cancel()
    watched.job.cancel()
    watched.job.wait(PATIENCE)
    watched.job.confirm()
    assert watched.reports.empty()
    assert not (tmp_path / "hub").exists()


def test_a_process_that_dies_is_told_of(repository: dict[str, bytes], tmp_path: Path) -> None:
    watched = Watched(MODEL, tmp_path / "hub")
    watched.plan()
    for child in psutil.Process().children():
        if "mlxtop.models.download_child" in child.cmdline():
            os.kill(child.pid, signal.SIGKILL)
    assert "ended unexpectedly with status -9" in watched.failed()


def test_a_model_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    text = Watched("owner/none", tmp_path).failed()
    assert text.startswith("There is no model owner/none at 127.0.0.1")
    assert "hf auth login" in text


def test_a_gated_model_says_what_to_do(
    repository: dict[str, bytes], hub: Hub, tmp_path: Path
) -> None:
    hub.gated.add(MODEL)
    text = Watched(MODEL, tmp_path).failed()
    assert f"{MODEL} is gated: accept its licence at {hub.url}/{MODEL}" in text
    assert "hf auth login" in text


@pytest.mark.parametrize(
    ("status", "words"), [(401, "hf auth login"), (403, "hf auth login"), (500, "try again later")]
)
def test_other_answers_of_the_hub(hub: Hub, tmp_path: Path, status: int, words: str) -> None:
    hub.repositories[MODEL] = {}
    hub.status = status
    assert words in Watched(MODEL, tmp_path).failed()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"config.json": b"{}", "a.gguf": b""}, "has GGUF weights, but mlx-lm needs safetensors"),
        ({"config.json": b"{}", "pytorch_model.bin": b""}, "has no model*.safetensors"),
    ],
)
def test_what_is_no_model_for_mlx_is_not_fetched(
    hub: Hub, tmp_path: Path, files: dict[str, bytes], words: str
) -> None:
    hub.repositories[MODEL] = files
    assert words in Watched(MODEL, tmp_path).failed()
    assert hub.fetched == []


def test_a_type_that_mlx_lm_does_not_know_is_a_warning(
    repository: dict[str, bytes], hub: Hub, tmp_path: Path
) -> None:
    hub.config = {"model_type": "bert", "architectures": None}
    watched = Watched(MODEL, tmp_path)
    assert "does not support its type 'bert'" in watched.plan().warning
    watched.job.cancel()


def test_a_disk_that_is_too_small_is_said_before_asking(hub: Hub, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    weights = safetensors({"a": ("BF16", [8], 16)})
    hub.repositories[MODEL] = {"config.json": b"{}", "model.safetensors": weights}
    hub.sizes["model.safetensors"] = free + 10**9
    text = Watched(MODEL, tmp_path).failed()
    assert f"{MODEL} needs" in text
    assert "are free" in text


def test_no_network_is_one_sentence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    text = Watched(MODEL, tmp_path).failed()
    assert f"{MODEL} is not in the cache, and 127.0.0.1:1 cannot be reached" in text
    assert text.count(". ") == 0


def test_a_name_that_does_not_resolve_is_one_sentence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    assert "hub.invalid cannot be reached: check the network" in Watched(MODEL, tmp_path).failed()


def test_offline_mode_is_said(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE is set" in Watched(MODEL, tmp_path).failed()


def test_a_cache_that_cannot_be_written_is_said(
    repository: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    watched = Watched(MODEL, tmp_path / "file" / "hub")
    watched.plan()
    watched.job.confirm()
    assert "file" in watched.failed()


def test_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    assert speed.bytes_per_second() is None
    speed.add(0.0, 0)
    assert speed.seconds_left(100) is None
    for second in range(1, 11):
        speed.add(float(second), second * 100)
    assert speed.bytes_per_second() == 100
    assert speed.seconds_left(500) == 5
    for second in range(11, 20):
        speed.add(float(second), 1000)
    assert speed.bytes_per_second() is None, "nothing has come for a while"


def test_pieces_are_smaller_than_the_weights(repository: dict[str, bytes]) -> None:
    assert len(repository["model.safetensors"]) > 2 * PIECE
