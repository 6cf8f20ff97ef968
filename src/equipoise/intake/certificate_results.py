"""Lines of a certificate: what each says of an analyte, and where lines contradict each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from equipoise.intake.certificate_cells import LONGEST, CellError, Reading, agree, bound, decimal, most_of, reading, rounding
from equipoise.intake.certificate_files import Row
from equipoise.intake.certificate_words import (
    MICROBES,
    MOISTURE,
    NOT_RECOGNISED,
    SAMPLE,
    Basis,
    Form,
    Outcome,
    naming,
    weighed,
)
from equipoise.intake.table import SHOWN
from equipoise.values.amounts import SHARES, Bounds, Unit, unit_of
from equipoise.values.analytes import ALKALOIDS, TOTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of a certificate.

    ``analyte`` is a word of the vocabulary, ``moisture`` or ``not-recognised``; ``printed`` is its name as the laboratory wrote
    it, ``form`` the part of the element that was measured. ``value``: the number of ``measured``, the bound of ``below`` and
    ``above`` where it is printed. ``uncertainty``: what stands behind ``±``. ``loq`` and ``lod`` are in the same ``unit``.
    ``basis``: by which weight the amount is said to be. ``sample_g``: the grams in which a microbe was looked for. ``place``:
    where the line stands.
    """

    analyte: str
    printed: str
    outcome: Outcome
    value: Decimal | None
    unit: Unit
    loq: Decimal | None = None
    lod: Decimal | None = None
    uncertainty: Decimal | None = None
    form: Form | None = None
    basis: Basis = "not-said"
    sample_g: Decimal | None = None
    method: str = ""
    limit: str = ""
    status: str = ""
    place: str = ""

    @property
    def low(self) -> Decimal:
        """The least that it can be."""
        if self.value is None or self.outcome not in {"measured", "above"}:
            return Decimal(0)
        return self.value if self.uncertainty is None else max(self.value - self.uncertainty, Decimal(0))

    @property
    def high(self) -> Decimal | None:
        """The most that it can be; None where nothing printed bounds it. A value below a limit is no zero."""
        if self.outcome == "measured":
            if self.value is None or self.uncertainty is None:
                return self.value
            most = most_of(self.unit)
            high = self.value + self.uncertainty
            return high if most is None else min(high, most)
        if self.outcome == "not-detected":
            return self.lod if self.lod is not None else self.loq
        if self.outcome == "below":
            return self.value if self.value is not None else self.loq
        return None

    @property
    def censored(self) -> bool:
        """Whether it is a bound and not a number."""
        return self.outcome in {"below", "not-detected", "absent"}


def result(row: Row) -> Result:
    """What a row says.

    Raises
    ------
    CellError
        A cell that cannot be read or cannot be, or cells that contradict each other.
    """
    printed = row.cells.get("analyte", "")
    if not printed:
        raise CellError("analyte", "is empty; should name what was measured")
    if any(len(cell) > LONGEST for cell in [*row.cells.values(), *(cell for _, cell, _ in row.results)]):
        raise CellError("line", f"has a cell of more than {LONGEST} letters; should be a name or a number")
    name = naming(printed)
    if name.two is not None:
        raise CellError("analyte", f"names {name.two[0]} and, in brackets, {name.two[1]}; should name one of them")
    analyte = name.analyte
    in_name = SAMPLE.search(printed) if analyte in MICROBES else None
    beside = row.cells.get("unit", "")
    readings = [
        (reading(head, cell, unit or beside or name.unit, microbe=analyte in MICROBES), _basis(name.basis, head, beside, cell))
        for head, cell, unit in row.results
    ]
    said = [one for one in readings if one[0].outcome != "no-result"] or readings[:1]
    first, basis = said[0]
    if name.unit and first.unit not in {unit_of(name.unit), "not-said"}:
        raise CellError("unit", f"is {first.unit} beside a name with {name.unit}; both should be the same")
    for other, by in said[1:]:
        if by == basis and not agree(first, other):
            raise CellError(other.column, f"contradicts the column {first.column!r}; both should say the same amount")
    bounds = {name: bound(name, row.cells.get(name, ""), first.unit) for name in ("loq", "lod")}
    if bounds["loq"] is not None and bounds["lod"] is not None and bounds["lod"] > bounds["loq"]:
        raise CellError("lod", f"is {bounds['lod']}, above the LOQ of {bounds['loq']}; should be at most that")
    outcome, value = _against(first, bounds["loq"])
    return Result(
        form=name.form,
        basis=basis,
        uncertainty=first.uncertainty if outcome == "measured" else None,
        analyte=analyte,
        printed=printed,
        outcome=outcome,
        value=value,
        unit=first.unit,
        loq=bounds["loq"],
        lod=bounds["lod"],
        sample_g=first.sample_g
        if first.sample_g is not None or in_name is None or outcome not in {"absent", "detected"}
        else decimal(in_name[1], whole=False, column="analyte"),
        method=row.cells.get("method", ""),
        limit=row.cells.get("limit", ""),
        status=row.cells.get("status", ""),
        place=row.place,
    )


