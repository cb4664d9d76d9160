"""From a command line to a run: with a screen, or without one."""

import contextlib
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlxtop import config as settings
from mlxtop import paths, sampling
from mlxtop.complain import complain
from mlxtop.sources.options import LiveOptions, Wanted

if TYPE_CHECKING:
    from mlxtop.bench.headless import Outputs
    from mlxtop.bench.plan import TokensPlan
    from mlxtop.tui.app import MlxtopApp
    from mlxtop.watch.options import WatchRequest

DEMO = "demo"
DEMO_PROMPT = "Give me the tour"
SAID_WHERE = "said_where_recordings_are"
"""Name under which it is remembered that it was said where recordings go."""
SLOWEST_HZ, FASTEST_HZ = 1.0, 20.0
USAGE, INTERRUPTED = 2, 130


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line said; None where it said nothing."""

    model: str | None = None
    prompt: str | None = None
    system: str | None = None
    json: bool = False
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False
    sampling: dict[str, Any] = {}
    hz: float | None = None
    record: bool | None = None
    text: bool | None = None
    anonymous: bool = False


def fail(request: RunRequest, sentence: str, status: int = 1) -> int:
    """Complain, and where JSON is wanted print an object with the sentence; return the status."""
    if request.json:
        from mlxtop.headless import print_error

        print_error(sentence)
    return complain(sentence, status)


def wanted(request: RunRequest, config: settings.Config) -> Wanted | None:
    """Return the model to load: the one named, else the configured one, else None."""
    name = request.model or config.model
    if not name:
        return None
    if name == DEMO:
        name = str(paths.demo_model_dir())
    return Wanted(
        model=name,
        adapter=request.adapter,
        draft=request.draft,
        trust_remote_code=request.trust_remote_code,
    )


def no_model(name: str) -> str:
    """Return a sentence where a name can be neither a folder's nor a Hugging Face id's."""
    if Path(name).expanduser().exists():
        return ""
    if "/" not in name or name.startswith(("/", "./", "../", "~")):
        return (
            f"There is nothing at {name}: check the path, or give a Hugging Face id (owner/name), "
            f"or `{DEMO}` for the built-in model."
        )
    return ""


def live_options(request: RunRequest, config: settings.Config) -> LiveOptions:
    """Return how the run is started: the command line before the config."""
    return LiveOptions(
        recordings=config.recordings_dir,
        log=paths.log_dir() / "engine.log",
        hz=request.hz or config.hz,
        record=config.record if request.record is None else request.record,
        text=not request.anonymous and (config.text if request.text is None else request.text),
        anonymous=request.anonymous,
        limit_bytes=config.recordings_limit_bytes,
        system=request.system or "",
        sampling=msgspec.structs.replace(config.sampling, **request.sampling),
    )


def launch(request: RunRequest) -> int:
    """Start a run; return its exit status."""
    if request.hz is not None and not SLOWEST_HZ <= request.hz <= FASTEST_HZ:
        return fail(request, f"--hz {request.hz:g} is not between 1 and 20.", USAGE)
    config, problems = settings.load()
    model = wanted(request, config)
    if model is not None and (problem := no_model(model.model)):
        return fail(request, problem)
    if request.prompt is not None and not request.prompt.strip():
        return fail(request, "--prompt is empty.", USAGE)
    options = live_options(request, config)
    if wrong := sampling.problems(options.sampling):
        return fail(request, wrong[0], USAGE)
    on_terminal = sys.stdout.isatty() and sys.stdin.isatty()
    if request.prompt is not None or request.json or not on_terminal:
        return _headless(request, options, model, problems)
    from mlxtop.tui.app import MlxtopApp

    return _screen(MlxtopApp(config, options, wanted=model, problems=problems))


def _screen(app: "MlxtopApp") -> int:
    try:
        return app.run() or app.return_code or 0
    finally:
        # After the terminal was given back, so that quitting feels instant.
        if app.live is not None:
            app.live.close()
            _say_where(app.live.recorder.status.path, fault=app.return_code == 1)


def _say_where(recording: Path | None, *, fault: bool) -> None:
    """Say on stderr where the run was recorded, where it was."""
    if recording is None:
        return
    again = shlex.join(["mlxtop", "replay", str(recording)])
    with contextlib.suppress(OSError):  # the terminal may be gone
        if fault:
            complain(f"this is a fault of mlxtop; what was recorded is kept. See it: {again}")
        else:
            complain(f"the run was recorded. See it again: {again}")


def _headless(
    request: RunRequest, options: LiveOptions, model: Wanted | None, problems: list[str]
) -> int:
    for problem in problems:
        complain(problem)
    if model is None:
        return fail(request, "No model is named; `mlxtop demo` takes the built-in one.", USAGE)
    try:
        prompt = _prompt(request, model)
    except KeyboardInterrupt:
        return INTERRUPTED
    if not prompt:
        return fail(
            request,
            "There is no prompt: give --prompt TEXT, or pipe the text in, "
            "or run it in a terminal to chat.",
            USAGE,
        )
    from mlxtop.headless import HeadlessRun

    if options.record and not settings.recall(SAID_WHERE):
        kept = "Prompts and replies are" if options.text else "Figures of each run are"
        complain(f"{kept} recorded in {options.recordings}; --no-record and --no-text change that.")
        settings.remember(SAID_WHERE, True)
    # A terminal or file that cannot take a character gets a mark in its place.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    # Ended from outside, the engine and the recording are closed as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    run = HeadlessRun(options, model, prompt, json=request.json)
    try:
        return run.run()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the reply has gone (`| head`): nothing more to say. The interpreter flushes
        # stdout once more at its end; that must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _prompt(request: RunRequest, model: Wanted) -> str:
    """Return the prompt given, or what is piped in, or for the demo model the tour."""
    prompt = request.prompt
    if prompt is None and not sys.stdin.isatty():
        # Whatever bytes a pipe brings: `git diff` shows files in any encoding.
        prompt = sys.stdin.buffer.read().decode("utf-8", "replace")
    if (prompt or "").strip():
        return str(prompt)
    return DEMO_PROMPT if model.model == str(paths.demo_model_dir()) else ""


def replay_file(file: Path, *, speed: float, start: str | None, paused: bool) -> int:
    """Show a recording; return the exit status."""
    from mlxtop.format import clock
    from mlxtop.recording.report import RecordingError
    from mlxtop.sources.playhead import SPEEDS
    from mlxtop.tui.dialogs.moment import parse_moment

    if speed not in SPEEDS:
        known = ", ".join(f"{known:g}" for known in SPEEDS)
        return complain(f"--speed {speed:g} is not one of {known}.", USAGE)
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        return complain("A replay needs a terminal for its input and its output.", USAGE)
    from mlxtop.tui.app import MlxtopApp, OpenedRecording

    config, problems = settings.load()
    try:
        opened = OpenedRecording(file)
    except RecordingError as error:
        return complain(str(error))
    playhead = opened.source.playhead
    if start is not None:
        try:
            opened.source.read_all()
        except RecordingError as error:
            return complain(str(error))
        wall = opened.source.timeline.wall(playhead.start)
        # Before anything was seen, "-30s" can only mean before the end.
        here = playhead.end if start.strip()[:1] in ("-", "−") else playhead.start
        moment = parse_moment(start, start=playhead.start, now=here, wall_anchor=wall)
        if isinstance(moment, str):
            return complain(f"--at {start}: {moment}", USAGE)
        if not playhead.start - 1 <= moment <= playhead.end + 1:
            length = clock(playhead.end - playhead.start)
            wrong = f"--at {start} is outside of the run, which goes from 0:00 to {length}."
            return complain(wrong, USAGE)
        playhead.go_to(moment)
    playhead.speed = speed
    opened.paused = paused
    options = live_options(RunRequest(), config)
    return _screen(MlxtopApp(config, options, replay=opened, problems=problems))


def benchmark(plan: "TokensPlan", model: str, outputs: "Outputs") -> int:
    """Measure a model without a screen; return the exit status."""
    from mlxtop.bench.headless import run

    if problem := plan.problem():
        return complain(problem, USAGE)
    if outputs.fail_under is not None and outputs.baseline is None:
        return complain("--fail-under needs a --baseline to hold the result against.", USAGE)
    config, problems = settings.load()
    for problem in problems:
        complain(problem)
    request = RunRequest(model=model)
    found = wanted(request, config)
    assert found is not None
    return run(plan, found, live_options(request, config), outputs)


def follow_file(file: Path | None) -> int:
    """Show a recording that is still being written, the newest where none is named."""
    from mlxtop.recording.library import recordings
    from mlxtop.recording.report import RecordingError
    from mlxtop.sources.follow import Follow

    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        return complain("To follow a recording takes a terminal for input and output.", USAGE)
    config, problems = settings.load()
    if file is None:
        running = [info.path for info in recordings(config.recordings_dir) if info.running]
        if not running:
            place = config.recordings_dir
            return complain(f"No run is being recorded in {place} now: name a file.")
        file = running[0]
    from mlxtop.tui.app import MlxtopApp

    try:
        source = Follow(file)
    except RecordingError as error:
        return complain(str(error))
    options = live_options(RunRequest(), config)
    return _screen(MlxtopApp(config, options, follow=source, problems=problems))


def watch(request: "WatchRequest") -> int:
    """Show or print this machine's figures; return the exit status."""
    from mlxtop.watch.options import problem

    terminal = sys.stdout.isatty() and sys.stdin.isatty()
    if wrong := problem(request, terminal=terminal):
        return complain(wrong, USAGE)
    config, problems = settings.load()
    if request.prints:
        try:
            from mlxtop.watch.printing import run

            return run(request, request.hz or config.hz, complain)
        except KeyboardInterrupt:
            # Before the first line was written: to end it so is as good as any other way.
            return 0
    from mlxtop.tui.watch.app import WatchApp

    options = live_options(RunRequest(hz=request.hz, record=request.record), config)
    app = WatchApp(config, options, problems=problems)
    try:
        return app.run() or app.return_code or 0
    finally:
        app.close()
