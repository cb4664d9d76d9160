"""`mlxtop migrate`: a recording of an older schema converted to the current one."""

from pathlib import Path

from mlxtop import format as fmt
from mlxtop.complain import complain
from mlxtop.events import SCHEMA_VERSION
from mlxtop.files.output import OK
from mlxtop.recording.migrate import migrate, schema_in
from mlxtop.recording.report import RecordingError
from mlxtop.recording.rewrite import backup_of
from mlxtop.text import one_line

USAGE = 2


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
