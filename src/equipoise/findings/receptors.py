"""How tightly substances bind, every measurement shown, and what of a receptor the free part in plasma would hold."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from equipoise import __version__
from equipoise.engines.pharmacokinetics import nanomolar
from equipoise.engines.receptors import SHARED, TAU_SCALE, Affinity, Ligand, Occupancy, log_se, occupied, readings
from equipoise.engines.receptors import occupancy as alone
from equipoise.engines.receptors.affinities import Op
from equipoise.findings.citing import cited, paper_name
from equipoise.findings.finding import SENTENCE, Basis, Finding, Level
from equipoise.records.assay import Measurement, Spread
from equipoise.records.evidence import Evidence
from equipoise.records.exposure import Exposure, Intake, Observation
from equipoise.records.parameter import Parameter
from equipoise.records.provenance import Locator
from equipoise.records.topic import AffinityFinding, OccupancyFinding
from equipoise.values.distributions import log_sd
from equipoise.values.estimate import Estimate, Interval, Part, rounded
from equipoise.values.missing import Missing
from equipoise.values.panels import Dot, DotPlot, DotRow, Table

DRAWS, SEED = 20_000, 20261122
"""Draws behind an occupancy, and the seed that makes them the same each time."""

_NM: Mapping[str, float] = {"nM": 1.0, "uM": 1000.0}

_OPS: Mapping[str, Op] = {"=": "=", "about": "=", ">": ">", "<": "<"}

_Z90 = 1.6448536269514722
"""The quantile of a normal distribution that 90% around its middle reach to."""

KNOWN: Mapping[str, str] = {
    "reported": "as printed by the source",
    "derived": "computed from print",
    "secondary": "read in another text",
    "conflicting": "print disagrees",
    "unseen": "not seen",
    "assumed": "assumed",
}
"""How a value is known, in a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One equilibrium constant, with its paper (and how that is ``called``) and its name ``assays/measurement``."""

    name: str
    paper: str
    called: str
    held: Measurement

    @property
    def nm(self) -> float | None:
        """The constant in nM; None where no number was seen."""
        return float(self.held.value) * _NM[self.held.unit] if isinstance(self.held.value, Decimal) else None

    @property
    def doubt(self) -> str | None:
        """Why it does not enter the pool that is shown; None where it does."""
        if self.nm is None:
            return "no number was seen"
        if self.held.basis == "conflicting":
            return "print disagrees"
        if self.held.pool == "no":
            return "shown, not pooled"
        return "the species is not reported" if isinstance(self.held.species, Missing) else None

    @property
    def log_se(self) -> float:
        """The standard error of its logarithm, NaN where nothing is printed that tells it."""
        spread = self.held.spread
        if spread is None or not isinstance(self.held.value, Decimal):
            return math.nan
        return log_se(
            float(self.held.value),
            kind=spread.kind,
            spread=None if spread.value is None else float(spread.value),
            low=None if spread.low is None else float(spread.low),
            high=None if spread.high is None else float(spread.high),
            n=self.held.n,
        )

    @property
    def printed(self) -> str:
        """The value as a reader of the paper sees it."""
        sign = {"=": "", "about": "about ", ">": "> ", "<": "< "}[self.held.op]
        return f"{sign}{self.held.value} {self.held.unit}" if isinstance(self.held.value, Decimal) else "not seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A ligand at a target: what was measured on human or on animal receptors, pooled as far as it can be.

    ``disputed``: the pool with each measurement in which print contradicts itself, by the name of that measurement.
    """

    ligand: str
    kind: str
    all: tuple[Measured, ...]
    pooled: Affinity | None
    disputed: Mapping[str, Affinity]


def constants(evidence: Evidence, target: str, ligand: str) -> tuple[Measured, ...]:
    """Every equilibrium constant (Ki) of a ligand at a target, in whatever species, pooled or not."""
    return tuple(
        Measured(name=f"{stem}/{item.id}", paper=assays.paper, called=paper_name(evidence, assays.paper), held=item)
        for stem, assays in evidence.assays.items()
        for item in assays.measurements
        if (item.target, item.ligand, item.measured) == (target, ligand, "Ki") and item.unit in _NM
    )


