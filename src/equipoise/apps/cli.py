"""The command line. Every command takes --json, --evidence and --as-of; exit 0 good, 1 an error the user can mend, 2 usage."""

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from equipoise import __version__
from equipoise.records import places
from equipoise.records.evidence import Evidence, EvidenceError, Fault
from equipoise.records.rules import check, sound

app = typer.Typer(
    name="equipoise",
    help="A living, computable monograph: kratom for depression, a balanced perspective.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
evidence_app = typer.Typer(help="The records behind the findings: check them, list them, and the schemas editors use.", no_args_is_help=True)
app.add_typer(evidence_app, name="evidence")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{text!r} is not a day; should look like 2026-01-31") from fault


Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Folder = Annotated[Path | None, typer.Option("--evidence", metavar="DIR", help="Evidence folder; the shipped one without it.", show_default=False)]
AsOf = Annotated[date | None, typer.Option("--as-of", metavar="DATE", parser=_day, help="The day for which to answer; today without it.", show_default=False)]


def _today() -> date:
    """The only clock of the house."""
    return datetime.now(tz=UTC).astimezone().date()


def _folders(evidence: Path | None) -> tuple[Path, Path]:
    return places.shipped() if evidence is None else (evidence, places.beside(evidence))


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _fault_record(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "field": fault.field, "message": fault.message}


def _sound(evidence: Path | None, as_of: date) -> Evidence:
    try:
        return sound(*_folders(evidence), as_of)
    except EvidenceError as refused:
        for fault in refused.faults:
            typer.echo(str(fault), err=True)
        count = len(refused.faults)
        _stop(f"{count} {'fault' if count == 1 else 'faults'} in the evidence; nothing was written.")


@evidence_app.command("check")
def evidence_check(as_json: Json = False, evidence: Folder = None, as_of: AsOf = None) -> None:
    """Apply every curation rule to every file, and name each fault with its file, line and field."""
    day = as_of or _today()
    try:
        read, faults = check(*_folders(evidence), day, freshness=True)
    except EvidenceError as refused:
        _stop(str(refused))
    counts = {kind: len(getattr(read, kind)) for kind in ("references", "studies", "searches", "positions", "helplines", "corrections", "topics")}
    if as_json:
        typer.echo(json.dumps({"as_of": str(day), "records": counts, "faults": [_fault_record(fault) for fault in faults]}, indent=1))
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        total = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        typer.echo(f"{total}: {len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}.")
    if faults:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
