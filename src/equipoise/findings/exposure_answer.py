"""Answers about the intake that a person reports, already in words and numbers, so that an output reads nothing else."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

import numpy as np

from equipoise import __version__
from equipoise.engines import pharmacokinetics as engine
from equipoise.engines.pharmacokinetics import (
    OFFSETS,
    AnalyteExposure,
    Content,
    Drawn,
    Inactivation,
    Nearby,
    Parameters,
    Population,
    Schedule,
    Summary,
    draw,
    exposed,
    nearby,
    ng_per_ml,
)
from equipoise.findings.pharmacokinetics import (
    FORMULAE,
    IN_PLASMA,
    LEVELS,
    Comparison,
    Kind,
    band,
    comparisons,
    differences,
    inactivation,
    middle,
    population,
    reference_study,
    two_digits,
)
from equipoise.findings.products import market
from equipoise.records.evidence import Evidence
from equipoise.records.parameter import ParameterSet
from equipoise.values.distributions import log_sd
from equipoise.values.estimate import rounded
from equipoise.values.panels import Bands, Table

MODEL = "mitragynine-leaf"
"""The parameters of the model of leaf."""

NOTICE = (
    "It describes an intake that a person reports. It proposes none, is not for dosing, and says nothing of effect or harm."
)

LEVEL = 0.90

_MIXED = frozenset({"powder", "capsule", "several"})
"""Kinds of product that a survey of the market has in a sample that holds leaf for the most part."""

POINTS = 1000
"""Moments of the bands, at most."""

_FARTHEST_H = 100_000

_FEWEST, _ENOUGH = 20, 1000
"""People without whom an end of an interval is beyond all of them, and from whom on it rests on 50 at least."""

_GRAM_MG = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number over people: the median, and the interval that holds the central share of them.

    ``mass``: the same in ng/mL or ng·h/mL, where ``unit`` is of moles. ``people``: those who have it.
    """

    analyte: str
    metric: str
    says: str
    unit: str
    median: float
    low: float
    high: float
    people: int
    mass: "Mass | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    """A number of moles as mass."""

    unit: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Concentrations of one analyte over time, in nM; times ``ng_per_ml`` they are in ng/mL."""

    analyte: str
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ng_per_ml: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductContent:
    """Mitragynine in a gram of the product, and where 90% of what it may be lies; ``records``: surveys behind it."""

    mg_per_g: float
    low: float
    high: float
    how: Literal["given", "not tested"]
    products: int | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One reported intake."""

    time_h: float
    mitragynine_mg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureAnswer:
    """A reported intake and what the model gives for it.

    ``levels``: which spreads are in the intervals; without studies all are people of the reference study. ``drawn``: the
    generator and its seed. ``reference``: the study to which the typical values belong. ``typical``: the parameters of the
    person in the middle. ``differs``: the comparisons that do not agree, in words. Without moments there are no bands, and no
    panel of them.
    """

    sentence: str
    reported: str
    notice: str
    intakes: tuple[Taken, ...]
    content: ProductContent | None
    levels: tuple[Kind, ...]
    level: float
    people: int
    drawn: str
    auto_inhibition: tuple[tuple[str, float], ...] | None
    numbers: tuple[Number, ...]
    times_h: tuple[float, ...]
    bands: tuple[Series, ...]
    compared: tuple[Comparison, ...]
    differs: tuple[str, ...]
    parameters: str
    reference: str
    typical: tuple[tuple[str, float], ...]
    records: tuple[str, ...]
    notes: tuple[str, ...]
    as_of: date
    version: str
    panel: Bands | None


def given_content(mg_per_g: float, *, cv: float) -> tuple[Content, ProductContent]:
    """The content that a certificate or a label gives, as the middle of a lognormal with this coefficient of variation.

    Raises
    ------
    ValueError
        A content that cannot be, or one whose interval reaches more than a gram in a gram.
    """
    held = Content(mg_per_g=mg_per_g, log_sd=log_sd(1.0, cv))
    reach = math.exp(_Z90 * held.log_sd)
    if mg_per_g * reach > _GRAM_MG:
        raise ValueError(
            f"a content of {mg_per_g:g} mg/g that may be off by {cv:g} reaches {rounded(mg_per_g * reach)} mg in a gram; "
            "should stay below a gram"
        )
    return held, ProductContent(
        mg_per_g=mg_per_g, low=mg_per_g / reach, high=mg_per_g * reach, how="given", products=None, records=()
    )


def untested_content(evidence: Evidence) -> tuple[Content, ProductContent]:
    """What a product without a certificate may hold: the distribution over products of surveys of several powders or capsules.

    Trees, extracts, drinks and 7-hydroxymitragynine products are left out.

    Raises
    ------
    ValueError
        As :func:`market` does.
    """
    records = [
        f"{stem}/{item.id}"
        for stem, survey in evidence.products.items()
        for item in survey.contents
        if item.analyte == "mitragynine"
        and item.product in _MIXED
        and item.unit in ("mg/g", "percent")
        and isinstance(item.products, int)
        and item.products > 1
    ]
    spread = market(evidence, records, analyte="mitragynine", unit="mg/g").distribution
    low, high = (float(end) for end in spread.product_90)
    middle = math.sqrt(low * high)
    held = Content(mg_per_g=middle, log_sd=math.log(high / low) / (2 * _Z90))
    return held, ProductContent(
        mg_per_g=middle, low=low, high=high, how="not tested", products=spread.products, records=tuple(records)
    )


_Z90 = 1.6448536269514722


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowd:
    """The people whom an answer is about, drawn once; made by :meth:`Model.crowd`. ``levels``: how they may differ."""

    drawn: Drawn
    levels: tuple[Kind, ...]
    near: Nearby | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What answers about exposure rest on and no person changes; made by :func:`model`.

    ``compared``: every printed number beside that of the model, and ``differs`` those that do not agree, in words.
    ``typical``: the person in the middle, of the reference study (True) or of a study in the middle of all. ``untested``: what
    a product without a certificate may hold, None where that was not asked for.
    """

    held: ParameterSet
    people: Population
    reference: str
    compared: tuple[Comparison, ...]
    differs: tuple[str, ...]
    typical: Mapping[bool, tuple[tuple[str, float], ...]]
    untested: tuple[Content, ProductContent] | None

    def crowd(self, *, people: int, seed: int, levels: Collection[Kind], many: bool = False) -> Crowd:
        """People to whom schedules are given; ``many``: one after the other, so that more is worked out before the first.

        Raises
        ------
        ValueError
            A seed below 0, or what the engine refuses: too many.
        """
        if seed < 0:
            raise ValueError(f"the seed is {seed}; should be 0 or above")
        named = [LEVELS[name] for name in levels]
        drawn = draw(self.people, people=people, rng=np.random.default_rng(seed), levels=named)
        near = nearby(drawn.parameters, OFFSETS) if many else None
        return Crowd(drawn=drawn, levels=tuple(name for name in LEVELS if name in levels), near=near)

    def answer(
        self,
        taken: Schedule,
        crowd: Crowd,
        *,
        reported: str,
        content: ProductContent | None,
        hours: float | None,
        as_of: date,
        points: int = POINTS,
        hypothesis: tuple[Inactivation, tuple[str, ...]] | None = None,
    ) -> ExposureAnswer:
        """What the model gives for reported intakes of leaf, and how far it agrees with what was printed.

        ``hours``: how long the bands are, from 0 h; to the end of the last day without it. ``points``: moments of the bands, at
        most, 0 for an answer of numbers alone. ``hypothesis``: that CYP3A is lost to mitragynine, with the records of its
        constants.

        Raises
        ------
        ValueError
            Too few people for an interval, or what the engine refuses: too many moments.
        """
        levels, people = crowd.levels, crowd.drawn.parameters.people
        differing = tuple(name for name in levels if name != "product" or taken.content_log_sd > 0)
        if differing and people < _FEWEST:
            raise ValueError(f"there are {people} people, too few for an interval of {LEVEL:.0%}; should be {_FEWEST} or more")
        times = _times(taken, hours, points) if points else []
        lost, constants = (None, ()) if hypothesis is None else hypothesis
        found = exposed(taken, crowd.drawn, times_h=times, level=LEVEL, inactivation=lost, near=crowd.near)
        numbers = tuple(_numbers(found, repeated=taken.time_h.size > 1, days=float(np.ptp(taken.time_h)) >= 24))
        return ExposureAnswer(
            sentence=_sentence(numbers, differing),
            reported=reported,
            notice=NOTICE,
            intakes=tuple(
                Taken(time_h=time, mitragynine_mg=mg) for time, mg in zip(taken.time_h.tolist(), taken.mg.tolist(), strict=True)
            ),
            content=content,
            levels=differing,
            level=found.level,
            people=found.people,
            drawn=found.rng,
            auto_inhibition=None if lost is None else _constants(lost),
            numbers=numbers,
            times_h=tuple(found.times_h.tolist()),
            bands=tuple(_series(name, one) for name, one in _analytes(found)) if times else (),
            compared=self.compared,
            differs=self.differs,
            parameters=self.held.id,
            reference=self.reference,
            typical=self.typical["studies" not in levels],
            records=(
                f"parameters/{self.held.id}",
                *constants,
                *(() if content is None else content.records),
                *dict.fromkeys(one.record for one in self.compared),
            ),
            notes=(
                *_rough(people=found.people if differing else None, step=times[1] - times[0] if times else 0.0),
                *_notes(self.held, content, lost),
            ),
            as_of=as_of,
            version=__version__,
            panel=_panel(found, numbers, reported, differing) if times else None,
        )


