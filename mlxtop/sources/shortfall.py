"""What of a run is in no recording, said when it is over."""

from mlxtop.complain import complain
from mlxtop.recording.status import RecorderStatus
from mlxtop.sources.options import LiveOptions


def tell_shortfall(status: RecorderStatus, options: LiveOptions, *, screen: bool = False) -> int:
    """Say on stderr what of a run that is over was not recorded; return the exit status.

    1 where a recording was asked for, or a disk took no more: on a screen that stood there all the
    time. That a limit was reached fails nothing where nobody asked.
    """
    if not status.shortfall:
        return 0
    complain(status.shortfall)
    return int(options.must_record or (status.refused and not screen))
