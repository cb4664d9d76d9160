"""Times that several figures share, because they were read together."""

from array import array
from weakref import WeakValueDictionary


class Times:
    """Times in seconds, ascending, of figures that were always read together so far.

    Each of these figures holds as many of the times as it has values. One that is read at another
    time takes a copy along, and with it all that part at the same place and go on at the same time:
    so those of one sensor stay together, and a day of 30 figures holds two or three lists of times.
    """

    __slots__ = ("__weakref__", "_parted", "stamps")

    def __init__(self, stamps: "array[float] | None" = None) -> None:
        self.stamps = array("d") if stamps is None else stamps
        self._parted: WeakValueDictionary[tuple[int, float], Times] = WeakValueDictionary()

    def read(self, count: int, t: float) -> "Times":
        """Return the times of a figure that has `count` of these and was read at t, t included.

        t must not lie before the last of the `count`.
        """
        stamps = self.stamps
        if len(stamps) == count:
            stamps.append(t)
            return self
        if len(stamps) == count + 1 and stamps[count] == t:
            return self
        parted = self._parted.get((count, t))
        # One that went on since has another reading there.
        if parted is None or len(parted.stamps) != count + 1:
            parted = self._parted[count, t] = Times(stamps[:count])
            parted.stamps.append(t)
        return parted
