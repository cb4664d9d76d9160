"""Entry point: `python -m mlxtop.engine.child`."""

from mlxtop.engine.child.main import main

main()
