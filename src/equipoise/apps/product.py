"""``equipoise product REPORT ...``: a lab certificate against limits. What it needs is imported when it is called."""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from equipoise.apps.options import AsOf, Folder, Json, folder_of, one_of, spot_named
from equipoise.apps.terminal import reading, refuse, stop
from equipoise.records.law import Form

if TYPE_CHECKING:
    from equipoise.engines.law import Place
    from equipoise.findings.certificates import People
    from equipoise.intake.certificate import Certificate
    from equipoise.records.evidence import Evidence

FORMS: tuple[Form, ...] = get_args(Form)
PEOPLE = ("adults", "women-who-may-become-pregnant", "children", "anyone")
MOST_G = 1000
REFUSED = "in the evidence; nothing was answered"
_LONGEST = 60
"""Letters of a sample's name."""


def _grams(text: str | None, option: str) -> Decimal | None:
    """Grams of ``6`` or ``6g``, above zero."""
    if text is None:
        return None
    try:
        grams = Decimal(text.strip().lower().removesuffix("g").strip())
    except InvalidOperation:
        raise typer.BadParameter(f"{option} is {text!r}; should be a number of grams such as 6 or 2.5") from None
    if not (grams.is_finite() and 0 < grams <= MOST_G):
        raise typer.BadParameter(f"{option} is {text!r}; should be above 0 and at most {MOST_G} g")
    return grams


def _certificate(report: Path) -> "Certificate":
    from equipoise.intake.certificate import CertificateError, read_certificate

    try:
        return read_certificate(report)
    except CertificateError as refused:
        for fault in refused.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(1) from None


def _place(name: str, folder: Path) -> "Place":
    from equipoise.findings.norms import place
    from equipoise.records.faults import EvidenceError
    from equipoise.records.gazetteer import Gazetteer

    gazetteer = Gazetteer(folder / "gazetteer")
    try:
        return place(gazetteer, spot_named(name, gazetteer, "an ISO code (TH, US-RI) or US-CA/San Diego"))
    except EvidenceError as refused:
        refuse(refused.faults, REFUSED)


def _read(folder: Path, where: "Place | None", day: date) -> "Evidence":
    """The limits, and the law of the country and state around the place; nothing else."""
    from equipoise.records.law_rules import LAW_RULES
    from equipoise.records.mechanism_rules import MECHANISM_RULES
    from equipoise.records.rules import part

    codes = set() if where is None else {around.id.lower() for around in where.stack if around.local == "no"}

    def wanted(file: str) -> bool:
        kind, _, name = file.partition("/")
        return kind == "limits" or (kind == "law" and name.partition("/")[0] in codes)

    with reading(folder, REFUSED):
        return part(folder, wanted, (*(LAW_RULES if codes else ()), *MECHANISM_RULES), day)


def product(
    report: Annotated[
        Path, typer.Argument(metavar="REPORT", help="The certificate: .csv, .json or .pdf, as docs/certificates.md shows.")
    ],
    place: Annotated[
        str | None, typer.Option("--place", metavar="PLACE", help="Whose law: US-RI, TH, US-CA/San Diego.", show_default=False)
    ] = None,
    grams_per_day: Annotated[
        str | None,
        typer.Option("--grams-per-day", metavar="G", help="The amount that a person reports for a day: 6.", show_default=False),
    ] = None,
    serving_g: Annotated[
        str | None,
        typer.Option("--serving-g", metavar="G", help="Weight of a serving: 3; else the certificate's.", show_default=False),
    ] = None,
    container_g: Annotated[
        str | None, typer.Option("--container-g", metavar="G", help="Weight in the package: 30.", show_default=False)
    ] = None,
    unit_g: Annotated[
        str | None, typer.Option("--unit-g", metavar="G", help="Weight of one capsule or tablet: 0.5.", show_default=False)
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--form", metavar="FORM", help=f"What the product is, as some laws ask: {', '.join(FORMS)}.", show_default=False
        ),
    ] = None,
    people: Annotated[
        str | None,
        typer.Option(
            "--people",
            metavar="WHO",
            help=f"Limits for one of {', '.join(PEOPLE)}; without it those for all of them.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="NAME", help="Your own name for it, to stand in the answer.", show_default=False),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE.svg", help="Write the figure there too.", show_default=False)
    ] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """A lab certificate against limits: of toxicology at the daily amount that is reported, of law, of microbes.

    Each limit is within, above, or cannot tell and why. It proposes no amount, and nothing of the certificate is kept or sent.
    """
    whom: People | None = None if people is None else one_of(people, PEOPLE, "--people")
    what: Form | None = None if form is None else one_of(form, FORMS, "--form")
    if sample is not None and not (sample.strip() and len(sample) <= _LONGEST and sample.isprintable()):
        raise typer.BadParameter(f"--sample should be a name of {_LONGEST} letters at most, on one line")
    if figure is not None and figure.resolve() == report.resolve():
        raise typer.BadParameter("--figure is the certificate itself; should be another file")
    grams = _grams(grams_per_day, "--grams-per-day")
    serving, container, unit = (
        _grams(serving_g, "--serving-g"),
        _grams(container_g, "--container-g"),
        _grams(unit_g, "--unit-g"),
    )
    certificate = _certificate(report)
    from equipoise.apps.clock import today
    from equipoise.findings.certificates import Asked, product_answer, standing
    from equipoise.findings.norms import norms
    from equipoise.outputs.product import product_json, product_svg, product_text

    day = as_of or today()
    folder = folder_of(evidence)
    where = None if place is None else _place(place, folder)
    held = _read(folder, where, day)
    asked = Asked(
        grams_per_day=grams, serving_g=serving, container_g=container, unit_g=unit, form=what, people=whom, name=sample
    )
    answer = product_answer(certificate, held, standing(held), norms(held.law), place=where, asked=asked, day=day)
    if figure is not None:
        drawn = product_svg(answer)
        if drawn is None:
            stop("No amount can be told beside a limit, so there is no figure; nothing was written.")
        try:
            figure.write_text(drawn, encoding="utf-8")
        except OSError as fault:
            stop(f"{figure} cannot be written: {fault.strerror or fault}.")
    typer.echo(product_json(answer) if as_json else product_text(answer), nl=False)
