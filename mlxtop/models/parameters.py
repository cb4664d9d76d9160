"""Counts a model's parameters: the same for a file's header and for arrays in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mlxtop.models.json_file import Object, inner, number

FLOATS = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}
"""Types: safetensors name → words."""
_EIGHT_BITS = ("F8_E4M3", "F8_E5M2")
_PACKED = ("U8", "I8", "U32", "I32")
_GROUPS = {"mxfp4": 32, "mxfp8": 32, "nvfp4": 16}
"""Numbers per scale if the config only names the mode (mlx.core.quantize)."""
_WHOLE = 0.9
"""From this share of its numbers on, a model is called quantized, without a note on the rest."""

_OTHER_PARTS = frozenset(
    {
        *("vision_tower", "vision_model", "vision_adapter", "vision_projection", "vision_embedder"),
        *("visual", "multi_modal_projector", "mm_projector", "patch_merge_mlp"),
        *("audio_tower", "embed_audio", "embed_vision"),
    }
)
"""Parts of a file that mlx-lm's models skip when they load (their `sanitize`)."""
_WITH_VISION = ("muse_spark",)
"""Modules that do load their vision part."""


class Held(Protocol):
    """A tensor, possibly without its data."""

    @property
    def dtype(self) -> str:
        """Its type, as safetensors names it."""

    @property
    def elements(self) -> int:
        """How many values it has."""

    @property
    def size_bytes(self) -> int:
        """Their size in bytes."""


@dataclass(frozen=True)
class Stored:
    """How a model's weights are stored."""

    parameters: int | None
    """Parameters in training; None if packing hides the number."""
    packed: float
    """Share of them that is quantized, 0 to 1."""
    float_type: str
    """The floating-point type of most bytes; empty for none."""

    @property
    def in_part(self) -> bool:
        """Whether a large part of the model is not quantized."""
        return bool(self.packed and self.packed < _WHOLE)


def stored(tensors: Mapping[str, Held], quantization: Object) -> Stored:
    """Return parameters, types and quantization of tensors.

    A packed weight has one scale per group, so its scales give the count for any number of bits.
    """
    packed, plain, hidden = 0, 0, False
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition(".")
        scales = tensors.get(f"{stem}.scales")
        if scales is None:
            # Integers are packed in another way than MLX's, or are not parameters.
            hidden = hidden or (tensor.dtype in _PACKED and tensor.elements > 1)
            plain += tensor.elements if tensor.dtype in (*FLOATS, *_EIGHT_BITS) else 0
        elif last == "weight":
            own = inner(quantization, stem) or quantization
            usual = _GROUPS.get(str(own.get("mode", quantization.get("mode"))), 64)
            packed += scales.elements * (number(own, "group_size") or usual)
        elif last not in ("scales", "biases"):
            plain += tensor.elements
    total = packed + plain
    return Stored(
        parameters=None if hidden else total or None,
        packed=packed / total if total else 0.0,
        float_type=_float_type(tensors),
    )


def _float_type(tensors: Mapping[str, Held]) -> str:
    counts: Counter[str] = Counter()
    for tensor in tensors.values():
        counts[tensor.dtype] += tensor.size_bytes
    for dtype, _ in counts.most_common():
        if dtype in FLOATS:
            return FLOATS[dtype]
        if dtype in _EIGHT_BITS:
            return "8-bit floats"
    return ""


@dataclass(frozen=True)
class Plain:
    """A tensor in memory that differs from the one on disk."""

    dtype: str
    elements: int
    size_bytes: int


def undone(quantization: Object) -> bool:
    """Return whether mlx-lm converts 8-bit floats to bfloat16 when it loads them.

    Only those whose scales are powers of two over 32 × 32 blocks stay packed.
    """
    blocks = quantization.get("weight_block_size")
    packed = quantization.get("scale_fmt") == "ue8m0" and blocks == [32, 32]
    return quantization.get("quant_method") == "fp8" and not packed


def widened(tensors: Mapping[str, Held]) -> dict[str, Held]:
    """Return tensors without 8-bit floats and their scales."""
    return {
        name: Plain("BF16", tensor.elements, 2 * tensor.elements)
        if tensor.dtype in _EIGHT_BITS
        else tensor
        for name, tensor in tensors.items()
        if not name.endswith("_scale_inv")
    }


def other_part(name: str, module: str) -> bool:
    """Return whether a tensor is of a vision or audio part that mlx-lm does not load."""
    return module not in _WITH_VISION and not _OTHER_PARTS.isdisjoint(name.split("."))


def language_part(
    tensors: Mapping[str, Held], text: Object, module: str
) -> Iterator[tuple[str, Held]]:
    """Yield the tensors of a file that mlx-lm keeps, by its modules' `sanitize`.

    `text` is the config's text part. Skipped are other parts, layers after the model's own (they
    predict further tokens), an output layer shared with the input, and what can be computed.
    """
    layers = number(text, "num_hidden_layers", "n_layer", "n_layers", "num_layers")
    tied = text.get("tie_word_embeddings") is True
    for name, tensor in tensors.items():
        if other_part(name, module):
            continue
        parts = name.split(".")
        if any(part.startswith("mtp") for part in parts) or parts[-1] == "inv_freq":
            continue
        if layers and "layers" in parts[:-1]:
            place = parts[parts.index("layers") + 1]
            if place.isdecimal() and int(place) >= layers:
                continue
        if tied and "lm_head" in parts:
            continue
        yield name, tensor
