"""The valid values of sampling settings, for config, screen, command line and engine."""

from dataclasses import dataclass

from mlxtop.events import Sampling

Value = float | int | None

_MOST = 2**31 - 1
"""More tokens than any context; fits MLX's integers."""


@dataclass(frozen=True, slots=True)
class SettingLimit:
    """A setting's name for people, its type and the values it may have."""

    label: str
    type: type[int] | type[float]
    low: float
    high: float = _MOST
    above: bool = False
    """Whether `low` itself is excluded."""
    optional: bool = False
    """Whether it may be None."""
    only: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """Its valid values, for a sentence: "between 0 and 1"."""
        if self.only:
            return f"{', '.join(map(str, self.only[:-1]))} or {self.only[-1]}"
        if self.high >= _MOST:
            return f"a whole number of at least {self.low:g}"
        if self.above:
            return f"above {self.low:g} and at most {self.high:g}"
        return f"between {self.low:g} and {self.high:g}"

    @property
    def range(self) -> str:
        """Its valid values in short: "0 to 1"."""
        if self.only:
            return ", ".join(map(str, self.only))
        if self.high >= _MOST:
            return f"{self.low:g} or more"
        if self.above:
            return f"above {self.low:g}, up to {self.high:g}"
        return f"{self.low:g} to {self.high:g}"

    def holds(self, value: object) -> bool:
        """Return whether the setting can have a value."""
        return self.problem(value) is None

    def problem(self, value: object) -> str | None:
        """Return a sentence why the setting cannot have a value; None if it can."""
        if value is None and self.optional:
            return None
        label = self.label[0].upper() + self.label[1:]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and (self.type is int or not isinstance(value, float)):
            return f"{label} must be {self.words}, not {_shown(value)}."
        assert isinstance(value, int | float)
        if value > self.high >= _MOST:
            return f"{label} must be at most {self.high}, not {value}."
        # In this order, so that NaN is out of range.
        inside = self.low <= value <= self.high and not (self.above and value == self.low)
        if inside and (not self.only or value in self.only):
            return None
        return f"{label} must be {self.words}, not {_shown(value)}."


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "absent" if value is None else str(value)


LIMITS: dict[str, SettingLimit] = {
    "temperature": SettingLimit("temperature", float, 0, 10),
    "top_p": SettingLimit("top-p", float, 0, 1, above=True),
    "min_p": SettingLimit("min-p", float, 0, 1),
    "top_k": SettingLimit("top-k", int, 0),
    "repetition_penalty": SettingLimit(
        "repetition penalty", float, 0, 10, above=True, optional=True
    ),
    "repetition_context": SettingLimit("repetition context", int, 1),
    "xtc_probability": SettingLimit("XTC probability", float, 0, 1),
    "xtc_threshold": SettingLimit("XTC threshold", float, 0, 0.5),
    "seed": SettingLimit("seed", int, 0, 2**63 - 1, optional=True),
    "max_tokens": SettingLimit("max tokens", int, 1),
    # Below 16 a rotating cache, which keeps its first 4 tokens, has no room to rotate.
    "max_kv_size": SettingLimit("max KV size", int, 16, optional=True),
    "kv_bits": SettingLimit("KV bits", int, 2, 8, optional=True, only=(2, 3, 4, 5, 6, 8)),
    "prefill_step": SettingLimit("prefill step", int, 1, optional=True),
    "draft_tokens": SettingLimit("draft tokens", int, 1, 64),
}


def check(name: str, value: object) -> str | None:
    """Return a sentence why a setting of `Sampling` cannot have a value; None if it can."""
    return LIMITS[name].problem(value)


def together(sampling: Sampling) -> str | None:
    """Return a sentence if settings cannot be combined; None if they can."""
    if sampling.kv_bits is not None and sampling.max_kv_size is not None:
        return (
            "KV bits and a max KV size cannot be combined: a KV cache of a maximum size rotates, "
            "and a rotating cache cannot be quantized."
        )
    return None


def problems(sampling: Sampling) -> list[str]:
    """Return a sentence for each setting that is not valid, or not together with another."""
    found = [check(name, getattr(sampling, name)) for name in LIMITS]
    return [sentence for sentence in (*found, together(sampling)) if sentence is not None]
