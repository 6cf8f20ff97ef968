"""Estimates as statistics: the value, its intervals, counts, how far studies differ, and each part."""

from collections.abc import Iterator

from equipoise.findings.finding import Finding
from equipoise.outputs.fhir.codes import ESTIMATES, STATISTICS, TERMS, UCUM, UCUM_UNITS
from equipoise.outputs.fhir.elements import Resource, concept, present
from equipoise.values.estimate import Counts, Estimate, Heterogeneity, Interval, Part


def statistics(finding: Finding, estimate: Estimate) -> Iterator[Resource]:
    """The estimate, and then each of its parts."""
    studies = {name.partition("/")[0] for name in finding.basis.records} if finding.basis.kind == "pooled" else set()
    attributes = list(_intervals(estimate.interval, estimate.prediction))
    if estimate.heterogeneity is not None:
        attributes += _spread(estimate.heterogeneity)
    yield present(
        {"description": f"{estimate.measure}: {estimate.printed}"},
        statisticType=_statistic_type(estimate.measure.removeprefix("pooled ")),
        quantity=_quantity(estimate.value, _unit(estimate)),
        **_counted(estimate.counts, len(studies)),
        attributeEstimate=attributes,
    )
    measure, unit = _of_parts(estimate)
    for part in estimate.parts:
        yield _part(part, measure, unit)


def _of_parts(estimate: Estimate) -> tuple[str | None, str]:
    """What the parts of an estimate measure, where the estimate says it, and their unit."""
    if estimate.unit == "percentage points":
        return "proportion", "%"
    measure = estimate.measure.removeprefix("pooled ")
    return measure if measure != estimate.measure else None, _unit(estimate)


def _unit(estimate: Estimate) -> str:
    """The unit; a ratio has none, and ours is then called like the measure."""
    return "" if estimate.unit == estimate.measure.removeprefix("pooled ") else estimate.unit


def _part(part: Part, measure: str | None, unit: str) -> Resource:
    attributes = list(_intervals(part.interval, None))
    if part.weight is not None:
        attributes.append({"type": concept(ESTIMATES["weight"]), "quantity": _quantity(part.weight, "%")})
    return present(
        {"description": part.label},
        statisticType=None if measure is None else _statistic_type(measure),
        quantity=_quantity(part.value, unit),
        **_counted(part.counts, 0),
        attributeEstimate=attributes,
    )


def _statistic_type(measure: str) -> Resource:
    held = STATISTICS.get(measure)
    return {"text": measure} if held is None else concept((f"{TERMS}/statistic-type", *held), measure)


def _counted(counts: Counts | None, studies: int) -> Resource:
    size = {"numberOfStudies": studies} if studies else {}
    if counts is None:
        return {"sampleSize": size}
    return {"numberAffected": counts.events, "sampleSize": {**size, "knownDataCount": counts.total}}


def _intervals(interval: Interval | None, prediction: Interval | None) -> Iterator[Resource]:
    for held, kind in ((interval, None), (prediction, "prediction")):
        if held is not None:
            code = ESTIMATES.get(kind or held.kind.partition(" ")[0])
            yield present(
                {},
                type={"text": f"interval {held.kind}"} if code is None else concept(code, held.kind),
                level=held.level,
                range={"low": _quantity(held.low, ""), "high": _quantity(held.high, "")},
            )


def _spread(held: Heterogeneity) -> list[Resource]:
    chance = {"type": concept(ESTIMATES["p-value"]), "quantity": _quantity(held.q_p_value, "")}
    return [
        {"type": concept(ESTIMATES["q"]), "quantity": _quantity(held.q, ""), "attributeEstimate": [chance]},
        {"type": concept(ESTIMATES["tau2"]), "quantity": _quantity(held.tau2, "")},
        {"type": concept(ESTIMATES["i2"]), "quantity": _quantity(held.i2, "%")},
    ]


def _quantity(value: float, unit: str) -> Resource:
    """Twelve digits of the value: FHIR's decimals have at most 17 behind the point."""
    quantity: Resource = {"value": float(f"{value:.12g}")}
    if unit:
        quantity["unit"] = unit
    if unit in UCUM_UNITS:
        quantity |= {"system": UCUM, "code": unit}
    return quantity
