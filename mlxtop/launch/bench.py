"""A benchmark: in the app on a terminal, else without a screen."""

import contextlib
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mlxtop import config as settings
from mlxtop.launch.request import RunRequest, live_options, no_model, wanted
from mlxtop.launch.screen import on_terminal, outlive_terminal, show
from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import judge
from mlxtop.models.locate import looked_at
from mlxtop.paths import DEMO
from mlxtop.presets import PresetError, read_preset
from mlxtop.sensors.limit import memory_limit
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.streams import INTERRUPTED, USAGE, complain
from mlxtop.text import one_line

if TYPE_CHECKING:
    from mlxtop.bench.headless import Outputs
    from mlxtop.bench.plan import Plan
    from mlxtop.bench.point import Point, Skipped
    from mlxtop.bench.result import Result
    from mlxtop.bench.runner import Runner


def benchmark(
    plan: "Plan | None",
    request: RunRequest,
    outputs: "Outputs",
    *,
    assume_yes: bool = False,
) -> int:
    """Measure models, with a screen if there is one; return the exit status.

    Without a plan the screen shows a form; without a screen the default plan runs.
    """
    from mlxtop.bench.effect import nothing
    from mlxtop.bench.expansion import expanded
    from mlxtop.bench.headless import report_beside_errors, run
    from mlxtop.bench.kinds import KINDS
    from mlxtop.bench.plan import MANY_TRIALS, Plan, PlanError

    config, problems = settings.load()
    for problem in problems:
        complain(problem)
    screen = on_terminal() and not request.headless
    form, plan = plan is None and screen, plan or Plan()
    if plan.prompt_config:
        with contextlib.suppress(PresetError):  # reported with the points
            for warning in read_preset(Path(plan.prompt_config)).warnings:
                complain(warning)
    names = [request.model or config.model or "", *plan.models]
    if not names[0]:
        return complain("No model is named; `mlxtop bench demo` takes the built-in one.", USAGE)
    drafts = [request.draft, *plan.sweep.get("draft", ())]
    for name in (*names, *(str(draft) for draft in drafts if draft)):
        if name != DEMO and (problem := no_model(name)):
            return complain(problem)
    found = [one for name in names if (one := wanted(replace(request, model=name), config))]
    infos = [looked_at(one.model) for one in found]
    if not assume_yes and (problem := _too_large(infos)):
        return complain(f"{problem} --yes loads it anyway.")
    folders = [info.path for info in infos if info is not None]
    folders += [Path(path) for one in found for path in (one.adapter, one.draft) if path]
    outputs = dataclasses.replace(outputs, models=tuple(folders))
    if form:
        return _by_form(config, live_options(request, config), found[0], outputs)
    contexts = [None if info is None else info.context_tokens for info in infos]
    try:
        came_to = expanded(plan, found, contexts)
        points = tuple(came_to.points)
        if problem := nothing(points):
            return complain(problem, USAGE)
        if not report_beside_errors(outputs):
            for skipped in came_to.skipped:
                complain(skipped.sentence)
        rounds = KINDS[plan.kind].trials(plan) or 1
        count = rounds * sum(not point.invalid for point in points)
    except PlanError as error:
        return complain(str(error), error.status)
    if request.headless:
        outlive_terminal()
    try:
        if count >= MANY_TRIALS and not assume_yes and not _agreed(count):
            words = f"That is {count:,} trials: make the plan smaller, or use --yes."
            return complain(words, USAGE)
        options = live_options(request, config)
        if screen:
            return _on_screen(
                config, options, (plan, tuple(found), points), outputs, came_to.skipped
            )
        return run(plan, found, options, outputs, contexts=contexts)
    except KeyboardInterrupt:
        return INTERRUPTED


def _on_screen(
    config: settings.Config,
    options: LiveOptions,
    chosen: "tuple[Plan, tuple[ModelSpec, ...], tuple[Point, ...]]",
    outputs: "Outputs",
    skipped: "tuple[Skipped, ...]",
) -> int:
    """Run the plan in the app; its outcome is printed after the app."""
    from mlxtop.bench.headless import prepared
    from mlxtop.bench.runner import BenchError
    from mlxtop.tui.app import MlxtopApp
    from mlxtop.tui.bench.preview import Chosen

    try:
        baseline = prepared(outputs)
    except BenchError as error:
        return complain(str(error))
    app = MlxtopApp(config, options, bench=Chosen(*chosen))
    return _print_outcome(show(app), app.bench_runner, skipped, outputs, baseline)


def _by_form(
    config: settings.Config, options: LiveOptions, model: ModelSpec, outputs: "Outputs"
) -> int:
    """Show the form in the app with the model loaded; the first result is printed after the app."""
    from mlxtop.tui.app import MlxtopApp

    app = MlxtopApp(config, options, wanted=model, plan_form=True)
    return _print_outcome(show(app), app.bench_runner, (), outputs, None)


def _print_outcome(
    status: int,
    runner: "Runner | None",
    skipped: "tuple[Skipped, ...]",
    outputs: "Outputs",
    baseline: "Result | None",
) -> int:
    """Print the result of a plan after the app; return the exit status."""
    from mlxtop.bench.headless import deliver

    if runner is None:
        return status
    if runner.stopped:
        status = status or INTERRUPTED
        if not runner.trials:
            return complain("Stopped before the first trial ended.", status)
    if not runner.trials:
        return status
    delivered = deliver(replace(runner.result, skipped=skipped), outputs, baseline)
    return status or delivered


def _too_large(infos: Sequence[ModelInfo | None]) -> str:
    """Return a sentence for a model that does not fit into memory; else an empty one."""
    limit = memory_limit()
    for info in infos:
        if info is None:
            continue
        verdict = judge(info.loaded_bytes, info.cache, limit)
        if verdict.word == "does not fit":
            return f"{one_line(info.id, 80)} {verdict.sentence()}, {limit.source}."
    return ""


def _agreed(count: int) -> bool:
    """Ask on a terminal whether to run so many trials; False elsewhere."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"mlxtop: That is {count:,} trials. Run them all? [y/N] ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
