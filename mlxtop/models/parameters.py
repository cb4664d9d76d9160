"""What a model's tensors hold: the same count for a file's header and for arrays in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mlxtop.models.json_file import Object, inner, number

FLOATS = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}
"""Names of types: as safetensors has them, and in words."""
_EIGHT_BITS = ("F8_E4M3", "F8_E5M2")
_PACKED = ("U8", "I8", "U32", "I32")
_GROUPS = {"mxfp4": 32, "mxfp8": 32, "nvfp4": 16}
"""Numbers a scale where a config leaves it to the mode (mlx.core.quantize)."""
_WHOLE = 0.9
"""Share of the numbers from which on a model is called quantized without a word on the rest."""

_OTHER_PARTS = frozenset(
    {
        *("vision_tower", "vision_model", "vision_adapter", "vision_projection", "vision_embedder"),
        *("visual", "multi_modal_projector", "mm_projector", "patch_merge_mlp"),
        *("audio_tower", "embed_audio", "embed_vision"),
    }
)
"""Parts of a file that mlx-lm's models leave out as they load (their `sanitize`)."""
_WITH_VISION = ("muse_spark",)
"""Modules that load their vision part all the same."""


class Held(Protocol):
    """A tensor, whose numbers need not be there."""

    @property
    def dtype(self) -> str:
        """Its type, as safetensors names it."""

    @property
    def elements(self) -> int:
        """How many values it has."""

    @property
    def size_bytes(self) -> int:
        """What they take."""


@dataclass(frozen=True)
class Stored:
    """How a model's weights are stored."""

    parameters: int | None
    """How many numbers it was trained as; None if packing hides it."""
    packed: float
    """Share of them that is quantized, 0 to 1."""
    float_type: str
    """The floating-point type that most bytes are in; empty for none."""

    @property
    def in_part(self) -> bool:
        """Whether a part of the model that is worth a word is not quantized."""
        return bool(self.packed and self.packed < _WHOLE)


def stored(tensors: Mapping[str, Held], quantization: Object) -> Stored:
    """Return what tensors hold: parameters, types and quantization.

    A packed weight has one scale a group, so its scales count its numbers whatever the bits.
    """
    packed, plain, hidden = 0, 0, False
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition(".")
        scales = tensors.get(f"{stem}.scales")
        if scales is None:
            # Integers are packed in a way that is not MLX's own, or are no parameters.
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
    """A tensor as it is in memory, where that is not as on disk."""

    dtype: str
    elements: int
    size_bytes: int


def undone(quantization: Object) -> bool:
    """Return whether mlx-lm turns 8-bit floats into bfloat16 as it loads them.

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
    """Return whether a tensor is of a vision or audio part that mlx-lm leaves on the disk."""
    return module not in _WITH_VISION and not _OTHER_PARTS.isdisjoint(name.split("."))


def language_part(
    tensors: Mapping[str, Held], text: Object, module: str
) -> Iterator[tuple[str, Held]]:
    """Yield the tensors of a file that mlx-lm keeps, by its modules' `sanitize`.

    `text` is the config's text part. Left out are other parts, layers beyond the model's own (they
    predict further tokens), an output layer that is the input's, and what can be computed.
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
