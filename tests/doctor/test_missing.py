"""What is missing, and what it would need."""

from pathlib import Path

import pytest

from mlxtop.doctor import missing as lacks
from mlxtop.doctor.notes import meaning
from mlxtop.doctor.surroundings import Surroundings, look, nvidia_gpu, nvml_words, psi_words
from mlxtop.sensors.linux import nvidia
from tests.sensors.test_nvidia import Tell

LINUX = Surroundings("linux", nvml="libnvidia-ml.so.1 is not here")
MAC = Surroundings("darwin")


def needs(names: set[str], here: Surroundings) -> dict[str, str]:
    return {figure: each.needs for each in lacks.missing(names, here) for figure in each.figures}


def test_a_linux_machine_without_a_gpu_says_what_one_would_need() -> None:
    (found,) = lacks.missing({"cpu.user_percent"}, LINUX)
    assert "gpu.busy_percent" in found.figures
    assert "libnvidia-ml.so.1 is not here" in found.needs
    assert "AMD GPU" in found.needs


def test_an_amd_gpu_lacks_only_what_its_driver_does_not_tell() -> None:
    found = needs({"gpu.busy_percent", "gpu.power_watts"}, LINUX)
    assert "gpu.busy_percent" not in found
    assert found["gpu.clock_hertz"] == lacks.DRIVER
    assert "NVIDIA" in found["gpu.throttle_reasons"]


def test_a_mac_without_extras_is_told_of_both() -> None:
    found = needs({*lacks.MAC_GPU, "gpu.engine_busy_percent"}, MAC)
    assert found == {
        "gpu.power_watts": lacks.POWER,
        "gpu.clock_hertz": lacks.MACMON,
        "gpu.temperature_celsius": lacks.MACMON,
    }
    assert "pip install zeus-apple-silicon" in lacks.POWER
    assert "mlxtop[" not in lacks.POWER, "which no index has"
    assert "macmon" in lacks.MACMON


def test_a_virtual_mac_lacks_a_gpu() -> None:
    assert needs(set(), MAC)["gpu.busy_percent"] == lacks.APPLE_GPU


def test_nothing_is_missing_where_every_figure_is_there() -> None:
    assert lacks.missing({*lacks.GPU, *lacks.NVIDIA_ONLY}, LINUX) == []


def test_another_system_needs_to_be_one_of_two() -> None:
    assert needs(set(), Surroundings("freebsd14"))["memory.used_bytes"] == lacks.OTHER


@pytest.mark.parametrize(
    ("name", "here", "said"),
    [
        ("engine.cpu_percent", MAC, lacks.ENGINE),
        ("gpu.engine_busy_percent", MAC, lacks.ENGINE),
        ("swap.in_bytes_per_second", MAC, lacks.SWAP_TRAFFIC),
        ("swap.in_bytes_per_second", LINUX, ""),
        ("swap.used_bytes", MAC, ""),
        ("memory.limit_bytes", LINUX, lacks.LIMIT),
        ("memory.compressed_bytes", LINUX, lacks.COMPRESSED),
        ("gpu1.power_watts", LINUX, lacks.DRIVER),
        ("pressure.some_avg10_percent", Surroundings("linux", psi="psi=1"), "psi=1"),
        # These ought to be there: nothing explains their absence.
        ("pressure.some_avg10_percent", LINUX, ""),
        ("memory.wired_bytes", LINUX, ""),
        ("memory.wired_bytes", MAC, ""),
        ("pressure.level", MAC, ""),
    ],
)
def test_why_a_figure_has_no_value(name: str, here: Surroundings, said: str) -> None:
    assert lacks.reason(name, here) == said


def test_a_gpu_that_is_here_and_cannot_be_read_is_told_of() -> None:
    here = Surroundings("linux", nvml="NVML says: Driver/library version mismatch", nvidia_gpu=True)
    assert "version mismatch" in lacks.silent_hardware(set(), here)
    assert lacks.silent_hardware({"gpu.busy_percent"}, here) == ""
    assert lacks.silent_hardware(set(), LINUX) == ""
    assert "AMD" in lacks.silent_hardware(set(), Surroundings("linux", amd_gpu=True))


def test_why_psi_cannot_be_read(tmp_path: Path) -> None:
    assert "psi=1" in psi_words(tmp_path / "memory")
    # A directory refuses to be read as a file, as a kernel with PSI switched off does.
    assert "Is a directory" in psi_words(tmp_path)
    (tmp_path / "memory").write_text("some avg10=0.00\n")
    assert psi_words(tmp_path / "memory") == ""


def test_whether_the_kernel_shows_an_nvidia_gpu(tmp_path: Path) -> None:
    assert not nvidia_gpu(tmp_path / "gpus", tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert not nvidia_gpu(tmp_path / "gpus", tmp_path)
    (tmp_path / "nvidia0").touch()
    assert nvidia_gpu(tmp_path / "gpus", tmp_path)


def test_without_its_library_nvml_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "LIBRARY", "no-such-library.so")
    assert nvml_words() == "no-such-library.so, a part of NVIDIA's driver, is not here"


def test_a_driver_that_answers_has_nothing_to_explain(tell: Tell) -> None:
    assert nvml_words() == ""


def test_looking_at_this_machine_raises_nothing_for_any_system() -> None:
    for platform in ("linux", "darwin", "freebsd14"):
        assert look(platform).platform == platform


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("pressure.level", 1, "warn"),
        ("thermal.level", 3, "trapping"),
        ("gpu1.throttle_reasons", 4, "power cap"),
        ("gpu.throttle_reasons", 0, "not held back"),
        ("gpu1.asleep", 1, "asleep"),
        ("swap.total_bytes", 5, ""),
        ("memory.wired_bytes", 0, ""),
    ],
)
def test_codes_in_words(name: str, value: float, said: str) -> None:
    assert meaning(name, value) == said


def test_no_swap_says_what_would_give_some() -> None:
    assert "swap file" in meaning("swap.total_bytes", 0)
