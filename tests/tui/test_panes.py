from collections.abc import Sequence

import msgspec
import pytest

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CPU, GPU, MEMORY, PANES, PRESSURE, SPEED, Face, Pane
from mlxtop.tui.panes.base import Frame, draw_pane
from mlxtop.tui.panes.memory import layers, top_of
from mlxtop.tui.widgets.chart import grid
from mlxtop.tui.widgets.large import large_number
from mlxtop.tui.widgets.rows import Row, length, text
from tests.tui.stage import Stage
from tests.tui.timelines import GIB, START, header, run, sample, turn
from tests.tui.zoomed import plots

LINUX, MAC = run(80), run(80, mac=True)


def rows(
    pane: Face,
    timeline: Timeline,
    t: float,
    width: int = 88,
    height: int = 12,
    frame: Frame = Frame(),  # noqa: B008
) -> list[Row]:
    return draw_pane(pane, timeline, t, width, height, frame)


def lines(
    pane: Face,
    timeline: Timeline,
    t: float,
    width: int = 88,
    height: int = 12,
    frame: Frame = Frame(),  # noqa: B008
) -> list[str]:
    return [text(row) for row in rows(pane, timeline, t, width, height, frame)]


def has(drawn: list[str], *words: str) -> bool:
    """Return whether a row holds these words one after another, whatever space is between."""
    return any(" ".join(words) in " ".join(line.split()) for line in drawn)


@pytest.mark.parametrize("pane", PANES.values(), ids=list(PANES))
@pytest.mark.parametrize("timeline", [Timeline(), LINUX, MAC], ids=["empty", "linux", "mac"])
def test_any_size_is_filled_exactly(pane: Face, timeline: Timeline) -> None:
    for width in (*range(45), 60, 88, 200):
        for height in (0, 1, 2, 3, 4, 5, 9, 30):
            for t in (START - 5, START + 5, START + 14.7, START + 22, START + 500):
                drawn = rows(pane, timeline, t, width, height)
                assert len(drawn) == (height if width else 0)
                assert all(length(row) == width for row in drawn)


@pytest.mark.parametrize("pane", PANES.values(), ids=list(PANES))
def test_the_same_moment_is_drawn_the_same(pane: Face) -> None:
    assert rows(pane, run(80), START + 33.3) == rows(pane, run(80), START + 33.3)


def test_figures_go_before_the_chart() -> None:
    high, low = (lines(SPEED, LINUX, START + 22, 88, height) for height in (11, 5))
    assert "▀" in "".join(high)
    assert has(high, "TTFT 1.40 s")
    assert not has(low, "TTFT")
    assert any("█" in line for line in low)
    assert "speed" in lines(SPEED, LINUX, START + 22, 88, 1)[0]


def test_where_there_is_little_room_the_figure_goes_before_the_title() -> None:
    titles = [lines(PRESSURE, LINUX, START + 20, width, 3)[0] for width in (60, 30, 16)]
    assert titles[0].startswith("┌─ pressure ─")
    assert "pressure" not in titles[1]
    assert "● NORMAL  swap " in titles[1]
    assert titles[2] == "┌● NORMAL  swa…┐"


def test_speed_while_tokens_come() -> None:
    drawn = lines(SPEED, LINUX, START + 22)
    assert drawn[0].startswith("┌─ speed ──")
    assert drawn[0].endswith(" tok/s ─┐")
    assert "last" not in drawn[0]
    assert has(drawn, "now TTFT 1.40 s decode 129.7 tok/s")
    assert has(drawn, "between tokens p50 7.7 p95 8.7 p99 8.8 ms")
    assert has(drawn, "prompt 4,096 tok cached 1,024 tok")
    assert has(drawn, "reply running")


def test_speed_stays_after_the_reply_and_says_so() -> None:
    drawn = lines(SPEED, LINUX, START + 27)
    assert drawn[0].endswith(" last 129.7 tok/s ─┐")
    assert has(drawn, "last answer TTFT 1.40 s")
    number = large_number("129.7")
    assert all(row in line for row, line in zip(number, drawn[1:4], strict=True))
    assert has(drawn, "generated 1,400 tok")
    assert has(drawn, "reply complete")


