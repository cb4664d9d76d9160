"""The command: look, measure, print, and keep what a test can be made of."""

import os
import shutil
import sys
from pathlib import Path

from mlxtop.as_json import indented
from mlxtop.complain import complain
from mlxtop.doctor.calls import mac_calls
from mlxtop.doctor.capture import CaptureError, check_folder, save
from mlxtop.doctor.head import head
from mlxtop.doctor.measure import measure
from mlxtop.doctor.missing import missing, reason, silent_hardware
from mlxtop.doctor.page import page
from mlxtop.doctor.report import Report, problems
from mlxtop.sensors import read_machine
from mlxtop.sensors.registry import make_sensors
from mlxtop.streams import print_data
from mlxtop.text import one_line

HZ = 5.0
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 600.0
FAILED, USAGE, INTERRUPTED = 1, 2, 130


def doctor(*, json: bool, seconds: float, capture: Path | None) -> int:
    """Print the page or its JSON; return the exit status."""
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        return complain(
            f"--seconds is {seconds:g}; it must be from {SHORTEST_SECONDS:g} to"
            f" {LONGEST_SECONDS:g}.",
            USAGE,
        )
    if capture is not None and not str(capture).strip("."):
        return complain("--capture needs the name of a new directory.", USAGE)
    try:
        if capture is not None:
            check_folder(capture)
        report = examine(seconds)
        if capture is not None:
            files = save(capture, report)
            print(
                f"mlxtop: {files} files in {one_line(str(capture), 300)}, without names, serial"
                " numbers and addresses; look through them before you send them.",
                file=sys.stderr,
            )
        show(report, json=json)
    except CaptureError as error:
        return complain(str(error), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    return FAILED if report.problems else 0


def examine(seconds: float, platform: str = sys.platform) -> Report:
    """Return the report on this machine after measuring for `seconds`."""
    made = make_sensors(platform, HZ)
    sensors = [sensor for each in made for sensor in each.sensors]
    reports, pace = measure(sensors, HZ, seconds, lambda name: reason(name, made))
    return Report(
        machine=head(read_machine(platform)),
        pace=pace,
        sensors=reports,
        calls=mac_calls() if platform == "darwin" else [],
        missing=missing(made),
        problems=problems(reports, silent_hardware(made)),
    )


def show(report: Report, *, json: bool) -> None:
    """Print the report as JSON, or as a page that fits the terminal."""
    out = sys.stdout
    if json:
        print_data()
        text = indented(report)
    else:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        colour = out.isatty() and not plain
        text = "\n".join(page(report, shutil.get_terminal_size().columns, colour))
    print(text, file=out, flush=True)
