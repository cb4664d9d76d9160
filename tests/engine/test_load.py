import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten
from mlx_lm import load
from mlx_lm.utils import get_total_parameters, quantize_model, save_model

from mlxtop.engine import protocol
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.events import AnyEvent, LoadEnd, LoadProgress, LoadStart, MlxMemory, Notice, Unload
from mlxtop.models.catalogue import inspect
from tests.engine.driver import Driver

Models = Callable[[str], Path]


def test_a_load_is_told_from_start_to_end(engine: Driver, model: Models) -> None:
    start = len(engine.events)
    path = model("qwen3")
    end = engine.load(path)
    kinds = (LoadStart, LoadProgress, LoadEnd)
    told = [event for event in engine.events[start:] if isinstance(event, kinds)]
    first, progress = told[0], [event for event in told if isinstance(event, LoadProgress)]
    assert isinstance(first, LoadStart)
    assert told[1:] == [*progress, end]
    assert (first.model, first.path) == ("qwen3", str(path.resolve()))
    assert first.weights_bytes == (path / "model.safetensors").stat().st_size
    assert progress[0].done_bytes == 0
    assert progress[-1].done_bytes == progress[-1].total_bytes == end.weights_bytes
    plain, _ = load(str(path))
    assert end.parameters == get_total_parameters(plain)
    assert end.weights_bytes == sum(array.nbytes for _, array in _flat(plain))
    assert (end.error, end.architecture, end.context_tokens) == ("", "qwen3", 2048)
    assert (end.quantization, end.chat_template, end.thinking) == ("float32", True, False)
    assert end.bits_per_weight == pytest.approx(32, rel=0.01)


def test_memory_is_told_while_a_model_loads(own_engine: Driver, model: Models) -> None:
    end = own_engine.load(model("qwen3"))
    kinds = [
        type(event)
        for event in own_engine.events[: own_engine.events.index(end) + 1]
        if isinstance(event, LoadStart | LoadProgress | MlxMemory | LoadEnd)
    ]
    assert kinds[:3] == [LoadStart, LoadProgress, MlxMemory]
    # On a busy machine there is time to tell more than one step, and the memory again.
    assert LoadProgress in kinds[3:-1]
    assert set(kinds[3:-1]) <= {LoadProgress, MlxMemory}
    assert kinds[-1] is LoadEnd
    assert own_engine.wait_for(MlxMemory).active_bytes > 0


def test_memory_is_told_at_most_five_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[AnyEvent] = []
    meter = MemoryMeter(told.append)
    for hundredth in range(1000, 1100):
        monkeypatch.setattr(time, "monotonic", lambda now=hundredth / 100: now)
        meter.sample()
    monkeypatch.undo()
    assert len(told) == 5


def _flat(model: Any) -> list[tuple[str, Any]]:
    flattened: Any = tree_flatten(model.parameters())
    return list(flattened)


def test_the_demo_loads(engine: Driver, demo: Path) -> None:
    end = engine.load(demo)
    assert end.error == ""
    assert end.chat_template
    assert end.parameters


def test_a_quantized_model_is_described_in_words(
    engine: Driver, model: Models, copy_of: Models
) -> None:
    path = copy_of("qwen3")
    plain, _, config = load(str(model("qwen3")), return_config=True)
    quantized, config = quantize_model(plain, config, group_size=32, bits=4)
    save_model(path, quantized)
    (path / "config.json").write_text(json.dumps(config), "utf-8")
    end = engine.load(path)
    assert end.quantization == "4 bits, groups of 32"
    assert end.bits_per_weight
    assert 4 < end.bits_per_weight < 7
    assert engine.chat("hello", max_tokens=3).end.finish_reason == "length"


def _mixed(name: str, _: object) -> dict[str, int] | bool:
    return {"group_size": 32, "bits": 8 if "mlp" in name else 4}


def _in_part(name: str, _: object) -> dict[str, int] | bool:
    return {"group_size": 32, "bits": 4} if "mlp" in name else False


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (_mixed, "4 and 8 bits, groups of 32"),
        (_in_part, "4 bits for 46 %, groups of 32, else float32"),
    ],
)
def test_a_model_is_described_alike_on_disk_and_in_memory(
    engine: Driver,
    model: Models,
    copy_of: Models,
    predicate: Callable[[str, object], dict[str, int] | bool],
    words: str,
) -> None:
    path = copy_of("llama")
    plain, _, config = load(str(model("llama")), return_config=True)
    quantized, config = quantize_model(plain, config, 32, 4, quant_predicate=predicate)
    save_model(path, quantized)
    config["rope_scaling"] = {
        "type": "yarn",
        "factor": 4.0,
        "original_max_position_embeddings": 2048,
    }
    (path / "config.json").write_text(json.dumps(config), "utf-8")
    end, found = engine.load(path), inspect(path)
    assert (end.error, found.problem) == ("", "")
    assert end.quantization == found.quantization == words
    assert end.context_tokens == found.context_tokens == 8192
    assert (end.architecture, end.parameters) == (found.architecture, found.parameters)
    assert end.weights_bytes == found.loaded_bytes


