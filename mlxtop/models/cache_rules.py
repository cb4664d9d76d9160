"""Building blocks of rules about KV caches: numbers per token, and the layers that keep them.

A rule is called with a config's text part and the defaults of mlx-lm's arguments, and may raise
if an entry is missing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlxtop.models.json_file import Object, number

Rule = Callable[[Object], Sequence["Layer"]]
Numbers = Callable[[Object], int]
Kinds = Callable[[Object], Iterable[str]]
"""A letter for each layer: F keeps all tokens, W those of a window, others have no KV cache."""

MOST_LAYERS = 10_000


@dataclass(frozen=True)
class Layer:
    """The KV cache of a layer."""

    numbers: int
    """Numbers per token: keys and values of all heads."""
    window: int | None = None
    """Most tokens; None for all."""


@dataclass(frozen=True)
class Delegate:
    """A model that contains a language model of another mlx-lm module."""

    modules: tuple[str, ...]
    """Possible modules of the language part; the first is the default."""
    defaults: Mapping[str, Any] = field(default_factory=dict)


def needed(config: Object, *names: str) -> int:
    """Return the first entry that is a number; raise KeyError if there is none."""
    if (value := number(config, *names)) is None:
        raise KeyError(names[0])
    return value


def layer_count(config: Object) -> int:
    """Return the number of layers."""
    names = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers")
    return bounded(needed(config, *names))


def bounded(count: int) -> int:
    """Return a number of layers; raise ValueError if it is too large."""
    if count > MOST_LAYERS:
        raise ValueError(count)
    return count


def head_count(config: Object) -> int:
    """Return the number of query heads."""
    return needed(config, "num_attention_heads", "n_head", "n_heads", "num_heads")


def head_size(config: Object) -> int:
    """Return the size of a head."""
    hidden = ("hidden_size", "n_embd", "d_model", "dim", "model_dim", "hidden_dim")
    return number(config, "head_dim") or needed(config, *hidden) // head_count(config)


def kv_head_count(config: Object) -> int:
    """Return the number of key and value heads."""
    names = ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "num_attention_groups")
    return number(config, *names) or head_count(config)


# Numbers per token


def grouped(config: Object) -> int:
    """Return the size of all keys and values."""
    return kv_head_count(config) * head_size(config) * 2


def sized(name: str) -> Numbers:
    """Return `grouped` for a head size of another name."""
    return lambda config: kv_head_count(config) * needed(config, name) * 2


def latent(config: Object) -> int:
    """Return the size of a compressed vector for all heads, and of the keys' position part."""
    return needed(config, "kv_lora_rank") + needed(config, "qk_rope_head_dim")


# Kinds of layers


def all_layers(config: Object) -> str:
    """Return F for each layer."""
    return "F" * layer_count(config)


KINDS = {"full_attention": "F", "attention": "F", "sliding_attention": "W"}


def typed(pattern: str = "F", name: str = "layer_types") -> Kinds:
    """Return kinds from a list in the config, else from a repeated pattern."""

    def kinds(config: Object) -> list[str]:
        words = config.get(name)
        if isinstance(words, list) and words:
            return [KINDS.get(word, "") for word in words]
        return repeated(pattern, layer_count(config))

    return kinds


def repeated(pattern: Sequence[str], count: int) -> list[str]:
    """Return a pattern repeated to `count` layers."""
    return [pattern[place % len(pattern)] for place in range(count)]


def every(name: str, others: str) -> Kinds:
    """Return F for each n-th layer, and `others` for the rest."""

    def kinds(config: Object) -> list[str]:
        step = needed(config, name)
        return ["F" if (i + 1) % step == 0 else others for i in range(layer_count(config))]

    return kinds


# Rules


def layers(
    kinds: Kinds = all_layers,
    numbers: Numbers = grouped,
    window: str | int = "sliding_window",
    in_window: Numbers | None = None,
) -> Rule:
    """Return the rule from kinds and numbers; a window is a config entry or a number."""

    def rule(config: Object) -> list[Layer]:
        found = []
        for kind in kinds(config):
            if kind == "F":
                found.append(Layer(numbers(config)))
            elif kind == "W":
                size = window if isinstance(window, int) else needed(config, window)
                found.append(Layer((in_window or numbers)(config), size))
        return found

    return rule
