"""`mlxtop redact` and `migrate`: a recording written again, without text or in this schema."""

from pathlib import Path

from mlxtop import format as fmt
from mlxtop.events import SCHEMA_VERSION
from mlxtop.recording.migrate import migrate, schema_in
from mlxtop.recording.redact import redact
from mlxtop.recording.report import RecordingError
from mlxtop.recording.rewrite import backup_of
from mlxtop.streams import FAILED, OK, USAGE, complain
from mlxtop.text import one_line


def write_redacted(source: Path, target: Path, model_name: str = "") -> int:
    """Write a recording without text, names and paths; print what was removed and what stays."""
    # Declares the words of plans; `migrate` does not need them.
    import mlxtop.bench.kinds  # noqa: F401

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


def asked_how(source: Path) -> int:
    """Print whether there is something to do, without an output option; return the exit status."""
    shown = one_line(str(source), 300)
    try:
        schema = schema_in(source)
    except RecordingError as error:
        return complain(str(error))
    if schema == SCHEMA_VERSION:
        return _nothing_to_do(source)
    wanted = f"--in-place or --output converts it to schema {SCHEMA_VERSION}"
    return complain(f"{shown} has schema {schema}: {wanted}.", USAGE)


def migrate_file(source: Path, target: Path | None) -> int:
    """Convert a recording to the current schema, in place if `target` is None; print the result.

    Returns the exit status.
    """
    try:
        done = migrate(source, target)
    except RecordingError as error:
        return complain(str(error))
    if not done.done:
        return _nothing_to_do(source, target)
    where = one_line(str(target or source), 300)
    print(
        f"{where} has schema {done.new} now, {done.old} before; {fmt.counted(done.lines, 'line')}."
    )
    if done.kept:
        print(f"  {fmt.counted(done.kept, 'line')} could not be read and were kept as they were.")
    if target is None:
        print(f"  The old file is {one_line(str(backup_of(source)), 300)}")
    return OK


def _nothing_to_do(source: Path, copy: Path | None = None) -> int:
    done = "nothing to do" if copy is None else f"{one_line(str(copy), 300)} is a copy of it"
    print(f"{one_line(str(source), 300)} is already schema {SCHEMA_VERSION}: {done}.")
    return OK
