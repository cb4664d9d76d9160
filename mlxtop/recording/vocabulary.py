"""Text that mlxtop itself writes: it stays in a redacted recording, any other text does not.

Each rule takes a text and returns what stays of it, `left out` if nothing does. The rules do not
search for private text: only what is known to be harmless stays. `RULES` maps what a field holds to
its rule.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from mlxtop.figures import CATALOGUE, GROUPS, first_of
from mlxtop.holds import DECLARED, NOT_OWN, Holds

Rule = Callable[[str], str]

_SENTENCES_TEXT = """
    1m a aarch above absent accumulatedgputime active affine after again agxdeviceuserclient all
    alloc amd an and anonymous answer answered answers any app apple appusage arcstats are arm
    as asked asleep at auto available average avg avg10 awake awq back backed bandwidth batch
    battery before began begun best bf16 bfloat16 bit bitnet bits block board boost brake brand
    breakdown bsppci buffer build bus busid busy by bytes cache cached cap card celsius cgroup
    changed charging check child chip choice class clients clock clocks closed com compressed
    compressor config container context control cool copy core cores cost count counted counts
    cpu cpuinfo critical ctrl cuda current darwin dataset default detokenize device devices
    discharging display do does down draft driver drivers drm dropped due each effect ended
    energy engine estimate external failed false fed figure file files first fit float16 float32
    floor following for forward fp16 fp8 framework frameworks free freq freq1 fs full gaps
    generated generation get getloadavg go gptq gpu gpus grid groups gtt hardware has have
    header heat heavy held hertz high host hw hwmon hz id idle in inactive inf info info64
    information input internal into invalidated ioaccelerator iogpu iokit ioreg ioreport
    iouserclientcreator iowait irq is it iterator its itself kb keeps kern kernel kind known
    kstat kv late leave left let level library lie likeliest limit lines linux little lm load
    lower machdep machine macmon macos macosx many manylinux mask max mb mean measure measured
    measuring median mem memavailable memfree meminfo memory memorystatus memsize memtotal metal
    mhz mib mig min minutes mj ml mlx mlxtop mm model models moderate more most moved ms
    musllinux must mxfp4 mxfp8 name never nice no nominal none normal not nothing notification
    notify notifyutil now nperflevels null nvfp4 nvidia nvml nvmldevicegetclockinfo
    nvmldevicegetcurrentclockseventreasons nvmldevicegetmemoryinfo nvmldevicegetpowerusage
    nvmldevicegettemperaturev nvmldevicegetutilizationrates occupied of off on one ones online
    or order other out over overhead own page pages pagesize path paused pci penalty per percent
    percpu perflevel0 perflevel1 performancestatistics physicalcpu pid pipe plan point points
    posted power power1 prefill present pressure pretty print prints probability proc process
    processes processor processors product profiler program prompt psi psutil pswpin pswpout
    purgeable quantize quantized quantizes quarters rate raw reached read readings reason reasons
    recording recordings register reliability renderer repeats repetition replace requests rest
    returned round rss runtime s said same sample sampler samplerstats samples sampling sc
    scenarios scope second seconds seed self sensor sensors set short silicon single size
    sleeping slept slowdown sm so softirq some source spdisplaysdatatype speculative spl
    sreclaimable stat state statistics64 status steal step steps still stopped stress string
    supply suspended suspending swap swapfree swapins swapouts swapped swaptotal swapusage sweep
    sync sys sysctl sysctlbyname system table tag taken tell tells temp temp1 temp2 temperature
    template tensors text that the their theoretical there thermal thermalpressurelevel they
    thirds this threads three threshold throttle tiler time times to token tokenize tokens too
    took top total traffic trapping tree trials tried true turned two type under unevictable up
    ups usable usage use used user utilization uuid values vendor visible vm vmstat vram warm
    warn was watts way were what wheel while width wired with without work would written xtc za
    zeus zfs zram zswap
"""
_SENTENCES = frozenset(_SENTENCES_TEXT.split())
"""Words of mlxtop's own sentences, and names of system interfaces that its sensors read.

A new figure declares the words of its source in its entry (`Figure.source_words`), a new kind of
plan those of its labels (`PlanKind.label_words`). Old words stay: older recordings have them.
"""

_HARDWARE_TEXT = """
    aarch64 accelerated accelerator ada adreno agx air altra amd ampere apple apu arc arm arm64
    athlon atom b bergamo blackwell broadcom bronze cascade celeron core cores cortex cpu
    developer device duo epyc extreme fx gb geforce gen generic genoa genuine ghz gib gold gpu
    grace graphics gtx hbm2e hbm3 hbm3e hd hopper i3 i5 i7 i9 igpu instinct intel iris jetson
    kit mali max mhz milan mobile model naples neoverse nvidia nvl opteron orin pcie pentium
    phenom pi platinum plus pro processor quadro qualcomm r radeon rapids raspberry rev riscv64
    rome rtx rx ryzen samsung sapphire server silver skylake snapdragon super super-chip
    supercomputing sxm2 sxm3 sxm4 sxm5 tegra tesla the threadripper ti titan tm tt turin turing
    uhd ultra vega version virtual volta w with workstation x86 x86_64 xavier xe xeon xp xt xtx
