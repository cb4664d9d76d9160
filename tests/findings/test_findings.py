"""What stands out in the last seconds of a run."""

import math
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.findings import Finding, Severity, findings
from mlxtop.recording import read
from mlxtop.timeline import Timeline
from tests.tui import timelines

GB = 10**9
RECORDINGS = Path(__file__).parents[2] / "recordings"


def timeline(*more: AnyEvent, **figures: list[tuple[float, float]]) -> Timeline:
    """Return a minute of quiet figures twice a second, with some of them as given.

    A figure is named with `__` for the dot; each (time, value) holds until the next.
    """
    made: list[AnyEvent] = [
        events.Header(t=0.0, schema=1, wall=1e9, clock="TEST", mlxtop="0", memory_bytes=32 * GB)
    ]
    for step in range(121):
        t = step / 2
        values = {"cpu.user_percent": 5.0, "pressure.level": 0.0, "memory.available_bytes": 2e10}
        for name, steps in figures.items():
            held = [value for at, value in steps if at <= t]
            if held:
                values[name.replace("__", ".")] = held[-1]
        made.append(events.Sample(t=t, values=values))  # type: ignore[arg-type]
    found = Timeline()
    for event in sorted([*made, *more], key=lambda event: event.t):
        found.add(event)
    return found


def last(found: Timeline, seconds: float = 30.0) -> list[Finding]:
    return findings(found, 60.0 - seconds, 60.0)


def only(found: Timeline) -> Finding:
    (one,) = last(found)
    return one


def ready(working_set: int | None = 24 * GB) -> events.EngineReady:
    return events.EngineReady(
        t=1.0, pid=1, mlx="0", mlx_lm="0", device="gpu", working_set_bytes=working_set
    )


def reply(times: list[float], *, end: float | None = None) -> list[AnyEvent]:
    said: list[AnyEvent] = [events.TurnStart(t=times[0] - 0.5, turn=1, index=1)]
    said += [events.Tokens(t=t, turn=1, times=[t], text=["x"]) for t in times]
    if end is not None:
        said.append(
            events.TurnEnd(t=end, turn=1, finish_reason="stop", generation_tokens=len(times))
        )
    return said


def steady(start: float, end: float, step: float = 0.05) -> list[float]:
    return [start + step * place for place in range(round((end - start) / step))]


def test_a_quiet_end_is_said_to_be_quiet() -> None:
    assert only(timeline()) == Finding(60.0, Severity.NONE, "Nothing unusual in the last 30 s.")


def test_a_run_that_broke_off_between_two_replies_is_not_called_fine() -> None:
    (one,) = findings(timeline(), 30.0, 60.0, broke_off=True)
    assert one.severity == Severity.NOTE
    assert "broke off here without a reply in progress" in one.text
    under_way = timeline(*reply(steady(50.0, 59.9)))
    told = [one.text for one in findings(under_way, 30.0, 60.0, broke_off=True)]
    assert told == ["The run ended in reply 1, after 198 tokens."]


def test_without_readings_nothing_is_claimed() -> None:
    empty = Timeline()
    (one,) = findings(empty, 0.0, 30.0)
    assert "was not read in the last 30 s" in one.text
    assert one.severity == Severity.NOTE


def test_pressure_is_told_with_when_it_rose_and_when_it_was_worst() -> None:
    one = only(timeline(pressure__level=[(0, 0), (50, 1), (57, 2)]))
    assert (one.t, one.severity) == (57.0, Severity.CRITICAL)
    assert one.text == (
        "Memory pressure was CRITICAL 3.00 s before the end, raised since 10.0 s before the end: "
        "the system ends processes to get memory."
    )
    one = only(timeline(pressure__level=[(0, 0), (40, 1), (45, 0)]))
    assert (one.t, one.severity) == (40.0, Severity.WARNING)
    assert "WARN 20.0 s before the end, and NORMAL again later" in one.text
    one = only(timeline(pressure__level=[(0, 1)]))
    assert "WARN all the 30 s before the end" in one.text
    assert only(timeline(pressure__level=[(0, 2), (20, 0)])).severity == Severity.NONE