def model(evidence: Evidence, *, untested: bool = True) -> Model:
    """The model of leaf as answers rest on it, with what an untested product may hold unless that is not wanted.

    Raises
    ------
    ValueError
        Parameters that are not on record; as :func:`untested_content` does.
    """
    held = evidence.parameters.get(MODEL)
    if held is None:
        raise ValueError(f"{MODEL!r} is not on record; should be a file of parameters/")
    compared, people = comparisons(evidence, held), population(held)
    return Model(
        held=held,
        people=people,
        reference=reference_study(held),
        compared=compared,
        differs=tuple(differences(compared)),
        typical={reference: _person(middle(people, reference=reference)) for reference in (False, True)},
        untested=untested_content(evidence) if untested else None,
    )


def exposure_answer(
    evidence: Evidence,
    taken: Schedule,
    *,
    reported: str,
    content: ProductContent | None,
    people: int,
    seed: int,
    levels: Collection[Kind],
    hours: float | None,
    auto_inhibition: bool,
    as_of: date,
) -> ExposureAnswer:
    """One answer of the model that the evidence has; see :meth:`Model.crowd` and :meth:`Model.answer`.

    Raises
    ------
    ValueError
        As :func:`model`, :meth:`Model.crowd` and :meth:`Model.answer` do, or a constant of the hypothesis that is not on
        record.
    """
    ready = model(evidence, untested=False)
    return ready.answer(
        taken,
        ready.crowd(people=people, seed=seed, levels=levels),
        reported=reported,
        content=content,
        hours=hours,
        as_of=as_of,
        hypothesis=inactivation(evidence) if auto_inhibition else None,
    )


