"""`mlxtop bench`: measure a model."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mlxtop.commands.app import app
from mlxtop.commands.share import check_share


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
    from mlxtop.launch.bench import benchmark

    check_share(fail_under)
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
