"""One page about this machine's sensors: what each says, what it costs, what is missing and why."""