def bound(ligand: str, chosen: Sequence[Measured], *, kind: str) -> Bound:
    """The measurements of one ligand, pooled: once as the finding shows it, and once with each that is in dispute."""
    taken = [one for one in chosen if one.doubt is None]
    disputed = [one for one in chosen if one.held.basis == "conflicting" and one.nm is not None]
    known = [one for one in disputed if not isinstance(one.held.species, Missing)]
    both = _readings([*taken, *known], {one.name for one in known})
    return Bound(
        ligand=ligand,
        kind=kind,
        all=tuple(chosen),
        pooled=both.get("without"),
        disputed={name: held for name, held in both.items() if name != "without"},
    )


def _readings(taken: Sequence[Measured], doubted: set[str]) -> dict[str, Affinity]:
    return readings(
        [one.nm or math.nan for one in taken],
        reading=[one.name if one.name in doubted else "" for one in taken],
        log_se=[one.log_se for one in taken],
        paper=[one.paper for one in taken],
        species=[str(one.held.species) for one in taken],
        op=[_OPS[one.held.op] for one in taken],
    )


def _bounds(evidence: Evidence, declared: AffinityFinding, ligand: str) -> Iterator[Bound]:
    """What was measured of a ligand: on human receptors; if any species is asked for, on animals and unnamed ones as well."""
    found = constants(evidence, declared.target, ligand)
    human = [one for one in found if one.held.species == "human"]
    if human:
        yield bound(ligand, human, kind="human")
    if declared.species == "any":
        animal = [one for one in found if not isinstance(one.held.species, Missing) and one.held.species != "human"]
        unnamed = [one for one in found if isinstance(one.held.species, Missing)]
        if animal:
            yield bound(ligand, animal, kind="animal")
        if unnamed:
            yield bound(ligand, unnamed, kind="species not reported")


def affinity(evidence: Evidence, declared: AffinityFinding, as_of: date) -> Finding:
    """How tightly substances bind a target: all measurements shown, those that can be pooled, the first ligand in the sentence.

    Raises
    ------
    ValueError
        A ligand without a measurement, or a first ligand of which none can be pooled.
    """
    rows: list[Bound] = []
    for ligand in declared.ligands:
        own = list(_bounds(evidence, declared, ligand))
        if not own:
            whose = "human " if declared.species == "human" else ""
            raise ValueError(f"{declared.id}: there is no Ki of {ligand} at {whose}{declared.target}; should have one at least")
        rows += own
    first = next((row for row in rows if row.ligand == declared.ligands[0] and row.pooled is not None), None)
    if first is None or first.pooled is None:
        raise ValueError(f"{declared.id}: no Ki of {declared.ligands[0]} at {declared.target} can be pooled; should be one")
    every = [one for row in rows for one in row.all]
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(evidence, declared.target, first, first.pooled),
        estimate=_estimate(evidence, first, first.pooled, rows),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(source for one in every for source in one.held.sources),
        basis=Basis(
            kind="affinity",
            engine="receptors",
            options=(
                ("target", declared.target),
                ("ligands", declared.ligands),
                ("species", declared.species),
                ("tau_scale", TAU_SCALE),
                ("shared", SHARED),
            ),
            records=tuple(one.name for one in every),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *_caveats(evidence, declared, rows, first.pooled)),
        panel=_panel(evidence, declared.target, rows),
    )


def label(evidence: Evidence, analyte: str) -> str:
    """A substance as a sentence names it, without what its label adds in brackets."""
    return evidence.vocabulary.analytes[analyte].label.partition(" (")[0]


def _sentence(evidence: Evidence, target: str, row: Bound, held: Affinity) -> str:
    word = evidence.vocabulary.targets[target]
    protein = word.kind == "enzyme" or word.id == "p-gp"
    article = "" if protein else "the "
    whose = f"{article}human {word.label}" if row.kind == "human" else f"{article}{word.label} of animals"
    verb = "inhibits" if protein else "binds"
    opening = "In one assay" if held.k == 1 else "In a dish"
    pooled = "" if held.k == 1 else "pooled "
    return f"{opening}, {label(evidence, row.ligand)} {verb} {whose} with a {pooled}Ki of {rounded(held.constant)} nM."


