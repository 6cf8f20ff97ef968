"""``equipoise exposure ...``: concentrations after an intake that a person reports. What it needs is imported when called."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.apps.options import AsOf, Folder, Json, folder_of, mechanism
from equipoise.apps.terminal import progress, stop

if TYPE_CHECKING:
    from equipoise.engines.pharmacokinetics import Content, Schedule
    from equipoise.findings.exposure_answer import ExposureAnswer, ProductContent
    from equipoise.findings.pharmacokinetics import Kind
    from equipoise.records.evidence import Evidence

PEOPLE, PEOPLE_SOLVED = 2000, 100
"""How many are drawn, and how many where each has to be solved by itself."""
MOST_DAYS = 3660
SBML_NAME = "The typical person after a reported intake of leaf, not for dosing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a person reports, as the options have it."""

    mitragynine_mg: float | None
    grams: float | None
    product_mg_per_g: float | None
    product_cv: float | None
    every_h: float | None
    days: int | None
    times: str | None
    at: str | None
    missed: str | None

    def fault(self) -> str | None:
        """What does not go together, and what would."""
        several = self.every_h is not None or self.times is not None
        wrong = (
            (
                (self.mitragynine_mg is None) == (self.grams is None),
                "there should be one amount: --mitragynine-mg, or --grams of a product",
            ),
            (self.product_mg_per_g is not None and self.grams is None, "--product-mg-per-g needs --grams"),
            (self.product_cv is not None and self.product_mg_per_g is None, "--product-cv needs --product-mg-per-g"),
            (
                sum(item is not None for item in (self.every_h, self.times, self.at)) > 1,
                "there should be one of --every-h, --times and --at, or none for a single intake",
            ),
            (several != (self.days is not None), "--days goes with --every-h or --times, and they with it"),
            (self.missed is not None and not several and self.at is None, "--missed needs several intakes"),
        )
        return next((message for holds, message in wrong if holds), None)

    def content(self, evidence: "Evidence") -> "tuple[Content | None, ProductContent | None]":
        """What is in a gram of the product: as given, or as surveys found it; None where mitragynine itself is given."""
        from equipoise.findings.exposure_answer import given_content, untested_content

        if self.grams is None:
            return None, None
        if self.product_mg_per_g is None:
            return untested_content(evidence)
        spread = 0.0 if self.product_cv is None else self.product_cv
        if not 0 <= spread <= 3:
            raise ValueError(f"--product-cv is {spread:g}; should be a share such as 0.2, from 0 to 3")
        return given_content(self.product_mg_per_g, cv=spread)

    def schedule(self, content: "Content | None") -> "Schedule":
        """What was taken when; the engine refuses what cannot be."""
        from equipoise.engines.pharmacokinetics import regular, schedule

        amount = (self.mitragynine_mg if self.grams is None else self.grams) or 0.0
        missed = [] if self.missed is None else _whole_numbers(self.missed)
        if self.every_h is not None:
            return regular(amount, every_h=self.every_h, days=self.days or 0, missed=missed, content=content)
        hours = self._hours()
        wrong = [number for number in missed if not 1 <= number <= len(hours)]
        if wrong:
            raise ValueError(f"intake {wrong[0]} cannot be missed; there are intakes 1 to {len(hours)}")
        kept = [(hour, amount) for number, hour in enumerate(hours, start=1) if number not in missed]
        return schedule(kept, content=content)

    def _hours(self) -> list[float]:
        if self.at is not None:
            return sorted(_hours_listed(self.at))
        if self.times is None:
            return [0.0]
        days = self.days or 0
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"--days is {days}; should be from 1 to {MOST_DAYS:,}")
        minutes = _minutes(self.times)
        return [24.0 * day + (minute - minutes[0]) / 60 for day in range(days) for minute in minutes]

    def said(self, taken: "Schedule", used: "ProductContent | None") -> str:
        """The report in a sentence."""
        if used is None:
            amount = f"{self.mitragynine_mg:g} mg of mitragynine in leaf"
        else:
            known = f"with {used.mg_per_g:.3g} mg of mitragynine in a gram" if used.how == "given" else "that was not tested"
            amount = f"{self.grams:g} g of a leaf product {known}"
        count = taken.time_h.size
        for_days = "" if self.days is None else f" for {self.days} {'day' if self.days == 1 else 'days'}"
        when = "" if self.every_h is None else f", every {self.every_h:g} h"
        when = when if self.times is None else f", at {', '.join(part.strip() for part in self.times.split(','))}"
        if self.at is not None:
            hours = [f"{hour:g}" for hour in self._hours()]
            when = f", at {'hour' if len(hours) == 1 else 'hours'} {', '.join(hours)}"
        left_out = [] if self.missed is None else sorted(set(_whole_numbers(self.missed)))
        missed = "" if not left_out else f", number {', '.join(map(str, left_out))} missed"
        return f"A person reports {amount}, {f'{count} times' if count > 1 else 'once'}{when}{for_days}{missed}."


