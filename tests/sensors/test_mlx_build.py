"""Which build of MLX is installed, told by its package."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors import build_header, mlx_build
from mlxtop.sensors.mlx_build import is_cuda, wheel_platform

WHEEL = """Wheel-Version: 1.0
Generator: setuptools (80.9.0)
Root-Is-Purelib: false
Tag: {tags}

"""


def installed(**texts: str | None) -> Callable[[str], SimpleNamespace]:
    """Return what finds these packages, each with the text of its file WHEEL."""

    def distribution(name: str) -> SimpleNamespace:
        if name not in named:
            raise PackageNotFoundError(name)
        return SimpleNamespace(read_text=lambda file: named[name] if file == "WHEEL" else None)

    named = {name.replace("_", "-"): text for name, text in texts.items()}
    return distribution


@pytest.mark.parametrize(
    ("tags", "platform"),
    [
        ("py3-none-macosx_26_0_arm64", "macosx_26_0_arm64"),
        ("py3-none-macosx_15_0_arm64", "macosx_15_0_arm64"),
        (
            "py3-none-manylinux_2_35_x86_64\nTag: py3-none-manylinux_2_36_x86_64",
            "manylinux_2_35_x86_64.manylinux_2_36_x86_64",
        ),
    ],
)
def test_the_platform_is_in_the_wheels_tag(tags: str, platform: str) -> None:
    assert wheel_platform(WHEEL.format(tags=tags)) == platform


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    assert len(wheel_platform(text)) <= 120


def test_package_and_platform_stand_in_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = WHEEL.format(tags="py3-none-macosx_15_0_arm64")
    found = installed(mlx_metal=wheel, mlx_cpu=None)
    monkeypatch.setattr(mlx_build, "distribution", found)
    assert build_header([]).mlx_build == "mlx-metal, macosx_15_0_arm64"
    assert not is_cuda()
    monkeypatch.setattr(mlx_build, "distribution", installed(mlx_cuda_12=None))
    assert build_header([]).mlx_build == "mlx-cuda-12", "a build without a wheel"
    assert is_cuda()
    monkeypatch.setattr(mlx_build, "distribution", installed())
    assert build_header([]).mlx_build == ""


def test_the_build_of_this_machine_is_known() -> None:
    assert mlx_build.mlx_build().startswith("mlx-")