def test_linux_has_the_level_that_is_derived() -> None:
    made = Timeline()
    for step in range(60):
        values: dict[str, float | None] = {
            "pressure.some_avg10_percent": 30.0 if step > 50 else 0.0
        }
        made.add(events.Sample(t=float(step), values=values))
    (one,) = findings(made, 29.0, 59.0)
    assert (one.t, one.severity) == (51.0, Severity.WARNING)


def test_wired_memory_of_a_mac_is_told_and_held_against_nothing_of_mlxs() -> None:
    grown = [(0.0, 10.0 * GB), (50.0, 20.0 * GB), (55.0, 23.5 * GB)]
    one = only(timeline(ready(), memory__wired_bytes=grown))
    assert (one.t, one.severity) == (55.0, Severity.NOTE)
    assert one.text == (
        "Wired memory reached 23.5 GB 5.00 s before the end, 73 % of the memory (32.0 GB), "
        "13.5 GB more than 25.0 s earlier."
    )
    steady_amount = [(0.0, 23.5 * GB)]
    for more in ({"memory__wired_limit_bytes": [(0.0, 24.0 * GB)]}, {}):
        calm = timeline(ready(), memory__wired_bytes=steady_amount, **more)
        assert only(calm).severity == Severity.NONE, "98 % of a limit that is another's"
    one = only(timeline(ready(), memory__wired_bytes=[(0.0, 31.5 * GB)]))
    assert one.severity == Severity.WARNING
    assert one.text.endswith(
        "98 % of the memory (32.0 GB): none of it can be compressed or swapped."
    )
    falling = [(0.0, 12.0 * GB), (50.0, 2.0 * GB)]
    assert only(timeline(ready(), memory__wired_bytes=falling)).severity == Severity.NONE
    assert only(timeline(memory__wired_bytes=grown)).severity == Severity.NONE, (
        "Linux's Unevictable"
    )


@pytest.mark.parametrize(
    ("gigabytes", "severity"),
    [(23.0, Severity.NOTE), (23.5, Severity.WARNING), (26.0, Severity.WARNING)],
)
def test_mlx_memory_is_held_against_its_working_set_and_no_death_is_claimed(
    gigabytes: float, severity: Severity
) -> None:
    active = round(gigabytes * GB) - 3 * GB
    used = events.MlxMemory(t=55.0, active_bytes=active, cache_bytes=3 * GB, peak_bytes=active)
    one = only(timeline(ready(), used))
    assert one.severity == severity
    assert one.text.startswith(f"MLX's memory reached {gigabytes:.1f} GB 5.00 s before the end")
    assert one.text.endswith(
        "of MLX's working set (24.0 GB): "
        "beyond it Metal may abort a command for lack of memory, or all slows down."
    )


def test_mlx_memory_on_a_processor_is_held_against_the_memory() -> None:
    used = events.MlxMemory(t=55.0, active_bytes=20 * GB, cache_bytes=3 * GB, peak_bytes=23 * GB)
    (one,) = last(timeline(ready(None), used))
    assert one.severity == Severity.NONE, "23 GB of 32 GB is not near, where no GPU has its own"
    more = msgspec.structs.replace(used, active_bytes=29 * GB)
    one = only(timeline(ready(None), more))
    assert one.severity == Severity.CRITICAL
    assert one.text.endswith("(32.0 GB): beyond it the system swaps, or kills a process.")


def test_mlx_memory_on_a_gpu_of_its_own_is_held_against_that_gpus() -> None:
    engine = msgspec.structs.replace(ready(None), device_memory_bytes=24 * GB)
    used = events.MlxMemory(t=55.0, active_bytes=20 * GB, cache_bytes=3 * GB, peak_bytes=23 * GB)
    one = only(timeline(engine, used))
    assert one.severity == Severity.WARNING
    assert "96 % of the GPU's memory (24.0 GB)" in one.text


@pytest.mark.parametrize("judge", ["pressure__raw_level", "pressure__free_percent"])
def test_on_a_mac_the_kernel_says_when_memory_is_short(judge: str) -> None:
    short = {"memory__available_bytes": [(0.0, 3e9), (30.0, 1.2e9)], judge: [(0.0, 1.0)]}
    assert only(timeline(**short)).severity == Severity.NONE
    one = only(timeline(**short, pressure__level=[(0, 0), (50, 2)]))
    assert (one.severity, "Memory pressure was CRITICAL" in one.text) == (Severity.CRITICAL, True)