def _times(taken: Schedule, hours: float | None, points: int) -> list[float]:
    """The moments of the bands, from 0 h on."""
    first, last = float(taken.time_h[0]), float(taken.time_h[-1])
    if hours is None:
        hours = last + 24.0 * (1 if last > first else 2)
    elif not 0 < hours <= _FARTHEST_H:
        raise ValueError(f"--hours is {hours:g}; should be above 0 and at most {_FARTHEST_H:,}")
    step = max(0.25, float(np.ceil(4 * hours / points)) / 4)
    return [*np.arange(0.0, hours, step).tolist(), hours]


def _analytes(found: engine.Exposure) -> tuple[tuple[str, AnalyteExposure], ...]:
    return (("mitragynine", found.mitragynine), ("7-hydroxymitragynine", found.hydroxymitragynine))


def _person(held: Parameters) -> tuple[tuple[str, float], ...]:
    return tuple((item.name, float(getattr(held, item.name)[0])) for item in fields(held))


def _constants(held: Inactivation) -> tuple[tuple[str, float], ...]:
    return tuple((item.name, float(value)) for item in fields(held) if (value := getattr(held, item.name)) is not None)


_SAYS: Mapping[str, tuple[str, str]] = {
    "cmax": ("highest concentration (Cmax)", "nM"),
    "tmax": ("time to it from an intake (tmax)", "h"),
    "auc-first-day": ("area of the first day (AUC)", "nM·h"),
    "auc-last-day": ("area of the last day (AUC)", "nM·h"),
    "auc-inf": ("area of all of it (AUC)", "nM·h"),
    "trough": ("before the last intake (trough)", "nM"),
    "accumulation": ("last over first day (accumulation)", "ratio"),
    "t-half": ("half-life, of the slowest decay", "h"),
}


def _numbers(found: engine.Exposure, *, repeated: bool, days: bool) -> Iterator[Number]:
    for name, one in _analytes(found):
        held: Mapping[str, Summary | None] = {
            "cmax": one.cmax_nm,
            "tmax": one.tmax_h,
            "auc-first-day": one.auc_first_day_nm_h,
            "auc-last-day": one.auc_last_day_nm_h if days else None,
            "auc-inf": one.auc_inf_nm_h,
            "trough": one.trough_nm if repeated else None,
            "accumulation": one.accumulation if days else None,
            "t-half": one.half_life_h,
        }
        for metric, summary in held.items():
            if summary is not None:
                yield _said(name, metric, *_SAYS[metric], summary)
    for metric, says, summary in (
        ("ratio-first-day", "areas of the first day", found.ratio_first_day),
        ("ratio-last-day", "areas of the last day", found.ratio_last_day if days else None),
    ):
        if summary is not None:
            yield _said("7-hydroxymitragynine to mitragynine", metric, says, "ratio", summary)