def _whole_numbers(text: str) -> list[int]:
    if not re.fullmatch(r"\d{1,6}(,\d{1,6})*", text):
        raise ValueError(f"--missed is {text!r}; should be numbers of intakes from 1 on, such as 3,7")
    return [int(part) for part in text.split(",")]


def _hours_listed(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = [-1.0]
    if not all(hour >= 0 for hour in found):
        raise ValueError(f"--at is {text!r}; should be hours from 0 on, such as 0,8,16.5")
    if len(set(found)) < len(found):
        raise ValueError(f"--at is {text!r}; should name each hour once")
    return found


def _minutes(text: str) -> list[int]:
    """Minutes of the day, in order."""
    from equipoise.findings.reported import minute_of

    found = [minute_of(part) for part in text.split(",")]
    minutes = sorted({minute for minute in found if minute is not None})
    if len(minutes) < len(found):
        raise ValueError(f"--times is {text!r}; should be times of the day, each once, such as 8:00,14:00")
    return minutes


def _levels(text: str | None) -> "tuple[Kind, ...]":
    from equipoise.findings.pharmacokinetics import LEVELS

    if text is None:
        return tuple(LEVELS)
    names = [] if text == "none" else text.split(",")
    unknown = [name for name in names if name not in LEVELS]
    if unknown:
        raise ValueError(f"--levels has {unknown[0]!r}; should be some of {','.join(LEVELS)}, or none")
    return tuple(name for name in LEVELS if name in names)


def _sbml(answer: "ExposureAnswer", taken: "Schedule") -> str:
    from equipoise.engines.pharmacokinetics import nmol
    from equipoise.outputs.sbml import SbmlError, leaf_model, write

    doses = list(zip(taken.time_h.tolist(), nmol(taken.mg).tolist(), strict=True))
    try:
        return write(leaf_model(dict(answer.typical), doses, name=SBML_NAME))
    except SbmlError as fault:
        stop(str(fault))


def _files(answer: "ExposureAnswer", taken: "Schedule", sbml: Path | None, figure: Path | None) -> None:
    """Write what was asked for, once all of it is made."""
    from equipoise.outputs.exposure import exposure_figure

    made = {} if sbml is None else {sbml: _sbml(answer, taken)}
    made |= {} if figure is None else {figure: exposure_figure(answer)}
    fresh = [path for path in made if not path.exists()]
    for write in (False, True):  # all can be opened before the first is written, so that no half of them is left
        for path, text in made.items():
            try:
                with path.open("w" if write else "a", encoding="utf-8") as file:
                    file.write(text if write else "")
            except OSError as fault:
                for begun in fresh:
                    begun.unlink(missing_ok=True)
                stop(f"{path} cannot be written: {fault.strerror or fault}.")


def exposure(
    mitragynine_mg: Annotated[
        float | None, typer.Option("--mitragynine-mg", metavar="MG", help="Mitragynine in each intake.", show_default=False)
    ] = None,
    grams: Annotated[
        float | None,
        typer.Option(
            "--grams",
            metavar="G",
            help="Product in each intake. Without --product-mg-per-g its content is what surveys found in products.",
            show_default=False,
        ),
    ] = None,
    product_mg_per_g: Annotated[
        float | None,
        typer.Option("--product-mg-per-g", metavar="MG", help="Mitragynine in a gram of it.", show_default=False),
    ] = None,
    product_cv: Annotated[
        float | None,
        typer.Option("--product-cv", metavar="SHARE", help="How far that may be off: 0.2 for a fifth.", show_default=False),
    ] = None,
    every_h: Annotated[
        float | None, typer.Option("--every-h", metavar="HOURS", help="Between intakes, with --days.", show_default=False)
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", help="How many days, with --every-h or --times.", show_default=False)
    ] = None,
    times: Annotated[
        str | None,
        typer.Option("--times", metavar="CLOCK,...", help="Of each day: 8:00,14:00. Hours count from the first."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="HOURS", help="Of the intakes: 0,8,16.5.", show_default=False)
    ] = None,
    missed: Annotated[
        str | None, typer.Option("--missed", metavar="N,...", help="Intakes that were missed: 3,7.", show_default=False)
    ] = None,
    substance: Annotated[
        str, typer.Option("--substance", metavar="NAME", help="What was taken. 7-oh: not supported, no human data.")
    ] = "mitragynine",
    people: Annotated[
        int | None,
        typer.Option(
            "--people", metavar="N", help=f"How many are drawn; {PEOPLE:,}, or {PEOPLE_SOLVED} with --auto-inhibition."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the draw.")] = 1,
    levels: Annotated[
        str | None,
        typer.Option(
            "--levels", metavar="LIST", help="What differs: some of people,studies,parameters,product, or none; all without it."
        ),
    ] = None,
    auto_inhibition: Annotated[
        bool,
        typer.Option("--auto-inhibition", help="With the hypothesis that mitragynine inactivates its own CYP3A."),
    ] = False,
    hours: Annotated[
        float | None, typer.Option("--hours", metavar="HOURS", help="How long the curves are.", show_default=False)
    ] = None,
    sbml: Annotated[
        Path | None, typer.Option("--sbml", metavar="FILE", help="Write the typical person's model.", show_default=False)
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE.svg", help="Write the curves as a figure.", show_default=False)
    ] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """Concentrations of mitragynine and 7-hydroxymitragynine in plasma for an intake of leaf that a person reports.

    It describes an intake and proposes none: it is not for dosing. Medians and 90% intervals of people, and where the model
    disagrees with what studies measured. Nothing of it is kept or sent.
    """
    from equipoise.apps.clock import today
    from equipoise.engines.pharmacokinetics import UnsupportedError
    from equipoise.engines.pharmacokinetics import schedule as checked
    from equipoise.findings.exposure_answer import exposure_answer
    from equipoise.outputs.exposure import exposure_json, exposure_text, unsupported_json

    report = Report(
        mitragynine_mg=mitragynine_mg,
        grams=grams,
        product_mg_per_g=product_mg_per_g,
        product_cv=product_cv,
        every_h=every_h,
        days=days,
        times=times,
        at=at,
        missed=missed,
    )
    wrong = report.fault()
    if auto_inhibition and sbml is not None:
        wrong = "--sbml writes the linear model; should be without --auto-inhibition"
    if sbml is not None and sbml == figure:
        wrong = "--sbml and --figure name one file; should be two"
    day = as_of or today()
    try:
        checked([(0.0, 1.0)], analyte=substance)
        if wrong is not None:
            raise typer.BadParameter(wrong)
        kinds = {"exposures/": True, "parameters/": True, "products/": grams is not None, "assays/tanna-2021": auto_inhibition}
        chosen = _levels(levels)
        held = mechanism(folder_of(evidence), tuple(name for name, needed in kinds.items() if needed), day)
        content, used = report.content(held)
        taken = report.schedule(content)
        with progress() as step:
            step("Computing")
            answer = exposure_answer(
                held,
                taken,
                reported=report.said(taken, used),
                content=used,
                people=people if people is not None else PEOPLE_SOLVED if auto_inhibition else PEOPLE,
                seed=seed,
                levels=chosen,
                hours=hours,
                auto_inhibition=auto_inhibition,
                as_of=day,
            )
    except UnsupportedError as refused:
        if not as_json:
            stop(f"{substance}: {refused}.")
        typer.echo(unsupported_json(substance, str(refused)), nl=False)
        raise typer.Exit(1) from None
    except (ValueError, ArithmeticError) as fault:
        stop(f"{fault}.")
    _files(answer, taken, sbml, figure)
    typer.echo(exposure_json(answer) if as_json else exposure_text(answer), nl=False)
