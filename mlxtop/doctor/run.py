"""The command: measures, prints, and saves a capture for tests."""

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from mlxtop import __version__
from mlxtop.as_json import indented
from mlxtop.doctor.calls import mac_calls
from mlxtop.doctor.captures import CaptureError, captured, check_folder, net, own_names, save
from mlxtop.doctor.measure import measure
from mlxtop.doctor.page import page
from mlxtop.doctor.report import Cores, Head, Missing, Report, problems
from mlxtop.sensors import Machine, packages, read_machine
from mlxtop.sensors.bandwidth import find_or_measure
from mlxtop.sensors.linux.cgroup import OWN, limit_files, memory_limit
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.machine import package_version
from mlxtop.sensors.mlx_build import mlx_build
from mlxtop.sensors.registry import Made, make_sensors
from mlxtop.streams import FAILED, INTERRUPTED, USAGE, complain, print_data
from mlxtop.text import one_line


def head(machine: Machine) -> Head:
    """Return the head of the page; the host's name is private and left out."""
    bandwidth, why_not = find_or_measure(
        machine.chip, machine.cpu_cores, machine.gpu_cores, machine.memory_bytes
    )
    kinds = {kind.name: kind.count for kind in machine.cores}
    return Head(
        chip=one_line(machine.chip),
        cpu_cores=machine.cpu_cores,
        cpu_core_kinds=[Cores(name=kind.name, count=kind.count) for kind in machine.cores],
        performance_cores=kinds.get("performance"),
        efficiency_cores=kinds.get("efficiency"),
        gpu=one_line(machine.gpu),
        gpu_cores=machine.gpu_cores,
        memory_bytes=machine.memory_bytes,
        cgroup_limit_bytes=memory_limit(limit_files(try_text(OWN))),
        memory_bandwidth_bytes_per_second=bandwidth.bytes_per_second if bandwidth else None,
        memory_bandwidth_source=bandwidth.source if bandwidth else why_not,
        os=one_line(machine.os),
        python=platform.python_version(),
        mlxtop=__version__,
        mlx=package_version("mlx"),
        mlx_build=one_line(mlx_build()),
        mlx_lm=package_version("mlx-lm"),
    )


def reason(name: str, made: Sequence[Made]) -> str:
    """Return what a sensor's figure without a value needs; empty if it should have a value."""
    return next((each.source.why(name) for each in made if name in each.names), "")


def missing(made: Sequence[Made]) -> list[Missing]:
    """Return the figures that no sensor has, and what they need.

    If several sources can have a figure, any of them is enough; if one of them is here, only its
    needs count.
    """
    names = set().union(*(each.names for each in made))
    wanted: dict[str, list[tuple[bool, str]]] = {}
    for each in made:
        here = bool(each.names)
        for figures, needs in each.source.needs(here=here):
            for figure in figures:
                if figure not in names:
                    wanted.setdefault(figure, []).append((here, needs))
    found: dict[str, list[str]] = {}
    for figure, asked in wanted.items():
        of_those_here = [needs for here, needs in asked if here]
        needs = ", or ".join(dict.fromkeys(of_those_here or [needs for _, needs in asked]))
        found.setdefault(needs, []).append(figure)
    return [Missing(figures=figures, needs=needs) for needs, figures in found.items()]


def silent_hardware(made: Sequence[Made]) -> str:
    """Return the sentence about a GPU that is present but has no sensor; empty if there is none."""
    if any(name.startswith("gpu") for each in made for name in each.names):
        return ""
    return next((sentence for each in made if (sentence := each.source.silent())), "")


HZ = 5.0
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 600.0


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
            clean = net(own_names())
            pieces = captured(clean)
            report = with_failures(report)
            files = save(capture, pieces, report, clean)
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
    report = Report(
        machine=head(read_machine(platform)),
        pace=pace,
        sensors=reports,
        calls=mac_calls() if platform == "darwin" else [],
        missing=missing(made),
        problems=problems(reports, silent_hardware(made)),
    )
    return with_failures(report)


def with_failures(report: Report) -> Report:
    """Return the report with a problem for each package that has failed in a call by now."""
    new = [failure for failure in packages.failures() if failure not in report.problems]
    return structs.replace(report, problems=[*report.problems, *new])


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
