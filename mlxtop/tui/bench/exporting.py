"""A result as files in the current directory."""

from pathlib import Path

import msgspec

from mlxtop import format as fmt
from mlxtop.bench import report
from mlxtop.bench.result import Result
from mlxtop.tui.chat.export import file_name, save


def export(result: Result, folder: Path | None = None) -> str:
    """Write Markdown and JSON; return where they went, or why not."""
    folder = folder or Path.cwd()
    model = result.loads[-1].model if result.loads else ""
    name = f"{file_name(model, fmt.date(result.conditions.wall))}-bench"
    data = msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
    return "\n".join(
        (
            save(report.markdown(result), folder, name, "result"),
            save(f"{data}\n", folder, name, "result", suffix=".json"),
        )
    )
