"""What a model's config says about it, in words and figures."""

from collections.abc import Sequence

from mlxtop.models.json_file import MOST, Object, inner, number
from mlxtop.text import one_line

_MODES = {"mxfp4": 4, "mxfp8": 8, "nvfp4": 4}
_HALF_BYTES = 2


def model_type(config: Object) -> str:
    """Return the config's model type, empty where it names none."""
    value = config.get("model_type")
    return value if isinstance(value, str) else ""


def architectures(config: Object) -> list[str]:
    """Return the class names that the config gives."""
    value = config.get("architectures")
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str)]


def text_part(config: Object) -> Object:
    """Return the part that describes the language model: all of it, or one part of several."""
    return config | inner(config, "text_config")


def quantization_of(config: Object) -> Object:
    """Return the quantization as mlx-lm would find it; empty for none."""
    return (
        inner(config, "quantization")
        or inner(config, "quantization_config")
        or inner(inner(config, "text_config"), "quantization_config")
    )


def quantization_words(quantization: Object, float_type: str) -> str:
    """Return "4 and 8 bits, groups of 64", or the type that the weights are in."""
    if not quantization:
        return float_type
    mode, method = quantization.get("mode"), quantization.get("quant_method")
    kind = next((str(word) for word in (mode, method) if word not in (None, "affine")), "")
    layers = [value for value in quantization.values() if isinstance(value, dict)]
    own = number(quantization, "bits") or _MODES.get(kind)
    every = {own, *(number(layer, "bits") for layer in layers)}
    parts = [_bits(sorted(bits for bits in every if bits)), one_line(kind, 20)]
    if group := number(quantization, "group_size"):
        parts.append(f"groups of {group}")
    return ", ".join(part for part in parts if part) or "quantized"


def _bits(numbers: Sequence[int]) -> str:
    """Return "4 bits", or "2, 4 and 8 bits" for weights of several kinds."""
    if not numbers:
        return ""
    *others, last = map(str, numbers)
    words = f"{', '.join(others)} and {last}" if others else last
    return f"{words} bit{'' if words == '1' else 's'}"


def context_tokens(config: Object) -> int | None:
    """Return how many tokens the model was made for, or stretched to by its rope scaling."""
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
    scaling = inner(text, "rope_scaling")
    original, factor = number(scaling, "original_max_position_embeddings"), scaling.get("factor")
    if plain is None or original is None or not isinstance(factor, int | float):
        return plain
    stretched = original * factor
    return max(plain, int(stretched)) if 0 < stretched < MOST else plain


def cache_bytes_per_token(config: Object) -> int | None:
    """Return an estimate of what a token costs in a KV cache of 16 bits; None without a clue."""
    text = text_part(config)
    layers = _attention_layers(text)
    if layers is None:
        return None
    if rank := number(text, "kv_lora_rank"):
        # Multi-head latent attention keeps one compressed vector instead of heads.
        return layers * (rank + (number(text, "qk_rope_head_dim") or 0)) * _HALF_BYTES
    heads = number(text, "num_attention_heads", "n_head", "n_heads", "num_heads")
    kv_heads = number(text, "num_key_value_heads", "n_kv_heads", "num_kv_heads") or heads
    hidden = number(text, "hidden_size", "n_embd", "d_model", "dim")
    head_size = number(text, "head_dim") or (hidden // heads if hidden and heads else None)
    if not kv_heads or not head_size:
        return None
    return layers * kv_heads * head_size * 2 * _HALF_BYTES


def _attention_layers(text: Object) -> int | None:
    """Return how many layers keep keys and values: hybrids have others between them."""
    layers = number(text, "num_hidden_layers", "n_layer", "n_layers", "num_layers")
    kinds = text.get("layer_types")
    if isinstance(kinds, list) and kinds:
        return sum(
            isinstance(kind, str) and "attention" in kind and "linear" not in kind for kind in kinds
        )
    every = number(text, "full_attention_interval")
    return layers // every if layers and every else layers