"""
_HARDWARE = frozenset(_HARDWARE_TEXT.split())
_MODEL_NUMBER = re.compile(r"[a-z]{0,2}\d{1,5}[a-z0-9]{0,3}(\.\d{1,2}(ghz)?)?", re.ASCII)
"""Model numbers of processors: M2, 9950X3D, i7, E5, 2.80GHz."""

_SYSTEMS_TEXT = """
    alma almalinux alpine amazon android arch bookworm bullseye cachyos centos clear darwin
    debian deepin elementary endeavouros enterprise fedora freebsd garuda gentoo gnu gnu/linux
    hat jammy kali kde kubuntu leap linux linuxmint lts mac macos manjaro mint neon nixos noble
    openbsd opensuse oracle os os/2 pop pop!_os popos raspbian red redhat rhel rocky sequoia
    server slackware solus sonoma stream suse tahoe trixie tumbleweed ubuntu ultramarine ventura
    void windows wsl wsl2 xubuntu zorin
"""
_SYSTEMS = frozenset(_SYSTEMS_TEXT.split())
_RELEASE = re.compile(r"\d{1,4}(\.\d{1,4}){0,3}", re.ASCII)

_VERSION = re.compile(
    r"\d{1,5}(?:\.\d{1,6}){0,4}t?(?:(?:a|b|rc|\.dev|\.post)\d{1,8}){0,2}(?=\+|$)", re.ASCII
)
_NUMBER = re.compile(r"[a-z]|[a-z]?\d{1,7}", re.ASCII)
_ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}(\.[0-7])?", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(r"[\W_]+")
_TRADEMARKS = re.compile(r"\((r|tm|c)\)|[(),;:@+]", re.IGNORECASE)
_REMEMBERED = 4096
"""Size of the caches: every sample has names of figures."""
_SLASHES = re.compile(r"[/\\\u2044\u2215\u2216\u29f5\u29f8\ufe68\uff0f\uff3c]+")
_HOMES = frozenset({"home", "users", "user", "documents and settings"})


def gone(text: str) -> str:
    """Keep nothing, not even that there was a text."""
    return ""


def sentence(text: str) -> str:
    """Keep a text that is made of mlxtop's own words, of declared words and of numbers."""
    return _sentence(text, (CATALOGUE.words, *(words() for words in DECLARED)))


@lru_cache(_REMEMBERED)
def _sentence(text: str, declared: tuple[frozenset[str], ...]) -> str:
    parts = [part for part in _PARTS.split(text.lower()) if part]
    own = all(any(part in words for words in declared) or _is_own(part) for part in parts)
    return text if own else NOT_OWN


def _is_own(word: str) -> bool:
    """Return whether a word is a number or mlxtop's own, with or without a number (`gpu1`)."""
    if word in _SENTENCES or _NUMBER.fullmatch(word):
        return True
    name = word.rstrip("0123456789")
    return len(word) - len(name) <= 2 and name in _SENTENCES


def figure(text: str) -> str:
    """Keep the name of a figure in the catalogue, or one made of mlxtop's own words."""
    if CATALOGUE.find(text) is not None:
        return text
    group, dot, _ = first_of(text).partition(".")
    return sentence(text) if dot and group in GROUPS else NOT_OWN


@lru_cache(_REMEMBERED)
def version(text: str) -> str:
    """Keep the numbers of a version, without additions of a builder."""
    found = _VERSION.match(text)
    return found.group() if found else NOT_OWN


def address(text: str) -> str:
    """Keep the address of a device on its bus."""
    return text if _ADDRESS.fullmatch(text) else NOT_OWN


@lru_cache(_REMEMBERED)
def hardware(text: str) -> str:
    """Keep words and numbers that manufacturers use in names of processors."""
    return _words_of(text, _HARDWARE, _MODEL_NUMBER)


@lru_cache(_REMEMBERED)
def system(text: str) -> str:
    """Keep names and numbers of systems and kernels, without additions of a builder."""
    return _words_of(re.sub(r"(\d)-[\w.+~-]*", r"\1", text), _SYSTEMS, _RELEASE)


def _words_of(text: str, known: frozenset[str], number: re.Pattern[str]) -> str:
    words = [word for word in re.split(r"[\s-]+", text) if _TRADEMARKS.sub("", word)]
    kept = []
    for word in words:
        bare = _TRADEMARKS.sub("", word.lower())
        if bare in known or number.fullmatch(bare):
            kept.append(word)
    if len(kept) == len(words):
        return text
    return " ".join(kept) or NOT_OWN


@lru_cache(_REMEMBERED)
def architecture(text: str) -> str:
    """Keep the name of an architecture of mlx-lm."""
    # Imported here: recording with names does not need the list.
    from mlxtop.models.cache_architectures import RULES
    from mlxtop.models.known import installed

    return text if text in RULES or text in installed().renamed else NOT_OWN


@lru_cache(_REMEMBERED)
def model(text: str) -> str:
    """Keep the last part of a model's name, without directory, owner, host or home."""
    parts = [part.strip() for part in _SLASHES.split(text) if part.strip()]
    last = re.split(r"[@:]", parts[-1])[-1].strip() if parts else ""
    above = parts[-2].lower() if len(parts) > 1 else ""
    if not last.strip(".") or last.startswith("~") or above in _HOMES:
        return NOT_OWN
    return NOT_OWN if last in ("root", Path.home().name) else last


def is_path(text: str) -> bool:
    """Return whether a model's name has more than its last part."""
    return bool(_SLASHES.search(text))


RULES: Mapping[Holds, Rule] = {
    Holds.NOTE: gone,
    Holds.HOST: gone,
    Holds.PATH: gone,
    Holds.MODEL: model,
    Holds.WORDS: sentence,
    Holds.FIGURE: figure,
    Holds.VERSION: version,
    Holds.HARDWARE: hardware,
    Holds.SYSTEM: system,
    Holds.ADDRESS: address,
    Holds.ARCHITECTURE: architecture,
}
"""What a text holds → the rule for what stays of it; without a rule nothing stays."""
