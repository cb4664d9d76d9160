"""A page about this machine's sensors: their values, their cost, what is missing and why."""
