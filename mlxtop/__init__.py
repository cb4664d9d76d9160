"""mlxtop: chat with a local model and watch the machine, on one screen and one clock."""

__version__ = "0.1.0"