def _estimate(evidence: Evidence, first: Bound, held: Affinity, rows: Sequence[Bound]) -> Estimate:
    """The first ligand's constant. Its parts are the ligands, or the measurements where there is one ligand alone."""
    if len(rows) > 1:
        parts = [
            Part(label=_row_label(evidence, row), record=row.ligand, value=row.pooled.constant, interval=_interval(row.pooled))
            for row in rows
            if row.pooled is not None
        ]
    else:
        parts = [Part(label=one.called, record=one.name, value=one.nm) for one in first.all if one.nm is not None]
    low, high = map(float, held.prediction_95)
    return Estimate(
        measure="Ki",
        value=held.constant,
        unit="nM",
        printed=f"{rounded(held.constant)} nM",
        interval=_interval(held),
        prediction=Interval(low=low, high=high, kind="prediction"),
        parts=tuple(parts),
    )


def _interval(held: Affinity) -> Interval:
    low, high = map(float, held.interval_95)
    return Interval(low=low, high=high, kind="credible")


def _caveats(evidence: Evidence, declared: AffinityFinding, rows: Sequence[Bound], held: Affinity) -> Iterator[str]:
    yield "Measured in a dish: it says how tightly a substance binds, not what it does in a person, nor what reaches the brain."
    low, high = held.prediction_95
    yield f"Assays differ: another one would be expected between {rounded(float(low))} and {rounded(float(high))} nM (95%)."
    if held.k == 1:
        yield "There is one measurement; how far another assay may lie is an assumption, not data."
    elif len(held.papers) == 1:
        yield "All that is pooled is from one paper; how far another laboratory may lie is an assumption, not data."
    every = [one for row in rows for one in row.all]
    second_hand = sum(one.held.basis == "secondary" for one in every)
    if second_hand:
        yield f"{second_hand} of {len(every)} measurements were read in another text and not in the paper itself."
    yield from _disputes(evidence, rows)
    if declared.species == "human":
        yield from _other_species(evidence, declared)


def _disputes(evidence: Evidence, rows: Sequence[Bound]) -> Iterator[str]:
    """What print contradicts, and what the pool would be with it."""
    for row in rows:
        name = _row_label(evidence, row)
        by_name = {one.name: one for one in row.all}
        papers: dict[str, list[str]] = {}
        for disputed, held in row.disputed.items():
            one = by_name[disputed]
            with_it = f"{rounded(held.constant)} nM with {one.printed}"
            papers.setdefault(one.called, []).append(one.printed if row.pooled is None else with_it)
        for paper, said in papers.items():
            if row.pooled is None:
                yield f"Print disagrees on {name} in {paper}, and there is no other one to pool: {', '.join(said)}."
            else:
                without = f"{rounded(row.pooled.constant)} nM without it"
                yield f"Print disagrees on {name} in {paper}: {without}, {', '.join(said)}."
        shown = [one for one in row.all if one.held.pool == "no" and one.held.basis != "conflicting" and one.nm is not None]
        if shown:
            yield f"Shown and not pooled, of {name}: {', '.join(f'{one.called}, {one.printed}' for one in shown)}."
        unseen = sum(one.nm is None for one in row.all)
        if unseen:
            yield f"Of {name}, {unseen} measured {'value was' if unseen == 1 else 'values were'} not seen."


def _other_species(evidence: Evidence, declared: AffinityFinding) -> Iterator[str]:
    found = [one for ligand in declared.ligands for one in constants(evidence, declared.target, ligand)]
    unnamed = sum(isinstance(one.held.species, Missing) for one in found)
    animal = sum(one.held.species != "human" for one in found) - unnamed
    left_out = [(animal, "on receptors of animals"), (unnamed, "of a species that is not reported")]
    said = [f"{count} {what}" for count, what in left_out if count]
    if said:
        yield f"Not shown here: {', '.join(said)}."


