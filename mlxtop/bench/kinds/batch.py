"""Several requests at once."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mlxtop.bench.kinds.kind import SIZES
from mlxtop.bench.kinds.tokens import Tokens
from mlxtop.bench.plan import Plan


class Batch(Tokens):
    """Requests with random tokens, several at once."""

    name = "batch"
    words = "several requests at once"
    form = ("batch", *SIZES, "sampling", "cool_seconds")
    quick: ClassVar = {"prompt_tokens": 128, "generation_tokens": 64, "trials": 2}
    chosen_by = "batch"
    one_thing_changed = True

    def is_asked(self, given: Mapping[str, Any]) -> bool:
        """Return whether there are several sizes: a single size is a setting of other plans."""
        return len(given.get("batch", ())) > 1

    def instead(self, others: Sequence[str], given: Mapping[str, Any]) -> str:
        """Return how a sweep does both."""
        if list(others) != ["sweep"]:
            return ""
        return f"sweep the batch: --sweep batch={','.join(map(str, given['batch']))}"

    def size_label(self, plan: Plan, size: int) -> str:
        """Return how many requests it is, also for a single size."""
        return f"batch {size}"
