"""The subcommands, as typer sees them."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mlxtop import __version__

app = typer.Typer(
    name="mlxtop",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: in its boxes typer gives every flag a type that it does not take.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Chat with a local model on MLX and watch the machine, on one screen and one clock.\n\n"
    "`mlxtop` opens the first screen, `mlxtop MODEL` a model (a directory, a Hugging Face id, "
    "or `demo`). Options of a run: `mlxtop run --help`.",
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Take the options that stand before a subcommand."""
    if version:
        print(f"mlxtop {__version__}")
        raise typer.Exit


@app.command()
def run(
    model: Annotated[
        str | None,
        typer.Argument(help="A model directory, a Hugging Face id, or `demo`.", show_default=False),
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", "-p", help="One turn without a screen, reply on stdout."),
    ] = None,
    system: Annotated[str | None, typer.Option("--system", help="System prompt.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One turn; print reply and figures as JSON.")
    ] = False,
    adapter: Annotated[
        str | None, typer.Option("--adapter", help="Directory of a LoRA adapter.")
    ] = None,
    draft: Annotated[
        str | None, typer.Option("--draft", help="Draft model for speculative decoding.")
    ] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run Python code that a model brings.")
    ] = False,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", "--temp", help="0 always takes the likeliest token."),
    ] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", help="Share of probability to choose from.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", help="Longest reply, in tokens.")
    ] = None,
    max_kv_size: Annotated[
        int | None, typer.Option("--max-kv-size", help="Tokens a rotating KV cache holds.")
    ] = None,
    kv_bits: Annotated[
        int | None, typer.Option("--kv-bits", help="Bits of a quantized KV cache.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the sampling.")] = None,
    hz: Annotated[
        float | None, typer.Option("--hz", help="Readings and frames a second, 1 to 20.")
    ] = None,
    record: Annotated[
        bool | None, typer.Option("--record/--no-record", help="Record the run to a file.")
    ] = None,
    text: Annotated[
        bool | None,
        typer.Option("--text/--no-text", help="Keep prompts and replies in the recording."),
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Record no text, no host name and no paths.")
    ] = False,
) -> None:
    """Chat with a model and watch the machine. `mlxtop MODEL` does the same."""
    from mlxtop.launch import RunRequest, launch

    raise typer.Exit(
        launch(
            RunRequest(
                model=model,
                prompt=prompt,
                system=system,
                json=json,
                adapter=adapter,
                draft=draft,
                trust_remote_code=trust_remote_code,
                sampling={
                    name: value
                    for name, value in {
                        "temperature": temperature,
                        "top_p": top_p,
                        "max_tokens": max_tokens,
                        "max_kv_size": max_kv_size,
                        "kv_bits": kv_bits,
                        "seed": seed,
                    }.items()
                    if value is not None
                },
                hz=hz,
                record=record,
                text=text,
                anonymous=anonymous,
            )
        )
    )


@app.command()
def replay(
    file: Annotated[
        Path | None, typer.Argument(help="A recording (.jsonl, .gz, .zst).", show_default=False)
    ] = None,
    speed: Annotated[float, typer.Option("--speed", help="0.25 to 64 times.")] = 1.0,
    start: Annotated[
        str | None, typer.Option("--at", help="Begin at 1:23, -30s (from its end), 14:05:10.")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Begin paused.")] = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Watch one that is still written; default: newest."),
    ] = False,
) -> None:
    """Show a recording again. It is the same screen; one that grows is shown as it grows."""
    from mlxtop.launch import follow_file, replay_file

    if follow:
        raise typer.Exit(follow_file(file))
    if file is None:
        raise typer.BadParameter("name a recording, or give --follow", param_hint="FILE")
    raise typer.Exit(replay_file(file, speed=speed, start=start, paused=paused))


def _check_share(fail_under: float | None) -> None:
    if fail_under is not None and not 0 < fail_under < 100:
        raise typer.BadParameter("a ratio above 0, such as 0.95", param_hint="--fail-under")


@app.command()
def bench(
    model: Annotated[str, typer.Argument(help="A directory, a Hugging Face id, or `demo`.")],
    prompt_tokens: Annotated[int, typer.Option("-p", help="Random prompt tokens.")] = 512,
    generation_tokens: Annotated[int, typer.Option("-g", help="Tokens generated.")] = 128,
    trials: Annotated[int, typer.Option("-n", help="Valid trials, after a warm-up.")] = 5,
    prefill_step: Annotated[int, typer.Option("--prefill-step-size")] = 2048,
    delay: Annotated[float, typer.Option("--delay", help="Seconds before each trial.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the random prompt.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="As -p 128 -g 64 -n 3.")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Write the result to a file.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Write it to a file for people.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A result of --json to hold it against.")
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option("--fail-under", help="Exit status 1 under so much of it.")
    ] = None,
) -> None:
    """Measure a model by the method of mlx_lm.benchmark. Disturbed trials do not count."""
    from mlxtop.bench.headless import Outputs
    from mlxtop.bench.plan import QUICK, QUICK_SETS, TokensPlan
    from mlxtop.launch import benchmark

    _check_share(fail_under)
    plan = TokensPlan(
        prompt_tokens=prompt_tokens,
        generation_tokens=generation_tokens,
        trials=trials,
        prefill_step=prefill_step,
        cool_seconds=delay,
        seed=seed,
    )
    outputs = Outputs(json=json, markdown=markdown, baseline=baseline, fail_under=fail_under)
    if quick:
        sizes = {name: getattr(QUICK, name) for name in QUICK_SETS}
        plan = msgspec.structs.replace(plan, **sizes)
    raise typer.Exit(benchmark(plan, model, outputs))


