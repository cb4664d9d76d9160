"""The moment looked at: the same keys on a live run and on a file."""

from mlxtop.events import Sample
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline


class Clock:
    """Seconds that pass when told to."""

    def __init__(self, t: float) -> None:
        self.t = t

    def __call__(self) -> float:
        return self.t


def made(*, live: bool, now: float = 100.0) -> tuple[Playhead, Clock]:
    timeline = Timeline()
    for tick in range(50):
        timeline.add(Sample(t=50.0 + tick, values={}))
    clock = Clock(now)
    return Playhead(timeline, live=live, now=clock), clock


def test_live_follows_now_until_it_is_frozen() -> None:
    head, clock = made(live=True)
    assert head.time() == 100.0
    clock.t = 101.0
    assert head.time() == 101.0
    head.toggle()
    clock.t = 110.0
    assert (head.time(), head.frozen, head.end) == (101.0, True, 110.0)
    head.toggle()
    assert (head.time(), head.frozen) == (110.0, False)


def test_live_scrubs_back_and_end_returns_to_now() -> None:
    head, clock = made(live=True)
    head.skip(-10.0)
    clock.t = 105.0
    assert (head.time(), head.frozen) == (90.0, True)
    head.skip(-1000.0)
    assert head.time() == 50.0
    head.go_end()
    assert (head.time(), head.following) == (105.0, True)


def test_a_replay_plays_at_its_speed_and_stops_at_the_end() -> None:
    head, clock = made(live=False)
    head.go_start()
    clock.t += 2.0
    assert head.time() == 52.0
    head.change_speed(2)
    assert head.speed == 4.0
    clock.t += 2.0
    assert head.time() == 60.0
    clock.t += 1000.0
    assert (head.time(), head.playing, head.at_end) == (99.0, False, True)


def test_play_at_the_end_begins_again() -> None:
    head, clock = made(live=False)
    head.go_end()
    head.time()
    head.playing = False
    head.toggle()
    clock.t += 1.0
    assert (head.time(), head.playing) == (51.0, True)


def test_pause_holds_and_play_goes_on_from_there() -> None:
    head, clock = made(live=False)
    head.go_to(60.0)
    head.toggle()
    clock.t += 50.0
    assert head.time() == 60.0
    head.toggle()
    clock.t += 1.0
    assert head.time() == 61.0


def test_steps_go_by_samples() -> None:
    head, _ = made(live=False)
    head.go_to(60.5)
    head.step("sample", forward=True)
    assert head.time() == 61.0
    head.step("sample", forward=True)
    assert head.time() == 62.0
    head.step("sample", forward=False)
    assert head.time() == 61.0
    head.go_to(60.5)
    head.step("sample", forward=False)
    assert head.time() == 60.0
    head.go_start()
    assert not head.step("sample", forward=False)
    assert head.time() == 50.0
    assert not head.playing


def test_speed_stays_between_a_quarter_and_sixty_four() -> None:
    head, _ = made(live=False)
    head.change_speed(-99)
    assert head.speed == 0.25
    head.change_speed(99)
    assert head.speed == 64.0


def test_changing_the_speed_does_not_move_the_moment() -> None:
    head, clock = made(live=False)
    head.go_to(60.0)
    clock.t += 3.0
    head.change_speed(1)
    assert head.time() == 63.0


def test_an_empty_timeline_has_a_moment_too() -> None:
    head = Playhead(Timeline(), live=False, now=Clock(7.0))
    head.step("sample", forward=True)
    head.skip(-5.0)
    head.go_end()
    assert head.start <= head.time() <= head.end


def test_a_step_to_nowhere_leaves_a_live_view_where_it_was() -> None:
    head, clock = made(live=True)
    assert not head.step("mark", forward=False)
    clock.t = 103.0
    assert (head.time(), head.following) == (103.0, True)


def test_a_loop_is_played_over_and_over_until_it_is_given_up() -> None:
    head, clock = made(live=False)
    head.playing = False
    head.go_to(70.0)
    head.choose_loop()
    assert (head.loop_from, head.loop) == (70.0, None)
    # Its end may lie before its beginning.
    head.go_to(60.0)
    head.choose_loop()
    assert (head.loop, head.playing, head.time()) == ((60.0, 70.0), True, 60.0)
    clock.t += 9.0
    assert head.time() == 69.0
    clock.t += 3.0
    assert head.time() == 62.0
    clock.t += 25.0
    assert head.time() == 67.0
    head.choose_loop()
    assert (head.loop, head.playing) == (None, True)
    clock.t += 10.0
    assert head.time() == 77.0


def test_a_loop_of_no_length_is_none() -> None:
    head, clock = made(live=False)
    head.go_to(60.0)
    head.playing = False
    head.choose_loop()
    head.choose_loop()
    assert (head.loop_from, head.loop, head.playing) == (None, None, False)
    clock.t += 1.0
    assert head.time() == 60.0


def test_a_jump_out_of_a_loop_gives_it_up_and_one_within_does_not() -> None:
    head, clock = made(live=False)
    head.loop = (60.0, 70.0)
    head.go_to(65.0)
    head.playing = True
    assert head.loop == (60.0, 70.0)
    head.go_to(80.0)
    clock.t += 1.0
    assert head.time() == 81.0
    assert not head.loop
    head.loop = (60.0, 70.0)
    head.go_start()
    assert head.loop is None


def test_a_run_that_is_over_is_played_by_a_clock_that_goes() -> None:
    head, _ = made(live=True, now=99.0)
    clock = Clock(500.0)
    head.end_live(clock)
    assert head.time() == 99.0
    head.go_start()
    head.toggle()
    clock.t += 3.0
    assert (head.time(), head.playing) == (53.0, True)
