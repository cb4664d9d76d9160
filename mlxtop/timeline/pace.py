"""How often the machine really was read, from the sampler's own counts."""

from bisect import bisect_left, bisect_right

from mlxtop.timeline.store import Timeline

WINDOW_SECONDS = 10.0
# From fewer readings of the counts one late tick would look like a slow machine.
SHORTEST_SECONDS = 5.0
TAKEN, GAPS = "app.samples_taken", "app.sampling_gaps"


def readings_per_second(timeline: Timeline, t: float) -> float | None:
    """Return the rate of readings over the ten seconds before t, in hertz.

    None in recordings that do not say, in the first five seconds, and for as long after a gap,
    in which nobody was there to read.
    """
    taken, gaps = timeline.series.get(TAKEN), timeline.series.get(GAPS)
    if taken is None or taken.at(t) is None:
        return None
    low, high = bisect_left(taken.times, t - WINDOW_SECONDS), bisect_right(taken.times, t)
    if gaps is not None and high - low > 1:
        now = gaps.at(t)
        while low < high and gaps.at(taken.times[low]) != now:
            low += 1
    known = [place for place in range(low, high) if taken.values[place] == taken.values[place]]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    span = taken.times[last] - taken.times[first]
    if span < SHORTEST_SECONDS:
        return None
    return (taken.values[last] - taken.values[first]) / span
