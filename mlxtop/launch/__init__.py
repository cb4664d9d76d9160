"""From a command line to a run: with a screen, or without one."""
