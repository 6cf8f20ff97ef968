"""``equipoise interactions NAME ...``: medicines checked against kratom. What it needs is imported when it is called."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.apps.options import AsOf, Folder, Json, folder_of, mechanism
from equipoise.apps.terminal import stop

if TYPE_CHECKING:
    from equipoise.records.evidence import Evidence

MOST_NAMES = 100
LARGEST_INPUT = 100_000
"""Bytes of names on standard input."""
_KINDS = ("medicines/", "interactions/", "parameters/", "assays/", "exposures/")


def _names(given: list[str]) -> list[str]:
    """The names as typed; ``-`` stands for those on standard input, one on a line."""
    names: list[str] = []
    for name in given:
        if name == "-":
            text = sys.stdin.buffer.read(LARGEST_INPUT + 1)
            if len(text) > LARGEST_INPUT:
                stop(f"standard input holds more than {LARGEST_INPUT:,} bytes; should be names, one on a line.")
            names += text.decode("utf-8", errors="replace").splitlines()
        else:
            names.append(name)
    held = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not held:
        raise typer.BadParameter("there is no name; should be at least one, such as venlafaxine, or - to read them")
    if len(held) > MOST_NAMES:
        stop(f"there are {len(held):,} names; should be {MOST_NAMES} at most.")
    return held


def _read(folder: Path, as_of: date) -> "Evidence":
    evidence = mechanism(folder, _KINDS, as_of)
    if not evidence.medicines or not evidence.interactions:
        stop(f"{folder}: has no medicines or no interactions; should hold medicines/ and interactions/ with records.")
    return evidence


def interactions(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME ...]",
            help="Medicines as you would write them: venlafaxine, 'Seroquel 50 mg'. With - they are read from standard input, "
            "one on a line, and stay out of the history of the shell.",
        ),
    ] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """What is known of kratom with these medicines: how severe, how likely, by what evidence, what was not checked.

    Every name is answered; a name that is only similar is never taken for a medicine. Nothing is sent or kept. Information for
    a talk with a pharmacist, not medical advice.
    """
    from equipoise.apps.clock import today

    typed = _names(names or [])
    day = as_of or today()
    read = _read(folder_of(evidence), day)
    from equipoise.findings.interactions import check
    from equipoise.intake.medicine_names import unii_names
    from equipoise.outputs.interactions import interactions_json, interactions_text

    try:
        answer = check(read, typed, day, unii_names())
    except ValueError as fault:
        stop(f"{fault}. Nothing was answered.")
    typer.echo(interactions_json(answer) if as_json else interactions_text(answer), nl=False)
    if not answer.recognised:
        stop("None of the names is a medicine that is known here; should be at least one.")
