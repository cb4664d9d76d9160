"""Lists, the command line and the engine answer alike on what can be loaded, and why not."""

import json
from pathlib import Path

import pytest

from mlxtop.engine.child.load import resolve
from mlxtop.engine.child.refusal import Refused
from mlxtop.models.json_file import Fault
from mlxtop.models.locate import cannot_be_loaded, locate, looked_at, scan
from tests.models.fakes import cached, model_dir


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "hub").mkdir()
    return tmp_path / "hub"


def _two_revisions(cache: Path) -> str:
    """Make a snapshot that `main` names and that is not whole, beside an older one that is."""
    cached(cache, "acme/two", commit="a" * 40)
    newer = cache / "models--acme--two" / "snapshots" / ("b" * 40)
    newer.mkdir()
    (newer / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (cache / "models--acme--two" / "refs" / "main").write_text("b" * 40)
    return "acme/two"


def _by_commit(cache: Path) -> str:
    """Make a snapshot that was downloaded by its commit: no reference names it."""
    cached(cache, "acme/by-commit", main=False)
    return "acme/by-commit"


def _without_owner(cache: Path) -> str:
    cached(cache, "gpt2")
    return "gpt2"


@pytest.mark.parametrize("make", [_two_revisions, _by_commit, _without_owner])
def test_what_the_list_can_load_its_id_can(cache: Path, make: object) -> None:
    assert callable(make)
    name = make(cache)
    (listed,) = scan()
    assert (listed.id, listed.problem) == (name, "")
    assert locate(name) == looked_at(name) == listed
    place = resolve(name)
    assert (place.name, place.path) == (name, listed.path.resolve())
    assert place.weights_bytes == listed.size_bytes


def _gguf(snapshot: Path) -> None:
    for path in snapshot.iterdir():
        path.unlink()
    (snapshot / "model.Q4_K_M.gguf").touch()


def _half(snapshot: Path) -> None:
    (snapshot / "model.safetensors").unlink()


def _adapter(snapshot: Path) -> None:
    (snapshot / "model.safetensors").rename(snapshot / "adapters.safetensors")
    (snapshot / "adapter_config.json").write_text("{}")


def _no_tokenizer(snapshot: Path) -> None:
    (snapshot / "tokenizer.json").unlink()


def _unknown(snapshot: Path) -> None:
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").write_text('{"model_type": "quux"}')


@pytest.mark.parametrize("spoil", [_gguf, _half, _adapter, _no_tokenizer, _unknown])
def test_what_the_list_cannot_load_has_the_same_cause_everywhere(
    cache: Path, spoil: object
) -> None:
    assert callable(spoil)
    spoil(cached(cache, "acme/spoilt"))
    (listed,) = scan()
    assert listed.problem
    with pytest.raises(Refused) as refused:
        resolve("acme/spoilt")
    cause = listed.problem[1:].removesuffix(".")
    assert f"acme/spoilt cannot be loaded: {listed.problem[0].lower()}{cause}" in str(refused.value)
    assert str(refused.value) == cannot_be_loaded(listed)
    assert ("download or copy it again" in str(refused.value)) is listed.incomplete


def test_a_directory_comes_before_an_id(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached(cache, "acme/model")
    monkeypatch.chdir(tmp_path)
    own = model_dir(tmp_path / "acme" / "model")
    assert resolve("acme/model").path == own.resolve()


def test_where_a_name_leads_nowhere_the_cache_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Fault, match="nor in the Hugging Face cache") as missing:
        locate("acme/none")
    assert str(cache) in str(missing.value)
    monkeypatch.setenv("HF_HUB_CACHE", "/Volumes/Away/hub")
    with pytest.raises(Fault, match="no Hugging Face cache at /Volumes/Away/hub"):
        locate("acme/none")
