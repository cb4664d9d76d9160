"""Fixtures of the sensors' tests."""

import pytest

from tests.sensors.ticking import Ticking


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()
