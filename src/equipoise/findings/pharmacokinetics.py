"""Concentrations in people after leaf: the model from its records, and what it gives beside what studies measured."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import numpy as np

from equipoise import __version__
from equipoise.engines import pharmacokinetics as engine
from equipoise.engines.pharmacokinetics import (
    HYDROXYMITRAGYNINE,
    MITRAGYNINE,
    AnalyteExposure,
    Inactivation,
    Parameters,
    Population,
    Sampling,
    Schedule,
    Summary,
    Typical,
    concentrations,
    draw,
    exposure,
    ng_per_ml,
    nmol,
    profile,
    regular,
    schedule,
)
from equipoise.findings.citing import cited, words_of
from equipoise.findings.finding import Basis, Finding, Level
from equipoise.findings.receptors import KNOWN, label, spread_words
from equipoise.records.evidence import Evidence
from equipoise.records.exposure import Exposure, Intake, Observation
from equipoise.records.parameter import ParameterSet
from equipoise.records.topic import ConcentrationFinding
from equipoise.values.estimate import Estimate, Interval, Part, rounded
from equipoise.values.panels import Band, Bands, Table

Kind = Literal["people", "studies", "parameters", "product"]
LEVELS: Mapping[Kind, engine.Level] = {
    "people": "people",
    "studies": "studies",
    "parameters": "uncertainty",
    "product": "content",
}
"""What may differ, by the names that a reader gets, and the names of the engine."""

PEOPLE, SEED = 5000, 20261122
"""People drawn for a finding, and the seed that makes them the same each time."""

WITHIN = 0.10
"""A number of the model agrees with a printed one that is no further away than this share of it."""

ASSUMED = Sampling(
    times_h=(0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3.5, 4.5, 6.5, 8.5, 12, 24, 48, 72, 96, 120),
    loq_mitragynine_nm=0.25,
    loq_hydroxymitragynine_nm=0.25,
)
"""When blood is drawn and what the assay can tell, for half-lives as a study prints them; of no study were they seen."""

IN_PLASMA = "These are concentrations in plasma. What reaches the brain is unknown, and a concentration is not yet an effect."

SHARE_BY_CYP3A = 1.0
"""All of the clearance, which is the most that the hypothesis of auto-inhibition can claim."""

FORMULAE: Mapping[str, str] = {"mitragynine": MITRAGYNINE, "7-hydroxymitragynine": HYDROXYMITRAGYNINE}

_UNITS: Mapping[str, str] = {
    "ka": "1/h",
    "v1": "L",
    "q": "L/h",
    "v2": "L",
    "cl": "L/h",
    "km": "1/h",
    "sp": "h/L",
    "b": "none",
    "f": "none",
}
_SLOWLY = 150
"""Daily doses after which nothing changes any more."""
_STEADY = 0.95
"""The share of its last value from which on a trough counts as steady."""

_FEWER = 2000
"""People drawn where an interval alone is wanted."""

_SHOWN_H = 48.0
"""Hours that the figure of a single intake shows."""


def population(held: ParameterSet) -> Population:
    """The parameters of a record as people who differ, level by level.

    Raises
    ------
    ValueError
        A parameter that is missing, is of another model, or has another unit than the model takes.
    """
    found = {item.id: item for item in held.parameters}
    if set(found) != set(_UNITS):
        wrong = ", ".join(sorted(set(found) ^ set(_UNITS)))
        raise ValueError(f"parameters/{held.id} lacks or adds {wrong}; should have {', '.join(_UNITS)}")
    for name, unit in _UNITS.items():
        if found[name].unit != unit:
            raise ValueError(f"parameters/{held.id}: {name} is in {found[name].unit}; should be in {unit}")
    return Population(
        **{
            name: Typical(
                value=float(item.value),
                between_people=float(item.between_people or 0),
                between_studies=float(item.between_studies or 0),
                studies_mean=float(item.studies_mean or 0),
                uncertainty=float(item.uncertainty or 0),
            )
            for name, item in found.items()
        }
    )


def reference_study(held: ParameterSet) -> str:
    """The study to which the typical values belong; people of other studies are drawn around the mean of studies.

    Raises
    ------
    ValueError
        A record that names none.
    """
    if held.reference is None:
        raise ValueError(f"parameters/{held.id} names no reference; should be a study of exposures/")
    return held.reference


def middle(people: Population, *, reference: bool) -> Parameters:
    """The person in the middle of the reference study, or of a study in the middle of all."""
    if reference:
        return people.typical
    alike = Population(**{item.name: replace(getattr(people, item.name), between_studies=0.0) for item in fields(people)})
    return draw(alike, people=1, rng=np.random.default_rng(SEED), levels=[LEVELS["studies"]]).parameters


def inactivation(evidence: Evidence) -> tuple[Inactivation, tuple[str, ...]]:
    """The hypothesis that mitragynine inactivates the CYP3A that clears it, with constants of liver in a dish; and its records.

    Raises
    ------
    ValueError
        A constant that is not on record.
    """
    names = {
        "kdeg": "enzyme-turnover/kdeg-hepatic-cyp3a",
        "flow": "enzyme-turnover/qh",
        "fu": "mitragynine-binding/fu-mitragynine",
        "kinact": "tanna-2021/cyp3a-kinact-liver",
        "ki": "tanna-2021/cyp3a-big-ki-liver",
    }
    value = {key: _constant(evidence, name) for key, name in names.items()}
    held = Inactivation(
        kdeg=value["kdeg"], kinact=value["kinact"], ki=value["ki"], fu=value["fu"], share=SHARE_BY_CYP3A, portal=value["flow"]
    )
    return held, tuple(names.values())


_RATES: Mapping[str, float] = {"1/h": 1, "1/min": 60, "per-min": 60, "L/h": 1, "L/min": 60, "uM": 1000, "nM": 1, "none": 1}


def _constant(evidence: Evidence, name: str) -> float:
    """A number of a parameter or an assay, in hours, litres and nM."""
    stem, _, ident = name.partition("/")
    held: list[tuple[str, object, str]] = []
    if stem in evidence.parameters:
        held += [(item.id, item.value, item.unit) for item in evidence.parameters[stem].parameters]
    if stem in evidence.assays:
        held += [(item.id, item.value, item.unit) for item in evidence.assays[stem].measurements]
    found = next((item for item in held if item[0] == ident), None)
    if found is None or not isinstance(found[1], Decimal) or found[2] not in _RATES:
        raise ValueError(f"{name} is no number on record; should be one of parameters/ or assays/")
    return float(found[1]) * _RATES[found[2]]


# What was printed beside what the typical person of the model has.


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A printed number of a study, and that of the model in the same unit.

    ``model`` is of the typical person: beside the reference study of that study, beside others of one in the middle of all.
    ``low`` and ``high`` are of a printed range without a middle; ``ratio`` is printed over modelled, None for a range.
    ``agrees``: within a tenth of the printed number, or of the nearer end of the printed range, however it was rounded.
    ``expected``: where the model has 90% of people of the reference study, or of a new one, after a single dose; ``outside``:
    whether the printed number lies beyond it.
    """

    study: str
    record: str
    product: str
    dose_mg: float | None
    times: int | None
    analyte: str
    metric: str
    statistic: str
    printed: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    model: float
    expected: tuple[float, float] | None
    ratio: float | None
    agrees: bool
    outside: bool | None
    known: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A printed number or range with the dose that it belongs to; None where no dose moves it."""

    intake: Intake
    seen: Observation
    dose_mg: Decimal | None
    statistic: str
    value: Decimal | None


def comparisons(evidence: Evidence, held: ParameterSet, only: tuple[str, str] | None = None) -> tuple[Comparison, ...]:
    """Every printed number of a study in people that the model can give, beside the model's; ``only``: analyte and metric.

    Left out: numbers that nobody saw or in which print contradicts itself; other alkaloids; doses whose interval was not seen;
    and of intakes of one study that are otherwise alike all but the first, since the others came with something else (a
    medicine) that the model does not know. A range over dose groups is compared at its lowest and highest dose.
    """
    people, origin = population(held), reference_study(held)
    found: list[Comparison] = []
    ready: dict[tuple[float, ...], dict[tuple[str, str], float]] = {}
    persons = {reference: middle(people, reference=reference) for reference in (False, True)}
    for study in evidence.exposures.values():
        reference = study.id == origin
        for point in _points_of(study):
            intake, seen = point.intake, point.seen
            if only not in (None, (seen.analyte, seen.metric)):
                continue
            dose = point.dose_mg or _highest(study, intake)
            taken = _schedule(intake, dose)
            if taken is None:
                continue
            key = (reference, float(dose), taken.time_h.size, float(intake.every_h or 0))
            if key not in ready:
                ready[key] = _typical(persons[reference], taken)
            model = ready[key].get((seen.analyte, seen.metric), math.nan)
            if not math.isnan(model):
                found.append(_compared(study, point, model * _factor(seen), _expected(people, point, reference=reference)))
    return tuple(found)


def _points_of(study: Exposure) -> Iterator[_Point]:
    """The printed numbers of a study that may be compared, each with its dose."""
    first: dict[object, str] = {}
    for item in study.intakes:
        first.setdefault((item.product, item.analyte, item.dose_mg, item.every_h, item.times), item.id)
    alone = {item.id: item for item in study.intakes if item.id in first.values()}
    for seen in study.observations:
        if seen.intake not in alone or seen.metric not in _NAMES or seen.basis == "conflicting" or not _gives(seen):
            continue
        intake = alone[seen.intake]
        value = seen.value if isinstance(seen.value, Decimal) else None
        if isinstance(intake.dose_mg, Decimal):
            yield _Point(intake=intake, seen=seen, dose_mg=intake.dose_mg, statistic=seen.statistic, value=value)
        elif seen.metric in _FREE_OF_DOSE:
            yield _Point(intake=intake, seen=seen, dose_mg=None, statistic=seen.statistic, value=value)
        elif value is None and seen.spread is not None and len(doses := _doses(study, intake)) > 1:
            ends = (("lowest dose", min(doses), seen.spread.low), ("highest dose", max(doses), seen.spread.high))
            for name, dose, end in ends:
                yield _Point(intake=intake, seen=seen, dose_mg=dose, statistic=name, value=end)


def _doses(study: Exposure, intake: Intake) -> list[Decimal]:
    """The known doses of a study that were taken as often as those of an intake."""
    same = [item for item in study.intakes if (item.every_h, item.times) == (intake.every_h, intake.times)]
    return [item.dose_mg for item in same if isinstance(item.dose_mg, Decimal)]


def _highest(study: Exposure, intake: Intake) -> Decimal:
    """The dose of an intake, or the highest of those alike, for a number that no dose moves."""
    return intake.dose_mg if isinstance(intake.dose_mg, Decimal) else max(_doses(study, intake), default=_ANY_MG)


def _expected(people: Population, point: _Point, *, reference: bool) -> tuple[float, float] | None:
    """Where 90% of people of the reference study, or of a new one, are expected after a single dose, in the printed unit."""
    if _repeated(point.intake) or point.seen.metric not in _FOUND:
        return None
    found = _drawn(people, float(_ANY_MG), 1, 0.0, reference=reference, bands=False)
    number = _number(found, _held(found, point.seen.analyte), point.seen.metric)
    if number is None:
        return None
    scale = _factor(point.seen)
    if point.seen.metric not in _FREE_OF_DOSE:
        scale *= float(point.dose_mg or _ANY_MG) / float(_ANY_MG)
    return scale * number.low, scale * number.high


def _compared(study: Exposure, point: _Point, model: float, expected: tuple[float, float] | None) -> Comparison:
    seen, value = point.seen, point.value
    low, high = (None, None) if value is not None else _range(seen) or (None, None)
    ends = (low, high) if low is not None and high is not None else (float(value or 0),) * 2
    return Comparison(
        study=study.id,
        record=f"{study.id}/{seen.id}",
        product=point.intake.product,
        dose_mg=None if point.dose_mg is None else float(point.dose_mg),
        times=point.intake.times,
        analyte=seen.analyte,
        metric=seen.metric,
        statistic=point.statistic,
        printed=printed(seen) if value is None else _with_unit(str(value), seen.unit),
        value=None if value is None else float(value),
        low=low,
        high=high,
        unit=unit_words(seen.unit),
        model=model,
        expected=expected,
        ratio=None if value is None else float(value) / model,
        agrees=(1 - WITHIN) * ends[0] <= model <= (1 + WITHIN) * ends[1],
        outside=None if expected is None else ends[1] < expected[0] or ends[0] > expected[1],
        known=KNOWN[seen.basis],
    )


def _range(seen: Observation) -> tuple[float, float] | None:
    if seen.spread is None or seen.spread.low is None or seen.spread.high is None:
        return None
    return float(seen.spread.low), float(seen.spread.high)


def printed(seen: Observation) -> str:
    """``81.9 nM``; ``1.0 to 1.3 h``; ``not seen``."""
    if isinstance(seen.value, Decimal):
        return _with_unit(str(seen.value), seen.unit)
    if _range(seen) is None or seen.spread is None:
        return "not seen"
    return _with_unit(f"{seen.spread.low} to {seen.spread.high}", seen.unit)


def _with_unit(number: str, unit: str) -> str:
    return number if unit == "ratio" else f"{number} {unit_words(unit)}"


def unit_words(unit: str) -> str:
    """``nM·h`` for ``nM*h``."""
    return unit.replace("*", "·")


def _factor(seen: Observation) -> float:
    """What turns a number of the model (nM) into the unit in which it was printed."""
    return float(ng_per_ml(1.0, FORMULAE[seen.analyte])) if seen.unit.startswith("ng") else 1.0


_NAMES: Mapping[str, str] = {
    "cmax": "peak",
    "tmax": "time of the peak",
    "t-half": "half-life",
    "auc-inf": "area (AUC)",
    "auc-tau": "area (AUC) of a day",
    "trough": "trough",
    "accumulation": "accumulation",
    "ratio": "ratio to mitragynine",
    "cl-f": "clearance over bioavailability",
    "vz-f": "volume over bioavailability",
    "time-to-steady-state": "time to a steady state",
}
"""What the model gives, in words."""

_FREE_OF_DOSE = frozenset({"tmax", "t-half", "ratio", "accumulation", "cl-f", "vz-f", "time-to-steady-state"})
"""Numbers that are the same at any dose while the model is linear."""


def metric_words(metric: str) -> str:
    """A number of pharmacokinetics as a reader names it."""
    return _NAMES[metric]


def _schedule(intake: Intake, dose_mg: Decimal) -> Schedule | None:
    """What was taken; None where there were several doses and the interval between them was not seen."""
    if intake.times is None or intake.times == 1:
        return schedule([(0.0, float(dose_mg))])
    if intake.every_h is None:
        return None
    return regular(float(dose_mg), every_h=float(intake.every_h), days=intake.times * float(intake.every_h) / 24)


_ANY_MG = Decimal(39)
"""A dose for numbers that no dose moves: that of the study to which the model was fitted."""


def _typical(person: Parameters, taken: Schedule) -> dict[tuple[str, str], float]:
    """What the typical person has, in nM, h, L and their products; a metric that has no meaning here is left out."""
    found = profile(person, taken, times_h=[0.0], sampling=ASSUMED)
    last = float(taken.time_h[-1])
    numbers: dict[tuple[str, str], float] = {}
    for name, held in (("mitragynine", found.mitragynine), ("7-hydroxymitragynine", found.hydroxymitragynine)):
        own = {
            "cmax": held.cmax_nm,
            "tmax": held.tmax_h,
            "t-half": held.half_life_studied_h,
            **(
                {"auc-tau": held.auc_last_day_nm_h, "trough": held.trough_nm, "accumulation": held.accumulation} if last else {}
            ),
            **({} if last else {"auc-inf": held.auc_inf_nm_h}),
        }
        numbers |= {(name, metric): float(value[0]) for metric, value in own.items()}
    numbers["7-hydroxymitragynine", "ratio"] = float((found.ratio_last_day if last else found.ratio_first_day)[0])
    parent = found.mitragynine
    clearance = float(nmol(taken.mg.sum()) / parent.auc_inf_nm_h[0])
    numbers["mitragynine", "cl-f"] = clearance
    numbers["mitragynine", "vz-f"] = clearance * float(parent.half_life_h[0]) / math.log(2)
    if last and bool(np.allclose(np.diff(taken.time_h), 24.0)):
        for name, days in zip(FORMULAE, _steady_days(person), strict=True):
            numbers[name, "time-to-steady-state"] = days
    return numbers


def _steady_days(person: Parameters) -> tuple[float, float]:
    """Days of daily doses after which troughs are within 5% of what they become, of both analytes."""
    at = 24.0 * np.arange(1, _SLOWLY)
    found = concentrations(person, regular(1.0, every_h=24, days=_SLOWLY), at)
    days = [
        float(at[np.argmax(rows[0] >= _STEADY * rows[0, -1])]) / 24 for rows in (found.mitragynine, found.hydroxymitragynine)
    ]
    return days[0], days[1]


def differences(found: Sequence[Comparison]) -> Iterator[str]:
    """A sentence for each printed number that the model does not meet; those of one study, analyte and metric in one."""
    groups: dict[tuple[str, str, str, bool], list[Comparison]] = {}
    for one in found:
        if not one.agrees:
            groups.setdefault((one.study, one.analyte, one.metric, _repeated(one)), []).append(one)
    for (study, analyte, metric, repeated), group in groups.items():
        when = " after repeated doses" if repeated else ""
        opening = f"{words_of(study)} ({what(group[0].product)}), {analyte}, {_NAMES[metric]}{when}: printed"
        place = {one.outside for one in group}
        far = f", {_PLACES[place.pop()]}" if len(place) == 1 and place != {None} else ""
        ratios = sorted(one.ratio for one in group if one.ratio is not None)
        if len(group) == 1:
            unit = "" if group[0].unit == "ratio" else f" {group[0].unit}"
            yield f"{opening} {group[0].printed}, the model has {rounded(group[0].model)}{unit}{far}."
        elif ratios:
            yield f"{opening} numbers are {ratios[0]:.1f} to {ratios[-1]:.1f} times what the model has{far}."


_PLACES: Mapping[bool | None, str] = {
    True: "beyond where the model has 90% of people",
    False: "within where the model has 90% of people",
}


def what(product: str) -> str:
    """What was taken, without amount and description: ``tea``."""
    return re.split(r" from | with | in |,| \(", product, maxsplit=1)[0]


def _repeated(taken: Intake | Comparison) -> bool:
    return (taken.times or 1) > 1


def _occasion(intake: Intake) -> str:
    return "the repeated doses of the study" if _repeated(intake) else f"the {what(intake.product)} of the study"


# A finding: one number of the model beside what the study measured.


def concentration(evidence: Evidence, declared: ConcentrationFinding, as_of: date) -> Finding:
    """What the model gives for the intake of a study: the median person, where 90% are expected, and what was measured.

    Raises
    ------
    ValueError
        An intake or parameters that are not on record, a substance that the model does not have, doses without an interval, or
        a number that has no meaning after this intake.
    """
    study, intake = _intake(evidence, declared)
    held = evidence.parameters.get(declared.parameters)
    if held is None:
        raise ValueError(f"{declared.id}: {declared.parameters!r} is not on record; should be a file of parameters/")
    if declared.analyte not in FORMULAE:
        raise ValueError(f"{declared.id}: the model has no {declared.analyte}; should be {' or '.join(FORMULAE)}")
    dose = _highest(study, intake)
    taken = _schedule(intake, dose)
    if taken is None or (not isinstance(intake.dose_mg, Decimal) and declared.metric not in _FREE_OF_DOSE):
        raise ValueError(f"{declared.id}: {declared.intake} has no dose, or doses at no known interval; should have both")
    people = population(held)
    reference = study.id == reference_study(held)
    found = _drawn(people, float(dose), taken.time_h.size, float(intake.every_h or 0), reference=reference)
    number = _number(found, _held(found, declared.analyte), declared.metric)
    if number is None:
        raise ValueError(f"{declared.id}: {declared.metric} has no meaning after {declared.intake}; should be another number")
    seen = _observed(study, intake, declared.analyte, declared.metric)
    unit = _unit(declared.metric) if seen is None else unit_words(seen.unit)
    factor = 1.0 if seen is None else _factor(seen)
    median, low, high = factor * number.median, factor * number.low, factor * number.high
    compared = comparisons(evidence, held, (declared.analyte, declared.metric))
    like = [one for one in compared if one.study == study.id or _repeated(one) is _repeated(intake)]
    plain = tuple(_in_sight(held, study, like))
    said = two_digits(median) if unit == "ratio" else f"{two_digits(median)} {unit}"
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(evidence, declared, intake, seen, said),
        estimate=Estimate(
            measure=f"{_NAMES[declared.metric]}, median of modelled people",
            value=median,
            unit=unit,
            printed=said,
            interval=Interval(low=low, high=high, kind="prediction", level=found.level),
            parts=() if seen is None else (_part(study, seen),),
        ),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(
            (*(() if seen is None else seen.sources), *(source for item in held.parameters for source in item.sources))
        ),
        basis=Basis(
            kind="concentration",
            engine="pharmacokinetics",
            options=(
                ("intake", declared.intake),
                ("analyte", declared.analyte),
                ("metric", declared.metric),
                ("parameters", declared.parameters),
                ("levels", level_names(found)),
                ("level", found.level),
                ("people", found.people),
                ("seed", SEED),
            ),
            records=(
                *(f"{study.id}/{item.id}" for item in study.observations if item.intake == intake.id and _gives(item)),
                held.id,
            ),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(
            *declared.caveats,
            *plain,
            *differences([one for one in compared if one not in like]),
            *_caveats(held, study, intake, declared),
        ),
        in_sight=plain,
        panel=_panel(evidence, declared, study, intake, found),
    )


def level_names(found: engine.Exposure) -> tuple[Kind, ...]:
    """Which spreads are in an exposure, as a reader names them."""
    return tuple(name for name, level in LEVELS.items() if level in found.levels)


def _intake(evidence: Evidence, declared: ConcentrationFinding) -> tuple[Exposure, Intake]:
    name, _, ident = declared.intake.partition("/")
    study = evidence.exposures.get(name)
    intake = next((item for item in study.intakes if item.id == ident), None) if study is not None else None
    if study is None or intake is None:
        raise ValueError(f"{declared.id}: {declared.intake!r} is no intake on record; should be a study/intake of exposures/")
    return study, intake


@lru_cache(maxsize=8)
def _drawn(
    people: Population, dose_mg: float, times: int, every_h: float, *, reference: bool, bands: bool = True
) -> engine.Exposure:
    """People of the reference study, or of a new one, after an intake; findings about one intake share them."""
    single = times == 1
    taken = schedule([(0.0, dose_mg)]) if single else regular(dose_mg, every_h=every_h, days=times * every_h / 24)
    return exposure(
        taken,
        people,
        rng=np.random.default_rng(SEED),
        people=PEOPLE if bands else _FEWER,
        times_h=[0.0] if not bands else np.linspace(0.0, _SHOWN_H, 193) if single else None,
        levels=[level for level in engine.LEVELS if level != "content" and not (reference and level == "studies")],
        sampling=ASSUMED,
    )


def _held(found: engine.Exposure, analyte: str) -> AnalyteExposure:
    return found.hydroxymitragynine if analyte == "7-hydroxymitragynine" else found.mitragynine


def _number(found: engine.Exposure, held: AnalyteExposure, metric: str) -> Summary | None:
    repeated = held.trough_nm is not None
    numbers: Mapping[str, Summary | None] = {
        "cmax": held.cmax_nm,
        "tmax": held.tmax_h,
        "t-half": held.half_life_studied_h,
        "auc-inf": None if repeated else held.auc_inf_nm_h,
        "auc-tau": held.auc_last_day_nm_h if repeated else None,
        "trough": held.trough_nm,
        "accumulation": held.accumulation if repeated else None,
        "ratio": (found.ratio_last_day if repeated else found.ratio_first_day) if held is found.hydroxymitragynine else None,
    }
    return numbers[metric]


def _unit(metric: str) -> str:
    return {"tmax": "h", "t-half": "h", "auc-inf": "nM·h", "auc-tau": "nM·h", "accumulation": "ratio", "ratio": "ratio"}.get(
        metric, "nM"
    )


def _observed(study: Exposure, intake: Intake, analyte: str, metric: str) -> Observation | None:
    """What the study printed of a number, unless nobody saw it."""
    for item in study.observations:
        if (item.intake, item.analyte, item.metric) == (intake.id, analyte, metric) and _gives(item):
            return item
    return None


def _gives(seen: Observation) -> bool:
    """Whether an observation holds a number of the model's substances."""
    return seen.analyte in FORMULAE and (isinstance(seen.value, Decimal) or _range(seen) is not None)