def _said(analyte: str, metric: str, says: str, unit: str, held: Summary) -> Number:
    mass = None
    if unit.startswith("nM"):
        factor = float(ng_per_ml(1.0, FORMULAE[analyte]))
        mass = Mass(
            unit={"nM": "ng/mL", "nM·h": "ng·h/mL"}[unit],
            median=factor * held.median,
            low=factor * held.low,
            high=factor * held.high,
        )
    return Number(
        analyte=analyte,
        metric=metric,
        says=says,
        unit=unit,
        median=held.median,
        low=held.low,
        high=held.high,
        people=held.people,
        mass=mass,
    )


def _series(name: str, one: AnalyteExposure) -> Series:
    return Series(
        analyte=name,
        median=tuple(one.median.tolist()),
        low=tuple(one.low.tolist()),
        high=tuple(one.high.tolist()),
        ng_per_ml=float(ng_per_ml(1.0, one.formula)),
    )


def share_of(differing: Sequence[Kind]) -> str:
    """What an interval is of; what the values of the model are known to makes no people."""
    return "people" if "people" in differing else "what is drawn"


def _sentence(numbers: Sequence[Number], differing: Sequence[Kind]) -> str:
    peak = next(one for one in numbers if one.metric == "cmax" and one.mass is not None)
    mass = peak.mass.median if peak.mass is not None else 0.0
    return (
        f"The model gives a highest concentration of mitragynine in plasma of {two_digits(peak.median)} nM "
        f"({two_digits(mass)} ng/mL); "
        + (
            f"it has {LEVEL:.0%} of {share_of(differing)} between {two_digits(peak.low)} and {two_digits(peak.high)} nM."
            if differing
            else "this is one person, without an interval."
        )
    )


def _rough(*, people: int | None, step: float) -> Iterator[str]:
    """What is rough for want of people or of moments; ``people`` None where nothing differs."""
    if people is not None and people < _ENOUGH:
        beyond = round(people * (1 - LEVEL) / 2)
        yield (
            f"Of the {people} drawn about {beyond} {'lies' if beyond == 1 else 'lie'} beyond each end of an interval, so that "
            "another seed moves the ends."
        )
    if step > 1:
        yield f"The curves have a point each {step:g} h, and may miss a peak between; the numbers do not."


def _notes(held: ParameterSet, content: ProductContent | None, hypothesis: Inactivation | None) -> Iterator[str]:
    if content is not None and content.how == "not tested":
        yield (
            f"The product was not tested. Surveys of {content.products} products make 90% of such products hold "
            f"{rounded(content.low)} to {rounded(content.high)} mg/g; that is in the intervals while the level product is."
        )
    yield "The model is of leaf by mouth. What an extract, a bottled drink or another way of taking it does was not modelled."
    yield (
        "7-hydroxymitragynine is what the body forms from mitragynine. Products that hold it as such are not supported: "
        "there are no human data."
    )
    yield (
        "A half-life here is of the slowest decay of the model; a study whose assay loses the tail prints a shorter one "
        "for 7-hydroxymitragynine."
    )
    yield IN_PLASMA
    if hypothesis is not None:
        yield (
            "Auto-inhibition is a hypothesis: that all of the clearance is by CYP3A, and that mitragynine inactivates it in "
            "people as in liver microsomes. It does not explain the longer half-life that was printed after repeated doses."
        )
    if held.note is not None:
        yield f"Where the model's values come from: {' '.join(held.note.split())}"


def _panel(found: engine.Exposure, numbers: Sequence[Number], reported: str, differing: Sequence[Kind]) -> Bands:
    lines = (
        f"the median of what is modelled, the band where {LEVEL:.0%} of {share_of(differing)} are"
        if differing
        else "one person"
    )
    return Bands(
        title="Mitragynine and 7-hydroxymitragynine in plasma after a reported intake",
        said=f"{reported} {NOTICE} The line is {lines}. {_sentence(numbers, differing)}",
        time_unit="hours",
        unit="nM",
        bands=tuple(band(name, found.times_h, one, level=found.level) for name, one in _analytes(found)),
        table=Table(
            columns=("Substance", "Number", "Unit", "Median", "Low", "High"),
            rows=tuple(
                (one.analyte, one.says, one.unit, two_digits(one.median), two_digits(one.low), two_digits(one.high))
                for one in numbers
            ),
        ),
    )
