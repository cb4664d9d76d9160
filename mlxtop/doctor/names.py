"""Takes names, serial numbers and addresses out of free text: the second net.

The first is that of what the system says only known lines are kept (`keep.py` of each system).
"""

import os
import platform
import pwd
import re
from collections.abc import Collection
from pathlib import Path
from unicodedata import normalize

from mlxtop.sensors.source import Net

# In this order: a longer thing is taken before a shorter one that is part of it.
_PATTERNS = (
    (r"\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+", "<address>"),
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<uuid>"),
    (r"\b[0-9a-f]{32,}\b", "<id>"),
    (r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", "<address>"),
    (r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.])", "<address>"),
    (r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", "<address>"),
    (r"\bfe80:[0-9a-f:]+(?:%\w+)?|(?<![\w:])[0-9a-f]{1,4}::[0-9a-f:]*", "<address>"),
    (r"\b(?:hf|sk|gh[oprsu]|glpat|xox[abp])[_-][\w-]{16,}", "<token>"),
    # A name may hold spaces: rather a word too much than a name that stays.
    (r"(/(?:Users|home)/)[^/\n:,;()'\"]+", r"\1<name>"),
    (r"~[^\W\d][\w.-]*", "~<name>"),
    (r"\b[\w-]+\.local\b", "<name>.local"),
    (r"(/run/user/)[0-9]+", r"\1<name>"),
    (r"(\bserial\b[^\n:=]{0,30}[:=]\s*)\S+", r"\1<serial>"),
)
# Apple's serial numbers: ten to twelve capitals and digits, both among them.
_SERIAL = re.compile(r"\b(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{10,12}\b")
_COMPILED = [(re.compile(pattern, re.IGNORECASE), put) for pattern, put in _PATTERNS]


def own_names() -> set[str]:
    """Return what this host and this user are called."""
    node = platform.node()
    found = {node, node.split(".")[0], Path.home().name}
    found |= {os.environ.get(name, "") for name in ("USER", "LOGNAME", "HOSTNAME")}
    try:
        entry = pwd.getpwuid(os.getuid())
        found |= {entry.pw_name, Path(entry.pw_dir).name}
        full = entry.pw_gecos.split(",")[0]
        found |= {full, *full.split()}
    except KeyError:
        pass
    return {name for name in found if len(name) > 1}


def net(names: Collection[str]) -> Net:
    """Return what takes `names`, as whole words, and anything of a serial's shape out of a text."""
    # The longest first: a full name before its parts.
    forms = {normalize(form, name) for name in names for form in ("NFC", "NFD")}
    words = "|".join(re.escape(name) for name in sorted(forms, key=len, reverse=True))
    # Macs write names decomposed, and an underscore ends one ("alice_mlx").
    own = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE) if words else None

    def clean(text: str) -> str:
        if own is not None:
            text = own.sub("<name>", text)
        for pattern, put in _COMPILED:
            text = pattern.sub(put, text)
        return _SERIAL.sub("<serial>", text)

    return clean
