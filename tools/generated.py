"""Parts of documents that are made from the code, between two comments."""


def renewed(document: str, name: str, part: str) -> str:
    """Return a document with `part` between its comments `name: begin` and `name: end`."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = document.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{part}\n{end}{after}"