def test_with_swap_left_little_memory_is_a_warning() -> None:
    one = only(
        timeline(
            memory__available_bytes=[(0, 1e9)],
            swap__total_bytes=[(0, 8e9)],
            swap__used_bytes=[(0, 1e9)],
        )
    )
    assert one.severity == Severity.WARNING
    assert one.text.endswith("the system kills a process when none is left, and no swap.")


def test_a_container_that_is_full_on_a_machine_with_plenty() -> None:
    one = only(
        timeline(memory__limit_bytes=[(0, 4e9)], memory__limit_left_bytes=[(0, 2e9), (58, 1e8)])
    )
    assert one.severity == Severity.CRITICAL
    assert one.text.startswith("Only 100 MB of 4.00 GB of the memory that a cgroup allows were")


def test_little_memory_left() -> None:
    one = only(timeline(memory__available_bytes=[(0, 2e10), (58, 1e9)]))
    assert (one.t, one.severity) == (58.0, Severity.CRITICAL)
    assert "Only 1.00 GB of 32.0 GB" in one.text


def test_memory_of_a_gpu_of_its_own() -> None:
    one = only(timeline(gpu__memory_used_bytes=[(0, 79e9)], gpu__memory_total_bytes=[(0, 80e9)]))
    assert "GPU memory reached 79.0 GB" in one.text
    assert "99 % of what it has (80.0 GB)" in one.text
    assert one.severity == Severity.CRITICAL
    one = only(timeline(gpu1__memory_used_bytes=[(0, 79e9)], gpu1__memory_total_bytes=[(0, 80e9)]))
    assert one.severity == Severity.WARNING, "another program's: the engine is not on it"


def test_a_gpu_that_shares_the_machines_memory_is_not_full_with_its_own() -> None:
    def used(shared: float) -> Timeline:
        return timeline(
            gpu__memory_used_bytes=[(0, 5.3e8)],
            gpu__memory_total_bytes=[(0, 5.37e8)],
            gpu__gtt_used_bytes=[(0, shared)],
            gpu__gtt_total_bytes=[(0, 66e9)],
        )

    assert only(used(41e9)).severity == Severity.NONE
    assert "GPU memory, its own and shared, reached 64.5 GB" in only(used(64e9)).text


def test_swap() -> None:
    one = only(timeline(swap__out_bytes_per_second=[(0, 0), (40, 5e7), (41, 0)]))
    assert (one.t, one.severity) == (40.0, Severity.WARNING)
    assert "up to 50.0 MB/s 20.0 s before the end" in one.text
    one = only(timeline(swap__in_bytes_per_second=[(0, 0), (40, 5e7), (41, 0)]))
    assert one.severity == Severity.NOTE
    assert only(timeline(swap__out_bytes_per_second=[(0, 4096)])).severity == Severity.NONE


def test_heat_and_clocks_that_are_held_back() -> None:
    one = only(timeline(thermal__level=[(0, 0), (50, 2)]))
    assert one.severity == Severity.WARNING
    assert "Thermal pressure was heavy 10.0 s before the end" in one.text
    one = only(timeline(gpu__throttle_reasons=[(0, 0x1), (50, 0x24), (52, 0x1)]))
    assert "GPU were held back (power cap, heat) 8.50 s before the end" in one.text
    assert only(timeline(gpu__throttle_reasons=[(0, 0x1)])).severity == Severity.NONE


def test_the_engine_that_died_and_errors() -> None:
    died = events.Error(t=55.0, text="The engine stopped: signal 9\x1b[2J; do this.")
    one = only(timeline(died))
    assert one.severity == Severity.WARNING
    died = events.Error(t=55.0, text=died.text, engine_stopped=True)
    one = only(timeline(died))
    assert one.severity == Severity.CRITICAL
    assert one.text == "The engine died 5.00 s before the end: signal 9␛[2J."


def test_a_stall_within_a_reply() -> None:
    times = [*steady(40, 45, 1 / 16), *steady(48, 50, 1 / 16)]
    one = only(timeline(*reply(times, end=50.0)))
    assert one.t == 44.9375
    assert one.text == (
        "Reply 1 stalled for 3.06 s, 15.1 s before the end: its tokens usually come every 62.5 ms."
    )


