"""The kinds of plans. A new one is a file here and an entry in `KINDS`."""

from mlxtop.bench.kinds.batch import Batch
from mlxtop.bench.kinds.dataset import Dataset
from mlxtop.bench.kinds.kind import PlanKind
from mlxtop.bench.kinds.models import Models
from mlxtop.bench.kinds.scenarios import Scenarios
from mlxtop.bench.kinds.stress import StressPlan
from mlxtop.bench.kinds.sweep import Sweep
from mlxtop.bench.kinds.tokens import Tokens
from mlxtop.bench.kinds.warm import Warm

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
