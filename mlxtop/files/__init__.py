"""Commands on recordings without a screen: each prints and returns the exit status."""
