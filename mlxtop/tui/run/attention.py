"""A bell or a desktop notice when something ends, or memory gets short, while you are elsewhere."""

import math
from collections.abc import Callable, Iterator

from textual.app import App

from mlxtop.figures import PRESSURE_LEVELS
from mlxtop.folds.pressure import PRESSURE
from mlxtop.timeline import Timeline

LONG_SECONDS = 10.0
"""The end of a shorter answer is not reported."""


class Attention:
    """Looks at a run once a frame and tells what is new, if nobody is looking at the terminal."""

    def __init__(self, tell: Callable[[str], None], is_watched: Callable[[], bool]) -> None:
        """`tell` takes a sentence; `is_watched` says whether the terminal is looked at."""
        self._tell = tell
        self._is_watched = is_watched
        self._turn = -1
        """The number of the last turn that is over, -1 before the first look."""
        self._ends: dict[int, float] = {}
        self._level: float | None = None

    def look(self, timeline: Timeline) -> None:
        """Tell what is new since the last look."""
        news = [*self._news(timeline)]
        if news and not self._is_watched():
            self._tell(" ".join(news))

    def _news(self, timeline: Timeline) -> Iterator[str]:
        turn = timeline.turn_log.at(math.inf)
        if turn is not None and turn.end is not None and turn.number != self._turn:
            self._turn = turn.number
            if turn.start.purpose is None and turn.end.t - turn.start.t > LONG_SECONDS:
                yield "The answer is complete."
        for number, benchmark in timeline.benchmarks.items():
            end = benchmark.end()
            if end is not None and self._ends.get(number) != end.t:
                self._ends[number] = end.t
                yield "The benchmark has ended."
        level = timeline.readings.value(PRESSURE, timeline.last or 0.0)
        if level is not None:
            if self._level is not None and level > self._level:
                yield f"Memory pressure is {PRESSURE_LEVELS.words[int(level)]}."
            self._level = level


class Focus:
    """Whether the terminal has the focus, as far as it reports that."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._is_known = False
        app.watch(app, "app_focus", self._changed, init=False)

    def _changed(self) -> None:
        self._is_known = True

    @property
    def is_here(self) -> bool:
        """True only if the terminal is known to have it."""
        return self._is_known and self._app.app_focus


def teller(app: App[int], how: str) -> Callable[[str], None]:
    """Return what tells a sentence: `bell` rings, `desktop` asks the terminal for a notice."""

    def bell(sentence: str) -> None:
        app.bell()

    def desktop(sentence: str) -> None:
        if app._driver is not None:
            app._driver.write(f"\x1b]9;mlxtop: {sentence}\x07")

    return desktop if how == "desktop" else bell