def _row_label(evidence: Evidence, row: Bound) -> str:
    name = label(evidence, row.ligand)
    return name if row.kind == "human" else f"{name}, {row.kind}"


def _panel(evidence: Evidence, target: str, rows: Sequence[Bound]) -> DotPlot:
    where = evidence.vocabulary.targets[target].label
    drawn = tuple(
        DotRow(
            label=_row_label(evidence, row),
            dots=tuple(
                Dot(
                    value=one.nm,
                    label=f"{one.called}: {one.printed}",
                    open=one.doubt is not None or _OPS[one.held.op] != "=",
                )
                for one in row.all
                if one.nm is not None
            ),
            **_middle(row.pooled),
        )
        for row in rows
        if any(one.nm is not None for one in row.all)
    )
    return DotPlot(
        title=f"Binding at the {where}",
        said="Ki of each assay; a smaller one is a tighter fit. Intervals are of 95%, and open dots are not pooled as values.",
        unit="nM",
        rows=drawn,
        table=Table(columns=_COLUMNS, rows=tuple(cells for row in rows for cells in _lines(evidence, row))),
        ends=("tighter", "weaker"),
    )


def _middle(held: Affinity | None) -> dict[str, float]:
    if held is None:
        return {}
    low, high = map(float, held.interval_95)
    new_low, new_high = map(float, held.prediction_95)
    return {"middle": held.constant, "low": low, "high": high, "new_low": new_low, "new_high": new_high}


_COLUMNS = ("Ligand", "Paper", "Species", "Assay", "Radioligand", "Ki as printed", "Spread", "How known", "Pooled", "Source")


def _lines(evidence: Evidence, row: Bound) -> Iterator[tuple[str, ...]]:
    """What was measured, and below it what was pooled of it, in the column of what was printed."""
    for one in row.all:
        yield _cells(evidence, one, row)
    if row.pooled is not None and row.pooled.k > 1:
        low, high = map(float, row.pooled.interval_95)
        value, spread = f"{rounded(row.pooled.constant)} nM", f"95% interval {rounded(low)} to {rounded(high)}"
        known = f"pooled here from {row.pooled.k} measurements"
        papers = "one paper" if len(row.pooled.papers) == 1 else f"{len(row.pooled.papers)} papers"
        yield label(evidence, row.ligand), papers, row.kind, "", "", value, spread, known, "", ""


def _cells(evidence: Evidence, one: Measured, row: Bound) -> tuple[str, ...]:
    held = one.held
    if row.pooled is not None:
        entered = "yes" if one.doubt is None else f"no: {one.doubt}"
    else:
        entered = f"no: {one.doubt or 'a bound alone'}"
    return (
        label(evidence, row.ligand),
        one.called,
        str(held.species),
        held.assay.replace("-", " "),
        str(held.probe),
        one.printed,
        spread_words(held.spread),
        KNOWN[held.basis],
        entered,
        "; ".join(f"{source.ref}, {source.at}" for source in held.sources),
    )


_SPREADS = {"confidence-95": "95% CI", "confidence-90": "90% CI", "range": "range", "log-sem": "log SEM"}


def spread_words(spread: Spread | None) -> str:
    """``SEM 2.1``; ``95% CI 451 to 1130``; ``±178 (kind not said)``."""
    if spread is None:
        return ""
    kind = spread.kind
    if kind == "not-said":
        return f"±{spread.value} (kind not said)"
    name = _SPREADS.get(kind, kind.upper())
    if spread.low is not None:
        return f"{name} {spread.low} to {spread.high}"
    return f"{name} {spread.value}"


# Occupancy: the free part in plasma at the peak of a study, and what of a receptor in a dish it would hold.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peak:
    """A ligand at the peak of a study: total concentration in nM over people (median, log-SD), free fraction, constant."""

    ligand: str
    observed: Observation
    median_nm: float
    log_sd: float
    unbound: Parameter
    bound: Bound
    pooled: Affinity