def test_a_trial_of_a_benchmark_is_no_answer() -> None:
    timeline = Timeline()
    purpose = events.Purpose(benchmark=1, what="trial", point=0)
    made = turn(10.0, 1, 50, 50)
    timeline.add(msgspec.structs.replace(made[0], purpose=purpose))
    for event in made[1:]:
        timeline.add(event)
    assert has(lines(SPEED, timeline, 30.0), "last trial")


def test_mlx_lms_own_figures_are_only_in_the_enlarged_pane() -> None:
    assert not any("mlx-lm" in line for line in lines(SPEED, LINUX, START + 27, 200, 30))
    enlarged = plots("speed", LINUX, START + 27, 60, 100, 30)[0]
    assert enlarged.note == "decode (mlx-lm) 130.0 tok/s   prefill (mlx-lm) 2,560 tok/s"


@pytest.mark.parametrize(("width", "blocks"), [(50, True), (88, False)])
def test_without_room_or_blocks_the_speed_is_one_row(width: int, blocks: bool) -> None:
    drawn = lines(SPEED, LINUX, START + 27, width, 12, Frame(blocks=blocks))
    assert "129.7 tok/s last answer" in " ".join(drawn[1].split())
    assert "▀" not in "".join(drawn)
    assert has(drawn, "TTFT 1.40 s")
    loads = lines(SPEED, LINUX, START + 6, width, 12, Frame(blocks=blocks))
    assert has(loads[1:2], "4.00 GB of 8.00 GB")
    assert not has(loads[2:], "4.00 GB of 8.00 GB")


def test_the_number_is_not_higher_than_the_pane_has_room_for() -> None:
    for height in range(1, 14):
        drawn = lines(SPEED, LINUX, START + 27, 88, height)
        is_large = large_number("129.7")[2] in "".join(drawn)
        assert is_large is (height >= 9), height
        assert is_large or "129.7" in drawn[0]


def test_latency_in_a_narrow_pane_is_shorter_and_whole() -> None:
    for width, name in ((48, "tokens p50 7.7 "), (40, "tokens, p50 p95 p99 7.7 ")):
        drawn = lines(SPEED, LINUX, START + 27, width, 11)
        (row,) = [row for row in drawn if "p95" in row]
        assert name in " ".join(row.split())
        assert row.rstrip("│ ").endswith(" ms")
        assert "…" not in row


def test_prefill_shows_tokens_and_what_is_left_by_the_measured_rate() -> None:
    drawn = lines(SPEED, LINUX, START + 14.7)
    assert "prefill  50 %" not in drawn[0]
    assert "prefill" in drawn[0]
    # 1,536 tokens in 0.6 s: the other 1,536 take as long.
    assert has(drawn, "prefill 2,560 of 4,096 tokens")
    assert has(drawn, "about 600 ms left")
    assert "prefill  2,560 of 4,096 tokens" in lines(SPEED, LINUX, START + 14.7, 88, 4)[-2]


def test_a_prefill_without_a_report_makes_nothing_up() -> None:
    timeline = Timeline()
    timeline.add(events.TurnStart(t=1.0, turn=1, index=1))
    drawn = lines(SPEED, timeline, 2.0)
    assert has(drawn, "prefill …")
    assert not has(drawn, "left")


def test_a_load_shows_bytes_and_what_is_left() -> None:
    drawn = lines(SPEED, LINUX, START + 6.0)
    assert has(drawn, "loading demo/model 4.00 GB of 8.00 GB")
    assert has(drawn, "about 2.00 s left")
    assert "loading  50 %" in drawn[0]


def test_with_a_draft_model_latency_is_per_step() -> None:
    timeline = Timeline()
    timeline.add(events.TurnStart(t=1.0, turn=1, index=1, draft="small"))
    times = [2.0, 2.1, 2.2, 2.3]
    timeline.add(events.Tokens(t=2.3, turn=1, times=times, draft=[True, False, True, False]))
    assert has(lines(SPEED, timeline, 2.5), "per step p50 200")


