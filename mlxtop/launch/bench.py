"""A benchmark without a screen."""

from typing import TYPE_CHECKING

from mlxtop.launch.request import USAGE, RunRequest, live_options, wanted

if TYPE_CHECKING:
    from mlxtop.bench.headless import Outputs
    from mlxtop.bench.plan import TokensPlan
from mlxtop import config as settings
from mlxtop.complain import complain


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
