"""The figures of GPUs. Each GPU has them: those of the second are named `gpu1.…`, and so on."""

from mlxtop.figures.codes import Levels, Mask
from mlxtop.figures.figure import Chart, Compared, Figure, Plot
from mlxtop.figures.units import CLOCK, LEVEL, MASK

BUSY_PLOT = Plot("gpu", "GPU busy", 100.0)
POWER_PLOT = Plot("gpu", "power, W")
HEAT_PLOT = Plot("gpu", "°C")

THERMAL_LEVELS = Levels(("nominal", "moderate", "heavy", "trapping", "sleeping"), slows_from=1)

THROTTLE_REASONS = Mask(
    # NVML's nvmlClocksEventReasons, bit by bit.
    (
        (0x1, "idle"),
        (0x2, "set clocks"),
        (0x4, "power cap"),
        (0x8, "hardware slowdown"),
        (0x10, "sync boost"),
        (0x20, "heat"),
        (0x40, "heat, by hardware"),
        (0x80, "power brake"),
        (0x100, "display clocks"),
        (0x200, "board limit"),
        (0x400, "reliability"),
    ),
    # An idle GPU clocks down, and somebody chose the clocks: no brake.
    harmless=0x1 | 0x2 | 0x100,
    alone="not held back",
)

GPU = (
    Figure(
        "gpu.asleep",
        "state",
        "whether the kernel has suspended the GPU, which then has no other figure; absent where it "
        "never does",
        LEVEL,
        Levels(("awake", "asleep"), noun="state"),
        pane="gpu",
    ),
    Figure(
        "gpu.busy_percent",
        "busy",
        "0–100: share of the time in which it worked",
        pane="gpu",
        chart=Chart(BUSY_PLOT, "busy", "gpu", letter="b"),
        compared=Compared("gpu", "GPU busy", 6),
    ),
    Figure(
        "gpu.engine_busy_percent",
        "engine's share",
        "0–100: the engine's share of GPU time (macOS)",
        pane="gpu",
        chart=Chart(BUSY_PLOT, "engine's share", "cpu", 3, "e"),
    ),
    Figure(
        "gpu.device_percent", "device", "0–100: the driver's interval counter (macOS)", pane="gpu"
    ),
    Figure(
        "gpu.renderer_percent",
        "renderer",
        "0–100: the driver's interval counter (macOS)",
        pane="gpu",
    ),
    Figure(
        "gpu.tiler_percent", "tiler", "0–100: the driver's interval counter (macOS)", pane="gpu"
    ),
    Figure(
        "gpu.memory_used_bytes",
        "memory",
        "its own memory, in use",
        pane="gpu",
        total="gpu.memory_total_bytes",
        peak="gpu",
    ),
    Figure("gpu.memory_total_bytes", meaning="its own memory", pane="gpu"),
    Figure(
        "gpu.gtt_used_bytes",
        "shared memory",
        "AMD: the machine's memory that the GPU maps",
        pane="gpu",
        total="gpu.gtt_total_bytes",
    ),
    Figure(
        "gpu.gtt_total_bytes",
        meaning="AMD: the machine's memory that the GPU may map",
        pane="gpu",
    ),
    Figure(
        "gpu.memory_in_use_bytes",
        "memory in use",
        "the driver's figure (macOS); falls when the GPU is idle",
        pane="gpu",
    ),
    Figure(
        "gpu.memory_alloc_bytes",
        "memory allocated",
        "the driver's figure (macOS); may pass the memory there is",
        pane="gpu",
    ),
    Figure(
        "gpu.power_watts",
        "power",
        "what it takes",
        pane="gpu",
        chart=Chart(POWER_PLOT, "power, W", "gpu"),
        compared=Compared("power", "GPU power", 7),
    ),
    Figure("gpu.clock_hertz", "clock", "of its processors", CLOCK, pane="gpu"),
    Figure("gpu.memory_clock_hertz", "memory clock", "of its memory", CLOCK, pane="gpu"),
    Figure(
        "gpu.temperature_celsius",
        "temperature",
        "of the chip",
        pane="gpu",
        chart=Chart(HEAT_PLOT, "°C", "gpu"),
    ),
    Figure(
        "gpu.throttle_reasons",
        "held back by",
        "NVIDIA: why the clocks are held back, a bit for each reason",
        MASK,
        THROTTLE_REASONS,
        pane="gpu",
    ),
    Figure(
        "thermal.level",
        "thermal state",
        "macOS thermal pressure",
        LEVEL,
        THERMAL_LEVELS,
        pane="gpu",
        judged="thermal pressure",
    ),
)
