import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.models.catalogue import inspect
from mlxtop.models.describe import context_tokens
from mlxtop.models.known import installed
from tests.models.fakes import LLAMA, PACKED, PLAIN, model_dir, safetensors


def test_a_model_is_described(tmp_path: Path) -> None:
    found = inspect(model_dir(tmp_path / "small"))
    assert found.problem == ""
    assert found.note == ""
    assert (found.id, found.architecture) == ("small", "llama")
    assert found.quantization == "bfloat16"
    assert found.parameters == 2048 + 64
    assert found.size_bytes == (tmp_path / "small" / "model.safetensors").stat().st_size
    assert found.context_tokens == 8192
    assert found.cache is not None
    assert found.cache.bytes_per_token == 2 * 2 * 16 * 2 * 2


def test_packed_weights_count_as_the_numbers_they_stand_for(tmp_path: Path) -> None:
    config = LLAMA | {"quantization": {"bits": 4, "group_size": 64}}
    found = inspect(model_dir(tmp_path, config, PACKED))
    assert found.quantization == "4 bits, groups of 64"
    assert found.parameters == 32 * 64 + 64


@pytest.mark.parametrize(
    ("quantization", "words"),
    [
        ({"bits": 4, "group_size": 32, "mode": "mxfp4"}, "4 bits, mxfp4, groups of 32"),
        ({"bits": 4, "group_size": 64, "a": {"bits": 8}}, "4 and 8 bits, groups of 64"),
        ({"bits": 4, "a": {"bits": 8}, "b": {"bits": 2}}, "2, 4 and 8 bits"),
        ({"bits": "four", "group_size": -1}, "quantized"),
    ],
)
def test_quantization_in_words(tmp_path: Path, quantization: dict[str, Any], words: str) -> None:
    found = inspect(model_dir(tmp_path, LLAMA | {"quantization": quantization}, PACKED))
    assert found.quantization == words


def test_a_model_that_is_quantized_in_part_is_told_as_that(tmp_path: Path) -> None:
    tensors = {**PACKED, "mlp.weight": ("BF16", [64, 64], 8192)}
    found = inspect(model_dir(tmp_path, LLAMA | {"quantization": {"bits": 4}}, tensors))
    assert found.parameters == 32 * 64 + 64 + 64 * 64
    assert found.quantization == "4 bits for 33 %, else bfloat16"


PARTS = {
    "language_model.model.layers.0.mlp.weight": ("BF16", [10, 10], 200),
    "language_model.model.layers.2.mlp.weight": ("BF16", [9, 9], 162),
    "language_model.lm_head.weight": ("BF16", [8, 8], 128),
    "language_model.mtp.fc.weight": ("BF16", [7, 7], 98),
    "language_model.model.layers.0.rotary_emb.inv_freq": ("F32", [5], 20),
    "vision_tower.layers.0.weight": ("BF16", [30, 30], 1800),
    "multi_modal_projector.weight": ("BF16", [10, 10], 200),
}


def test_only_what_mlx_lm_loads_is_counted(tmp_path: Path) -> None:
    text = LLAMA | {"tie_word_embeddings": True}
    found = inspect(model_dir(tmp_path, {"model_type": "mistral3", "text_config": text}, PARTS))
    assert found.problem == ""
    assert (found.parameters, found.loaded_bytes) == (100, 200)
    assert found.size_bytes > 2600
    assert found.note.startswith("Its vision or audio part, 2.00 kB, is not loaded")


def test_8_bit_floats_are_told_as_what_they_become(tmp_path: Path) -> None:
    config = LLAMA | {"quantization_config": {"quant_method": "fp8", "scale_fmt": "ue8m0"}}
    tensors = {
        "a.weight": ("F8_E4M3", [64, 64], 4096),
        "a.weight_scale_inv": ("F32", [2, 2], 16),
        "norm.weight": ("BF16", [64], 128),
    }
    found = inspect(model_dir(tmp_path, config, tensors))
    assert (found.parameters, found.loaded_bytes) == (4096 + 64, 2 * 4096 + 128)
    assert found.quantization == "bfloat16"
    assert found.note == "Its 8-bit floats become bfloat16 as mlx-lm loads them."


def test_packing_that_is_not_mlx_own_hides_the_number_of_parameters(tmp_path: Path) -> None:
    config = LLAMA | {"quantization_config": {"quant_method": "awq", "bits": 4}}
    found = inspect(model_dir(tmp_path, config, {"a.qweight": ("I32", [8, 8], 256)}))
    assert (found.problem, found.parameters) == ("", None)
    assert found.quantization == "4 bits, awq"


def test_the_language_part_of_a_model_with_several_is_read(tmp_path: Path) -> None:
    config = {"model_type": "gemma3", "text_config": LLAMA | {"model_type": "gemma3_text"}}
    found = inspect(model_dir(tmp_path, config))
    assert (found.architecture, found.context_tokens) == ("gemma3", 8192)


def _scaling(kind: str, original: int, factor: float) -> dict[str, Any]:
    return {
        "rope_type": kind,
        "original_max_position_embeddings": original,
        "factor": factor,
    }


