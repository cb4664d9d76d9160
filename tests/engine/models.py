"""Small model directories of random or scripted weights, real to mlx-lm in every respect."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.utils import _get_classes
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
END = "<|end|>"

LLAMA = {
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "max_position_embeddings": 2048,
}
QWEN3 = {
    **LLAMA,
    "model_type": "qwen3",
    "head_dim": 32,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
}
MAMBA = {
    "model_type": "mamba",
    "hidden_size": 32,
    "intermediate_size": 64,
    "state_size": 8,
    "num_hidden_layers": 2,
    "conv_kernel": 4,
    "use_bias": False,
    "use_conv_bias": True,
    "time_step_rank": 4,
    "tie_word_embeddings": False,
}


def byte_characters() -> list[str]:
    """Return the characters that byte-level tokenizers write for the bytes 0 to 255."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(spare)) for byte in range(256)]


def tokenizer_files(
    directory: Path,
    extra: Sequence[str] = (),
    template: str | None = TEMPLATE,
    pieces: Sequence[str] = (),
    end: str = END,
    characters: Sequence[str] | None = None,
) -> dict[str, int]:
    """Write a byte-level tokenizer without merges, of some bytes or all; return its vocabulary.

    `extra` are further special tokens, `pieces` tokens of several characters that no text comes to.
    """
    known = byte_characters() if characters is None else characters
    vocabulary = {character: place for place, character in enumerate(known)}
    for piece in pieces:
        vocabulary[spelled(piece)] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in (*SPECIAL, *extra)])
    tokenizer.save(str(directory / "tokenizer.json"))
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": end,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 100_000,
    }
    if template is not None:
        settings["chat_template"] = template
    (directory / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return dict(tokenizer.get_vocab(with_added_tokens=True))


def spelled(text: str) -> str:
    """Return a text as a byte-level vocabulary writes it."""
    return "".join(byte_characters()[byte] for byte in text.encode())


def write_model(
    directory: Path,
    config: Mapping[str, Any] = LLAMA,
    *,
    seed: int = 0,
    scale: float = 4.0,
    extra: Sequence[str] = (),
    template: str | None = TEMPLATE,
) -> Path:
    """Write a model of random weights.

    `scale` sharpens the output, so that the likeliest token is never a close call. A reply goes
    on to its limit: the end token's row is zero.
    """
    directory.mkdir(parents=True, exist_ok=True)
    vocabulary = tokenizer_files(directory, extra, template)
    full = {**config, "vocab_size": len(vocabulary)}
    model_class, arguments = _get_classes(full)
    mx.random.seed(seed)
    model = model_class(arguments.from_dict(full))
    weights = dict(tree_flatten(model.parameters()))
    for name in ("lm_head.weight",):
        head = mx.random.normal(weights[name].shape) * scale / full["hidden_size"] ** 0.5
        head[vocabulary[END]] = 0
        weights[name] = head
    _save(directory, full, weights, vocabulary)
    return directory


def write_script(
    directory: Path,
    chain: Sequence[str | int],
    *,
    after: str = "<|assistant|>",
    extra: Sequence[str] = (),
    template: str | None = TEMPLATE,
) -> Path:
    """Write a llama that says the chain after a token: special tokens or single bytes.

    Each token follows from the one before it alone, so none may come twice.
    """
    directory.mkdir(parents=True, exist_ok=True)
    vocabulary = tokenizer_files(directory, extra, template)
    size = -(-len(vocabulary) // 32) * 32
    config = {
        **LLAMA,
        "hidden_size": size,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "vocab_size": len(vocabulary),
    }
    model_class, arguments = _get_classes(config)
    model = model_class(arguments.from_dict(config))
    weights = dict(tree_flatten(model.parameters()))
    # With nothing added by attention and MLP the last state is the token's own embedding.
    for name in list(weights):
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            weights[name] = mx.zeros_like(weights[name])
    weights["model.embed_tokens.weight"] = mx.eye(len(vocabulary), size)
    head = mx.zeros((len(vocabulary), size))
    characters = byte_characters()
    places = [vocabulary[step if isinstance(step, str) else characters[step]] for step in chain]
    for before, place in zip([vocabulary[after], *places], places, strict=False):
        head[place, before] = 1.0
    weights["lm_head.weight"] = head
    _save(directory, config, weights, vocabulary)
    return directory


TALK_CODE = """
import json
from pathlib import Path

import mlx.core as mx
from mlx_lm.models.llama import Model as Base, ModelArgs

SCRIPT = json.loads(Path(__file__).with_name("talk.json").read_text("utf-8"))
FED = []


class Model(Base):
    def __call__(self, inputs, cache=None, **kwargs):
        offset = cache[0].offset if cache else 0
        logits = super().__call__(inputs, cache=cache, **kwargs)
        FED[offset:] = inputs[0].tolist()
        return mx.zeros_like(logits).at[:, -1, following()].add(1.0)


def following():
    asked = FED.count(SCRIPT["user"])
    reply = SCRIPT["replies"][min(asked, len(SCRIPT["replies"])) - 1]
    for said in range(len(reply) - 1, -1, -1):
        begin = SCRIPT["cue"] + reply[:said]
        if FED[-len(begin):] == begin:
            return reply[said]
    return SCRIPT["end"]
"""
"""A llama that says what is written, wherever its KV cache stands."""


def write_talk(
    directory: Path,
    *replies: Sequence[str],
    cue: Sequence[str] = ("<|assistant|>",),
    user: str = "<|user|>",
    end: str = END,
    extra: Sequence[str] = (),
    template: str | None = TEMPLATE,
) -> Path:
    """Write a model that answers the first question with the first reply, and so on.

    A reply is a sequence of tokens: special ones, or pieces of text, each of which is one token.
    It brings code of its own, so it is loaded with `trust_remote_code`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    special = {*SPECIAL, *extra, end}
    pieces = list(dict.fromkeys(t for reply in (*replies, cue) for t in reply if t not in special))
    long = [piece for piece in pieces if len(piece.encode()) > 1]
    vocabulary = tokenizer_files(directory, [*extra, end], template, long, end)

    def places(tokens: Sequence[str]) -> list[int]:
        return [vocabulary[t if t in special else spelled(t)] for t in tokens]

    script = {
        "replies": [places(reply) for reply in replies],
        "cue": places(cue),
        "user": vocabulary[user],
        "end": vocabulary[end],
    }
    (directory / "talk.json").write_text(json.dumps(script), "utf-8")
    (directory / "talk.py").write_text(TALK_CODE, "utf-8")
    config = {**LLAMA, "num_hidden_layers": 1, "vocab_size": len(vocabulary)}
    model_class, arguments = _get_classes(config)
    weights = dict(tree_flatten(model_class(arguments.from_dict(config)).parameters()))
    _save(directory, {**config, "model_file": "talk.py"}, weights, vocabulary, end)
    return directory


def said(text: str) -> list[int]:
    """Return the bytes of a text as steps of a script."""
    return list(text.encode())


def _save(
    directory: Path,
    config: dict[str, Any],
    weights: dict[str, Any],
    vocabulary: dict[str, int],
    end: str = END,
) -> None:
    mx.save_safetensors(str(directory / "model.safetensors"), weights, {"format": "mlx"})
    config = {**config, "eos_token_id": vocabulary[end]}
    (directory / "config.json").write_text(json.dumps(config), "utf-8")
