"""Benchmarks: trials of one plan, each with the conditions it ran under."""