def test_the_narrow_screen_has_the_memory_that_matters() -> None:
    assert MEMORY.key_figure(LINUX, START + 20) == ("used 16.0 GB", "$chart-memory")
    figure = MEMORY.key_figure(MAC, START + 20)
    assert figure is not None
    assert figure[0].startswith("wired 1")


@pytest.mark.parametrize("width", range(30, 130, 4))
def test_the_counts_of_readings_do_not_change_the_height(width: int) -> None:
    def count_rows(late: float, gaps: float) -> int:
        timeline = Timeline()
        names = ("app.samples_late", "app.samples_dropped", "app.sampling_gaps")
        values = dict(zip(names, (late, late, gaps), strict=True))
        timeline.add(events.Sample(t=START, values={**values}))
        return len(CPU.lines(timeline, START, width))

    assert len({count_rows(0, 0), count_rows(15, 0), count_rows(1234, 2)}) == 1


def test_memory_names_wired_as_the_system_does() -> None:
    assert has(lines(MEMORY, LINUX, START + 20), "wired (Unevictable)")
    assert " used " in lines(MEMORY, LINUX, START + 20)[0]
    assert not has(lines(MEMORY, MAC, START + 20), "Unevictable")
    assert "wired 19.8 GB of 137 GB" in lines(MEMORY, MAC, START + 20)[0]


def test_memory_adds_up_to_what_there_is() -> None:
    drawn = " ".join(" ".join(line.split()) for line in lines(MEMORY, MAC, START + 20))
    parts = {
        name: float(drawn.split(f"{name} ")[1].split(" GB")[0])
        for name in ("app", "compressed", "cached", "free")
    }
    wired = float(drawn.split("■ wired ")[1].split(" GB")[0])
    assert sum(parts.values()) + wired == pytest.approx(128 * GIB / 1e9, rel=0.01)


def test_what_the_firmware_keeps_is_no_cache() -> None:
    """Of 128 GiB the kernel of a Mac manages less: the rest is neither cached nor free."""
    timeline = Timeline()
    for event in (header(mac=True), sample(START + 1, mac=True)):
        timeline.add(event)
    sizes = {"used": 60e9, "free": 20e9, "cached": 56.0e9, "wired": 15e9, "compressed": 5e9}
    values = {f"memory.{name}_bytes": value for name, value in sizes.items()}
    timeline.add(events.Sample(t=START + 2, values=dict(values)))
    assert has(lines(MEMORY, timeline, START + 2), "cached 56.0 GB")
    columns_of = grid(START + 2, 60)
    (cached,) = [
        layer.values
        for layer in layers(timeline, START + 2, columns_of, 128.0 * GIB)
        if layer.ink.startswith("cached")
    ]
    assert cached[-1] == 56e9


def test_linux_cache_is_what_is_neither_used_nor_free() -> None:
    """Its "cached" has shared memory in it, which nobody gives back."""
    timeline = Timeline()
    timeline.add(header())
    values = {"memory.used_bytes": 10e9, "memory.free_bytes": 4e9, "memory.cached_bytes": 24e9,
              "memory.total_bytes": 32e9}  # fmt: skip
    timeline.add(events.Sample(t=START + 2, values=dict(values)))
    assert has(lines(MEMORY, timeline, START + 2), "cached 18.0 GB")


def test_memory_marks_the_limit() -> None:
    drawn = lines(MEMORY, MAC, START + 20)
    assert has(drawn, "╌ working set 103 GB")
    assert any("╌╌╌╌" in line for line in drawn[1:5])
    (mark,) = [line for line in drawn[1:6] if "╌╌╌╌" in line]
    assert "╌ working set 103 GB ╌" in mark


def test_the_scale_of_memory_ends_above_what_is_used_and_keeps_to_it_for_a_window() -> None:
    timeline = Timeline()
    timeline.add(header())
    for second, used in ((1, 9e9), (2, 1.6e9), (100, 1.6e9), (200, 1.6e9)):
        values = {"used_bytes": used, "cached_bytes": 20e9, "free_bytes": 3e9}
        named = {f"memory.{name}": value for name, value in values.items()}
        timeline.add(events.Sample(t=START + second, values={**named}))

    def top(second: float, limits: Sequence[float] = (), total: float = 32e9) -> float:
        t = START + second
        return top_of(timeline, t, grid(t, 40), total, limits)

    assert top(2) == 10e9
    assert top(100) == 10e9, "a window that needed it is still near"
    assert top(200) == 2e9
    assert top(200, [3.9e9]) == 5e9, "a limit that is near"
    assert top(200, [24e9]) == 2e9
    assert top(2, total=9.5e9) == 9.5e9
    assert top(0) == 32e9, "without a reading, all memory"


