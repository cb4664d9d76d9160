"""Why two runs may not be comparable, in sentences."""

from collections.abc import Iterator

from mlxtop import format as fmt
from mlxtop.compare.interval import Common
from mlxtop.compare.measure import Measured
from mlxtop.compare.run import unchecked
from mlxtop.figures import THERMAL_LEVELS
from mlxtop.folds.pressure import NORMAL
from mlxtop.sampling_settings import LIMITS
from mlxtop.text import one_line

SWAP_BYTES_PER_SECOND = 1e6
"""Traffic above which a run was disturbed by swapping."""
OTHERS_PERCENT = 10.0
"""Share of CPU time above which other programs disturbed a run."""


def reasons(first: Measured, second: Measured, pairs: Common) -> list[str]:
    """Return why the two may not be comparable, the most important reason first.

    Includes differences that may not matter, such as another version.
    """
    found = [*_counted(first, second), *_asked(first, second)]
    found += [*_replies(first, second, pairs), *_where(first, second)]
    for name, one in (("A", first), ("B", second)):
        found += [f"{name}: {sentence}" for sentence in _disturbed(one)]
    return found


def _counted(first: Measured, second: Measured) -> Iterator[str]:
    """Yield what does not count if one of them is a benchmark."""
    one, other = first.part.run, second.part.run
    if one.is_benchmark != other.is_benchmark:
        yield f"{'A' if one.is_benchmark else 'B'} is a benchmark, the other one a chat."
    if one.trials and other.trials and not one.trials.keys() & other.trials.keys():
        yield "Their plans have no point in common: all trials that count are compared."
    for name, run, rest in (("A", one, other), ("B", other, one)):
        alone = [label for label in run.trials if label not in rest.trials]
        if rest.trials and len(alone) < len(run.trials) and alone:
            yield f"Only {name} has {_names(alone)}: that does not count."
    for name, side in (("A", first), ("B", second)):
        if said := side.part.not_counted:
            one_only = said.startswith("1 ") and " and " not in said
            yield f"{name}: {said} {'does' if one_only else 'do'} not count."
        part = side.part
        if count := unchecked(part.run.timeline, [reply.turn for reply in part.replies]):
            words = fmt.counted(count, "trial")
            which = "it" if count == 1 else "them"
            yield (
                f"{name}: {words} unchecked: whether anything disturbed {which} "
                "could not be judged."
            )


def _names(labels: list[str], most: int = 4) -> str:
    more = f" and {len(labels) - most} more points" if len(labels) > most else ""
    return ", ".join(one_line(label, 40) for label in labels[:most]) + more


def _asked(first: Measured, second: Measured) -> Iterator[str]:
    """Yield differences in model and settings."""
    names = [", ".join(one_line(m.model, 60) for m in side.models) for side in (first, second)]
    if names[0] != names[1]:
        yield f"They are different models: {names[0] or 'unknown'} and {names[1] or 'unknown'}."
    else:
        weights = [
            [(m.quantization, m.weights_bytes) for m in one.models] for one in (first, second)
        ]
        if weights[0] != weights[1]:
            yield "The models have the same name but different weights or quantization."
    changed = [LIMITS[name].label for name in different_settings(first, second)]
    if changed:
        yield f"The settings differ: {', '.join(changed)}."
    drafts = [{reply.start.draft for reply in one.replies} for one in (first, second)]
    if drafts[0] != drafts[1]:
        yield "One of them used another draft model, or none."


def different_settings(first: Measured, second: Measured) -> list[str]:
    """Return the names of the settings that differ between the two."""
    one, other = first.samplings, second.samplings
    return [
        name
        for name in LIMITS
        if {getattr(s, name) for s in one} != {getattr(s, name) for s in other}
    ]


def _replies(first: Measured, second: Measured, pairs: Common) -> Iterator[str]:
    """Yield differences in prompts and replies, and what is compared."""
    counts = [len(one.replies) for one in (first, second)]
    if counts[0] != counts[1]:
        yield f"A has {counts[0]} {'reply' if counts[0] == 1 else 'replies'}, B {counts[1]}."
    prompts = zip(first.prompt_tokens, second.prompt_tokens, strict=False)
    different = next((pair for pair in prompts if pair[0] != pair[1]), None)
    if different is not None:
        one, other = map(fmt.count, different)
        yield f"The prompts differ in length: {one} and {other} tokens."
    tokens = [sum(map(len, one.intervals)) for one in (first, second)]
    compared = len(pairs.first)
    alike = different is None and counts[0] == counts[1]
    if max(tokens) > compared or not (pairs.in_context or alike):
        places = (
            "had as many tokens before them" if pairs.in_context else "were at the same place of a"
        )
        where = (
            "where both "
            + places
            + ("" if pairs.in_context else " reply, regardless of the context")
        )
        yield (
            f"The speeds are compared {where}: {fmt.count(compared)} of {fmt.count(tokens[0])} "
            f"and {fmt.count(tokens[1])} intervals."
        )


def _where(first: Measured, second: Measured) -> Iterator[str]:
    """Yield differences in machine and versions."""
    one, other = first.header, second.header
    machine = [(h.chip, h.gpu, h.memory_bytes, h.cpu_cores) for h in (one, other)]
    if machine[0] != machine[1]:
        yield "They ran on different machines."
    elif one.host and other.host and one.host != other.host:
        yield "They ran on two machines of the same kind."
    versions = [("system", one.os, other.os), ("MLX", one.mlx, other.mlx)]
    versions += [("mlx-lm", one.mlx_lm, other.mlx_lm), ("mlxtop", one.mlxtop, other.mlxtop)]
    if one.mlx_build and other.mlx_build:  # older recordings do not have it
        versions.append(("build of MLX", one.mlx_build, other.mlx_build))
    changed = [name for name, mine, yours in versions if mine != yours]
    if changed:
        yield f"The versions differ: {', '.join(changed)}."
    if one.synthetic or other.synthetic:
        yield "One has synthetic data: generated, not observed."


def _disturbed(one: Measured) -> Iterator[str]:
    """Yield what disturbed a run while it answered."""
    for reply in one.replies:
        if not reply.complete:
            how = fmt.ended(reply.end.finish_reason if reply.end else "")
            yield f"the reply of turn {reply.turn.number} is incomplete: {how}."
    level = one.peak("pressure.level")
    if level is not None and level > NORMAL:
        yield f"memory pressure was {one.pressure}."
    swap = max(one.peak(f"swap.{way}_bytes_per_second") or 0.0 for way in ("in", "out"))
    if swap >= SWAP_BYTES_PER_SECOND:
        yield f"memory was swapped, at up to {fmt.size(swap)}/s."
    heat = one.peak("thermal.level")
    if heat is not None and heat >= 1:
        yield f"thermal pressure was {THERMAL_LEVELS.word(heat)}."
    others = one.others_cpu
    if others is not None and others >= OTHERS_PERCENT:
        yield f"other programs took {fmt.percent(others)} of the CPU time."
