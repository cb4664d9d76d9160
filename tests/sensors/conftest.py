"""Fixtures of the sensors' tests."""

import pytest
from hypothesis import settings

from tests.sensors.ticking import Ticking

# How long an example takes says nothing on a machine that is busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()
