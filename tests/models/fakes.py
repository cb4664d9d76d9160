"""Small model directories and Hugging Face caches, made up for tests."""

import json
import struct
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 8192,
}

Tensors = dict[str, tuple[str, list[int], int]]
"""Name → type, shape, bytes."""

PLAIN: Tensors = {"embed.weight": ("BF16", [32, 64], 4096), "norm.weight": ("BF16", [64], 128)}
PACKED: Tensors = {
    "embed.weight": ("U32", [32, 8], 1024),
    "embed.scales": ("BF16", [32, 1], 64),
    "embed.biases": ("BF16", [32, 1], 64),
    "norm.weight": ("BF16", [64], 128),
}


def safetensors(tensors: Tensors, missing_bytes: int = 0) -> bytes:
    """Return a file of zeros in the safetensors format, cut off by some bytes."""
    header: dict[str, Any] = {"__metadata__": {"format": "mlx", "shape": "x"}}
    at = 0
    for name, (dtype, shape, size) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at - missing_bytes)


def model_dir(
    path: Path,
    config: dict[str, Any] | None = None,
    tensors: Tensors = PLAIN,
    template: bool = True,
) -> Path:
    """Write a directory that mlx-lm would take for a model."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(LLAMA if config is None else config))
    (path / "model.safetensors").write_bytes(safetensors(tensors))
    (path / "tokenizer.json").write_text("{}")
    settings = {"chat_template": "{{ messages }}"} if template else {}
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    return path


def cached(
    hub: Path,
    name: str,
    config: dict[str, Any] | None = None,
    tensors: Tensors = PLAIN,
    commit: str = COMMIT,
    main: bool = True,
) -> Path:
    """Write a model into a cache as huggingface_hub lays it out; return its snapshot."""
    repository = hub / ("models--" + name.replace("/", "--"))
    made = model_dir(repository / "made", config, tensors)
    snapshot = repository / "snapshots" / commit
    blobs = repository / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir(exist_ok=True)
    for file in made.iterdir():
        blob = blobs / f"{commit[:8]}{file.name}".replace(".", "")
        file.rename(blob)
        (snapshot / file.name).symlink_to(blob)
    made.rmdir()
    if main:
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(commit)
    return snapshot
