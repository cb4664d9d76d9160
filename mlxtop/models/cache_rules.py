"""What rules about KV caches are made of: numbers a token, and which layers keep them.

A rule is called with a config's text part over the defaults of mlx-lm's own arguments, and may
raise where that lacks something.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlxtop.models.json_file import Object, number

Rule = Callable[[Object], Sequence["Layer"]]
Numbers = Callable[[Object], int]
Kinds = Callable[[Object], Iterable[str]]
"""A letter a layer: F keeps all tokens, W those of a window, anything else has no KV cache."""

MOST_LAYERS = 10_000


@dataclass(frozen=True)
class Layer:
    """What a layer's KV cache keeps."""

    numbers: int
    """Of each token: keys and values of all heads."""
    window: int | None = None
    """Of how many tokens at most; None for all."""


@dataclass(frozen=True)
class Delegate:
    """A model around a language model, in mlx-lm a module of its own."""

    modules: tuple[str, ...]
    """Modules that the language part may be of; the first one where it names none of them."""
    defaults: Mapping[str, Any] = field(default_factory=dict)


def needed(config: Object, *names: str) -> int:
    """Return the first of some entries that is a number; raise KeyError if none is."""
    if (value := number(config, *names)) is None:
        raise KeyError(names[0])
    return value


def layer_count(config: Object) -> int:
    """Return the number of layers."""
    names = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers")
    return bounded(needed(config, *names))


def bounded(count: int) -> int:
    """Return a number of layers; raise ValueError for one that no model has."""
    if count > MOST_LAYERS:
        raise ValueError(count)
    return count


def head_count(config: Object) -> int:
    """Return the number of query heads."""
    return needed(config, "num_attention_heads", "n_head", "n_heads", "num_heads")


def head_size(config: Object) -> int:
    """Return how many numbers a head has."""
    hidden = ("hidden_size", "n_embd", "d_model", "dim", "model_dim", "hidden_dim")
    return number(config, "head_dim") or needed(config, *hidden) // head_count(config)


def kv_head_count(config: Object) -> int:
    """Return the number of key and value heads."""
    names = ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "num_attention_groups")
    return number(config, *names) or head_count(config)


# What a layer keeps of a token


def grouped(config: Object) -> int:
    """Return the numbers of all keys and values."""
    return kv_head_count(config) * head_size(config) * 2


def sized(name: str) -> Numbers:
    """Return `grouped` for heads whose size has another name."""
    return lambda config: kv_head_count(config) * needed(config, name) * 2


def latent(config: Object) -> int:
    """Return those of one compressed vector for all heads, and of the keys' part with the place."""
    return needed(config, "kv_lora_rank") + needed(config, "qk_rope_head_dim")


# Which layers keep what


def all_layers(config: Object) -> str:
    """Return F for each layer."""
    return "F" * layer_count(config)


KINDS = {"full_attention": "F", "attention": "F", "sliding_attention": "W"}


def typed(pattern: str = "F", name: str = "layer_types") -> Kinds:
    """Return kinds as a list of the config names them, else by a pattern that is repeated."""

    def kinds(config: Object) -> list[str]:
        words = config.get(name)
        if isinstance(words, list) and words:
            return [KINDS.get(word, "") for word in words]
        return repeated(pattern, layer_count(config))

    return kinds


def repeated(pattern: Sequence[str], count: int) -> list[str]:
    """Return a pattern over and over, as often as there are layers."""
    return [pattern[place % len(pattern)] for place in range(count)]


def every(name: str, others: str) -> Kinds:
    """Return F for each n-th layer, and what the others have."""

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
    """Return the rule of kinds and numbers; a window is an entry of the config or a number."""

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