def occupancy(evidence: Evidence, declared: OccupancyFinding, as_of: date) -> Finding:
    """What of a target the ligands that are free in plasma at the peak of a study would hold together.

    Raises
    ------
    ValueError
        An intake, a highest concentration, an unbound fraction or a Ki that is not on record.
    """
    exposure, intake = _intake(evidence, declared)
    peaks = [_peak(evidence, declared, exposure, intake, ligand) for ligand in declared.ligands]
    rng = np.random.default_rng(SEED)
    held = occupied([_drawn(peak, rng) for peak in peaks], level=0.90)
    total = 100 * float(held.total)
    printed = f"{rounded(total, '%')}%"
    where = _many(evidence.vocabulary.targets[declared.target].label)
    names = _listed([label(evidence, ligand) for ligand in declared.ligands])
    what = re.split(r" from | with | in |,| \(", intake.product, maxsplit=1)[0]
    opening, ending = (
        f"At peak plasma levels after a study's {what}, free ",
        f" would hold about {printed} of {where} in a dish.",
    )
    short = len(opening) + len(names) + len(ending) <= SENTENCE
    sentence = f"{opening}{names if short else 'alkaloids'}{ending}"
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=sentence,
        estimate=Estimate(
            measure="occupancy where free in plasma",
            value=total,
            unit="%",
            printed=printed,
            interval=Interval(low=100 * float(held.total_low), high=100 * float(held.total_high), kind="credible", level=0.90),
            parts=tuple(
                Part(
                    label=label(evidence, peak.ligand),
                    record=peak.ligand,
                    value=100 * float(held.share[at]),
                    interval=Interval(
                        low=100 * float(held.low[at]), high=100 * float(held.high[at]), kind="credible", level=0.90
                    ),
                )
                for at, peak in enumerate(peaks)
            ),
        ),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(source for peak in peaks for source in _sources(peak)),
        basis=Basis(
            kind="occupancy",
            engine="receptors",
            options=(
                ("target", declared.target),
                ("ligands", declared.ligands),
                ("intake", declared.intake),
                ("site", held.site),
                ("level", held.level),
                ("draws", DRAWS),
                ("seed", SEED),
            ),
            records=tuple(_records(exposure, peaks)),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *_occupancy_caveats(evidence, intake, peaks)),
        panel=_occupancy_panel(evidence, where, peaks, held),
    )


def _intake(evidence: Evidence, declared: OccupancyFinding) -> tuple[Exposure, Intake]:
    study, _, name = declared.intake.partition("/")
    exposure = evidence.exposures.get(study)
    found = next((item for item in exposure.intakes if item.id == name), None) if exposure is not None else None
    if exposure is None or found is None:
        raise ValueError(f"{declared.id}: {declared.intake!r} is no intake on record; should be a study/intake of exposures/")
    return exposure, found


def _peak(evidence: Evidence, declared: OccupancyFinding, exposure: Exposure, intake: Intake, ligand: str) -> _Peak:
    """A ligand's part. One cup can stand as several intakes, one for each substance in it: of one product, taken alike."""
    schedule = (intake.product, intake.every_h, intake.times)
    same = {item.id for item in exposure.intakes if (item.product, item.every_h, item.times) == schedule}
    seen = [
        item
        for item in exposure.observations
        if (item.analyte, item.metric) == (ligand, "cmax") and item.intake in same and isinstance(item.value, Decimal)
    ]
    seen.sort(key=lambda item: item.intake != intake.id)
    if not seen:
        raise ValueError(
            f"{declared.id}: no highest concentration of {ligand} after {declared.intake}; should be one on record"
        )
    row = bound(
        ligand, [one for one in constants(evidence, declared.target, ligand) if one.held.species == "human"], kind="human"
    )
    if row.pooled is None:
        raise ValueError(f"{declared.id}: no Ki of {ligand} at human {declared.target} can be pooled; should be one")
    median, log_sd = _people(evidence, seen[0])
    return _Peak(
        ligand=ligand,
        observed=seen[0],
        median_nm=median,
        log_sd=log_sd,
        unbound=_unbound(evidence, declared, ligand),
        bound=row,
        pooled=row.pooled,
    )


