"""A run: with a screen if there is one, else one reply on stdout."""

import sys

from mlxtop import config as settings
from mlxtop import paths, sampling_settings
from mlxtop.command_table import meant
from mlxtop.launch.request import RunRequest, live_options, no_model, wanted, with_preset
from mlxtop.launch.screen import end_cleanly, on_terminal, outlive_terminal, show
from mlxtop.presets import PresetError
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.streams import INTERRUPTED, USAGE, complain, print_data
from mlxtop.user_files import Unreadable

DEMO_PROMPT = "Give me the tour"
STANDARD_INPUT = "-"
MOST_BYTES = 64 << 20
"""For a piped prompt: far more than any context holds."""
SAID_WHERE = "said_where_recordings_are"
"""Key of the note that the place of recordings was shown once."""
SLOWEST_HZ, FASTEST_HZ = 1.0, 20.0


def launch(request: RunRequest) -> int:
    """Start a run; return its exit status."""
    if request.hz is not None and not SLOWEST_HZ <= request.hz <= FASTEST_HZ:
        return fail(request, f"--hz {request.hz:g} is not between 1 and 20.", USAGE)
    if request.anonymous and request.text:
        return fail(
            request, "--anonymous removes text and --text keeps it: use one of them.", USAGE
        )
    if contradiction := _not_together(request):
        return fail(request, contradiction, USAGE)
    config, problems = settings.load()
    try:
        request, warnings = with_preset(request)
    except PresetError as error:
        return fail(request, str(error))
    problems += warnings
    try:
        request, remark = _with_earlier(request)
    except Refused as refused:
        return fail(request, str(refused), refused.status)
    problems += filter(None, [remark])
    # The model of the config is another one than the conversation had: the app asks.
    unknown = request.earlier is not None and request.model is None
    model = None if unknown else wanted(request, config)
    if model is None and remark and _needs_no_screen(request):
        return fail(request, remark.replace("open another model", "name one"), USAGE)
    if model is not None and (problem := no_model(model.model)):
        return fail(request, f"{problem}{_perhaps_a_command(request)}")
    if request.prompt is not None and not request.prompt.strip():
        return fail(request, "--prompt is empty.", USAGE)
    options = live_options(request, config)
    if wrong := sampling_settings.problems(options.sampling):
        return fail(request, wrong[0], USAGE)
    if _needs_no_screen(request):
        return _headless(request, options, model, problems)
    from mlxtop.tui.app import MlxtopApp

    return show(MlxtopApp(config, options, wanted=model, problems=problems))


def _needs_no_screen(request: RunRequest) -> bool:
    asked = request.prompt is not None or request.json or request.headless
    return asked or not on_terminal()


class Refused(Exception):
    """What cannot be resumed, as a sentence."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def _not_together(request: RunRequest) -> str:
    """Return a sentence if options contradict each other; else an empty one."""
    if request.at is not None and request.resume is None:
        return "--at is the moment of a recording to resume: use it with --resume FILE."
    if request.resume is not None and request.prompt_config is not None:
        return "--prompt-config begins a conversation and --resume continues one: use one of them."
    return ""


def _with_earlier(request: RunRequest) -> tuple[RunRequest, str]:
    if request.resume is None:
        return request, ""
    # Imported here: other runs read no recording.
    from mlxtop.launch.resume import WrongMoment, with_earlier
    from mlxtop.recording.report import RecordingError
    from mlxtop.sources.earlier import CannotResume

    try:
        return with_earlier(request)
    except WrongMoment as wrong:
        raise Refused(str(wrong), USAGE) from None
    except (CannotResume, RecordingError) as problem:
        raise Refused(str(problem), 1) from None


def _perhaps_a_command(request: RunRequest) -> str:
    """Return a question if the name of the model is close to a command."""
    command = meant(request.model or "")
    return f" Did you mean the command {command}?" if command else ""


def fail(request: RunRequest, sentence: str, status: int = 1) -> int:
    """Complain, with --json also as an object on stdout; return the status."""
    if request.json:
        from mlxtop.headless import print_error

        print_error(sentence)
    return complain(sentence, status)


def _headless(
    request: RunRequest, options: LiveOptions, model: ModelSpec | None, problems: list[str]
) -> int:
    for problem in problems:
        complain(problem)
    if model is None:
        return fail(request, "No model is named; `mlxtop demo` takes the built-in one.", USAGE)
    try:
        prompt = _prompt(request, model)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Unreadable as error:
        return fail(request, error.sentence("The standard input"), USAGE)
    if not prompt:
        return fail(
            request,
            "There is no prompt: use --prompt TEXT, pipe the text in, "
            "or run it in a terminal to chat.",
            USAGE,
        )
    from mlxtop.headless import HeadlessRun

    print_data()
    end_cleanly()
    if request.headless:
        outlive_terminal()
    run = HeadlessRun(options, model, prompt, json=request.json)
    try:
        status = run.run()
    except KeyboardInterrupt:
        return INTERRUPTED
    if run.live.recorder.status.files and not settings.recall(SAID_WHERE):
        kept = "Prompts and replies are" if options.text else "Figures of each run are"
        complain(f"{kept} recorded in {options.recordings}; --no-record and --no-text change that.")
        settings.remember(SAID_WHERE, True)
    return status


def _prompt(request: RunRequest, model: ModelSpec) -> str:
    """Return the given or piped prompt, for the demo model by default the tour.

    A prompt of `-` is standard input, also on a terminal; raises Unreadable for too much text.
    """
    prompt, asked_for = request.prompt, request.prompt == STANDARD_INPUT
    if asked_for or (prompt is None and not sys.stdin.isatty()):
        # Any bytes: `git diff` shows files in any encoding.
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Unreadable(f"is larger than {MOST_BYTES >> 20} MiB and is not read as a prompt")
        prompt = data.decode("utf-8", "replace")
    if (prompt or "").strip():
        return str(prompt)
    # `mlxtop demo | cat` shows the tour; with a flag for one turn a prompt is required.
    named = asked_for or request.json or request.headless
    return "" if named or model.model != str(paths.demo_model_dir()) else DEMO_PROMPT