def limited(**limits: float) -> Timeline:
    timeline = Timeline()
    for event in (header(), sample(START + 1)):
        timeline.add(event)
    timeline.add(events.Sample(t=START + 1, values={f"memory.{n}": v for n, v in limits.items()}))
    return timeline


def test_a_containers_limit_stands_beside_the_total() -> None:
    drawn = lines(MEMORY, limited(limit_bytes=8.0 * GIB), START + 1)
    assert ", limit 8.59 GB of 34.4 GB" in drawn[0]
    assert has(drawn, "cgroup limit 8.59 GB")
    assert any("╌ cgroup limit 8.59 GB ╌" in line for line in drawn[1:8])
    for whole in (limited(), limited(limit_bytes=32.0 * GIB), limited(limit_bytes=2.0**60)):
        drawn = lines(MEMORY, whole, START + 1)
        assert "limit" not in drawn[0]
        assert not has(drawn, "cgroup")
        assert not any("╌" in line for line in drawn)


def test_a_wired_limit_is_marked_until_the_engine_names_the_working_set() -> None:
    timeline = limited(wired_limit_bytes=20.0 * GIB)
    drawn = lines(MEMORY, timeline, START + 1)
    assert any("╌ wired limit 21.5 GB ╌" in line for line in drawn[1:8])
    assert has(drawn, "╌ wired limit 21.5 GB")
    timeline.add(
        events.EngineReady(t=START + 1, pid=1, mlx="", mlx_lm="", working_set_bytes=19 * GIB)
    )
    drawn = lines(MEMORY, timeline, START + 1)
    assert not has(drawn, "wired limit")
    assert has(drawn, "╌ working set 20.4 GB")


def test_a_mark_without_room_for_its_name_is_a_line() -> None:
    drawn = lines(MEMORY, MAC, START + 20, 30)
    assert any("╌╌╌╌" in line and "set" not in line for line in drawn[1:6])


def test_pressure_is_told_by_word_and_shape() -> None:
    titles = [lines(PRESSURE, MAC, START + at)[0] for at in (20, 40, 47.5)]
    assert "● NORMAL" in titles[0]
    assert "▲ WARN" in titles[1]
    assert "■ CRITICAL" in titles[2]
    band = lines(PRESSURE, MAC, START + 60)[2]
    assert {"▁", "█"} <= set(band)
    assert has(lines(PRESSURE, MAC, START + 20), "level from macOS level")
    assert has(lines(PRESSURE, LINUX, START + 20), "level from PSI")


def test_pressure_has_one_row_while_it_is_normal_and_for_a_minute_after() -> None:
    """WARN from 36 s to 52 s of this run."""
    needed = {at: PRESSURE.rows_needed(MAC, START + at) for at in (20, 35.9, 36.3, 60, 111, 113)}
    assert needed == {20: 1, 35.9: 1, 36.3: None, 60: None, 111: None, 113: 1}
    assert PRESSURE.rows_needed(Timeline(), START) == 1
    # A recording that begins in the middle does not know of it.
    later = Timeline()
    later.add(sample(START + 60, mac=True, step=300))
    assert PRESSURE.rows_needed(later, START + 60) == 1


async def test_a_pane_of_one_row_grows_with_the_focus_and_with_trouble() -> None:
    panes = [Pane(MEMORY), Pane(PRESSURE), Pane(CPU)]
    async with Stage(*panes).run_test(size=(90, 40)) as pilot:

        async def height(at: float) -> int:
            for pane in panes:
                pane.show(MAC, START + at)
            await pilot.pause()
            return panes[1].size.height

        assert await height(20) == 1
        assert await height(40) > 5
        assert await height(30) == 1
        panes[1].focus()
        await pilot.pause()
        assert await height(30) > 5


