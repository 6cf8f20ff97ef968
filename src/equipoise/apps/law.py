"""``equipoise law PLACE ...``: what the law says at a place, or along a route. What it needs is imported when it is called."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from equipoise.apps.options import AsOf, Folder, Json, folder_of, one_of, parsed_day, spot_named
from equipoise.apps.terminal import progress, reading, refuse
from equipoise.records.law import Action, Form, Kind

if TYPE_CHECKING:
    from equipoise.engines.law import Amount, Place, Product
    from equipoise.records.evidence import Evidence
    from equipoise.records.gazetteer import Gazetteer

SUBSTANCES: tuple[str, ...] = get_args(Kind)
FORMS: tuple[str, ...] = get_args(Form)
ACTIONS: tuple[str, ...] = get_args(Action)
REFUSED = "in the law; nothing was answered"
ANALYTES = {
    "mitragynine": "mitragynine",
    "7-oh": "7-hydroxymitragynine",
    "7-hydroxymitragynine": "7-hydroxymitragynine",
    "pseudoindoxyl": "mitragynine-pseudoindoxyl",
    "mitragynine-pseudoindoxyl": "mitragynine-pseudoindoxyl",
    "mgm-15": "mgm-15",
    "mgm-16": "mgm-16",
    "synthetic-kratom": "synthetic-kratom",
    "total-alkaloids": "total-alkaloids",
}


def _when(text: str, option: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-07-01") else datetime.fromisoformat(text)
    except ValueError as fault:
        right = "2026-07-01, 2026-07-01T18:00 or 2026-07-01T18:00-05:00"
        raise typer.BadParameter(f"{option} is {text!r}; should look like {right}") from fault


def _product(
    substance: str | None, form: str | None, analytes: list[str], serving: str | None, container: str | None
) -> "Product":
    from equipoise.engines.law import Product, mass

    try:
        return Product(
            kind=None if substance is None else one_of(substance, SUBSTANCES, "--substance"),
            form=None if form is None else one_of(form, FORMS, "--form"),
            amounts=_amounts(analytes),
            serving=None if serving is None else mass(serving),
            container=None if container is None else mass(container),
        )
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault


def _amounts(written: list[str]) -> "tuple[tuple[str, Amount], ...]":
    from equipoise.engines.law import Amount

    amounts: dict[str, Amount] = {}
    for text in written:
        name, sign, value = text.partition("=")
        if not sign or name not in ANALYTES:
            raise ValueError(f"--analyte is {text!r}; should be NAME=AMOUNT, the name one of {', '.join(ANALYTES)}")
        if ANALYTES[name] in amounts:
            raise ValueError(f"--analyte names {name!r} twice; should name it once")
        amounts[ANALYTES[name]] = Amount.parse(value)
    return tuple(amounts.items())


def _read(evidence: Path | None, codes: frozenset[str] | None, as_of: date) -> "Evidence":
    from equipoise.records.rules import laws

    with reading(evidence, REFUSED):
        return laws(folder_of(evidence), codes, as_of)


def _gazetteer(evidence: Path | None) -> "Gazetteer":
    from equipoise.records.gazetteer import Gazetteer

    return Gazetteer(folder_of(evidence) / "gazetteer")


def _stop_of_route(text: str, gazetteer: "Gazetteer", *, clock: bool) -> tuple["Place", str | None, str | None]:
    """``PLACE[@WHEN][@ACTION]``: the place, and what stands behind it."""
    from equipoise.findings.norms import place
    from equipoise.records.faults import EvidenceError

    name, *rest = (part.strip() for part in text.split("@"))
    actions = [part for part in rest if part in ACTIONS]
    times = [part for part in rest if part not in ACTIONS]
    if len(actions) > 1 or len(times) > 1:
        raise typer.BadParameter(f"{text!r} has more than a time and an action; should be PLACE@2026-07-01T18:00@possess")
    try:
        spot = spot_named(name, gazetteer, "an ISO code (TH, US-TN), US-CA/San Diego or US-CA/San Diego County")
        return place(gazetteer, spot, clock=clock or bool(times)), times[0] if times else None, actions[0] if actions else None
    except EvidenceError as refused:
        refuse(refused.faults, REFUSED)


def law(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PLACE ...]",
            help="TH, US-TN, US-CA/San Diego (the city), 'US-CA/San Diego County' (outside its towns). Several are a route; "
            "each may have its own time and action: US-KY@2026-07-02T09:00@possess.",
        ),
    ] = None,
    substance: Annotated[
        str | None,
        typer.Option(
            "--substance",
            metavar="KIND",
            help=f"One of {', '.join(SUBSTANCES)}. Without it leaf; with --analyte, what was measured alone.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="FORM", help=f"One of {', '.join(FORMS)}.", show_default=False)
    ] = None,
    analyte: Annotated[
        list[str] | None,
        typer.Option(
            "--analyte", metavar="NAME=AMOUNT", help="7-oh=0.4mg/g; also %, ppm, mg/serving, mg/container.", show_default=False
        ),
    ] = None,
    serving: Annotated[
        str | None, typer.Option("--serving", metavar="WEIGHT", help="Of one serving: 3g.", show_default=False)
    ] = None,
    container: Annotated[
        str | None, typer.Option("--container", metavar="WEIGHT", help="Of the package: 30g.", show_default=False)
    ] = None,
    action: Annotated[str, typer.Option("--action", metavar="ACTION", help=f"One of {', '.join(ACTIONS)}.")] = "possess",
    age: Annotated[
        int | None, typer.Option("--age", metavar="YEARS", help="Of the person who gets or has it.", show_default=False)
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="WHEN", help="A day, or a time (2026-07-01T18:00-05:00); the day of --as-of without it."),
    ] = None,
    known_on: Annotated[
        date | None,
        typer.Option(
            "--known-on", metavar="DATE", parser=parsed_day, help="With what was known on that day.", show_default=False
        ),
    ] = None,
    changes_since: Annotated[
        date | None,
        typer.Option(
            "--changes-since",
            metavar="DATE",
            parser=parsed_day,
            help="What changed since, there or everywhere.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """What the law says of a product and an action, at a place, on a day, as far as it is known.

    Verdicts: unlawful, lawful-if, lawful, not-scheduled, unknown, stale, conflict. Legal information, not legal advice.
    """
    from equipoise.apps.clock import today

    day = as_of or today()
    if changes_since is not None:
        _changes(places or [], changes_since, day, evidence, known_on=known_on or day, as_json=as_json)
        return
    if not places:
        raise typer.BadParameter("there is no place; should be at least one, such as US-TN, or --changes-since DATE")
    if age is not None and not 0 <= age <= 150:
        raise typer.BadParameter(f"--age is {age}; should be from 0 to 150")
    product = _product(substance or (None if analyte else "leaf"), form, analyte or [], serving, container)
    one_of(action, ACTIONS, "--action")
    when = day if on is None else _when(on, "--on")
    gazetteer = _gazetteer(evidence)
    stops = [_stop_of_route(text, gazetteer, clock=isinstance(when, datetime)) for text in places]
    from equipoise.engines.law import Query, route
    from equipoise.findings.law_answer import law_route
    from equipoise.findings.norms import book
    from equipoise.outputs.law import law_json, law_text

    codes = frozenset(around.id.lower() for spot, _, _ in stops for around in spot.stack if around.local == "no")
    queries = [
        Query(
            place=spot,
            product=product,
            action=own_action or action,  # type: ignore[arg-type]
            on=when if time is None else _when(time, "the time of a stop"),
            known_on=known_on or day,
            age=age,
        )
        for spot, time, own_action in stops
    ]
    held = book(_read(evidence, codes, day))
    try:
        segments = route(held, queries)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    answers = law_route(segments, frozenset(held.norms))
    typer.echo(law_json(answers) if as_json else law_text(answers), nl=False)


def _changes(wanted: list[str], since: date, until: date, evidence: Path | None, *, known_on: date, as_json: bool) -> None:
    from equipoise.engines.law import changes
    from equipoise.findings.law_answer import change_log
    from equipoise.findings.norms import norms, place
    from equipoise.outputs.law import changes_json, changes_text

    if since > until:
        raise typer.BadParameter(f"--changes-since is {since}, after {until}; should be an earlier day")
    gazetteer = _gazetteer(evidence)
    stops = [_stop_of_route(text, gazetteer, clock=False)[0] for text in wanted]
    with progress() as step:
        step("Reading the law")
        held = _read(evidence, None, until)
        known = [norm for norm in norms(held.law) if norm.known <= known_on.toordinal()]
        found = changes(known, since=since, until=until)
    places = {item.place: place(held.gazetteer, spot) for item in found if (spot := held.gazetteer.find(item.place))}
    if stops:
        chosen = {spot.id for spot in stops}
        found = tuple(item for item in found if chosen & {around.id for around in places[item.place].stack})
    entries = change_log(found, places)
    said = {"since": str(since), "until": str(until)}
    typer.echo(changes_json(entries, **said) if as_json else changes_text(entries, **said), nl=False)
