"""Whether what is written now may be the last: memory pressure has left NORMAL."""

from mlxtop.events import AnyEvent, Sample
from mlxtop.pressure import LEVEL_FIGURES, NORMAL, pressure_level

_FIGURES = frozenset(("pressure.level", *LEVEL_FIGURES))


class Alarm:
    """Folds samples into one answer, by the level as the system says it or as it is derived."""

    def __init__(self) -> None:
        """Begin in peace."""
        self._figures: dict[str, float | None] = {}
        self.raised = False
        """True while the pressure level is not NORMAL."""

    def fold(self, event: AnyEvent) -> None:
        """Take in what a sample says of memory."""
        if not isinstance(event, Sample):
            return
        told = {name: value for name, value in event.values.items() if name in _FIGURES}
        if told:
            self._figures |= told
            self.raised = (pressure_level(self._figures) or NORMAL) > NORMAL
