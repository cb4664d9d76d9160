"""What a model's KV cache keeps of a conversation: read off its config, by mlx-lm's own rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.models.cache_architectures import DELEGATES, RULES
from mlxtop.models.cache_rules import Layer
from mlxtop.models.describe import architectures, model_type, text_part
from mlxtop.models.json_file import MOST, Object, inner
from mlxtop.models.known import Known

_BYTES = 2
"""Of a number: caches are of the weights' type, which has 16 bits."""


@dataclass(frozen=True)
class CacheLayout:
    """The KV caches of a model, one a layer that has one.

    A recurrent state is none: it is of one size, a few per cent of the weights, and not counted.
    """

    layers: tuple[Layer, ...]

    def bytes(self, tokens: int) -> int:
        """Return what a conversation of so many tokens takes, in 16 bits."""
        return _BYTES * sum(
            layer.numbers * min(tokens, layer.window or tokens) for layer in self.layers
        )

    @property
    def bytes_per_token(self) -> int:
        """Bytes that each further token costs once all windows are full, in 16 bits."""
        return _BYTES * sum(layer.numbers for layer in self.layers if layer.window is None)


def cache_layout(config: Object, known: Known) -> CacheLayout | None:
    """Return what mlx-lm would cache for a config; None where no rule knows the architecture."""
    if config.get("model_file"):
        return None
    module = known.module(model_type(config), architectures(config))
    text = text_part(config)
    if of := DELEGATES.get(module):
        own = known.module(model_type(inner(config, "text_config")), [])
        module = own if own in of.modules else of.modules[0]
    given = of.defaults if of else {}
    if (rule := RULES.get(module)) is None:
        return None
    try:
        layers = rule({**known.defaults(module), **given, **text})
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # a config that lacks what its architecture needs, or holds something odd
    return CacheLayout(tuple(layers)) if _sane(layers) else None


def _sane(layers: Sequence[Layer]) -> bool:
    return all(0 < layer.numbers < MOST for layer in layers)
