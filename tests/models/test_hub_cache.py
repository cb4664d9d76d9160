from pathlib import Path

import pytest

from mlxtop.models.locate import cache_away, cache_dir, find, hub_id, scan
from tests.models.fakes import cached


def test_models_of_a_cache_are_listed(tmp_path: Path) -> None:
    cached(tmp_path, "owner/one")
    cached(tmp_path, "owner/two-4bit")
    (tmp_path / "datasets--owner--data").mkdir()
    (tmp_path / ".locks").mkdir()
    found = {model.id: model for model in scan(tmp_path)}
    assert set(found) == {"owner/one", "owner/two-4bit"}
    assert not any(model.problem for model in found.values())


def test_an_empty_or_missing_cache_has_no_models(tmp_path: Path) -> None:
    assert list(scan(tmp_path)) == []
    assert list(scan(tmp_path / "none")) == []
    (tmp_path / "file").touch()
    assert list(scan(tmp_path / "file")) == []


def test_a_half_download_is_incomplete(tmp_path: Path) -> None:
    snapshot = cached(tmp_path, "owner/half")
    (snapshot / "model.safetensors").unlink()
    (snapshot.parent.parent / "blobs" / "abc.incomplete").write_bytes(b"half")
    (found,) = scan(tmp_path)
    assert found.incomplete
    assert "no weights" in found.problem


def test_main_is_taken_where_it_can_be_loaded(tmp_path: Path) -> None:
    cached(tmp_path, "owner/name", commit="a" * 40)
    other = tmp_path / "models--owner--name" / "snapshots" / ("b" * 40)
    other.mkdir()
    (found,) = scan(tmp_path)
    assert found.path.name == "a" * 40
    (tmp_path / "models--owner--name" / "refs" / "main").write_text("b" * 40)
    (found,) = scan(tmp_path)
    assert found.path.name == "a" * 40, "main holds nothing yet, the other snapshot does"


def test_a_hostile_reference_leads_nowhere(tmp_path: Path) -> None:
    cached(tmp_path, "owner/name")
    reference = tmp_path / "models--owner--name" / "refs" / "main"
    reference.write_bytes(b"../../../etc\xff\0")
    (found,) = scan(tmp_path)
    assert found.problem == ""


def test_a_repository_without_a_snapshot_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "models--owner--name" / "refs").mkdir(parents=True)
    assert list(scan(tmp_path)) == []


def test_find_by_id(tmp_path: Path) -> None:
    cached(tmp_path, "owner/name")
    found = find("owner/name", tmp_path)
    assert found is not None
    assert found.id == "owner/name"
    assert find("owner/other", tmp_path) is None
    assert find("../name", tmp_path) is None


def test_the_cache_lies_where_the_variables_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_dir() == Path("~/.cache/huggingface/hub").expanduser()
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert cache_dir() == tmp_path / "home" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", "$HF_HOME/elsewhere")
    assert cache_dir() == tmp_path / "home" / "elsewhere"


def test_an_id_without_an_owner(tmp_path: Path) -> None:
    cached(tmp_path, "gpt2")
    found = find("gpt2", tmp_path)
    assert found is not None
    assert (found.id, found.problem) == ("gpt2", "")
    for other in ("gpt3", "..", ".", "", "a--b", "../gpt2", "gpt2/", "x" * 200):
        assert find(other, tmp_path) is None


def test_a_chosen_cache_that_is_not_there_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_away() == "", "nobody has chosen one: it comes with the first download"
    away = tmp_path / "away" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(away))
    words = f"There is no Hugging Face cache at {away} (set by HF_HUB_CACHE)"
    assert cache_away().startswith(words)
    away.mkdir(parents=True)
    assert cache_away() == ""
    monkeypatch.delenv("HF_HUB_CACHE")
    (tmp_path / "link").symlink_to(tmp_path / "drive")
    assert "through a link" in cache_away(tmp_path / "link" / "hub")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" owner/name-4bit ", "owner/name-4bit"),
        ("https://huggingface.co/owner/name/tree/main", "owner/name"),
        ("owner", None),
        ("/owner/name", None),
        ("a/b/c", None),
        ("../name", None),
        ("owner/a..b", None),
        ("owner/\x1b[31m", None),
        ("owner/" + "x" * 97, None),
        ("", None),
    ],
)
def test_ids_are_told_from_other_text(text: str, expected: str | None) -> None:
    assert hub_id(text) == expected
