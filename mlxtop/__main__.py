"""`python -m mlxtop` is the command `mlxtop`."""

from mlxtop.cli import main

if __name__ == "__main__":
    main()
