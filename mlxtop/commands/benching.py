"""`mlxtop bench`: measure a model."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mlxtop.commands.app import epilog
from mlxtop.commands.export_options import Exports, with_exports
from mlxtop.commands.share import ModelOption, one_model, share

_PLAN = "Plan"
_OUT = "Output"


@epilog(
    "Exit status: 0 measured; 1 a trial failed, too few are valid, a file or a model cannot "
    "be used, or a point is below --fail-under; 2 wrong usage or a plan of which nothing can be "
    "measured; 130 after Ctrl-C, with the results so far printed and written."
)
@with_exports("benchmark")
def bench(
    model: Annotated[
        str | None,
        typer.Argument(help="A directory, a Hugging Face id, or `demo`.", show_default=False),
    ] = None,
    model_option: ModelOption = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="A plan in TOML; flags override it.")
    ] = None,
    prompt_tokens: Annotated[
        int | None,
        typer.Option("-p", help="Random prompt tokens; 512. Not with --scenarios or --dataset."),
    ] = None,
    generation_tokens: Annotated[
        int | None, typer.Option("-g", help="Tokens generated; 128.")
    ] = None,
    trials: Annotated[int | None, typer.Option("-n", help="Valid trials of each point; 5.")] = None,
    batch: Annotated[
        str | None, typer.Option("-b", "--batch", help="Requests at once: 4, or 1,2,4,8.")
    ] = None,
    scenarios: Annotated[
        str | None,
        typer.Option("--scenarios", help="`all`, or simple,medium,complex, or your own files."),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Prompts of a JSON or JSONL file.")
    ] = None,
    prompt_config: Annotated[
        str | None,
        typer.Option(
            "--prompt-config",
            help="With --scenarios or --dataset: system prompt, examples and sampling, in JSON.",
            metavar="<path>",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", help="With --dataset: how many of its prompts are taken."),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            help="A setting over values: kv_bits=off,4,8. Several times.",
            metavar="NAME=VALUES",
        ),
    ] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="With --sweep: every combination of the values.")
    ] = False,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="A plan of several models: one to compare MODEL with. Several times.",
            metavar="MODEL",
        ),
    ] = None,
    stress: Annotated[
        float | None, typer.Option("--stress", help="Generate without a pause for minutes.")
    ] = None,
    warm: Annotated[
        bool, typer.Option("--warm", help="The first run after a load against the next ones.")
    ] = False,
    sampling: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A sampling setting of all points: temperature=0.7. Several times.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    draft: Annotated[
        str | None, typer.Option("--draft", help="Draft model for speculative decoding.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option("--adapter", help="Directory of a LoRA adapter.")
    ] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run Python code that a model brings.")
    ] = False,
    prefill_step: Annotated[
        int | None, typer.Option("--prefill-step-size", help="Tokens a prefill step feeds; 2048.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Of random prompts and of a dataset's order; 0.")
    ] = None,
    breakdown: Annotated[
        bool,
        typer.Option("--breakdown", help="One more trial of each: where its time goes."),
    ] = False,
    delay: Annotated[
        float | None, typer.Option("--delay", help="Seconds before each trial; 0.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, few trials.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: many trials, a model that may not fit.")
    ] = False,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without a screen, also on a terminal.")
    ] = False,
    *,
    exports: Exports,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A result of --json to hold it against.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            help="Exit status 1 under so much of it, such as 0.95.",
            parser=share,
            metavar="RATIO",
        ),
    ] = None,
    record: Annotated[
        bool | None, typer.Option("--record/--no-record", help="Record the run to a file.")
    ] = None,
) -> None:
    """Measure a model, by the method of mlx_lm.benchmark. Disturbed trials do not count.

    On a terminal it is done in the app; without a plan, flags or outputs a form asks for one.
    """
    from mlxtop.bench import plan as plans
    from mlxtop.bench.headless import FAILED, Outputs
    from mlxtop.commands.plan_flags import kind_of, refuse, settings, sizes, swept
    from mlxtop.complain import complain
    from mlxtop.exports import built_in, listed, same_file_twice
    from mlxtop.launch.bench import benchmark
    from mlxtop.launch.request import RunRequest

    if fail_under is not None and baseline is None:
        refuse("--fail-under needs a --baseline that the result is compared with.")
    targets = exports.targets()
    outputs = Outputs(exports=targets, baseline=baseline, fail_under=fail_under)
    if same_file_twice(outputs.files):
        flags_of = listed(one.flag for one in built_in("benchmark"))
        refuse(f"{flags_of} each need a file of their own; one may be stdout.")
    flags: dict[str, Any] = {
        "prompt_tokens": prompt_tokens,
        "generation_tokens": generation_tokens,
        "trials": trials,
        "batch": sizes(batch),
        "dataset": dataset,
        "prompt_config": prompt_config,
        "limit": limit,
        "sweep": swept(sweep or []) or None,
        "grid": grid or None,
        "models": tuple(models) if models else None,
        "minutes": stress,
        "sampling": settings(sampling or []) or None,
        "prefill_step": prefill_step,
        "seed": seed,
        "breakdown": breakdown or None,
        "cool_seconds": delay,
    }
    if scenarios is not None:
        flags["scenarios"] = () if scenarios == "all" else tuple(scenarios.split(","))
    kinds = {
        "scenarios": scenarios,
        "dataset": dataset,
        "sweep": sweep or None,
        "models": models or None,
        "stress": stress,
        "warm": warm or None,
        "batch": batch if batch and "," in batch else None,
    }
    given = {name: value for name, value in flags.items() if value is not None}
    if kind := kind_of(kinds):
        given["kind"] = kind
    try:
        fields = plans.read_plan(plan) if plan is not None else {}
        if quick:
            said = {
                name: value for name, value in given.items() if name in ("kind", "prompt_config")
            }
            fields = plans.quickened(plans.configured({**fields, **said}))
        made = plans.make({**fields, **given})
    except plans.PlanError as error:
        where = ""
        if plan is not None and error.field not in given:
            where = plans.place_of(plan, error.field)
        status = FAILED if where else error.status
        raise typer.Exit(complain(f"{where}{error}", status)) from None
    read = (plan, made.dataset, made.prompt_config, *made.scenarios)
    outputs = replace(outputs, inputs=tuple(Path(path) for path in read if path))
    request = RunRequest(
        model=one_model(model, model_option),
        adapter=adapter,
        draft=draft,
        trust_remote_code=trust_remote_code,
        record=record,
        headless=headless,
    )
    said_nothing = not (given or plan or quick or outputs.files or baseline)
    chosen = None if said_nothing else made
    raise typer.Exit(benchmark(chosen, request, outputs, assume_yes=yes))
