"""Settings of the recording's tests."""

from hypothesis import settings

# How long an example takes says nothing on a machine that is busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