def _unbound(evidence: Evidence, declared: OccupancyFinding, ligand: str) -> Parameter:
    found = [item for held in evidence.parameters.values() for item in held.parameters if item.id == f"fu-{ligand}"]
    if not found:
        raise ValueError(f"{declared.id}: no unbound fraction of {ligand}; should be a parameter fu-{ligand}")
    return found[0]


def _people(evidence: Evidence, seen: Observation) -> tuple[float, float]:
    """Median in nM and log-SD between people, from what is printed: a range of n people, or a mean with its spread."""
    value, spread = float(str(seen.value)), seen.spread
    factor = 1.0
    if seen.unit == "ng/mL":
        factor = float(nanomolar(1.0, evidence.vocabulary.analytes[seen.analyte].formula))
    elif seen.unit != "nM":
        raise ValueError(f"{seen.id}: a highest concentration is in {seen.unit}; should be in nM or ng/mL")
    if spread is None:
        return value * factor, 0.0
    if spread.low is not None and spread.high is not None:
        if seen.n is None or not spread.low > 0:
            people = "an unknown number of" if seen.n is None else seen.n
            raise ValueError(f"{seen.id}: a range from {spread.low} of {people} people; should begin above 0 and say how many")
        return value * factor, math.log(float(spread.high) / float(spread.low)) / normal_range(seen.n)
    width = log_sd(value, float(spread.value or 0))
    middle = value * math.exp(-(width**2) / 2) if seen.statistic == "mean" else value
    return middle * factor, width


def normal_range(n: int) -> float:
    r"""Expected range of n standard normal values, :math:`\int 1 - \Phi^n - (1 - \Phi)^n`; it turns a range into a deviation.

    Raises
    ------
    ValueError
        Fewer than two.
    """
    if n < 2:
        raise ValueError(f"a range of {n} has no width; should be of two or more")
    x = np.linspace(-9.0, 9.0, 3601)
    below = np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in x])
    return float(np.trapezoid(1 - below**n - (1 - below) ** n, x))


def _drawn(peak: _Peak, rng: np.random.Generator) -> Ligand:
    """Draws of a person's peak, the free fraction and the constant of a new assay, each on its own."""
    total = peak.median_nm * np.exp(peak.log_sd * rng.standard_normal(DRAWS))
    typical, spread = float(peak.unbound.value), _fraction_sd(peak.unbound)
    free = np.minimum(typical * np.exp(spread * rng.standard_normal(DRAWS)), 1.0)
    return Ligand(total_nm=total, unbound=free, constant_nm=np.exp(peak.pooled.log_new.draws(rng, DRAWS)))


def _fraction_sd(held: Parameter) -> float:
    """Its printed uncertainty; else its bounds, read as 90% of a lognormal distribution."""
    if held.uncertainty is not None:
        return float(held.uncertainty)
    if held.low is not None and held.high is not None:
        return math.log(float(held.high) / float(held.low)) / (2 * _Z90)
    return 0.0


def _sources(peak: _Peak) -> tuple[Locator, ...]:
    return (
        *peak.observed.sources,
        *peak.unbound.sources,
        *(source for one in peak.bound.all for source in one.held.sources if one.doubt is None),
    )


def _records(exposure: Exposure, peaks: Sequence[_Peak]) -> Iterator[str]:
    for peak in peaks:
        yield f"{exposure.id}/{peak.observed.id}"
        yield peak.unbound.id
        yield from (one.name for one in peak.bound.all if one.doubt is None)


