"""The memory of a process as macOS counts it: its physical footprint.

Resident memory is different there: it leaves out what is compressed and what only the GPU has
touched, and contains clean pages of files and freed ones that have not been reclaimed yet. The
footprint is what Activity Monitor calls "Memory", and what the system uses to decide which
process to end.
"""

import ctypes

from mlxtop.sensors.macos.c_functions import Signatures, bind

RUSAGE_INFO_V2 = 2
# struct rusage_info_v2 of <sys/resource.h>: its size, and the offset of the figure.
RUSAGE_BYTES = 160
FOOTPRINT_OFFSET = 72
SOURCE = "proc_pid_rusage ri_phys_footprint"
SIGNATURES: Signatures = {
    "proc_pid_rusage": (ctypes.c_int, (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)),
}


class Footprints:
    """`proc_pid_rusage` of one library."""

    def __init__(self, library: str | None = None) -> None:
        """Bind the symbol of `library`; None takes that of the process, libSystem's.

        Raises OSError or AttributeError if it does not exist.
        """
        self._rusage = bind(ctypes.CDLL(library), SIGNATURES)["proc_pid_rusage"]

    def of(self, pid: int) -> int | None:
        """Return the footprint of a process in bytes; None if it has ended or is another user's.

        From any thread.
        """
        # Even a larger structure than requested would fit.
        usage = ctypes.create_string_buffer(4 * RUSAGE_BYTES)
        if self._rusage(pid, RUSAGE_INFO_V2, usage) != 0:
            return None
        return ctypes.c_uint64.from_buffer(usage, FOOTPRINT_OFFSET).value
