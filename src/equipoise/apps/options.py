"""The options that every command has, how a day is read, and the evidence of a folder."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.apps.terminal import stop

if TYPE_CHECKING:
    from equipoise.records.evidence import Evidence


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


def mechanism(folder: Path, kinds: tuple[str, ...], as_of: date) -> "Evidence":
    """The records of the mechanism whose files begin with one of ``kinds``; the command ends with their faults, if any."""
    from equipoise.records.faults import EvidenceError
    from equipoise.records.mechanism_rules import MECHANISM_RULES
    from equipoise.records.rules import part

    try:
        return part(folder, lambda file: file.startswith(kinds), MECHANISM_RULES, as_of)
    except EvidenceError as refused:
        for fault in refused.faults:
            typer.echo(str(fault), err=True)
        count = len(refused.faults)
        stop(f"{count} {'fault' if count == 1 else 'faults'} in the evidence; nothing was answered.")
    except OSError as refused:
        stop(f"{refused.filename or folder}: cannot be read ({refused.strerror})")
