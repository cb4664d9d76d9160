"""Commands on recordings outside of the screen: each prints, and returns the exit status."""