def two_digits(value: float) -> str:
    """As many digits as people drawn at random can give: ``410``, ``77``, ``1.0``, ``0.21``."""
    if value <= 0:
        return rounded(value)
    digits = 1 - int(f"{value:.1e}".partition("e")[2])  # after rounding, which may carry
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def _sentence(evidence: Evidence, declared: ConcentrationFinding, intake: Intake, seen: Observation | None, said: str) -> str:
    name = label(evidence, declared.analyte)
    after = f"after {_occasion(intake)}"
    opening: Mapping[str, str] = {
        "cmax": f"The model gives a peak of {said} of {name} {after}",
        "tmax": f"The model has {name} peak {said} {'after a dose of the study' if _repeated(intake) else after}",
        "t-half": f"The model gives {name} a half-life of {said} {after}",
        "auc-inf": f"The model gives {name} an area (AUC) of {said} {after}",
        "auc-tau": f"The model gives {name} an area (AUC) of {said} a day {after}",
        "trough": f"The model gives a trough of {said} of {name} {after}",
        "accumulation": f"The model has {name} build up {said}-fold {after}",
        "ratio": f"The model gives a ratio of {said} of {name} to mitragynine {after}",
    }
    number = None if seen is None else printed(seen).removesuffix(f" {unit_words(seen.unit)}")
    ending = ", whose own number was not seen" if number is None else f", which measured {number}"
    return f"{opening[declared.metric]}{ending}."