def test_a_quantization_that_is_undone_while_loading_is_not_told(
    engine: Driver, copy_of: Models
) -> None:
    path = copy_of("qwen3")
    _configure(path, quantization_config={"quant_method": "fp8", "weight_block_size": [128, 128]})
    end = engine.load(path)
    assert (end.error, end.quantization) == ("", "float32")


def test_a_load_lets_go_of_the_model_before(engine: Driver, model: Models) -> None:
    engine.load(model("llama"))
    start = len(engine.events)
    engine.load(model("qwen3"))
    unload = engine.wait_for(Unload, start)
    assert unload.model == "llama"
    memory = engine.wait_for(MlxMemory, engine.events.index(unload))
    assert memory.active_bytes < 10_000


def test_without_a_model_a_chat_is_refused(engine: Driver, model: Models) -> None:
    engine.load(model("llama"))
    engine.process.send(protocol.Unload())
    engine.process.send(protocol.Unload())
    assert engine.chat("hello").end.error == "No model is loaded: load one first."


def test_a_model_without_a_chat_template_gets_plain_lines(engine: Driver, model: Models) -> None:
    start = len(engine.events)
    end = engine.load(model("plain"))
    assert not end.error
    assert not end.chat_template
    assert "no chat template" in engine.wait_for(Notice, start).text
    reply = engine.chat("hello", max_tokens=3)
    assert reply.end.prompt_tokens == len("user: hello\nassistant:")


def _adapter(path: Path, size: float) -> Path:
    path.mkdir()
    config = {
        "num_layers": 1,
        "lora_parameters": {"rank": 2, "scale": 20.0, "dropout": 0.0, "keys": ["self_attn.q_proj"]},
    }
    (path / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    name = "model.layers.1.self_attn.q_proj"
    mx.random.seed(1)
    weights = {
        f"{name}.lora_a": mx.random.normal((64, 2)) * size,
        f"{name}.lora_b": mx.random.normal((2, 64)) * size,
    }
    mx.save_safetensors(str(path / "adapters.safetensors"), weights)
    return path


def test_an_adapter_changes_the_reply(engine: Driver, model: Models, tmp_path: Path) -> None:
    engine.load(model("qwen3"))
    plain = engine.chat("hello there", max_tokens=40).text()
    end = engine.load(model("qwen3"), adapter=str(_adapter(tmp_path / "lora", 1.0)))
    assert (end.error, end.adapter) == ("", "lora")
    assert engine.chat("hello there", max_tokens=40).text() != plain


def test_remote_code_runs_only_when_asked_for(engine: Driver, model: Models) -> None:
    error = engine.load(model("slow")).error
    assert "Python code, which only runs if you allow it" in error
    assert not engine.load(model("slow"), trust_remote_code=True).error


def _no_weights(path: Path) -> None:
    (path / "model.safetensors").unlink()


def _cut_off(path: Path) -> None:
    file = path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def _garbage_weights(path: Path) -> None:
    (path / "model.safetensors").write_bytes(b"not at all a safetensors file" * 100)


def _empty_weights(path: Path) -> None:
    (path / "model.safetensors").write_bytes(b"")


def _missing_shard(path: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")


def _no_config(path: Path) -> None:
    (path / "config.json").unlink()


def _broken_config(path: Path) -> None:
    (path / "config.json").write_text("{", "utf-8")


def _unknown_architecture(path: Path) -> None:
    _configure(path, model_type="quux")


def _other_sizes(path: Path) -> None:
    _configure(path, hidden_size=128)


def _more_weights(path: Path) -> None:
    file = str(path / "model.safetensors")
    more = {f"extra.{place}": mx.zeros((2,)) for place in range(5)}
    weights: Any = mx.load(file)
    mx.save_safetensors(file, {**weights, **more}, {"format": "mlx"})


def _fewer_layers(path: Path) -> None:
    _configure(path, num_hidden_layers=1)


def _unknown_rope(path: Path) -> None:
    _configure(path, rope_scaling={"type": "foo", "factor": 2.0})


def _lacking_config(path: Path) -> None:
    _configure(path, hidden_size=None)


def _configure(path: Path, **values: Any) -> None:
    config = json.loads((path / "config.json").read_text("utf-8")) | values
    kept = {key: value for key, value in config.items() if value is not None}
    (path / "config.json").write_text(json.dumps(kept), "utf-8")


def _no_tokenizer(path: Path) -> None:
    (path / "tokenizer.json").unlink()
    (path / "tokenizer_config.json").unlink()


def _broken_tokenizer(path: Path) -> None:
    (path / "tokenizer.json").write_text("{}", "utf-8")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_no_weights, "no weights (model*.safetensors)"),
        (_cut_off, "cut off"),
        (_garbage_weights, "safetensors"),
        (_empty_weights, "safetensors"),
        (_missing_shard, "1 of 2 weight files"),
        (_no_config, "no config.json"),
        (_broken_config, "config.json"),
        (_unknown_architecture, "does not support 'quux'"),
        (_other_sizes, "do not match (Expected shape"),
        (_more_weights, "Received 5 parameters not in model: extra.0, extra.1, extra.2, 2 more)"),
        (_fewer_layers, "do not match (Received"),
        (_unknown_rope, "does not support it (Unsupported RoPE type foo)"),
        (_lacking_config, "config.json"),
        (_no_tokenizer, "tokenizer"),
        (_broken_tokenizer, "tokenizer"),
    ],
)
def test_a_broken_model_gets_one_clear_sentence(
    engine: Driver, copy_of: Models, harm: Callable[[Path], None], words: str
) -> None:
    path = copy_of("qwen3")
    harm(path)
    end = engine.load(path)
    assert words in end.error
    assert "broken" in end.error  # the directory's name
    assert "\n" not in end.error
    assert end.error.endswith(".")
    assert end.model == "broken"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/no/such/place", "nothing at /no/such/place"),
        ("./nothing", "nothing at ./nothing"),
        ("nobody/such-a-model", "Hugging Face cache"),
        ("single", "nothing at single"),
        ("bad name/with spaces", "neither"),
        pytest.param("x" * 5000, "nothing at", id="long"),
        ("nul\0byte", "nothing at"),
    ],
)
def test_a_name_that_leads_nowhere(engine: Driver, name: str, words: str) -> None:
    start = len(engine.events)
    end = engine.load(name)
    assert words in end.error
    assert isinstance(engine.wait_for(LoadStart, start), LoadStart)


