"""Prompts with text, whose replies the model ends."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.bench.kinds.kind import PlanKind, sampling_of
from mlxtop.bench.plan import Plan, PlanFileError
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.bench.prompts import Prompts
from mlxtop.engine.protocol import ChatMessage
from mlxtop.presets import Preset, PresetError, read_preset
from mlxtop.sources.options import ModelSpec
from mlxtop.text import one_line

_BEGINNING = 40
"""Characters of a prompt that identify it."""


class Prompted(PlanKind):
    """A kind whose points are prompts and have their names."""

    also: ClassVar[tuple[str, ...]] = ("system", "prompt_config")

    def prompts(self, plan: Plan) -> Prompts:
        """Return the prompts of a plan; raises PlanError."""
        raise NotImplementedError

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return a point for each prompt, after the messages that all share."""
        prompts, preset = self.prompts(plan), _preset(plan)
        system = plan.system or preset.system
        before = [ChatMessage(role="system", text=system)] if system else []
        before += [ChatMessage(role=one.role, text=one.text) for one in preset.examples]
        settings = {**preset.sampling, **plan.sampling, "max_tokens": plan.generation_tokens}
        sampling = sampling_of(plan, **settings)
        points = [
            Point(
                label=prompt.name,
                wanted=wanted[0],
                messages=_joined(before, prompt.messages),
                sampling=sampling,
                beginning=one_line(prompt.messages[-1].text, _BEGINNING),
            )
            for prompt in prompts.found
        ]
        return Points(points, prompts.skipped)

    def lengths(self, plan: Plan) -> list[str]:
        """Return the maximum of generated tokens: the model may end before."""
        return [f"at most {fmt.count(plan.generation_tokens)} tokens generated"]


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
    """Return a prompt after the shared messages; its own system prompt replaces the shared one."""
    own = [message for message in prompt if message.role == "system"]
    shared = [message for message in before if message.role != "system" or not own]
    return (*own, *shared, *(message for message in prompt if message.role != "system"))