@pytest.mark.parametrize(
    ("scaling", "tokens"),
    [
        (_scaling("yarn", 8192, 4.0), 32768),
        (_scaling("yarn", 4096, 4.0), 16384),
        (_scaling("yarn", 1024, 2), 8192),
        (_scaling("yarn", 8192, float("nan")), 8192),
        (_scaling("yarn", 8192, float("inf")), 8192),
        (_scaling("yarn", -1, 4), 8192),
        (_scaling("dynamic", 8192, 2.0), 16384),
        (_scaling("longrope", 8192, 2.0), 16384),
        (_scaling("longrope", 4096, 4.0), 8192),
        (_scaling("llama3", 8192, 32.0), 8192),
        (_scaling("linear", 8192, 8.0), 8192),
        ({"original_max_position_embeddings": 8192, "factor": 4.0}, 8192),
        ({"type": "yarn", "factor": 8.0}, 8192),
        ([], 8192),
    ],
)
def test_rope_scaling_stretches_the_context(tmp_path: Path, scaling: object, tokens: int) -> None:
    found = inspect(model_dir(tmp_path, LLAMA | {"rope_scaling": scaling}))
    assert (found.problem, found.context_tokens) == ("", tokens)


REAL: list[tuple[str, dict[str, Any], int]] = [
    (
        "Llama-3.2-1B",
        {"max_position_embeddings": 131072, "rope_scaling": _scaling("llama3", 8192, 32.0)},
        131072,
    ),
    (
        "Llama-4-Scout",
        {"max_position_embeddings": 10485760, "rope_scaling": _scaling("llama3", 8192, 16.0)},
        10485760,
    ),
    (
        "DeepSeek-V3",
        {"max_position_embeddings": 163840, "rope_scaling": _scaling("yarn", 4096, 40)},
        163840,
    ),
    (
        "gpt-oss-20b",
        {"max_position_embeddings": 131072, "rope_scaling": _scaling("yarn", 4096, 32.0)},
        131072,
    ),
    (
        "Qwen2.5-7B-Instruct, stretched as its page says",
        {"max_position_embeddings": 32768, "rope_scaling": _scaling("yarn", 32768, 4.0)},
        131072,
    ),
    (
        "Qwen3-8B, stretched as its page says",
        {"max_position_embeddings": 40960, "rope_scaling": _scaling("yarn", 32768, 4.0)},
        131072,
    ),
    (
        "Ministral-3-8B",
        {"max_position_embeddings": 262144, "rope_parameters": _scaling("yarn", 16384, 16.0)},
        262144,
    ),
    (
        "gemma-3-4b-it",
        {"max_position_embeddings": 131072, "rope_scaling": {"factor": 8, "rope_type": "linear"}},
        131072,
    ),
    (
        "MiniCPM3-4B",
        {
            "max_position_embeddings": 32768,
            "rope_scaling": {"type": "longrope", "original_max_position_embeddings": 32768},
        },
        32768,
    ),
]


@pytest.mark.parametrize(("name", "config", "tokens"), REAL, ids=[name for name, *_ in REAL])
def test_the_context_of_models_that_there_are(
    name: str, config: dict[str, Any], tokens: int
) -> None:
    assert context_tokens({"model_type": "llama", **config}) == tokens


def test_numbers_that_json_does_not_know_are_read_as_mlx_lm_reads_them(tmp_path: Path) -> None:
    model_dir(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "mamba2", "limit": [0.0, Infinity]}')
    assert inspect(tmp_path).problem == ""


def test_no_chat_template_is_worth_a_note_and_no_fault(tmp_path: Path) -> None:
    found = inspect(model_dir(tmp_path, template=False))
    assert found.problem == ""
    assert "no chat template" in found.note


def test_code_of_its_own_is_said(tmp_path: Path) -> None:
    found = inspect(model_dir(tmp_path, {"model_type": "mine", "model_file": "mine.py"}))
    assert found.problem == ""
    assert found.needs_code
    assert "mine.py" in found.note
    assert "--trust-remote-code" in found.note


def remove(name: str) -> Callable[[Path], object]:
    return lambda path: (path / name).unlink()


def write(name: str, text: str | bytes) -> Callable[[Path], object]:
    data = text.encode() if isinstance(text, str) else text
    return lambda path: (path / name).write_bytes(data)


def pipe(name: str) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        (path / name).unlink(missing_ok=True)
        os.mkfifo(path / name)

    return spoil


def instead(name: str, other: str) -> Callable[[Path], object]:
    return lambda path: (path / name).rename(path / other)


