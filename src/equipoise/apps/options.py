"""The options that every command has, and how a day is read."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def parsed_day(text: str) -> date:
    """The day of ``2026-01-31``."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{text!r} is not a day; should look like 2026-01-31") from fault


Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Folder = Annotated[
    Path | None,
    typer.Option("--evidence", metavar="DIR", help="Evidence folder; the shipped one without it.", show_default=False),
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", metavar="DATE", parser=parsed_day, help="The day for which to answer; today without it.", show_default=False
    ),
]
