"""The benchmark on the screen: a plan is chosen, its trials are watched, its result is read."""
