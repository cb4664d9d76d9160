"""What is missing, and what it would need."""

from pathlib import Path

import pytest

from mlxtop.doctor.measure import meaning
from mlxtop.doctor.run import missing, reason, silent_hardware
from mlxtop.figures import OWN, first_of
from mlxtop.sensors import Sensor, Values
from mlxtop.sensors.cpu import OTHER, AnySystem
from mlxtop.sensors.linux import kernel, nvidia
from mlxtop.sensors.linux import kernel as linux
from mlxtop.sensors.linux.amd import Amd
from mlxtop.sensors.linux.kernel import without_psi
from mlxtop.sensors.linux.nvidia import Nvidia, kernel_shows_gpu, without_nvml
from mlxtop.sensors.macos import sensors as macos
from mlxtop.sensors.macos.sensors import Mac
from mlxtop.sensors.processes import ENGINE, ProcessCosts
from mlxtop.sensors.registry import Made, own_sources
from mlxtop.sensors.source import GPU_DRIVER, GPU_FIGURES, SensorRequest, Source
from tests.sensors.test_nvidia import Tell


class Reads(Sensor):
    """Reads figures that it never gets."""

    def __init__(self, *names: str) -> None:
        super().__init__("test", 1, [(name, "a test") for name in names])

    def read(self) -> Values:
        return self.nothing()


def made(source: Source, *names: str) -> Made:
    return Made(source, [Reads(*names)] if names else [])


def needs(*all_made: Made) -> dict[str, str]:
    return {figure: each.needs for each in missing(all_made) for figure in each.figures}


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "LIBRARY", "no-such-library.so")


@pytest.mark.usefixtures("no_driver")
def test_a_linux_machine_without_a_gpu_says_what_one_would_need() -> None:
    found = needs(made(linux.Linux(), "cpu.user_percent"), made(Nvidia()), made(Amd()))
    said = found["gpu.busy_percent"]
    assert "an NVIDIA GPU with its driver (no-such-library.so, a part" in said
    assert ", or an AMD GPU with amdgpu (none found)" in said
    assert "AMD" not in found["gpu.throttle_reasons"], "no AMD GPU tells it"


@pytest.mark.usefixtures("no_driver")
def test_an_amd_gpu_lacks_only_what_its_driver_does_not_tell() -> None:
    found = needs(made(Nvidia()), made(Amd(), "gpu.busy_percent", "gpu.power_watts"))
    assert "gpu.busy_percent" not in found
    assert found["gpu.clock_hertz"] == GPU_DRIVER
    assert "NVIDIA" in found["gpu.throttle_reasons"]


def test_a_mac_without_extras_is_told_of_both() -> None:
    extras = {"gpu.power_watts", "gpu.clock_hertz", "gpu.temperature_celsius"}
    found = needs(made(Mac(), *(set(Mac.figures) - extras)))
    assert found == {
        "gpu.power_watts": macos.POWER,
        "gpu.clock_hertz": macos.MACMON,
        "gpu.temperature_celsius": macos.MACMON,
    }
    assert "pip install zeus-apple-silicon" in macos.POWER
    assert "mlxtop[" not in macos.POWER, "which no index has"
    assert "macmon" in macos.MACMON


def test_a_virtual_mac_lacks_a_gpu() -> None:
    assert needs(made(Mac(), "memory.used_bytes"))["gpu.busy_percent"] == macos.APPLE_GPU


def test_nothing_is_missing_where_every_figure_is_there() -> None:
    assert missing([made(Nvidia(), *Nvidia.figures), made(Amd())]) == []


