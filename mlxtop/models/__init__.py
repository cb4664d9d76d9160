"""Models on this machine: what is there, whether it fits, and how to fetch another."""