def _part(study: Exposure, seen: Observation) -> Part:
    bounds = _range(seen)
    middle = float(seen.value) if isinstance(seen.value, Decimal) else math.sqrt(bounds[0] * bounds[1]) if bounds else math.nan
    held = bounds is not None and bounds[0] <= middle <= bounds[1]
    return Part(
        label=f"{words_of(study.id)}, {seen.statistic} {printed(seen)}",
        record=f"{study.id}/{seen.id}",
        value=middle,
        interval=Interval(low=bounds[0], high=bounds[1], kind="range", level=None) if bounds is not None and held else None,
    )


def _in_sight(held: ParameterSet, study: Exposure, compared: Sequence[Comparison]) -> Iterator[str]:
    """What a reader should see beside the sentence: whether the model rests on this study, and which print it does not meet."""
    refs = {source.ref for item in held.parameters for source in item.sources}
    if study.id == held.reference:
        yield "The typical values of the model are of this study, so that agreement with it is no independent test."
    elif refs & {source.ref for item in study.observations for source in item.sources}:
        yield "This study is among those by which the model says how far studies differ; it is no independent test."
    yield from differences(compared)


def _caveats(held: ParameterSet, study: Exposure, intake: Intake, declared: ConcentrationFinding) -> Iterator[str]:
    differ = "how people differ" if study.id == held.reference else "how people differ, how studies and their products differ,"
    yield f"Computed, not measured. In the 90% interval: {differ} and how well the values of the model are known."
    if declared.metric == "t-half":
        yield (
            "A half-life depends on when blood is drawn and on what the assay can tell; neither was seen, and both are assumed."
        )
    if declared.analyte != "mitragynine":
        yield "Of leaf alone: for products that hold 7-hydroxymitragynine as such there are no human data."
    if not isinstance(intake.dose_mg, Decimal):
        yield "The study prints one number for several doses; in the model no dose moves it."
    yield IN_PLASMA
    if held.note is not None:
        yield from (sentence for sentence in held.note.splitlines() if sentence)


