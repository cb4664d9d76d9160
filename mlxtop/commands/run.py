"""`mlxtop run`: chat with a model."""

from pathlib import Path
from typing import Annotated

import typer

from mlxtop.commands.app import epilog
from mlxtop.commands.share import ModelOption, one_model


@epilog(
    "Exit status: 0 answered; 1 the reply failed, or a model or a file cannot be used; 2 "
    "wrong usage; 130 after Ctrl-C."
)
def run(
    model: Annotated[
        str | None,
        typer.Argument(help="A model directory, a Hugging Face id, or `demo`.", show_default=False),
    ] = None,
    model_option: ModelOption = None,
    prompt: Annotated[
        str | None,
        typer.Option(
            "--prompt", "-p", help="One turn without a screen, reply on stdout; - reads stdin."
        ),
    ] = None,
    system: Annotated[str | None, typer.Option("--system", help="System prompt.")] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", help="Continue the conversation of a recording; --at names when."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Resume at 1:23, -30s (from its end), 14:05:10 or a mark."),
    ] = None,
    prompt_config: Annotated[
        Path | None,
        typer.Option(
            "--prompt-config", help="System prompt, examples and sampling of a JSON file."
        ),
    ] = None,
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
        bool, typer.Option("--trust-remote-code", help="Run Python code from the model.")
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
    headless: Annotated[
        bool, typer.Option("--headless", help="No screen, even on a terminal.")
    ] = False,
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous", help="Record no text, no host name and no paths; the model's name stays."
        ),
    ] = False,
) -> None:
    """Chat with a model and watch the machine. `mlxtop MODEL` does the same."""
    from mlxtop.launch.request import RunRequest
    from mlxtop.launch.run import launch

    raise typer.Exit(
        launch(
            RunRequest(
                model=one_model(model, model_option),
                prompt=prompt,
                system=system,
                prompt_config=prompt_config,
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
                headless=headless,
                anonymous=anonymous,
                resume=resume,
                at=at,
            )
        )
    )
