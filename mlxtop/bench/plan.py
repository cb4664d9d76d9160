"""What is to be measured."""

import msgspec

MOST_TOKENS = 1 << 20


class TokensPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The method of `mlx_lm.benchmark`: random prompt tokens, no early end, a warm-up, trials."""

    prompt_tokens: int = 512
    generation_tokens: int = 128
    trials: int = 5
    prefill_step: int = 2048
    seed: int = 0
    cool_seconds: float = 0.0
    """Least pause before each trial."""
    most_repeats: int = 5
    """Trials that may be repeated because something disturbed them, over all."""

    def problem(self) -> str:
        """Return why the plan cannot be run, in a sentence; empty where it can."""
        for name, value, least in (
            ("prompt tokens", self.prompt_tokens, 1),
            ("generated tokens", self.generation_tokens, 2),
            ("trials", self.trials, 1),
            ("prefill step", self.prefill_step, 1),
        ):
            if not least <= value <= MOST_TOKENS:
                return f"The {name} must lie between {least} and {MOST_TOKENS}, not {value}."
        if not 0 <= self.seed < 2**31:
            return f"The seed must lie between 0 and {2**31 - 1}, not {self.seed}."
        if not 0 <= self.cool_seconds <= 3600:
            return f"The pause must lie between 0 and 3600 s, not {self.cool_seconds:g}."
        return ""


QUICK_SETS = ("prompt_tokens", "generation_tokens", "trials")
"""What a quick plan decides; the rest stays as it was asked for."""
QUICK = TokensPlan(prompt_tokens=128, generation_tokens=64, trials=3)
