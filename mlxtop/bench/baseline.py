"""A result compared with an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.layout import first_of
from mlxtop.bench.plan import FIELDS
from mlxtop.bench.point import Point
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.tables import SPEED
from mlxtop.text import one_line

NO_SPEED = "No point has a speed both here and in the baseline."
_OF_THE_MACHINE = ("machine", "device", "os", "mlx", "mlx_lm", "mlx_build", "mlxtop", "on_battery")
_OF_THE_PLAN = ("max_tokens", "prefill_step", "seed")
_MOST_NAMED = 3
"""Points named in a sentence."""


@dataclass(frozen=True, slots=True)
class Held:
    """The speeds of a result in relation to those of a baseline."""

    ratios: dict[str, float]
    """Label of a point → its generation tok/s by the baseline's; only if both are known."""
    sentences: list[str]

    def below(self, least: float) -> str:
        """Return a sentence with the points below this ratio to the baseline; empty for none."""
        if not self.ratios:
            return f"Nothing can be compared with {least:g} of the baseline: {NO_SPEED}"
        under = {label: ratio for label, ratio in self.ratios.items() if ratio < least}
        if not under:
            return ""
        named = (
            f"{one_line(label, 60)} {ratio:.3f}"
            for label, ratio in sorted(under.items(), key=lambda one: one[1])
        )
        return f"Below {least:g} of the baseline: {first_of(named, 10)}."


def against(result: Result, baseline: Result) -> Held:
    """Return the speeds in relation to a baseline's, and sentences on what else differs.

    Points are matched by their labels.
    """
    then = {one.point.label: one for one in baseline.points}
    ratios, said = {}, []
    for one in result.points:
        before = then.get(one.point.label)
        now, earlier = _speed(one), None if before is None else _speed(before)
        if now is None or not earlier:
            continue
        ratios[one.point.label] = now / earlier
        label = f"{one_line(one.point.title, 60)}: " if len(result.points) > 1 else ""
        said.append(
            f"{label}{fmt.rate_number(now)} tok/s against {fmt.rate_number(earlier)} "
            f"of the baseline: {now / earlier:.3f}."
        )
    if not ratios:
        said.append(NO_SPEED)
    for words, found, others in (
        ("Not in the baseline", result, baseline),
        ("Only in the baseline", baseline, result),
    ):
        known = {one.point.label for one in others.points}
        if missing := [one.point.label for one in found.points if one.point.label not in known]:
            said.append(f"{words}: {first_of(missing, _MOST_NAMED)}.")
    for words, found in (("here", result), ("in the baseline", baseline)):
        states = [trial.state for one in found.points for trial in one.trials]
        if count := states.count("unchecked"):
            trials = fmt.counted(count, "trial")
            which = "it" if count == 1 else "them"
            said.append(
                f"Unchecked {words}: {trials}; whether anything disturbed {which} "
                "could not be judged."
            )
    if unlike := differences(result, baseline):
        said.append(f"Other differences: {'; '.join(unlike)}.")
    return Held(ratios, said)


def differences(result: Result, baseline: Result) -> list[str]:
    """Return what differs besides the speed, with the values now and in the baseline."""
    said = []
    for name, now, then in (
        ("model", _models(result), _models(baseline)),
        ("memory", *(fmt.installed(one.conditions.memory_bytes) for one in (result, baseline))),
        *(
            (name, getattr(result.conditions, name), getattr(baseline.conditions, name))
            for name in _OF_THE_MACHINE
        ),
        *(
            (name, getattr(result.plan, name), getattr(baseline.plan, name))
            for name, field in FIELDS.items()
            if field.decides_speed and not field.compared_by_point
        ),
    ):
        # Older results do not have the build.
        known = name != "mlx_build" or (now and then)
        if now != then and known:
            words = name.replace("mlx_lm", "mlx-lm").replace("_", " ")
            said.append(f"{words} {_words(now)}, there {_words(then)}")
    return said + _points_that_differ(result, baseline)


def _points_that_differ(result: Result, baseline: Result) -> list[str]:
    """Return how points of the same label differ: settings, models, prompts."""
    then = {one.point.label: one.point for one in baseline.points}
    pairs = [(one.point, then[one.point.label]) for one in result.points if one.point.label in then]
    if not pairs and result.points and baseline.points:
        pairs = [(result.points[0].point, baseline.points[0].point)]
    found: dict[str, str] = {}
    for now, before in pairs:
        held, earlier = _measured_with(now), _measured_with(before)
        for name, value in held.items():
            if value != earlier[name]:
                words = f"{name.replace('_', ' ')} {_words(value)}, there {_words(earlier[name])}"
                found.setdefault(name, words)
    odd = [now.label for now, before in pairs if now.messages != before.messages]
    return [*found.values(), *([f"other prompts ({first_of(odd, _MOST_NAMED)})"] if odd else [])]


def _measured_with(point: Point) -> dict[str, object]:
    """Return what a point was measured with, without what the plan's own fields say."""
    settings = msgspec.structs.asdict(point.sampling)
    models = {"draft model": point.wanted.draft, "adapter": point.wanted.adapter}
    return models | {name: one for name, one in settings.items() if name not in _OF_THE_PLAN}


def _speed(one: PointResult) -> float | None:
    figure = one.figures.get(SPEED)
    return None if figure is None else figure.median


def _models(result: Result) -> str:
    named = {load.model: load.quantization for load in result.loads if not load.error}
    return first_of((f"{name} ({bits})" if bits else name for name, bits in named.items()), 10)


def _words(value: object) -> str:
    """Return a value of a plan or a machine in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return first_of(
            (f"{name.replace('_', ' ')} {_words(one)}" for name, one in value.items()), 10
        )
    if isinstance(value, tuple):
        return first_of(map(_words, value), 10)
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None or value == "" else one_line(str(value), 80)