def _panel(
    evidence: Evidence, declared: ConcentrationFinding, study: Exposure, intake: Intake, found: engine.Exposure
) -> Bands:
    order = sorted(FORMULAE, key=lambda name: name != declared.analyte)
    first = _held(found, order[0])
    peak = first.cmax_nm
    name = label(evidence, order[0])
    spoken = (
        ""
        if peak is None
        else (f" The peak of {name} is {two_digits(peak.median)} nM ({two_digits(peak.low)} to {two_digits(peak.high)} nM).")
    )
    observed = tuple(_points(study, intake, order[0]))
    shown = f" The open dot is what {words_of(study.id)} measured." if observed else ""
    return Bands(
        title=f"Mitragynine and 7-hydroxymitragynine in plasma after {_occasion(intake)}",
        said=f"The median of modelled people, and where 90% of them are expected.{spoken}{shown}",
        time_unit="hours after the first intake" if _repeated(intake) else "hours after the intake",
        unit="nM",
        bands=tuple(band(label(evidence, one), found.times_h, _held(found, one), level=found.level) for one in order),
        observed=observed,
        table=Table(
            columns=("Substance", "Number", "Model, median", "Model, 90% of people", "Study", "Printed", "Spread", "How known"),
            rows=tuple(_rows(evidence, study, intake, found)),
        ),
    )


