"""Options that several subcommands have."""

import typer


def check_share(fail_under: float | None) -> None:
    """Refuse a --fail-under that is no ratio."""
    if fail_under is not None and not 0 < fail_under < 100:
        raise typer.BadParameter("a ratio above 0, such as 0.95", param_hint="--fail-under")
