"""What is said when a directory is no model that mlx-lm can load: one sentence."""


class Fault(Exception):
    """The model cannot be loaded; the text says why, in one sentence."""


class Incomplete(Fault):
    """A part of the model is missing: downloading it again mends that."""