INDEX = json.dumps(
    {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors", "c": "../../etc/x"}}
)
FAULTS: list[tuple[Callable[[Path], object], str, bool]] = [
    (remove("config.json"), "It has no config.json.", True),
    (remove("model.safetensors"), "It has no weights (model*.safetensors).", True),
    (instead("model.safetensors", "a.gguf"), "It has GGUF weights (a.gguf); mlx-lm", False),
    (instead("model.safetensors", "weights.safetensors"), "not named model*.safetensors", False),
    (instead("model.safetensors", "model.bin"), "are not safetensors", False),
    (remove("tokenizer.json"), "It has no tokenizer.", True),
    (write("model.safetensors", safetensors(PLAIN, 9)), "9 bytes are missing at its end", True),
    (write("model.safetensors", b"not a tensor"), "cut off, or is not a safetensors file", True),
    (write("model.safetensors.index.json", INDEX), "1 of 2 weight files are missing", True),
    (instead("model.safetensors", "model-00001-of-00003.safetensors"), "2 of 3 weight", True),
    (instead("model.safetensors", "model-00001-of-99999.safetensors"), "1999 of 2000", True),
    (write("config.json", "{"), "config.json:1 is not JSON", False),
    (write("config.json", "[" * 100_000), "config.json is nested too deeply", False),
    (write("config.json", b"\xff\xfe\xff"), "config.json is not UTF-8 text", False),
    (write("config.json", "[]"), "config.json is not a JSON object.", False),
    (write("config.json", "{}"), "config.json has no model_type", False),
    (write("config.json", '{"model_type": 5}'), "config.json has no model_type", False),
    (
        write("generation_config.json", b"\xff\xfe\xff"),
        "generation_config.json is not UTF-8",
        False,
    ),
    (write("generation_config.json", "[1]"), "generation_config.json is not a JSON object", False),
    (write("generation_config.json", "[" * 100_000), "generation_config.json is nested", False),
    (pipe("config.json"), "config.json is not a regular file.", False),
    (pipe("generation_config.json"), "generation_config.json is not a regular file.", False),
    (pipe("chat_template.jinja"), "chat_template.jinja is not a regular file.", False),
    (write("config.json", '{"model_type": "bert"}'), "does not support 'bert'", False),
    (write("config.json", '{"model_type": "cache"}'), "does not support 'cache'", False),
    (write("config.json", '{"model_type": "base"}'), "does not support 'base'", False),
    (write("config.json", '{"model_type": "../utils"}'), "does not support '../utils'", False),
]


@pytest.mark.parametrize(("spoil", "words", "incomplete"), FAULTS)
def test_each_fault_has_its_sentence(
    tmp_path: Path, spoil: Callable[[Path], object], words: str, incomplete: bool
) -> None:
    spoil(model_dir(tmp_path))
    found = inspect(tmp_path)
    assert words in found.problem
    assert found.problem.endswith(".")
    assert found.incomplete is incomplete


def test_a_generation_config_that_is_no_json_is_left_out_as_mlx_lm_does(tmp_path: Path) -> None:
    model_dir(tmp_path)
    (tmp_path / "generation_config.json").write_text("{")
    assert inspect(tmp_path).problem == ""


def test_an_adapter_is_told_from_a_model(tmp_path: Path) -> None:
    model_dir(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "adapters.safetensors")
    (tmp_path / "adapter_config.json").write_text('{"model": "owner/base"}')
    words = "It is an adapter: load owner/base and name this directory with --adapter."
    assert inspect(tmp_path).problem == words
    (tmp_path / "config.json").unlink()
    assert inspect(tmp_path).problem == words
    assert not inspect(tmp_path).incomplete


def test_an_unknown_type_names_the_version_of_mlx_lm(tmp_path: Path) -> None:
    found = inspect(model_dir(tmp_path, {"model_type": "bert"}))
    assert f"mlx-lm {installed().version} does not support" in found.problem


def test_paths_that_are_no_directory(tmp_path: Path) -> None:
    gguf, other = tmp_path / "a.gguf", tmp_path / "a.txt"
    gguf.touch()
    other.touch()
    assert inspect(tmp_path / "none").problem == f"There is nothing at {tmp_path / 'none'}."
    assert "is a GGUF file; mlx-lm needs" in inspect(gguf).problem
    assert "is a file; a model is a directory" in inspect(other).problem
    assert inspect("a\0b").problem
    assert inspect("~no-such-user-here/x").problem
    assert inspect("x" * 5000).problem


def test_control_characters_in_names_are_made_visible(tmp_path: Path) -> None:
    config = {"model_type": "\x1b[31mred\n"}
    found = inspect(model_dir(tmp_path / "a\x1b[2Jb", config))
    assert "\x1b" not in found.id + found.architecture + found.problem
    assert "␛[2J" in found.id


def test_a_link_to_nothing_is_a_missing_file(tmp_path: Path) -> None:
    model_dir(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "model.safetensors").symlink_to(tmp_path / "gone")
    found = inspect(tmp_path)
    assert found.incomplete
    assert "1 of 1 weight files are missing" in found.problem


@pytest.mark.parametrize("name", ["llama", "mistral", "qwen3", "lfm2-vl", "gemma3_text"])
def test_types_that_mlx_lm_knows(name: str) -> None:
    assert installed().supports(name, [])


def test_a_type_known_by_its_architecture() -> None:
    assert installed().supports("bailing_hybrid", ["BailingMoeV3ForCausalLM"])