def test_a_reply_in_which_nothing_came_any_more() -> None:
    one = only(timeline(*reply(steady(50, 52))))
    assert one.severity == Severity.WARNING
    assert "The run ended in reply 1, after 40 tokens, and nothing had come for 8.05 s" in one.text
    one = only(timeline(*reply(steady(50, 60))))
    assert one.severity == Severity.NOTE
    assert one.text == "The run ended in reply 1, after 200 tokens."


def test_a_prefill_that_went_on_or_hung() -> None:
    start = events.TurnStart(t=50.0, turn=1, index=1)
    step = events.Prefill(t=59.9, turn=1, done_tokens=5, total_tokens=10)
    assert only(timeline(start, step)).text == "The run ended in the prefill of reply 1."
    assert "nothing had come for 10.0 s" in only(timeline(start)).text


def test_a_reply_that_became_slow() -> None:
    times = [*steady(40, 45), *steady(45, 55, 0.2)]
    one = only(timeline(*reply(times, end=55.0)))
    assert one.severity == Severity.WARNING
    assert "slowed from 20.0 tok/s to 5.0 tok/s, by 75 %;" in one.text
    assert only(timeline(*reply(steady(40, 55), end=55.0))).severity == Severity.NONE


def test_a_model_that_was_being_loaded() -> None:
    one = only(timeline(events.LoadStart(t=56.0, model="m")))
    assert one.text == "A model was being loaded at the end, for 4.00 s."


def test_times_without_a_reading() -> None:
    slept = Timeline()
    for t in [*range(20), *range(50, 61)]:
        slept.add(events.Sample(t=float(t), values={"a": 1.0}))
    (one,) = findings(slept, 10.0, 60.0)
    assert one.t == 50.0
    assert "Nothing was read for 31.0 s, until 10.0 s before the end" in one.text
    slept.add(events.Mark(t=80.0))
    told = findings(slept, 50.0, 80.0)
    assert "is 20.0 s older than the end" in told[0].text


def test_the_worst_comes_first_and_then_the_earlier() -> None:
    found = last(
        timeline(
            ready(),
            *reply([*steady(40, 45), *steady(48, 50)], end=50.0),
            pressure__level=[(0, 0), (57, 2)],
            swap__out_bytes_per_second=[(0, 0), (42, 5e7)],
        )
    )
    assert [one.severity for one in found] == [3, 2, 2]
    assert [round(one.t) for one in found] == [57, 42, 45]


def test_nothing_after_the_end_is_looked_at() -> None:
    made = timeline(pressure__level=[(0, 0), (50, 2)])
    assert findings(made, 10.0, 40.0)[0].severity == Severity.NONE


def test_figures_that_cannot_be_do_not_matter() -> None:
    odd = timeline(
        ready(),
        pressure__level=[(0, math.inf), (40, math.nan), (50, -7.0)],
        memory__wired_bytes=[(0, math.inf), (50, 1e308)],
        thermal__level=[(0, 1e308)],
        gpu__throttle_reasons=[(0, -1.0), (40, 1e300)],
    )
    assert all(one.text for one in last(odd))


def test_the_shipped_recording_in_which_the_engine_died() -> None:
    died = Timeline()
    for event in read(RECORDINGS / "engine-died.jsonl"):
        died.add(event)
    assert died.last is not None
    first, *_ = findings(died, died.last - 30, died.last)
    assert first.severity == Severity.CRITICAL
    assert first.text.startswith("The engine died 5.76 s before the end: killed by signal 9")


def test_a_run_under_pressure_on_a_mac() -> None:
    found = findings(timelines.run(60.0, mac=True), timelines.START + 20, timelines.START + 50)
    assert found[0].severity == Severity.CRITICAL
    assert "Memory pressure was CRITICAL" in found[0].text


def test_a_moment_in_the_middle_is_not_called_the_end() -> None:
    run = timeline(*reply(steady(50, 60)))
    (one,) = findings(run, 30.0, 60.0, is_the_runs_end=False)
    assert one.text == "This is in reply 1, after 200 tokens."