def band(
    name: str, times_h: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]], held: AnalyteExposure, *, level: float
) -> Band:
    """One analyte over time, for a figure."""
    return Band(
        label=f"{name[:1].upper()}{name[1:]}",
        times=tuple(np.asarray(times_h, dtype=np.float64).tolist()),
        middle=tuple(held.median.tolist()),
        low=tuple(held.low.tolist()),
        high=tuple(held.high.tolist()),
        level=level,
    )


def _points(study: Exposure, intake: Intake, analyte: str) -> Iterator[tuple[float, float, str]]:
    """The printed peak at its printed time, in the last dose of several."""
    peak, time = (_observed(study, intake, analyte, metric) for metric in ("cmax", "tmax"))
    if peak is None or time is None or not isinstance(peak.value, Decimal) or not isinstance(time.value, Decimal):
        return
    last = ((intake.times or 1) - 1) * float(intake.every_h or 0)
    height = float(peak.value) / _factor(peak)
    yield last + float(time.value), height, f"{words_of(study.id)}: {printed(peak)} at {printed(time)}"


def _rows(evidence: Evidence, study: Exposure, intake: Intake, found: engine.Exposure) -> Iterator[tuple[str, ...]]:
    for seen in study.observations:
        if seen.intake != intake.id or seen.analyte not in FORMULAE or seen.metric not in _FOUND:
            continue
        number = _number(found, _held(found, seen.analyte), seen.metric)
        if number is None:
            continue
        factor, unit = _factor(seen), "" if seen.unit == "ratio" else f" {unit_words(seen.unit)}"
        yield (
            label(evidence, seen.analyte),
            _NAMES[seen.metric],
            f"{two_digits(factor * number.median)}{unit}",
            f"{two_digits(factor * number.low)} to {two_digits(factor * number.high)}{unit}",
            words_of(study.id),
            f"{seen.statistic} {printed(seen)}",
            spread_words(seen.spread) if isinstance(seen.value, Decimal) else "",
            KNOWN[seen.basis],
        )


_FOUND = frozenset({"cmax", "tmax", "t-half", "auc-inf", "auc-tau", "trough", "accumulation", "ratio"})
"""Numbers that a finding can be about."""
