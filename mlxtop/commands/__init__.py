"""The subcommands, as typer sees them."""

from mlxtop.commands.app import app

# isort: off
# The help lists them in this order.
from mlxtop.commands import run, viewing, benching, recorded, setup

# isort: on

__all__ = ["app", "benching", "recorded", "run", "setup", "viewing"]
