"""Shell completion: the words that fit the last one typed, and the script of each shell."""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlxtop.command_table import COMMANDS
from mlxtop.commands.app import whole
from mlxtop.text import one_line, visible

RECORDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_MODELS = ("model", "model_option", "models", "draft")
"""Parameters that name a model."""
_OF_RECORDINGS = ("file", "files", "first", "second", "directory", "resume", "baseline")
"""Parameters that name a recording, or a directory of them."""
_MOST = 200
"""More candidates than this are of no use to anybody."""


class Candidate(NamedTuple):
    """A word that fits."""

    word: str
    help: str = ""


def candidates(words: Sequence[str]) -> list[Candidate]:
    """Return the words that fit the last of those after `mlxtop`; that one may be empty."""
    *before, current = words
    found = _first(current) if not before else _later(before, current)
    known = {one.word: one for one in found if _is_plain(one.word)}
    return list(known.values())[:_MOST]


def _first(current: str) -> Iterator[Candidate]:
    if current.startswith("-"):
        yield from _matching(current, [Candidate("--version"), Candidate("--help")])
    else:
        yield from _matching(current, map(Candidate, COMMANDS))
    yield from _later(["run"], current)


def _later(before: Sequence[str], current: str) -> Iterator[Candidate]:
    name, *words = before if before[0] in COMMANDS else ("run", *before)
    parameters = whole(name).params
    taking = {word: one for one in parameters if not _is_flag(one) for word in one.opts}
    if words and words[-1] in taking and words[-1].startswith("-"):
        yield from _values(taking[words[-1]], current)
        return
    values = {place + 1 for place, word in enumerate(words) if word in taking and word[:1] == "-"}
    given = [word for place, word in enumerate(words) if place not in values and word[:1] != "-"]
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    here = arguments[len(given) : len(given) + 1] or [one for one in arguments if one.nargs < 0]
    if here and not current.startswith("-"):
        yield from _values(here[0], current)
    else:
        yield from _matching(current, _options(parameters, words))


def _options(parameters: Iterable[Any], used: Sequence[str]) -> Iterator[Candidate]:
    from mlxtop.commands.export_options import list_formats

    for one in parameters:
        names = [*one.opts, *one.secondary_opts]
        if one.param_type_name != "option" or one.hidden:
            continue
        if one.multiple or not set(names) & set(used):
            list_formats(one)
            help = one_line(one.help or "", 60)
            yield from (Candidate(name, help) for name in one.opts if name.startswith("--"))
            yield from map(Candidate, one.secondary_opts)
    yield Candidate("--help", "Show the options.")


def _values(parameter: Any, current: str) -> Iterator[Candidate]:
    # Imported here: a command and an option are found without them.
    if parameter.name in _MODELS:
        from mlxtop.models.locate import cached_ids

        yield from _matching(current, map(Candidate, ["demo", *cached_ids()]))
        if current.startswith((".", "/", "~")):
            yield from paths(current, ())
    elif parameter.name in _OF_RECORDINGS:
        from mlxtop import config

        yield from paths(current, RECORDINGS)
        folder = config.load()[0].recordings_dir
        if not current or (not current.startswith("~") and str(folder).startswith(current)):
            yield from paths(f"{folder}/", RECORDINGS)
    elif parameter.type_descriptor.annotation is Path:
        yield from paths(current, ("",))


def paths(current: str, suffixes: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield the directories, and the files with one of `suffixes`, that begin as typed."""
    begin = current.rpartition("/")[2]
    typed = current[: len(current) - len(begin)]
    try:
        entries = sorted(os.scandir(os.path.expanduser(typed) or "."), key=lambda one: one.name)
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(begin) or (entry.name[0] == "." and not begin):
            continue
        if entry.is_dir():
            yield Candidate(f"{typed}{entry.name}/")
        elif entry.name.endswith(suffixes):
            yield Candidate(typed + entry.name)


def _matching(current: str, found: Iterable[Candidate]) -> Iterator[Candidate]:
    return (one for one in found if one.word.startswith(current))


def _is_plain(word: str) -> bool:
    return word.isprintable() and visible(word) == word


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False))


def lines(shell: str, found: Sequence[Candidate]) -> list[str]:
    """Return the candidates as the script of a shell reads them, one a line."""
    if shell == "bash":
        # Bash takes a word as it is typed: quoted, with the space behind it.
        return [_quoted(one.word) + ("" if one.word.endswith("/") else " ") for one in found]
    if shell == "zsh":
        # zsh takes a word and what it shows for it.
        width = max((len(one.word) for one in found if one.help), default=0)
        shown = ((one.word, f"{one.word:<{width}}  {one.help}".rstrip()) for one in found)
        return ["\t".join(both) for both in shown]
    return [f"{one.word}\t{one.help}" if one.help else one.word for one in found]


def _quoted(word: str) -> str:
    if word.startswith("~/"):
        return f"~/{shlex.quote(word[2:])}" if word[2:] else word
    return shlex.quote(word)


# bash 3.2, which a Mac has, lacks mapfile and compopt.
SCRIPTS = {
    "bash": """\
_mlxtop() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(mlxtop completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nospace -o bashdefault -o default -F _mlxtop mlxtop
""",
    "zsh": """\
#compdef mlxtop
_mlxtop() {
    local line
    local -a found shown
    for line in "${(@f)$(mlxtop completion zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        found=("${line%%$'\\t'*}") shown=("${line#*$'\\t'}")
        if [[ $found[1] == */ ]]; then
            compadd -S '' -d shown -- "$found[1]"
        else
            compadd -d shown -- "$found[1]"
        fi
    done
}
compdef _mlxtop mlxtop
""",
    "fish": """\
function __mlxtop_words
    set -l words (commandline -opc)
    set -e words[1]
    mlxtop completion fish -- $words (commandline -ct) 2>/dev/null
end
complete -c mlxtop -f -a '(__mlxtop_words)'
""",
}