def test_a_file_is_no_model(engine: Driver, model: Models) -> None:
    assert "is a file" in engine.load(model("qwen3") / "config.json").error


def test_a_draft_model_of_another_vocabulary_is_refused(
    engine: Driver, model: Models, tmp_path: Path
) -> None:
    from tests.engine.models import QWEN3, write_model

    other = write_model(tmp_path / "other", QWEN3, extra=["<extra>"])
    error = engine.load(model("qwen3"), draft=str(other)).error
    assert "260" in error
    assert "261" in error


def test_a_draft_model_with_fewer_tokens_than_its_tokenizer_is_told_so(
    engine: Driver, model: Models, tmp_path: Path
) -> None:
    path = Path(shutil.copytree(model("qwen3"), tmp_path / "short"))
    tokenizer = json.loads((path / "tokenizer.json").read_text("utf-8"))
    last = tokenizer["added_tokens"][-1]
    more = {**last, "id": last["id"] + 1, "content": "<more>"}
    tokenizer["added_tokens"].append(more)
    (path / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    error = engine.load(path, draft=str(path)).error
    assert error == (
        "short cannot draft for short: both vocabularies have 261 tokens, but short takes only 260."
    )


@pytest.mark.parametrize("untrimmable", ["sliding", "mamba"])
def test_a_draft_model_needs_caches_that_can_be_trimmed(
    engine: Driver, model: Models, untrimmable: str
) -> None:
    for main, draft in ((untrimmable, "qwen3"), ("qwen3", untrimmable)):
        error = engine.load(model(main), draft=str(model(draft))).error
        assert untrimmable in error
        assert "trimmed" in error


def test_an_adapter_that_is_not_there_or_does_not_fit(
    engine: Driver, model: Models, tmp_path: Path
) -> None:
    assert "adapter_config.json" in engine.load(model("qwen3"), adapter=str(tmp_path)).error
    path = _adapter(tmp_path / "lora", 1.0)
    mx.save_safetensors(str(path / "adapters.safetensors"), {"elsewhere": mx.zeros((2, 2))})
    error = engine.load(model("qwen3"), adapter=str(path)).error
    assert "does not fit" in error
    assert "elsewhere" in error


def test_an_adapter_in_the_place_of_a_model_is_told_as_one(engine: Driver, tmp_path: Path) -> None:
    error = engine.load(_adapter(tmp_path / "lora", 1.0)).error
    assert error.startswith("lora cannot be loaded: it is an adapter: load ")
    assert "--adapter" in error


def test_a_cached_snapshot_is_called_by_its_id(
    engine: Driver, model: Models, tmp_path: Path
) -> None:
    copied = tmp_path / "models--some--other" / "snapshots" / "0123abc"
    shutil.copytree(model("qwen3"), copied)
    assert engine.load(copied).model == "some/other"


def test_an_id_is_found_in_the_cache(
    model: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "models--some--model"
    shutil.copytree(model("qwen3"), root / "snapshots" / "0123abc")
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("0123abc", "utf-8")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    driver = Driver()
    driver.process.start()
    end = driver.load("some/model")
    assert (end.model, end.error) == ("some/model", "")
    driver.process.close()


def test_load_end_says_nothing_of_what_is_not_known(engine: Driver) -> None:
    end = engine.load("/no/such/place")
    assert end == LoadEnd(t=end.t, model="/no/such/place", error=end.error)
