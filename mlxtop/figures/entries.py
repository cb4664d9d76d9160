"""The figures of mlxtop's own sensors, an entry each."""

from mlxtop.figures.codes import Levels, Mask
from mlxtop.figures.figure import Chart, Compared, Figure, Plot
from mlxtop.figures.units import CLOCK, COUNT, LEVEL, LOAD, MASK

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
    # An idle GPU clocks down, and a user may set the clocks: neither slows it down.
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


MEMORY_PLOT = Plot("memory", "memory")
PRESSURE_PLOT = Plot("pressure", "pressure")
SWAP_PLOT = Plot("pressure", "swap", "swap.total_bytes")
PSI_PLOT = Plot("pressure", "PSI", 100.0)
CPU_PLOT = Plot("cpu", "CPU", 100.0)

PRESSURE_LEVELS = Levels(
    ("NORMAL", "WARN", "CRITICAL"),
    signs=("●", "▲", "■"),
    inks=("normal", "warn", "critical"),
)

MEMORY = (
    Figure("memory.total_bytes", meaning="installed"),
    Figure("memory.limit_bytes", meaning="what this process may use (cgroup)"),
    Figure(
        "memory.limit_left_bytes",
        meaning="what a cgroup lets be used beyond what is; pages of files count as free",
    ),
    Figure(
        "memory.wired_limit_bytes",
        meaning="what somebody lets the GPU wire (macOS `iogpu.wired_limit_mb`); absent where the "
        "system chooses",
    ),
    Figure(
        "memory.used_bytes",
        "used",
        "all but what is available",
        chart=Chart(MEMORY_PLOT, "used", "memory", letter="u"),
        compared=Compared("memory", "memory used", 2, from_zero=False),
        peak="used",
    ),
    Figure(
        "memory.wired_bytes",
        "wired",
        "macOS wired; Linux Unevictable",
        chart=Chart(MEMORY_PLOT, "wired", "wired", 3, "w"),
        compared=Compared("wired", "wired memory", 3, from_zero=False),
        peak="wired",
    ),
    Figure("memory.active_bytes", "app", "composition: pages in use"),
    Figure(
        "memory.compressed_bytes",
        "compressed",
        "composition: what compressed pages occupy",
        chart=Chart(MEMORY_PLOT, "compressed", "compressed", 1, "c"),
    ),
    Figure("memory.cached_bytes", "cached", "composition: pages of files"),
    Figure("memory.free_bytes", "free", "composition: pages that hold nothing"),
    Figure("memory.available_bytes", "available", "what may be used without swapping"),
)

PRESSURE = (
    Figure(
        "pressure.level",
        "level",
        "macOS: as the kernel says; Linux: derived",
        LEVEL,
        codes=PRESSURE_LEVELS,
        chart=Chart(PRESSURE_PLOT, "level", "warn"),
        compared=Compared("pressure", "pressure", 4),
        judged="memory pressure",
    ),
    Figure("pressure.raw_level", "", "macOS kernel's own number (1, 2, 4)", LEVEL),
    Figure("pressure.free_percent", meaning="0–100; macOS `kern.memorystatus_level`"),
    Figure(
        "pressure.some_avg10_percent",
        "PSI some",
        "0–100; Linux PSI: time in which some work waited for memory",
        chart=Chart(PSI_PLOT, "PSI some", "warn", letter="s"),
    ),
    Figure(
        "pressure.full_avg10_percent",
        "PSI full",
        "0–100; Linux PSI: time in which all work waited for memory",
        chart=Chart(PSI_PLOT, "PSI full", "critical", 1, "f"),
    ),
)

SWAP = (
    Figure(
        "swap.used_bytes",
        "swap",
        "what is swapped out",
        total="swap.total_bytes",
        chart=Chart(SWAP_PLOT, "swap used", "swap"),
        compared=Compared("swap", "swap used", 5),
    ),
    Figure("swap.total_bytes", meaning="room for it"),
    Figure("swap.in_bytes_per_second", "swapped in", "traffic since the last reading that was new"),
    Figure(
        "swap.out_bytes_per_second",
        "swapped out",
        "traffic since the last reading that was new",
        judged="swap traffic",
    ),
)

CPU = (
    Figure(
        "cpu.user_percent",
        "user",
        "CPU time of programs, 0–100 of the whole machine",
        chart=Chart(CPU_PLOT, "user", "value", 3, "u"),
        compared=Compared("cpu", "CPU", 8),
    ),
    Figure(
        "cpu.system_percent",
        "system",
        "CPU time of the kernel, 0–100 of the whole machine",
        chart=Chart(CPU_PLOT, "system", "quiet", 1, "s"),
        compared=Compared("cpu", "CPU", 8),
    ),
    Figure("cpu.load_1m", "load", "run queue, one minute", LOAD),
    Figure(
        "power.on_battery",
        "power",
        "what feeds the machine; absent where it has no battery",
        LEVEL,
        codes=Levels(("mains", "battery"), noun="source"),
    ),
)


MLX = (
    Figure(
        "mlx.active_bytes",
        "MLX active",
        "memory of arrays in use, of MLX's allocator",
        chart=Chart(MEMORY_PLOT, "MLX active", "speed", 3, "m"),
        compared=Compared("mlx", "MLX memory", 1, from_zero=False),
    ),
    Figure("mlx.cache_bytes", "MLX cache", "memory that MLX's allocator keeps for later"),
    Figure("mlx.peak_bytes", "MLX peak", "the most that was active"),
)

PROCESSES = (
    Figure("engine.cpu_percent", "engine", "0–100 of one core: the engine's process"),
    Figure(
        "engine.memory_bytes",
        "engine process",
        "the engine's memory: on macOS its footprint, elsewhere resident memory",
        chart=Chart(MEMORY_PLOT, "engine process", "cpu", 1, "e"),
    ),
    Figure("app.cpu_percent", "mlxtop itself", "0–100 of one core: the app's own process"),
    Figure(
        "app.memory_bytes",
        "mlxtop itself",
        "the app's own memory: on macOS its footprint, elsewhere resident memory",
    ),
    Figure("app.samples_taken", "readings", "only grows: readings of the sampler", COUNT),
    Figure("app.samples_late", "late", "only grows: readings over 25 ms late", COUNT),
    Figure("app.samples_dropped", "dropped", "only grows: readings left out", COUNT),
    Figure(
        "app.sampling_gaps",
        "gaps",
        "only grows: times the machine slept or mlxtop was stopped",
        COUNT,
    ),
)
