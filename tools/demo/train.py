"""Train the demo model from a seed and write it as a model directory for mlx-lm."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tools.demo import facts, vocabulary
from tools.demo.corpus import Corpus, Turn
from tools.demo.network import Network, Shape

BATCH_TOKENS = 4096
"""How many tokens one batch of short conversations holds at most."""
TOUR_EVERY = 4
"""One step of so many also has a conversation with the tour."""
DECIDING, DECIDING_WEIGHT = 6, 3.0
"""The first tokens of an answer decide which one it is; they count more than the rest."""

CUT_SHARE, CUT = 0.6, 12
"""So many conversations end after the first tokens of the last answer: the rest of it is soon known
by heart, and the time is better spent on another question."""

Sample = tuple[list[int], list[float]]
Batch = tuple[Tensor, Tensor, Tensor, Tensor]


class Encoder:
    """Turns conversations into tokens and the weight with which each is learned."""

    def __init__(self, tokenizer: Tokenizer, corpus: Corpus) -> None:
        self.plain = tokenizer
        self.broken = vocabulary.with_dropout(tokenizer, 0.12)
        self.corpus = corpus
        self.answers: dict[str, list[int]] = {}
        self.roles = vocabulary.ids(tokenizer)

    def encode(self, system: str | None, turns: list[Turn], whole: bool = False) -> Sample:
        """The conversation as the chat template gives it; only answers have weight."""
        end = self.roles[vocabulary.END]
        tokens: list[int] = []
        answer: list[int] = []
        if system is not None:
            tokens += [self.roles[vocabulary.SYSTEM], *self.plain.encode(system).ids, end]
        weights = [0.0] * len(tokens)
        for turn in turns:
            pieces = self.broken if self.corpus.rng.random() < 0.4 else self.plain
            question = [*pieces.encode(turn.question).ids, end, self.roles[vocabulary.ASSISTANT]]
            if turn.answer not in self.answers:
                self.answers[turn.answer] = [*self.plain.encode(turn.answer).ids, end]
            answer = self.answers[turn.answer]
            tokens += [self.roles[vocabulary.USER], *question, *answer]
            heads = min(DECIDING, len(answer))
            weights += [0.0] * (len(question) + 1)
            weights += [DECIDING_WEIGHT] * heads + [1.0] * (len(answer) - heads)
        if not whole and len(answer) > CUT and self.corpus.rng.random() < CUT_SHARE:
            tokens, weights = tokens[: CUT - len(answer)], weights[: CUT - len(answer)]
        return tokens, weights


def batch(samples: list[Sample], pad: int) -> Batch:
    """Padded inputs, the flat positions that are learned, their targets and weights."""
    longest = max(len(tokens) for tokens, _ in samples) - 1
    inputs = np.full((len(samples), longest), pad, dtype=np.int64)
    targets = np.full((len(samples), longest), pad, dtype=np.int64)
    weights = np.zeros((len(samples), longest), dtype=np.float32)
    for row, (tokens, weight) in enumerate(samples):
        inputs[row, : len(tokens) - 1] = tokens[:-1]
        targets[row, : len(tokens) - 1] = tokens[1:]
        weights[row, : len(tokens) - 1] = weight[1:]
    where = np.flatnonzero(weights)
    return (
        torch.from_numpy(inputs),
        torch.from_numpy(where),
        torch.from_numpy(targets.reshape(-1)[where]),
        torch.from_numpy(weights.reshape(-1)[where]),
    )


def batches(encoder: Encoder, pad: int) -> Iterator[Batch]:
    """Batches of conversations of about the same length, so that little is padding."""
    while True:
        samples = [encoder.encode(*encoder.corpus.conversation()) for _ in range(1000)]
        samples.sort(key=lambda sample: len(sample[0]))
        groups: list[list[Sample]] = [[]]
        for sample in samples:
            if len(sample[0]) * (len(groups[-1]) + 1) > BATCH_TOKENS:
                groups.append([])
            groups[-1].append(sample)
        encoder.corpus.rng.shuffle(groups)
        for group in groups:
            yield batch(group, pad)


def loss_of(network: Network, data: Batch) -> tuple[Tensor, float]:
    """The summed weighted loss of a batch, and the sum of its weights."""
    tokens, where, targets, weights = data
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(tokens, where)
    losses = functional.cross_entropy(logits.float(), targets, reduction="none")
    return (losses * weights).sum(), float(weights.sum())


def rate(step: int, steps: int, peak: float) -> float:
    """Learning rate: a short rise, then half a cosine down to zero."""
    if step < 200:
        return peak * (step + 1) / 200
    return peak * 0.5 * (1 + math.cos(math.pi * (step - 200) / (steps - 200)))


def train(network: Network, encoder: Encoder, steps: int, peak: float) -> None:
    """Learn in place, and say now and then how it goes."""
    pad = encoder.roles[vocabulary.PAD]
    matrices = [p for p in network.parameters() if p.dim() == 2]
    vectors = [p for p in network.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), fused=True)
    began, seen, shown, tour_shown = time.monotonic(), 0, 0.0, 0.0
    for step, short in enumerate(islice(batches(encoder, pad), steps)):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps, peak)
        loss, total = loss_of(network, short)
        mean = loss.item() / total
        shown = 0.98 * shown + 0.02 * mean if step else mean
        seen += short[0].numel()
        if step % TOUR_EVERY == 0:
            tour = batch([encoder.encode(*encoder.corpus.tour_conversation(), whole=True)], pad)
            tour_loss, tour_total = loss_of(network, tour)
            tour_shown = tour_loss.item() / tour_total
            seen += tour[0].numel()
            loss, total = loss + tour_loss, total + tour_total
        (loss / total).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0 or step == steps - 1:
            spent = time.monotonic() - began
            print(
                f"step {step:5d}  loss {shown:.4f}  tour {tour_shown:.4f}  "
                f"{seen / 1e6:.2f} M tokens  {spent:.0f} s",
                flush=True,
            )


def write(network: Network, tokenizer: Tokenizer, shape: Shape, folder: Path) -> None:
    """The model directory that `mlx_lm.load` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = vocabulary.ids(tokenizer)
    end, pad = ids[vocabulary.END], ids[vocabulary.PAD]
    config = shape.config() | {"eos_token_id": end, "pad_token_id": pad}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    generation = {"eos_token_id": end, "pad_token_id": pad, "do_sample": False}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    vocabulary.write(tokenizer, folder, shape.max_position_embeddings)
    weights = {
        f"model.{name}": weight.detach().to(torch.bfloat16).contiguous()
        for name, weight in network.named_parameters()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "mlx"})
    # safetensors makes it private to its owner; the package it goes into is for everyone.
    (folder / "model.safetensors").chmod(0o644)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=facts.MODEL)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    facts.check_phrases()
    shape = Shape()
    sample = Corpus(options.seed)
    texts = [turn.question for _ in range(30_000) for turn in [sample.draw()]]
    texts += [topic.answer for topic in sample.topics for _ in range(60)]
    texts += [answer for answer in sample.honest.values() for _ in range(60)]
    tokenizer = vocabulary.learn(texts, shape.vocab_size)
    corpus = Corpus(options.seed + 1)
    network = Network(shape)
    count = sum(p.numel() for p in network.parameters())
    tour = len(tokenizer.encode(corpus.tour.answer).ids)
    print(f"{count} parameters, {tokenizer.get_vocab_size()} tokens, the tour has {tour} of them")
    train(network, Encoder(tokenizer, corpus), options.steps, options.rate)
    print(f"{corpus.refused} draws were held-out questions and were thrown away")
    write(network, tokenizer, shape, options.out)


if __name__ == "__main__":
    main()
