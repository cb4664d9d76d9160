"""`mlxtop bench`: measure a model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mlxtop.commands.app import epilog, made_when_called
from mlxtop.commands.export_options import Exports, with_exports
from mlxtop.commands.share import ModelOption, one_model, share


def _with_all_flags() -> Callable[..., None]:
    # Imported here: other commands do not need the kinds of plans.
    from mlxtop.commands.plan_flags import with_plan

    return with_plan(bench)


@epilog(
    "Exit status: 0 measured; 1 a trial failed, too few are valid, a file or a model cannot "
    "be used, or a point is below --fail-under; 2 wrong usage, or a plan without anything to "
    "measure; 130 after Ctrl-C, with the results so far printed and written."
)
@made_when_called(_with_all_flags)
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
    draft: Annotated[
        str | None, typer.Option("--draft", help="Draft model for speculative decoding.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option("--adapter", help="Directory of a LoRA adapter.")
    ] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run Python code from the model.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, few trials.")] = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Do not ask about many trials or a model that may not fit."),
    ] = False,
    headless: Annotated[
        bool, typer.Option("--headless", help="No screen, even on a terminal.")
    ] = False,
    *,
    exports: Exports,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A result of --json to compare with.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            help="Exit status 1 below this ratio to the baseline, such as 0.95.",
            parser=share,
            metavar="RATIO",
        ),
    ] = None,
    record: Annotated[
        bool | None, typer.Option("--record/--no-record", help="Record the run to a file.")
    ] = None,
    **flags: Any,
) -> None:
    """Measure a model, by the method of mlx_lm.benchmark. Disturbed trials do not count.

    On a terminal it runs in the app; without a plan, flags or outputs it shows a form.
    """
    from mlxtop.bench.headless import Outputs
    from mlxtop.bench.plan import PlanError, files_of
    from mlxtop.bench.plan_fields import configured, make, place_of, quickened, read_plan
    from mlxtop.commands.plan_flags import fields_of, refuse
    from mlxtop.exports import built_in, same_file_twice
    from mlxtop.format import listed
    from mlxtop.launch.bench import benchmark
    from mlxtop.launch.request import RunRequest
    from mlxtop.streams import FAILED, complain

    if fail_under is not None and baseline is None:
        refuse("--fail-under needs a --baseline to compare the result with.")
    targets = exports.targets()
    outputs = Outputs(exports=targets, baseline=baseline, fail_under=fail_under)
    if same_file_twice(outputs.files):
        flags_of = listed(one.flag for one in built_in("benchmark"))
        refuse(f"{flags_of} need different files; one may be stdout.")
    given = fields_of(flags)
    try:
        fields = read_plan(plan) if plan is not None else {}
        if quick:
            kept = {
                name: value for name, value in given.items() if name in ("kind", "prompt_config")
            }
            fields = quickened(configured({**fields, **kept}))
        made = make({**fields, **given}, flagged=given)
    except PlanError as error:
        where = ""
        if plan is not None and error.field not in given:
            where = place_of(plan, error.field)
        status = FAILED if where else error.status
        raise typer.Exit(complain(f"{where}{error}", status)) from None
    own = () if plan is None else (plan,)
    outputs = replace(outputs, inputs=(*own, *files_of(made)))
    request = RunRequest(
        model=one_model(model, model_option),
        adapter=adapter,
        draft=draft,
        trust_remote_code=trust_remote_code,
        record=record,
        headless=headless,
    )
    is_empty = not (given or plan or quick or outputs.files or baseline)
    chosen = None if is_empty else made
    raise typer.Exit(benchmark(chosen, request, outputs, assume_yes=yes))
