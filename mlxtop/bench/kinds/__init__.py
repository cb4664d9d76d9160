"""The kinds of plans. A new one is a file here and an entry in `KINDS`."""

from collections.abc import Iterable
from functools import cache

from mlxtop.bench.kinds.batch import Batch
from mlxtop.bench.kinds.dataset import Dataset
from mlxtop.bench.kinds.kind import PlanKind
from mlxtop.bench.kinds.models import Models
from mlxtop.bench.kinds.scenarios import Scenarios
from mlxtop.bench.kinds.stress import StressPlan
from mlxtop.bench.kinds.sweep import Sweep
from mlxtop.bench.kinds.tokens import Tokens
from mlxtop.bench.kinds.warm import Warm
from mlxtop.bench.plan import FIELDS
from mlxtop.figures import words_in
from mlxtop.holds import DECLARED

_KINDS: tuple[PlanKind, ...] = (
    Tokens(),
    Scenarios(),
    Dataset(),
    Sweep(),
    Models(),
    Batch(),
    StressPlan(),
    Warm(),
)
KINDS: dict[str, PlanKind] = {kind.name: kind for kind in _KINDS}
"""The kinds by name, in the order of the form."""


def _declared_words() -> frozenset[str]:
    """Return the words in which recordings name kinds, their labels and fields."""
    return _words_of(tuple(KINDS.values()), tuple(FIELDS))


@cache
def _words_of(kinds: Iterable[PlanKind], fields: Iterable[str]) -> frozenset[str]:
    labels = (text for kind in kinds for text in (kind.name, kind.label_words))
    return words_in(*labels, *fields)


DECLARED.append(_declared_words)
