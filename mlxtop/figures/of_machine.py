"""The figures of the machine: memory, pressure, swap, CPU, power source."""

from mlxtop.figures.codes import Levels
from mlxtop.figures.figure import Chart, Compared, Figure, Plot
from mlxtop.figures.units import LEVEL, LOAD

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