def _many(name: str) -> str:
    """``mu-opioid receptors``."""
    whole = name.partition(" (")[0]
    return f"{whole}s" if whole.endswith(("receptor", "adrenoceptor", "transporter", "channel")) else whole


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _occupancy_caveats(evidence: Evidence, intake: Intake, peaks: Sequence[_Peak]) -> Iterator[str]:
    yield "Computed, not measured: free concentration in plasma over the Ki of receptors in a dish."
    yield "What reaches the brain is unknown, and holding a receptor is not yet an effect."
    people = {peak.observed.n for peak in peaks if peak.observed.n is not None}
    count = f"{min(people)} people, " if people else ""
    yield f"Highest concentrations of {count}after {intake.product}; another product or person may lie far off."
    if len(peaks) > 1:
        yield "The peaks of the substances are taken as one moment, and as independent of each other between people."
    for peak in peaks:
        name = label(evidence, peak.ligand)
        note = "" if peak.unbound.note is None else f" {peak.unbound.note}"
        yield f"Free fraction of {name}: {_fraction(peak.unbound)}; {KNOWN[peak.unbound.basis]}.{note}"
        if peak.log_sd == 0:
            yield f"How far people differ in {name} was not seen; they are taken as alike."
    if len(peaks) > 1:
        yield "Each free fraction is known in its own way, and so which substance holds more is less sure than the shares look."
    yield from _disputes(evidence, [peak.bound for peak in peaks])


def _occupancy_panel(evidence: Evidence, where: str, peaks: Sequence[_Peak], held: Occupancy) -> DotPlot:
    rows = [
        _occupied(label(evidence, peak.ligand), held.share[at], held.low[at], held.high[at], dots=tuple(_shares(peak)))
        for at, peak in enumerate(peaks)
    ]
    if len(peaks) > 1:
        rows.append(_occupied("together", float(held.total), float(held.total_low), float(held.total_high)))
    return DotPlot(
        title=f"Share of {where} that would be held",
        said=(
            "At the concentration that is free in plasma; in the brain it is unknown. Intervals are of 90%. "
            "Each dot takes one measured Ki alone."
        ),
        unit="% of receptors",
        rows=tuple(rows),
        table=Table(
            columns=("Ligand", "Peak in plasma", "Spread", "Free fraction", "Ki", "Share held", "How known"),
            rows=(
                *(_share_cells(evidence, peak, row) for peak, row in zip(peaks, rows, strict=False)),
                *((row.label, "", "", "", "", _between(row), "") for row in rows[len(peaks) :]),
            ),
        ),
        log=False,
        ends=("none", "more"),
    )


def _share_cells(evidence: Evidence, peak: _Peak, row: DotRow) -> tuple[str, ...]:
    return (
        label(evidence, peak.ligand),
        f"{peak.observed.statistic} {peak.observed.value} {peak.observed.unit}",
        spread_words(peak.observed.spread),
        _fraction(peak.unbound),
        f"{rounded(peak.pooled.constant)} nM",
        _between(row),
        f"peak: {KNOWN[peak.observed.basis]}; free fraction: {KNOWN[peak.unbound.basis]}",
    )


def _between(row: DotRow) -> str:
    return f"{_percent(row.middle)} ({_percent(row.low)} to {_percent(row.high)})"


def _fraction(held: Parameter) -> str:
    """An unbound fraction, and the bounds between which nine of ten draws of it lie."""
    spread = _fraction_sd(held)
    if spread == 0:
        return str(held.value)
    low, high = (min(float(held.value) * math.exp(side * _Z90 * spread), 1.0) for side in (-1, 1))
    return f"{held.value}, taken as {rounded(low)} to {rounded(high)}"


def _occupied(name: str, share: float, low: float, high: float, *, dots: tuple[Dot, ...] = ()) -> DotRow:
    return DotRow(label=name, dots=dots, middle=100 * float(share), low=100 * float(low), high=100 * float(high))


def _shares(peak: _Peak) -> Iterator[Dot]:
    """What each measured constant alone would give at the middle concentration, with no other ligand there."""
    free = peak.median_nm * float(peak.unbound.value)
    for one in peak.bound.all:
        if one.nm is not None:
            share = 100 * float(alone([free], [one.nm])[0])
            said = f"with the Ki of {one.called}, {one.printed}: {_percent(share)}"
            yield Dot(value=share, label=said, open=one.doubt is not None or _OPS[one.held.op] != "=")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{rounded(value, '%')}%"