async def test_the_lowest_pane_has_its_lower_border_however_little_it_says() -> None:
    panes = [Pane(CPU), Pane(GPU)]
    async with Stage(*panes).run_test(size=(90, 20)) as pilot:
        for pane in (*panes, *panes):
            pane.show(LINUX, START + 40)
            await pilot.pause()
        assert [text(row)[0] for row in panes[1].shown] == ["├", "└"]
        assert "no figures on this machine" in text(panes[1].shown[0])


def test_without_swap_it_says_so() -> None:
    timeline = Timeline()
    values = {"swap.used_bytes": 0.0, "swap.total_bytes": 0.0, "memory.available_bytes": 9e9}
    timeline.add(events.Sample(t=1.0, values=dict(values)))
    drawn = lines(PRESSURE, timeline, 1.0)
    assert has(drawn, "swap none set up")
    assert has(drawn, "level from meminfo")
    # macOS makes swap files when it needs them.
    timeline.add(events.Sample(t=1.0, values={"pressure.level": 0.0, "pressure.raw_level": 1.0}))
    drawn = lines(PRESSURE, timeline, 1.0)
    assert has(drawn, "swap none yet")
    assert has(drawn, "level from macOS level")


def test_a_machine_without_gpu_says_so_quietly() -> None:
    drawn = rows(GPU, LINUX, START + 20, 88, 3)
    assert "no GPU figures on this machine: " in text(drawn[1])
    assert {ink for _, ink in drawn[1]} <= {"rule", "quiet"}


def test_only_the_gpu_rows_that_exist() -> None:
    drawn = lines(GPU, MAC, START + 20)
    assert drawn[0].endswith("busy  98 % ─┐")
    assert has(drawn, "memory 17.9 GB power 38.0 W")
    assert not has(drawn, "temperature")
    timeline = Timeline()
    timeline.add(events.Sample(t=1.0, values={"gpu.renderer_percent": 12.0}))
    assert has(lines(GPU, timeline, 1.0), "renderer 12 %")


def test_cpu_says_what_mlxtop_costs() -> None:
    drawn = lines(CPU, LINUX, START + 20)
    assert has(drawn, "mlxtop itself 2.3 % of a core, 84.0 MB")
    assert has(drawn, "engine 98 % of a core, 1.20 GB")
    assert has(drawn, "load 5.40 on 16 cores")


@pytest.mark.parametrize("pane", [MEMORY, PRESSURE, CPU], ids=["memory", "pressure", "cpu"])
def test_an_old_figure_says_how_old_it_is(pane: Face) -> None:
    drawn = lines(pane, LINUX, START + 80 + 11.9, 120)
    assert any("12 s old" in line or "11 s old" in line for line in drawn)
    assert any(block in line for line in drawn for block in "▁▃█")
    gone = lines(pane, LINUX, START + 80 + 200)
    assert any("min old" in line for line in gone)


def test_what_is_unknown_is_a_dash() -> None:
    for pane in PANES.values():
        drawn = lines(pane, Timeline(), 5.0)
        assert "—" in drawn[0]
        assert not any("0 B" in line or "0.0" in line for line in drawn)


def test_names_from_outside_are_text() -> None:
    timeline = Timeline()
    timeline.add(events.LoadStart(t=1.0, model="[red]\x1b[31mevil\u202e", weights_bytes=100))
    timeline.add(events.LoadProgress(t=2.0, done_bytes=50, total_bytes=100))
    drawn = "".join(lines(SPEED, timeline, 2.0))
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    assert "[red]␛[31mevil" in drawn


def test_borders_are_shared_between_neighbours() -> None:
    middle = rows(CPU, LINUX, START + 20, 60, 6, Frame(first=False, last=False))
    assert text(middle[0]).startswith("├─ CPU")
    assert text(middle[-1]).startswith("│")
    last = rows(CPU, LINUX, START + 20, 88, 6, Frame(first=False))
    assert text(last[-1]).startswith("└")
    assert " 60 s ago " in text(last[-1])
    focused = rows(CPU, LINUX, START + 20, 60, 6, Frame(focus=True))
    assert text(focused[0]).startswith("┏━ CPU")


