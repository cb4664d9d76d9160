"""Which build of MLX is installed, read from its package without importing it.

Builds of the same version have different kernels: on macOS pip takes the wheel of the system that
Python reports, and of the wheels for macOS 14, 15 and 26 only the last one has the kernels for the
neural accelerators of an M5.
"""

from importlib.metadata import Distribution, PackageNotFoundError, distribution

CUDA = ("mlx-cuda-13", "mlx-cuda-12")
_PACKAGES = ("mlx-metal", *CUDA, "mlx-cpu")
_MOST_CHARACTERS = 120


def mlx_build() -> str:
    """Return package and platform of the kernels: "mlx-metal, macosx_26_0_arm64"; "" for none."""
    for name in _PACKAGES:
        if (found := _installed(name)) is not None:
            platform = wheel_platform(found.read_text("WHEEL") or "")
            return ", ".join(part for part in (name, platform) if part)
    return ""


def is_cuda() -> bool:
    """Return whether MLX was built for NVIDIA's GPUs."""
    return any(_installed(name) is not None for name in CUDA)


def wheel_platform(text: str) -> str:
    """Return the platforms in the text of a wheel's file WHEEL: "macosx_14_0_arm64"."""
    # Imported here: a replay imports this module but never calls this.
    from email.parser import HeaderParser

    tags = HeaderParser().parsestr(text).get_all("Tag", [])
    platforms = dict.fromkeys(str(tag).strip().rpartition("-")[2] for tag in tags)
    return ".".join(platforms)[:_MOST_CHARACTERS]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None