def test_another_system_needs_to_be_one_of_two() -> None:
    found = needs(made(AnySystem(), "cpu.user_percent"))
    assert found == dict.fromkeys(
        ("memory.used_bytes", "swap.used_bytes", "pressure.level", *GPU_FIGURES), OTHER
    )


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("engine.cpu_percent", ProcessCosts(), ENGINE),
        ("app.cpu_percent", ProcessCosts(), ""),
        ("gpu.engine_busy_percent", Mac(), ENGINE),
        ("swap.in_bytes_per_second", Mac(), macos.SWAP_TRAFFIC),
        ("swap.in_bytes_per_second", linux.Linux(), ""),
        ("swap.used_bytes", Mac(), ""),
        ("memory.limit_bytes", linux.Linux(), linux.LIMIT),
        ("memory.compressed_bytes", linux.Linux(), linux.COMPRESSED),
        ("gpu1.power_watts", Nvidia(), GPU_DRIVER),
        # These ought to be there: nothing explains their absence.
        ("memory.wired_bytes", linux.Linux(), ""),
        ("memory.wired_bytes", Mac(), ""),
        ("pressure.level", Mac(), ""),
    ],
)
def test_why_a_figure_has_no_value(name: str, source: Source, said: str) -> None:
    assert reason(name, [made(AnySystem(), "cpu.load_1m"), made(source, name)]) == said


def test_a_kernel_without_psi_explains_the_absence_of_pressure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "pressure.some_avg10_percent"
    for said in ("psi=1", ""):
        monkeypatch.setattr(linux, "without_psi", lambda said=said: said)
        assert reason(name, [made(linux.Linux(), name)]) == said
    monkeypatch.undo()
    assert kernel.without_psi is without_psi


def test_a_gpu_that_is_here_and_cannot_be_read_is_told_of(
    monkeypatch: pytest.MonkeyPatch, no_driver: None
) -> None:
    there = [made(linux.Linux(), "cpu.user_percent"), made(Nvidia()), made(Amd())]
    monkeypatch.setattr(nvidia, "kernel_shows_gpu", lambda: False)
    assert silent_hardware(there) == ""
    monkeypatch.setattr(nvidia, "kernel_shows_gpu", lambda: True)
    assert "cannot be read: no-such-library.so" in silent_hardware(there)
    assert silent_hardware([*there, made(Amd(), "gpu.busy_percent")]) == ""
    monkeypatch.setattr("mlxtop.sensors.linux.amd.amd_devices", lambda: [Path("card0")])
    monkeypatch.setattr(nvidia, "kernel_shows_gpu", lambda: False)
    assert "AMD" in silent_hardware(there)


def test_why_psi_cannot_be_read(tmp_path: Path) -> None:
    assert "psi=1" in without_psi(tmp_path / "memory")
    # A directory refuses to be read as a file, as a kernel with PSI switched off does.
    assert "Is a directory" in without_psi(tmp_path)
    (tmp_path / "memory").write_text("some avg10=0.00\n")
    assert without_psi(tmp_path / "memory") == ""


def test_whether_the_kernel_shows_an_kernel_shows_gpu(tmp_path: Path) -> None:
    assert not kernel_shows_gpu(tmp_path / "gpus", tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert not kernel_shows_gpu(tmp_path / "gpus", tmp_path)
    (tmp_path / "nvidia0").touch()
    assert kernel_shows_gpu(tmp_path / "gpus", tmp_path)


def test_without_its_library_nvml_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "LIBRARY", "no-such-library.so")
    assert without_nvml() == "no-such-library.so, a part of NVIDIA's driver, was not found"


def test_a_driver_that_answers_has_nothing_to_explain(tell: Tell) -> None:
    assert without_nvml() == ""


@pytest.mark.parametrize("platform", ["linux", "darwin", "freebsd14"])
def test_the_sources_of_any_system_can_be_asked_here(platform: str) -> None:
    for source in own_sources(platform):
        assert source.name
        assert set(source.figures) <= {entry.name for entry in OWN}
        for here in (True, False):
            assert all(figures and words for figures, words in source.needs(here=here))
        if not isinstance(source, Mac):
            read = {first_of(i.name) for s in source.sensors(SensorRequest(5, 1)) for i in s.infos}
            assert read <= set(source.figures)


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
