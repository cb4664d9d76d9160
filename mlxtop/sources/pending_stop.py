"""A stop that the engine was asked for, and whether it answers."""

from collections.abc import Callable

from mlxtop.engine.protocol import Load, Request

STOP_SECONDS = 3.0
"""An engine that has not answered a stop for so long is held up: in a chat template that does not
end, in one very long step, in code of a library."""


class PendingStop:
    """From a stop to the next end of a load or turn."""

    behind: bool
    """Whether something was asked since, and waits."""
    load_behind: bool
    """Whether a load was."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.over()

    def over(self) -> None:
        """Note that a load or turn has ended: the engine answers."""
        self._since: float | None = None
        self._told = self.behind = self.load_behind = False

    def begin(self) -> None:
        """Note that a stop was requested; an earlier one keeps its time."""
        if self._since is None:
            self._since = self._now()

    def asked(self, request: Request) -> None:
        """Note a request that the engine carries out after what it is to stop."""
        if self._since is not None:
            self.behind = True
            self.load_behind = self.load_behind or isinstance(request, Load)

    @property
    def unanswered(self) -> bool:
        """Whether the engine has been given time enough."""
        return self._since is not None and self._now() - self._since >= STOP_SECONDS

    def to_tell(self) -> bool:
        """Return whether it is unanswered and not yet reported; from now on it is."""
        tell = self.unanswered and not self._told
        self._told = self._told or tell
        return tell
