"""The facts in a model's config, in words and figures."""

from collections.abc import Sequence

from mlxtop import format as fmt
from mlxtop.models.json_file import MOST, Object, inner, number
from mlxtop.models.parameters import Stored
from mlxtop.text import one_line

_MODES = {"mxfp4": 4, "mxfp8": 8, "nvfp4": 4}


def model_type(config: Object) -> str:
    """Return the config's model type; empty if it has none."""
    value = config.get("model_type")
    return value if isinstance(value, str) else ""


def architectures(config: Object) -> list[str]:
    """Return the class names in the config."""
    value = config.get("architectures")
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str)]


def text_part(config: Object) -> Object:
    """Return the part about the language model: the whole config, or one of several parts."""
    return config | inner(config, "text_config")


def quantization_of(config: Object) -> Object:
    """Return the quantization as mlx-lm would find it; empty for none."""
    return (
        inner(config, "quantization")
        or inner(config, "quantization_config")
        or inner(inner(config, "text_config"), "quantization_config")
    )


def quantization_words(quantization: Object, weights: Stored) -> str:
    """Return "4 and 8 bits, groups of 64", or the type of the weights.

    If a large part is not quantized: "4 bits for 33 %, groups of 64, else bfloat16".
    """
    if not quantization:
        return weights.float_type
    mode, method = quantization.get("mode"), quantization.get("quant_method")
    kind = next((str(word) for word in (mode, method) if word not in (None, "affine")), "")
    layers = [value for value in quantization.values() if isinstance(value, dict)]
    own = number(quantization, "bits") or _MODES.get(kind)
    every = {own, *(number(layer, "bits") for layer in layers)}
    bits = _bits(sorted(bits for bits in every if bits))
    if bits and weights.in_part:
        bits += f" for {100 * weights.packed:.0f} %"
    parts = [bits, one_line(kind, 20)]
    if group := number(quantization, "group_size"):
        parts.append(f"groups of {group}")
    if weights.in_part:
        parts.append(f"else {weights.float_type}")
    return ", ".join(part for part in parts if part) or "quantized"


def _bits(numbers: Sequence[int]) -> str:
    """Return "4 bits", or "2, 4 and 8 bits" for weights of several kinds."""
    if not numbers:
        return ""
    words = fmt.listed(map(str, numbers))
    return f"{words} bit{'' if words == '1' else 's'}"


def context_tokens(config: Object) -> int | None:
    """Return the tokens of the model's context, or of the one extended by rope scaling.

    Yarn extends the original context by its factor, independent of `max_position_embeddings`
    (as Qwen3 documents); the other kinds only if that entry is still the original context.
    """
    text = text_part(config)
    plain = number(
        text,
        "max_position_embeddings",
        "n_positions",
        "n_ctx",
        "max_seq_len",
        "max_sequence_length",
        "model_max_length",
        "seq_length",
    )
    scaling = inner(text, "rope_scaling") or inner(text, "rope_parameters")
    original, factor = number(scaling, "original_max_position_embeddings"), scaling.get("factor")
    if plain is None or original is None or not isinstance(factor, int | float):
        return plain
    kind = scaling.get("rope_type") or scaling.get("type")
    # With Llama 3's kind, max_position_embeddings is already the extended context.
    if kind != "yarn" and not (kind in ("dynamic", "longrope") and plain == original):
        return plain
    stretched = original * factor
    return max(plain, int(stretched)) if 0 < stretched < MOST else plain