async def test_only_rows_that_changed_are_drawn_again() -> None:
    pane = Pane(SPEED)
    app = Stage(pane)
    timeline = run(80)
    async with app.run_test(size=(90, 12)) as pilot:
        pane.show(timeline, START + 40)
        await pilot.pause()
        drawn = pane.rows_drawn
        assert drawn > 0
        for _ in range(5):
            pane.show(timeline, START + 40)
        assert pane.rows_drawn == drawn
        timeline.add(events.Notice(t=START + 200, text="later"))
        pane.show(timeline, START + 40)
        assert pane.rows_drawn == drawn


async def test_a_hidden_pane_draws_nothing() -> None:
    pane = Pane(CPU)
    pane.display = False
    app = Stage(pane)
    async with app.run_test(size=(90, 12)) as pilot:
        pane.show(LINUX, START + 40)
        await pilot.pause()
        assert pane.rows_drawn == 0


async def test_enter_asks_for_the_full_chart_and_focus_is_seen() -> None:
    first, second = Pane(SPEED), Pane(CPU)
    app = Stage(first, second)
    async with app.run_test(size=(60, 20)) as pilot:
        for pane in (first, second):
            pane.show(LINUX, START + 40)
        assert text(first.shown[0])[0] == "┌"
        assert text(second.shown[0])[0] == "├"
        await pilot.click("#cpu")
        assert text(second.shown[0])[0] == "┣"
        await pilot.press("enter")
        assert [message.pane for message in app.said if isinstance(message, Pane.Enlarge)] == [
            second
        ]


async def test_a_new_size_is_drawn_at_once() -> None:
    pane = Pane(MEMORY)
    app = Stage(pane)
    async with app.run_test(size=(90, 12)) as pilot:
        pane.show(LINUX, START + 40)
        await pilot.resize_terminal(50, 7)
        await pilot.pause()
        assert [length(row) for row in pane.shown] == [50] * 7


async def test_a_new_theme_changes_colours_at_once() -> None:
    pane = Pane(CPU)
    app = Stage(pane)
    async with app.run_test(size=(90, 12)) as pilot:
        pane.show(LINUX, START + 40)
        await pilot.pause()
        before = pane.render_line(0)
        app.theme = "mlxtop-light"
        await pilot.pause()
        assert pane.render_line(0).text == before.text
        assert pane.render_line(0) != before


async def test_one_by_one() -> None:
    panes = [Pane(face) for face in PANES.values()]
    async with Stage(*panes).run_test(size=(1, 1)) as pilot:
        for pane in panes:
            pane.show(MAC, START + 40)
        await pilot.pause()


def test_the_top_of_speed_is_not_lowered_within_a_window() -> None:
    timeline = Timeline()
    for event in [*turn(10.0, 1, 300, 300), *turn(30.0, 2, 40, 2000, end=False)]:
        timeline.add(event)
    tops = [lines(SPEED, timeline, t)[4].split()[1] for t in (14.0, 40.0, 70.0)]
    assert tops == ["500/s", "500/s", "500/s"]


@pytest.mark.parametrize("width", range(30, 112, 3))
def test_the_cpu_pane_has_as_many_rows_of_figures_whatever_they_say(width: int) -> None:
    counts = set()
    for late, dropped, load, cost in (
        (0, 0, 0.1, 0.0),
        (15, 5, 7.62, 12.0),
        (1500, 999, 23.4, 123.0),
        (9999, 9999, 123.4, 1234.0),
    ):
        timeline = Timeline()
        timeline.add(header())
        values: dict[str, float | None] = {
            "cpu.load_1m": load,
            "app.samples_late": float(late),
            "app.samples_dropped": float(dropped),
            "app.sampling_gaps": 0.0,
            "app.cpu_percent": cost,
            "app.memory_bytes": 123e9 if late else 66.5e6,
            "engine.cpu_percent": cost,
            "engine.memory_bytes": 123e9 if late else 1e6,
        }
        timeline.add(events.Sample(t=START, values=values))
        counts.add(len(CPU.lines(timeline, START, width)))
    assert len(counts) == 1, counts