@app.command()
def recordings(
    directory: Annotated[
        Path | None, typer.Argument(help="Where to look; default: where runs are recorded.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the recordings, newest first."""
    from mlxtop import config as settings
    from mlxtop.files import list_recordings

    found = directory or settings.load()[0].recordings_dir
    raise typer.Exit(list_recordings(found, as_json=json, named=directory is not None))


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recordings (.jsonl, .gz, .zst), or `-`.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a line instead.")
    ] = False,
) -> None:
    """Say what is wrong with recordings, by line. Exit status 1 where something is."""
    from mlxtop import files as recorded

    if schema:
        raise typer.Exit(recorded.print_schema())
    if not files:
        raise typer.BadParameter("name a recording, or `-` for stdin", param_hint="FILES")
    raise typer.Exit(recorded.check(files, as_json=json))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A recording.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="What is compared with it.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", help="Exit status 1 where B / A in tok/s is lower."),
    ] = None,
    chart: Annotated[bool, typer.Option(help="Draw the speeds over each other.")] = True,
) -> None:
    """Compare two recordings. It tells conditions, figures, and whether one is faster."""
    from mlxtop.files import compare_files

    _check_share(fail_under)
    raise typer.Exit(compare_files(first, second, as_json=json, fail_under=fail_under, chart=chart))


@app.command()
def redact(
    file: Annotated[Path, typer.Argument(help="A recording, or `-`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file.")],
) -> None:
    """Write a recording without text, names and paths. Timings and figures stay."""
    from mlxtop.files import write_redacted

    raise typer.Exit(write_redacted(file, output))


@app.command()
def watch(
    once: Annotated[bool, typer.Option("--once", help="Print one reading as a table.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --once: print it as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print rows of CSV until Ctrl-C.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print JSON lines until Ctrl-C, as a recording has.")
    ] = False,
    hz: Annotated[
        float | None, typer.Option("--hz", help="Readings a second, above 0 and up to 20.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", help="End a stream after so many readings.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="End a stream after so many seconds.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Record what the screen shows to a file.")
    ] = False,
) -> None:
    """Watch this machine without a model. On a screen, as a table, or as a stream."""
    from mlxtop.launch import watch as launch_watch
    from mlxtop.watch.options import WatchRequest

    raise typer.Exit(
        launch_watch(
            WatchRequest(
                once=once,
                json=json,
                csv=csv,
                jsonl=jsonl,
                hz=hz,
                count=count,
                seconds=seconds,
                record=record,
            )
        )
    )


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="How long to measure, 1 to 600.")
    ] = 2.0,
    capture: Annotated[
        Path | None,
        typer.Option(
            "--capture", help="Save what the sensors read, without names, to a new directory."
        ),
    ] = None,
) -> None:
    """Say what each sensor reads and costs here. And what is missing, and why."""
    from mlxtop.doctor.run import doctor as examine

    raise typer.Exit(examine(json=json, seconds=seconds, capture=capture))


@app.command()
def config() -> None:
    """Say where the configuration is and what holds."""
    from mlxtop import config as settings
    from mlxtop import paths
    from mlxtop.themes import load_themes

    loaded, problems = settings.load()
    print(settings.describe(loaded))
    known, broken = load_themes([paths.themes_dir(), paths.user_themes_dir()])
    problems += broken
    if loaded.theme not in {theme.name for theme in known}:
        problems.append(
            f"There is no theme {loaded.theme!r}; `mlxtop themes` lists those there are."
        )
    for problem in problems:
        print(f"mlxtop: {problem}", file=sys.stderr)
    raise typer.Exit(1 if problems else 0)


@app.command()
def themes() -> None:
    """List the themes there are, the user's own among them."""
    from mlxtop import paths
    from mlxtop.themes import load_themes

    found, problems = load_themes([paths.themes_dir(), paths.user_themes_dir()])
    for theme in found:
        print(theme.name)
    for problem in problems:
        print(f"mlxtop: {problem}", file=sys.stderr)
    raise typer.Exit(1 if problems else 0)
