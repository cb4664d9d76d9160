"""The tokenizer of the demo model, byte-level BPE from the corpus, and its chat template."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

PAD, SYSTEM, USER, ASSISTANT, END = SPECIAL = [
    "<|pad|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
]

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' + message['content'] + '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)
"""A turn is its role, its text as it is, and the end; later turns never change earlier ones."""


def learn(texts: Iterable[str], size: int) -> Tokenizer:
    """A tokenizer of `size` tokens that can encode any text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def with_dropout(tokenizer: Tokenizer, share: float) -> Tokenizer:
    """A copy that now and then leaves a merge out, so that a word is seen in several pieces."""
    plan = json.loads(tokenizer.to_str())
    plan["model"]["dropout"] = share
    return Tokenizer.from_str(json.dumps(plan))


def ids(tokenizer: Tokenizer) -> dict[str, int]:
    """The special tokens by name; training puts them first, in this order."""
    found = {name: tokenizer.token_to_id(name) for name in SPECIAL}
    return {name: number for name, number in found.items() if number is not None}


def write(tokenizer: Tokenizer, folder: Path, context: int) -> None:
    """The files that transformers reads."""
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": PAD,
        "additional_special_tokens": [SYSTEM, USER, ASSISTANT],
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
