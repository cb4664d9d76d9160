"""`mlxtop redact`: a recording without prompts and replies."""

from pathlib import Path

# Declares the words of plans.
import mlxtop.bench.kinds  # noqa: F401
from mlxtop.complain import complain
from mlxtop.files.output import FAILED, OK
from mlxtop.recording.redact import redact
from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line


def write_redacted(source: Path, target: Path, model_name: str = "") -> int:
    """Write a recording without text, names and paths; print what was removed and what stays."""
    try:
        removed = redact(source, target, one_line(model_name, 100))
    except RecordingError as error:
        complain(str(error))
        return FAILED
    if removed.cut_off:
        complain(f"{one_line(str(source), 300)}: {removed.cut_off}; the rest is missing.")
    print(f"{one_line(str(target), 300)} written. Removed:")
    for sentence in removed.sentences() or ["nothing: there was nothing to remove"]:
        print(f"  {sentence}")
    if removed.names:
        names = ", ".join(one_line(name, 100) for name in removed.names.values())
        how = "" if model_name else "; --rename-model NAME removes it"
        print(f"Still in it: the model's name ({names}{how}), its sizes, chip and versions.")
    return OK
