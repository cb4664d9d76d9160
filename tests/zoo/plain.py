"""What mlx-lm says without mlxtop: each reply from an empty cache, in steps of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlx_lm import load, stream_generate
from mlx_lm.models.cache import KVCache, QuantizedKVCache, make_prompt_cache

from mlxtop.engine.child.cache_shape import flat

GROUPS = (64, 32)


class Plain:
    """A model as mlx-lm runs it."""

    def __init__(self, path: Path) -> None:
        self.model: Any
        self.tokenizer: Any
        self.model, self.tokenizer, *_ = load(str(path))
        self._replies: dict[tuple[object, ...], str] = {}

    @property
    def grows(self) -> bool:
        """Whether its caches only grow, so that any number of tokens can be taken back."""
        return all(isinstance(entry, KVCache) for entry in flat(make_prompt_cache(self.model)))

    @property
    def sizeable(self) -> bool:
        """Whether mlx-lm heeds a maximum KV size."""
        return not hasattr(self.model, "make_cache")

    def prompt(self, *texts: str) -> list[int]:
        """Return the tokens of a conversation: user, assistant, user…"""
        roles = ("user", "assistant")
        turns = [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)]
        return list(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True))

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def reply(self, *texts: str, tokens: int, **options: int) -> str:
        """Return the greedy reply to a conversation."""
        asked = (texts, tokens, *sorted(options.items()))
        if asked not in self._replies:
            self._replies[asked] = self._said(texts, tokens, **options)
        return self._replies[asked]

    def _said(self, texts: Sequence[str], tokens: int, **options: Any) -> str:
        prompt = self.prompt(*texts)
        responses = stream_generate(
            self.model, self.tokenizer, prompt, max_tokens=tokens, **options
        )
        return "".join(response.text for response in responses)

    def quantized_reply(self, *texts: str, tokens: int, bits: int) -> str | None:
        """Return the reply with its plain KV caches quantized from the first token on.

        None where mlx-lm quantizes none of its caches, cannot, or fails with them.
        """
        for group in GROUPS:
            cache = [
                QuantizedKVCache(group_size=group, bits=bits) if type(entry) is KVCache else entry
                for entry in make_prompt_cache(self.model)
            ]
            if not any(isinstance(entry, QuantizedKVCache) for entry in cache):
                return None
            try:
                return self._said(texts, tokens, prompt_cache=cache)
            except (TypeError, AttributeError, ValueError):
                continue
        return None
