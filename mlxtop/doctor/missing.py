"""What a figure that is not available here would need, as its sources declare it."""

from collections.abc import Sequence

from mlxtop.doctor.report import Missing
from mlxtop.sensors.registry import Made


def reason(name: str, made: Sequence[Made]) -> str:
    """Return what a figure that a sensor has, and that has no value, needs; empty: it ought to."""
    return next((each.source.why(name) for each in made if name in each.names), "")


def missing(made: Sequence[Made]) -> list[Missing]:
    """Return the figures that no sensor has, and what they would need.

    Where several sources could give one, any of them would do; where one of those is here, what
    it lacks.
    """
    names = set().union(*(each.names for each in made))
    wanted: dict[str, list[tuple[bool, str]]] = {}
    for each in made:
        here = bool(each.names)
        for figures, needs in each.source.needs(here=here):
            for figure in figures:
                if figure not in names:
                    wanted.setdefault(figure, []).append((here, needs))
    found: dict[str, list[str]] = {}
    for figure, asked in wanted.items():
        of_those_here = [needs for here, needs in asked if here]
        needs = ", or ".join(dict.fromkeys(of_those_here or [needs for _, needs in asked]))
        found.setdefault(needs, []).append(figure)
    return [Missing(figures=figures, needs=needs) for needs, figures in found.items()]


def silent_hardware(made: Sequence[Made]) -> str:
    """Return the sentence about a GPU that is here and has no sensor; empty where there is none."""
    if any(name.startswith("gpu") for each in made for name in each.names):
        return ""
    return next((said for each in made if (said := each.source.silent())), "")
