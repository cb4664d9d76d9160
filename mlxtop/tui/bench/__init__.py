"""The benchmark on the screen: the form of a plan, its trials, its result."""
