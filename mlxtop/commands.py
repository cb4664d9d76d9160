"""The subcommands, as typer sees them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mlxtop import __version__

app = typer.Typer(
    name="mlxtop",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
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
) -> None:
    """Chat with a model and watch the machine (`mlxtop MODEL` does the same)."""
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
            )
        )
    )


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recording (.jsonl).")],
    speed: Annotated[float, typer.Option("--speed", help="0.25 to 64 times.")] = 1.0,
    start: Annotated[
        str | None, typer.Option("--at", help="Where to begin: 1:23, -30s, 14:05:10.")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Begin paused.")] = False,
) -> None:
    """Show a recording again on the same screen."""
    from mlxtop.launch import replay_file

    raise typer.Exit(replay_file(file, speed=speed, start=start, paused=paused))


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
