"""A stop requested from the engine, and whether the engine responds."""

from collections.abc import Callable

from mlxtop.engine.protocol import Load, Request

STOP_SECONDS = 3.0
"""After this time without a response the engine counts as blocked: by a chat template that does not
end, by one very long step, by code of a library."""


class PendingStop:
    """From a stop to the next end of a load or turn."""

    behind: bool
    """Whether another request waits behind the stop."""
    load_behind: bool
    """Whether that is a load."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.over()

    def over(self) -> None:
        """Note that a load or turn has ended: the engine responds."""
        self._since: float | None = None
        self._reported = self.behind = self.load_behind = False

    def begin(self) -> None:
        """Note that a stop was requested; an earlier stop keeps its time."""
        if self._since is None:
            self._since = self._now()

    def asked(self, request: Request) -> None:
        """Note a request that the engine handles after the stop."""
        if self._since is not None:
            self.behind = True
            self.load_behind = self.load_behind or isinstance(request, Load)

    @property
    def unanswered(self) -> bool:
        """Whether the engine had enough time to respond."""
        return self._since is not None and self._now() - self._since >= STOP_SECONDS

    def to_report(self) -> bool:
        """Return whether it is unanswered and not yet reported; marks it as reported."""
        due = self.unanswered and not self._reported
        self._reported = self._reported or due
        return due
