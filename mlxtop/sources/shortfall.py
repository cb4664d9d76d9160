"""Reports which part of a run was not recorded, when it is over."""

from mlxtop.complain import complain
from mlxtop.recording.status import RecorderStatus
from mlxtop.sources.options import LiveOptions


def tell_shortfall(status: RecorderStatus, options: LiveOptions, *, screen: bool = False) -> int:
    """Report on stderr which part of a finished run was not recorded; return the exit status.

    1 where a recording was asked for, or where a disk took no more and there was no screen to show
    that all the time. Reaching the limit fails only a run whose recording was asked for.
    """
    if not status.shortfall:
        return 0
    complain(status.shortfall)
    return int(options.must_record or (status.refused and not screen))
