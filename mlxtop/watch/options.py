"""The request of `mlxtop watch`, and which combinations are not possible: pure."""

from dataclasses import dataclass

from mlxtop.exports import Target, built_in
from mlxtop.format import listed

SLOWEST_HZ, FASTEST_HZ = 0.001, 20.0
LONGEST_SECONDS = 366 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """The options of the command line; None if not given."""

    once: bool = False
    exports: tuple[Target, ...] = ()
    hz: float | None = None
    count: int | None = None
    seconds: float | None = None
    record: bool = False

    @property
    def streams(self) -> bool:
        """Whether it prints rows or lines until something ends them."""
        return any(target.export.streams for target in self.exports)

    @property
    def prints(self) -> bool:
        """Whether it prints instead of showing the screen."""
        return self.once or self.streams


def problem(request: WatchRequest, *, terminal: bool) -> str:
    """Return a sentence if the request is invalid, else an empty text.

    `terminal`: whether input and output are a terminal.
    """
    streams = [target.said for target in request.exports if target.export.streams]
    single = [target.said for target in request.exports if not target.export.streams]
    own = [export.flag for export in built_in("readings")]
    for several in (streams, single):
        if len(several) > 1:
            return f"{listed(several)} cannot be printed together; choose one."
    if request.once and streams:
        return f"--once prints one reading, {listed(own)} a stream; choose one."
    if single and not request.once:
        return f"{single[0]} goes with --once; a stream of JSON lines is --jsonl."
    if any(not target.on_stdout for target in request.exports):
        return "--export prints here: name the format alone, and send it to a file with >."
    if request.hz is not None and not SLOWEST_HZ <= request.hz <= FASTEST_HZ:
        return f"--hz is {request.hz:g}; it must be from 0.001 to 20."
    if request.hz is not None and request.once:
        return "--hz has no effect with --once, which takes one reading."
    if not request.streams and (request.count is not None or request.seconds is not None):
        return f"--count and --seconds end a stream; they go with {listed(own, 'or')}."
    if request.count is not None and request.count < 1:
        return f"--count is {request.count}; it must be at least 1."
    if request.seconds is not None and not 0 < request.seconds <= LONGEST_SECONDS:
        return f"--seconds is {request.seconds:g}; it must be above 0 and at most a year."
    if request.record and request.prints:
        return "--record goes with the screen; --jsonl prints what a recording holds."
    if not request.prints and not terminal:
        how = f"{listed(['--once', *own], 'or')} print without a screen"
        return f"The screen needs a terminal for its input and its output; {how}."
    return ""
