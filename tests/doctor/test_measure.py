"""Sensors under the real sampler: what is said of one that works, fails, hangs or is late."""

import threading
from collections.abc import Callable

import pytest

from mlxtop.doctor.measure import NOTHING, achieved_hz, fresh_hz, measure
from mlxtop.doctor.report import SensorReport, problems
from mlxtop.sensors import Sensor, Values, default_sensors
from tests.doctor.conftest import sensor

NOTES = {"explained": "a kernel that has it"}


class Patient(Sensor):
    """Answers what `act` returns; counts in `readings` how often it was asked."""

    def __init__(self, name: str, act: Callable[[], float | None], slow: bool = False) -> None:
        super().__init__(name, 20, [(name, "a test")])
        self.slow = slow
        self.readings = 0
        self.closed = False
        self._act = act

    def read(self) -> Values:
        self.readings += 1
        return {self.name: self._act()}

    def close(self) -> None:
        self.closed = True


def until(enough: Callable[[], bool]) -> Callable[[float], None]:
    """Wait as long as it takes, not for a time."""

    def wait(seconds: float) -> None:
        pause = threading.Event()
        while not enough():
            pause.wait(0.005)

    return wait


def examine(*patients: Patient, wait: Callable[[float], None]) -> dict[str, SensorReport]:
    reports, _ = measure(patients, 20, 1, lambda name: NOTES.get(name, ""), wait)
    return {report.name: report for report in reports}


def test_what_a_sensor_reads_is_reported_raw_and_it_is_let_go_of() -> None:
    patient = Patient("works", lambda: 1234567.25)
    (report,) = examine(patient, wait=until(lambda: patient.readings >= 3)).values()
    (figure,) = report.figures
    assert (figure.name, figure.value, figure.unit) == ("works", 1234567.25, "")
    assert (report.state, report.return_code, report.failures) == ("works", 0, 0)
    assert report.readings == patient.readings >= 3
    assert report.cpu_microseconds is not None
    assert patient.closed


def test_a_failure_is_told_with_its_number_and_stops_nobody() -> None:
    def fail() -> float:
        raise OSError(5, "Input/output\x1b[31m error")

    bad, good = Patient("bad", fail), Patient("good", lambda: 1)
    found = examine(bad, good, wait=until(lambda: good.readings >= 3))
    assert found["bad"].state == "failed"
    assert found["bad"].return_code == 5
    assert "Input/output␛[31m error" in found["bad"].failure
    assert found["bad"].failures == bad.readings
    assert found["good"].state == "works"
    assert problems([found["bad"]])[0].startswith("The sensor bad fails: [Errno 5] Input/output")


def test_a_reading_that_does_not_end_is_a_failure() -> None:
    release = threading.Event()

    def hang() -> float:
        release.wait(30)
        return 1

    stuck, good = Patient("stuck", hang, slow=True), Patient("good", lambda: 1)
    found = examine(stuck, good, wait=until(lambda: good.readings >= 5))
    release.set()
    assert found["stuck"].state == "failed"
    assert "has not ended" in found["stuck"].failure


def test_no_value_is_absent_where_that_is_explained_and_a_failure_where_not() -> None:
    explained, silent = Patient("explained", lambda: None), Patient("silent", lambda: None)
    found = examine(explained, silent, wait=until(lambda: silent.readings >= 10))
    assert found["explained"].state == "absent"
    assert found["explained"].figures[0].note == "a kernel that has it"
    assert (found["silent"].state, found["silent"].failure) == ("failed", NOTHING)


def test_the_sensors_of_this_machine_work_or_say_what_they_need() -> None:
    reports, pace = measure(default_sensors(), 5, 1, lambda name: "a reason")
    assert pace.ticks > 1
    by_name = {figure.name: figure for report in reports for figure in report.figures}
    assert by_name["memory.total_bytes"].value
    # The sampler's own counts reach their sensor through the meter.
    assert by_name["app.samples_taken"].value
    assert [report.failure for report in reports if report.state == "failed"] == []


@pytest.mark.parametrize(
    ("times", "end", "rate"),
    [
        ([0, 0.2, 0.4, 0.6, 0.8, 1.0], 1.1, 5),
        # The last of them may be on its way.
        ([0, 0.2, 0.4, 0.6, 0.8], 1.1, 5),
        ([0, 0.4, 0.8], 1.1, 2.5),
        # Read no more after the first half.
        ([0, 0.2, 0.4], 1.1, 2.5),
        ([0], 1.1, 0),
        # Nothing further was due yet.
        ([1.0], 1.1, None),
        ([], 1.1, 0),
    ],
)
def test_the_rate_achieved(times: list[float], end: float, rate: float | None) -> None:
    assert achieved_hz(times, 5, end) == (None if rate is None else pytest.approx(rate))


@pytest.mark.parametrize(
    ("times", "told", "rate"),
    [
        ([0, 0.2, 0.4, 0.6, 0.8, 1.0], [0, 0.2, 0.4, 0.6, 0.8, 1.0], 5),
        # Repetitions after the first, and at the end.
        ([0, 0.2, 0.4, 0.6, 0.8, 1.0], [0, 0.2, 0.6], 2),
        # A share needs a reading before it: those before the first figure tell nothing.
        ([0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.2, 0.4, 0.6, 0.8, 1.0], 5),
        ([0, 0.2, 0.4], [0.2], 0),
        ([0, 0.2], [0.2], None),
        ([0, 0.2], [], None),
        ([], [], None),
    ],
)
def test_how_many_readings_were_new(
    times: list[float], told: list[float], rate: float | None
) -> None:
    assert fresh_hz(times, told) == (None if rate is None else pytest.approx(rate))


def test_a_source_that_repeats_itself_is_read_at_its_rate_and_told_as_new_less_often() -> None:
    class Repeating(Patient):
        def read(self) -> Values:
            values = super().read()
            return values if self.readings % 2 else {}

    patient = Repeating("repeating", lambda: 1)
    (report,) = examine(patient, wait=until(lambda: patient.readings >= 9)).values()
    assert report.hz_achieved is not None
    assert report.hz_fresh is not None
    assert report.hz_fresh < 0.7 * report.hz_achieved
    assert (report.state, problems([report])) == ("works", [])


@pytest.mark.parametrize(("rate", "said"), [(4.75, 0), (4.74, 1), (None, 0), (0.0, 1)])
def test_a_rate_below_95_percent_of_the_one_asked_is_a_problem(
    rate: float | None, said: int
) -> None:
    found = problems([sensor(hz_achieved=rate)])
    assert len(found) == said
    assert all("instead of 5 Hz" in problem and "memory" in problem for problem in found)


def test_an_absent_sensor_is_no_problem_and_silent_hardware_is_one() -> None:
    assert problems([sensor(state="absent")]) == []
    assert problems([], "An NVIDIA GPU is here.") == ["An NVIDIA GPU is here."]