def _basis(first: Basis, *texts: str) -> Basis:
    """By which weight an amount is, where its name, its column, its unit or its cell says so."""
    return next((basis for basis in (first, *(weighed(text)[1] for text in texts)) if basis != "not-said"), "not-said")


def _against(found: Reading, loq: Decimal | None) -> tuple[Outcome, Decimal | None]:
    """A number below its own limit of quantitation, and a zero, are no measurements."""
    if found.outcome == "measured" and found.value is not None:
        if loq is not None and found.value < loq:
            return "below", loq
        if found.value == 0 and found.uncertainty is None:
            return "not-detected", None
    return found.outcome, found.value


_MOST_LINES = 20
"""Of one analyte, which a certificate prints in a few units at most."""


def contradictions(results: Sequence[Result]) -> list[str]:
    """Lines of one analyte that cannot both be: two amounts in units of one kind, or found and absent; or too many."""
    alike: dict[tuple[str, str | None, str], list[Result]] = {}
    faults = []
    for one in results:
        if one.analyte in {NOT_RECOGNISED, MOISTURE}:
            continue
        others = alike.setdefault((one.analyte, one.form, one.basis), [])
        if len(others) == _MOST_LINES:
            faults.append(
                f"{one.place}: {one.printed[:SHOWN]}: is line {len(others) + 1} of one analyte; should have one amount"
            )
        elif len(others) < _MOST_LINES:
            faults += [
                f"{one.place}: {one.printed[:SHOWN]}: contradicts {other.place}; one analyte should have one amount"
                for other in others
                if _contradict(one, other)
            ]
        others.append(one)
    return faults


def _contradict(one: Result, other: Result) -> bool:
    if {one.outcome, other.outcome} == {"absent", "detected"}:
        return one.sample_g == other.sample_g
    if one.unit not in SHARES or other.unit not in SHARES:
        same = one.unit == other.unit and {one.outcome, other.outcome} == {"measured"}
        return same and one.value != other.value
    if {one.outcome, other.outcome} == {"measured"}:
        return not agree(*(_reading(line) for line in (one, other)))
    return _share(one).apart(_share(other))


def _reading(one: Result) -> Reading:
    return Reading(column="", outcome=one.outcome, unit=one.unit, value=one.value, uncertainty=one.uncertainty)


def _share(one: Result) -> Bounds:
    """Grams in a gram."""
    return Bounds(Fraction(one.low), None if one.high is None else Fraction(one.high)) * SHARES[one.unit]


def too_much(results: Iterable[Result], serving_g: Decimal | None, file: str) -> list[str]:
    """More alkaloids than there is product."""
    kept = [one for one in results if one.analyte in ALKALOIDS and one.outcome == "measured" and one.value is not None]
    unique = {(one.analyte, one.unit): one for one in kept}
    whole = sum((_share(one).low for one in _first_share(unique)), Fraction(0))
    faults = [f"{file}: the alkaloids sum to {float(whole * 1000):g} mg in a gram; should be at most 1000"] if whole > 1 else []
    if serving_g is not None:
        faults += [
            f"{one.place}: has {one.value} mg in a serving of {serving_g} g; should be at most its weight"
            for one in kept
            if one.unit == "mg/serving" and one.low > serving_g * 1000
        ]
    return faults


def _first_share(unique: Mapping[tuple[str, Unit], Result]) -> Iterator[Result]:
    seen = set()
    for (analyte, unit), one in unique.items():
        if unit in SHARES and analyte not in seen:
            seen.add(analyte)
            yield one


def notes(results: Sequence[Result], passed_over: Sequence[str], file: str) -> Iterator[str]:
    """What a reader of the certificate should know of it: sentences without a word of the file's own."""
    whole = [one for one in results if one.analyte == TOTAL and one.unit in SHARES and one.outcome == "measured"]
    parts = {(one.analyte, one.basis): _open(one).low for one in results if one.analyte in ALKALOIDS and one.unit in SHARES}
    least = [sum((low for (_, basis), low in parts.items() if basis == one.basis), Fraction(0)) for one in whole]
    if any((_open(one).high or Fraction(0)) < low for one, low in zip(whole, least, strict=True)):
        yield "The total of alkaloids is below the sum of its parts, by more than rounding and uncertainty can make it."
    if passed_over:
        places = [place.removeprefix(file).lstrip(": ") for place in passed_over]
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        yield f"Passed over as headings, footers or labels: {', '.join(map(_line, places[:_MOST_PLACES]))}{more}."


_MOST_PLACES = 8


def _line(place: str) -> str:
    return f"line {place}" if place.isdigit() else place


def _open(one: Result) -> Bounds:
    """Grams in a gram, as far as the last digit leaves them open."""
    half = Fraction(0) if one.value is None else Fraction(rounding(one.value))
    low, high = max(Fraction(one.low) - half, Fraction(0)), None if one.high is None else Fraction(one.high) + half
    return Bounds(low, high) * SHARES[one.unit]
