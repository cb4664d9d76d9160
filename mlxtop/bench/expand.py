"""What a plan comes to: the points it measures, each several times."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from mlxtop.bench.effect import idle, impossible, no_breakdown, unlike
from mlxtop.bench.labels import endings
from mlxtop.bench.plan import Plan, PlanError, PlanFileError, Value
from mlxtop.bench.point import Point
from mlxtop.bench.prompts import Prompts, dataset, scenarios
from mlxtop.bench.skipped import Skipped
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Sampling
from mlxtop.paths import model_named
from mlxtop.presets import Preset, PresetError, read_preset
from mlxtop.sources.options import Wanted
from mlxtop.text import one_line

Contexts: TypeAlias = Sequence[int | None]
"""The tokens that each model can hold."""
SETTINGS = {"prompt_tokens", "generation_tokens", "batch", "draft"}
"""What a sweep changes beside sampling settings."""
_BEGINNING = 40
"""Characters by which a prompt is known."""


class Points(msgspec.Struct, frozen=True):
    """What a plan comes to, and what of its files it leaves out."""

    points: list[Point]
    skipped: tuple[Skipped, ...] = ()


def expand(plan: Plan, wanted: Sequence[Wanted], contexts: Contexts = ()) -> list[Point]:
    """Return the points of a plan in their order; raises PlanError.

    `wanted` are the models, the first for all kinds but `models`; `contexts` are the tokens that
    each of them can hold, None where that is not known, and none after the last known one.
    """
    return expanded(plan, wanted, contexts).points


def expanded(plan: Plan, wanted: Sequence[Wanted], contexts: Contexts = ()) -> Points:
    """Return what `expand` does, and what it leaves out; raises PlanError."""
    found = _points_of(plan, wanted, contexts)
    if plan.breakdown and (problem := no_breakdown(found.points)):
        raise PlanError(problem, "breakdown")
    return found


def _points_of(plan: Plan, wanted: Sequence[Wanted], contexts: Contexts) -> Points:
    rooms = dict(zip((one.model for one in wanted), contexts, strict=False))
    match plan.kind:
        case "scenarios":
            return _prompted(plan, wanted[0], scenarios(plan.scenarios))
        case "dataset":
            return _prompted(plan, wanted[0], dataset(plan.dataset, plan.limit, plan.seed))
        case "sweep":
            settings = _settings(plan, wanted[0])
            found = [_swept(plan, wanted[0], setting) for setting in settings]
            return Points(unlike(settings, _marked(found, rooms)))
        case _:
            context = contexts[0] if contexts else None
            return Points(_marked(_fixed(plan, wanted, context), rooms))


def _marked(points: Sequence[Point], rooms: Mapping[str, int | None]) -> list[Point]:
    """Return the points, marked where it is known that they cannot be measured.

    `rooms` are the tokens that a model can hold.
    """
    reasons = (one.invalid or impossible(one, rooms.get(one.wanted.model)) for one in points)
    return [
        msgspec.structs.replace(one, invalid=reason)
        for one, reason in zip(points, reasons, strict=True)
    ]


def _fixed(plan: Plan, wanted: Sequence[Wanted], context: int | None) -> list[Point]:
    """Return the points of a plan whose prompts are random tokens."""
    match plan.kind:
        case "models":
            labels = _names([one.model for one in wanted])
            return [
                _random(plan, one, label=label) for label, one in zip(labels, wanted, strict=True)
            ]
        case "warm":
            first = _random(plan, wanted[0], label="first after load", reload=True)
            return [first, _random(plan, wanted[0], label="following")]
        case "stress":
            return [_stress(plan, wanted[0], context)]
        case _:
            return [
                _random(plan, wanted[0], label=_sizes(plan, size), batch=size)
                for size in plan.batch
            ]


def _names(models: Sequence[str]) -> Sequence[str]:
    """Return what tells models apart: the shortest endings of their paths that do."""
    if twice := next((name for name in models if models.count(name) > 1), None):
        raise PlanError(f"The model {one_line(twice, 80)} is named twice.", "models")
    return endings(models)


def _sizes(plan: Plan, batch: int) -> str:
    if plan.kind == "batch" or len(plan.batch) > 1:
        return f"batch {batch}"
    return f"{plan.prompt_tokens} + {plan.generation_tokens} tokens"


def _sampling_of(plan: Plan, **others: Any) -> Sampling:
    fields = {"prefill_step": plan.prefill_step, "seed": plan.seed, **plan.sampling, **others}
    fields.setdefault("max_tokens", plan.generation_tokens)
    return Sampling(**fields)


def _random(plan: Plan, wanted: Wanted, *, label: str, **others: Any) -> Point:
    return Point(
        label=label,
        wanted=wanted,
        prompt_tokens=plan.prompt_tokens,
        sampling=_sampling_of(plan, max_tokens=plan.generation_tokens),
        **others,
    )


def _stress(plan: Plan, wanted: Wanted, context: int | None) -> Point:
    # To the end of the context, so that the speed over its length is seen; then from its start.
    room = 4096 if context is None else context - plan.prompt_tokens
    if room < 2:
        raise PlanError(
            f"{plan.prompt_tokens} prompt tokens leave no room in a context of {context} tokens."
        )
    return Point(
        label=f"stress, {plan.minutes:g} min",
        wanted=wanted,
        prompt_tokens=plan.prompt_tokens,
        sampling=_sampling_of(plan, max_tokens=room),
        seconds=plan.minutes * 60,
    )


def _prompted(plan: Plan, wanted: Wanted, prompts: Prompts) -> Points:
    preset = _preset(plan)
    system = plan.system or preset.system
    before = [ChatMessage(role="system", text=system)] if system else []
    before += [ChatMessage(role=one.role, text=one.text) for one in preset.examples]
    said = {**preset.sampling, **plan.sampling, "max_tokens": plan.generation_tokens}
    sampling = _sampling_of(plan, **said)
    points = [
        Point(
            label=prompt.name,
            wanted=wanted,
            messages=_joined(before, prompt.messages),
            sampling=sampling,
            beginning=one_line(prompt.messages[-1].text, _BEGINNING),
        )
        for prompt in prompts.found
    ]
    return Points(points, prompts.skipped)


def _preset(plan: Plan) -> Preset:
    if not plan.prompt_config:
        return Preset()
    try:
        return read_preset(Path(plan.prompt_config))
    except PresetError as error:
        raise PlanFileError(str(error), "prompt_config") from None


def _joined(
    before: Sequence[ChatMessage], prompt: Sequence[ChatMessage]
) -> tuple[ChatMessage, ...]:
    """Return a prompt after what all prompts share; its own system prompt replaces that one."""
    own = [message for message in prompt if message.role == "system"]
    shared = [message for message in before if message.role != "system" or not own]
    return (*own, *shared, *(message for message in prompt if message.role != "system"))


def _settings(plan: Plan, wanted: Wanted) -> list[dict[str, Value]]:
    """Return the settings of each point of a sweep."""
    if plan.grid:
        names = list(plan.sweep)
        return [
            dict(zip(names, values, strict=True))
            for values in itertools.product(*plan.sweep.values())
        ]
    each = [{name: value} for name, values in plan.sweep.items() for value in values]
    return _one_base(plan, wanted, each) if len(plan.sweep) > 1 else each


def _one_base(
    plan: Plan, wanted: Wanted, settings: Sequence[dict[str, Value]]
) -> list[dict[str, Value]]:
    """Return the settings with those that change nothing as one, which comes first.

    All others are compared with that point: it is not measured once for each setting.
    """
    unchanged = _swept(plan, wanted, {})
    base: dict[str, Value] = {}
    others = []
    for setting in settings:
        point = _swept(plan, wanted, setting)
        if msgspec.structs.replace(point, label=unchanged.label) == unchanged:
            base |= setting
        else:
            others.append(setting)
    return [base, *others] if base else others


def _swept(plan: Plan, wanted: Wanted, setting: dict[str, Value]) -> Point:
    own = {name: value for name, value in setting.items() if name not in SETTINGS}
    generated = setting.get("generation_tokens", plan.generation_tokens)
    draft = setting.get("draft", wanted.draft)
    assert draft is None or isinstance(draft, str)
    prompt, batch = setting.get("prompt_tokens"), setting.get("batch", 1)
    assert isinstance(batch, int)
    words = (f"{name.replace('_', ' ')} {_shown(value)}" for name, value in setting.items())
    point = Point(
        label=", ".join(words),
        wanted=replace(wanted, draft=model_named(draft) if draft else None),
        prompt_tokens=prompt if isinstance(prompt, int) else plan.prompt_tokens,
        sampling=_sampling_of(plan, **{"max_tokens": generated, **own}),
        batch=batch,
    )
    return msgspec.structs.replace(point, invalid=idle(setting, point))


def _shown(value: Value) -> str:
    return "off" if value is None else str(value)
