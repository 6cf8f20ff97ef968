"""The options that every command has, how a day, a word and a place are read, and the evidence of a folder."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equipoise.apps.terminal import reading, stop

if TYPE_CHECKING:
    from equipoise.records.evidence import Evidence
    from equipoise.records.gazetteer import Gazetteer, Spot


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


def one_of(value: str, words: tuple[str, ...], option: str) -> Any:
    """The value of an option, which is one of some words."""
    if value not in words:
        raise typer.BadParameter(f"{option} is {value!r}; should be one of {', '.join(words)}")
    return value


def folder_of(evidence: Path | None) -> Path:
    """The evidence folder of ``--evidence``."""
    from equipoise.records import places

    return places.shipped()[0] if evidence is None else evidence


def spot_named(name: str, gazetteer: "Gazetteer", right: str) -> "Spot":
    """The place of this name; the command ends with names near to it, or with what a place is, where there is none."""
    spot = gazetteer.find(name)
    if spot is None:
        near = ", ".join(gazetteer.near(name))
        hint = f" Near: {near}." if near else f" A place is {right}."
        stop(f"{name!r} is not a place of the gazetteer.{hint}")
    return spot


def mechanism(folder: Path, kinds: tuple[str, ...], as_of: date) -> "Evidence":
    """The records of the mechanism whose files begin with one of ``kinds``; the command ends with their faults, if any."""
    from equipoise.records.mechanism_rules import MECHANISM_RULES
    from equipoise.records.rules import part

    with reading(folder, "in the evidence; nothing was answered"):
        return part(folder, lambda file: file.startswith(kinds), MECHANISM_RULES, as_of)
