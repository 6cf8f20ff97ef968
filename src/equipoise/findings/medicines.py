"""Medicines: what somebody typed as ingredients of the register, and what a study's tea would do to the level of each.

Two models give the level: the static one of regulators, which takes the largest concentrations to last, and the dynamic one,
which follows them. Where a trial measured it, the trial stands beside them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equipoise import __version__
from equipoise.engines import pharmacokinetics as blood
from equipoise.engines.interactions import (
    CYP3A,
    Agreement,
    Kinetics,
    Spread,
    Victim,
    agreement,
    course,
    fractions,
    grid,
    inlet,
    log_sd,
    middles,
    positives,
    spread,
    static,
    turnover,
    wall,
    within_one,
)
from equipoise.findings.citing import cited, words_of
from equipoise.findings.finding import Basis, Finding, Level
from equipoise.findings.pharmacokinetics import population, what
from equipoise.intake.medicine_names import Option, Recognition, Register, UniiNames, recognise, register
from equipoise.records.assay import Measurement
from equipoise.records.evidence import Evidence
from equipoise.records.exposure import Intake
from equipoise.records.interaction import Piece, Ratio
from equipoise.records.medicine import Medicine, Pathway
from equipoise.records.parameter import Parameter
from equipoise.records.provenance import Locator
from equipoise.records.topic import MedicineExposureFinding
from equipoise.values.estimate import Estimate, Interval, Part
from equipoise.values.panels import Dot, DotPlot, DotRow, Table

Floats = NDArray[np.float64]
Metric = Literal["auc", "cmax", "t-half"]
Firmness = Literal["measured", "second-hand", "assumed"]
"""How well a fraction is known, the best first."""

TOPIC = (
    "kratom",
    "ketum",
    "Mitragyna speciosa",
    "mitragynine",
    "7-OH",
    "7OH",
    "7-hydroxy",
    "7-hydroxymitragynine",
    "pseudoindoxyl",
    "mitragynine pseudoindoxyl",
    "MGM-15",
    "MGM-16",
)
"""Names of kratom and of what is sold of it: typed beside medicines, they are no medicine."""

INTAKE, LEAF = "tanna-2022/tea-mitragynine", "mitragynine-leaf"
"""The study's cup of tea and the model of leaf that predictions are made with, unless a finding names others."""

DRAWS, SEED = 1000, 20261122
ASSUMED_LOG_SD = 0.3
"""The spread of the logarithm of a constant whose source prints none."""
_Z90 = 1.6448536269514722
"""The quantile of a normal distribution that 90% around its middle reach to."""

MINOR = Decimal("0.25")
"""An enzyme that clears less than this share of a medicine is a minor way for it."""
UNKNOWN_GUT = (0.5, 0.75, 1.0)
"""Where the share that escapes the gut wall is taken to lie when CYP3A clears a medicine and nobody saw it: as of most on
record."""

_UNKNOWN_RATE, _UNKNOWN_HALF_LIFE = (1.5, 0.6), (6.0, 0.8)
"""Absorption (1/h) and half-life (h) of a medicine that has none on record, with wide log-SDs: they matter little."""
_UNKNOWN_EXTRACTION = (0.05, 0.3, 0.7)
_EDGE = 0.001
"""No draw has a gut wall that lets nothing through, or a liver that takes out everything: the models divide by what is left."""

_TARGETS: Mapping[str, str] = {CYP3A: "cyp3a", "CYP2D6": "cyp2d6", "CYP2C9": "cyp2c9", "CYP2C19": "cyp2c19"}
"""Enzymes that the models follow, and their names among the targets."""
_UM: Mapping[str, float] = {"nM": 0.001, "uM": 1.0}
_TISSUES = frozenset({"microsomes", "hepatocytes", "other"})
"""Assays whose constants enter a model; those with recombinant enzymes are left out."""

_UNTIL_H = 48.0

METRICS: Mapping[str, str] = {"auc": "exposure", "cmax": "peak", "t-half": "half-life"}
DAILY = (
    "Mitragynine destroys CYP3A, and the body makes it again only with time: in the same model, cups on several days raise the "
    "level more than one cup does. Nobody has measured that, and extracts also made cells build more of the enzyme."
)
KNOWN_HOW: Mapping[str, str] = {
    "clinical-trial": "from a trial with an inhibitor or inducer",
    "genotype-study": "from people who lack the enzyme",
    "label": "from a label",
    "in-vitro": "from a dish",
    "review": "from a review",
    "assumed": "assumed",
}
_FIRM: Mapping[str, Firmness] = {
    "clinical-trial": "measured",
    "genotype-study": "measured",
    "label": "measured",
    "in-vitro": "second-hand",
    "review": "second-hand",
    "assumed": "assumed",
}


# Names.


def known(evidence: Evidence) -> Register:
    """The register of names: medicines with their names and brands, brands of several ingredients, families, and kratom itself.

    Raises
    ------
    ValueError
        A name that stands for two things.
    """
    names: dict[str, tuple[str, ...]] = {}
    families: dict[str, dict[str, tuple[str, ...]]] = {}
    for medicine in evidence.medicines.values():
        for name in (medicine.name, *medicine.names, *medicine.brands):
            names[name] = (medicine.id,)
    for brand in evidence.vocabulary.brands.values():
        held = tuple(brand.ingredients.split())
        if brand.kind == "combination":
            names[brand.brand] = held
        else:
            families[brand.brand] = {evidence.medicines[ident].name: (ident,) for ident in held if ident in evidence.medicines}
    codes = {medicine.unii: medicine.id for medicine in evidence.medicines.values() if isinstance(medicine.unii, str)}
    return register(names, families=families, topic=TOPIC, unii=codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What became of a name, with a sentence on it; ``medicines`` are ids that are taken as meant, ``others`` not checked."""

    typed: str
    kind: str
    medicines: tuple[str, ...]
    others: tuple[str, ...]
    suggestions: tuple[str, ...]
    sentence: str


def named(evidence: Evidence, typed: str, register_of_names: Register, unii: UniiNames | None = None) -> Typed:
    """What a typed name is. Nothing that is only similar is taken; what cannot be checked is named as such."""
    found = recognise(typed, register_of_names, unii)
    suggestions = tuple(_suggested(evidence, option) for option in found.options)
    return Typed(
        typed=typed,
        kind=found.kind,
        medicines=found.medicines,
        others=tuple(map(_small, found.others)),
        suggestions=suggestions,
        sentence=_told(evidence, found, suggestions),
    )


def _suggested(evidence: Evidence, option: Option) -> str:
    held = " and ".join([*(evidence.medicines[ident].name for ident in option.medicines), *map(_small, option.others)])
    return option.label if not held or held.casefold() == option.label.casefold() else f"{option.label} ({held})"


def _told(evidence: Evidence, found: Recognition, suggestions: Sequence[str]) -> str:
    besides = f" Not checked in it: {', '.join(map(_small, found.others))}." if found.others and found.medicines else ""
    topic = " Kratom is named too: all here is about it." if found.topic and found.kind != "topic" else ""
    listed = " or ".join(f"“{name}”" for name in suggestions)
    match found.kind:
        case "medicine":
            said = f"Read as {' and '.join(evidence.medicines[ident].name for ident in found.medicines)}."
        case "topic":
            said = "This is kratom itself, or something sold of it: all here is about it. It is checked against no medicine."
        case "which":
            said = f"Sold with different ingredients, so nothing was checked. Which are on the box: {', '.join(suggestions)}?"
        case "unregistered":
            said = (
                f"A known name ({', '.join(map(_small, found.others))}), and no data on it with kratom here: not even the "
                "rules for its kind were tried. Nothing on record is not the same as nothing to fear."
            )
        case "did-you-mean":
            said = f"Not checked: not sure what is meant. Did you mean {listed}?"
        case _:
            said = "Not recognised, so not checked. What is looked for is the name on the box, not a kind of medicine."
    return f"{said}{besides}{topic}"


def _small(written: str) -> str:
    return written.lower() if written.isupper() else written


# What kratom does to the enzymes, as after the tea of a study.


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that a model takes, the spread of its logarithm, and where it is from; ``strongest`` of what print says else."""

    value: float
    log_sd: float
    name: str
    sources: tuple[Locator, ...]
    strongest: float | None = None
    half: bool = False
    spread_seen: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Kratom:
    """What the tea of a study does: draws of its concentrations in gut and liver over time, and of what they do to enzymes.

    ``strongest``: the same, with the strongest inhibition that print gives where it contradicts itself.
    """

    intake: Intake
    times_h: Floats
    gut_um: Floats
    liver_um: Floats
    gut_peak_um: Floats
    liver_peak_um: Floats
    gut: Kinetics
    liver: Mapping[str, Kinetics]
    strongest: Mapping[str, Kinetics]
    strongest_gut: Kinetics
    gut_bound: float
    constants: tuple[tuple[str, Constant], ...]
    parameters: tuple[Parameter, ...]

    @property
    def words(self) -> str:
        """The intake in words: ``tea from 2 g leaf powder (K51)``."""
        return self.intake.product

    @cached_property
    def sources(self) -> tuple[Locator, ...]:
        """Where its constants and parameters are from, each once."""
        held = [*(one.sources for _, one in self.constants), *(one.sources for one in self.parameters)]
        return tuple(dict.fromkeys(source for sources in held for source in sources))


def parameter(evidence: Evidence, name: str) -> Parameter | None:
    """The parameter of this id, in whatever set."""
    return next((item for held in evidence.parameters.values() for item in held.parameters if item.id == name), None)


@lru_cache(maxsize=2)  # findings about other medicines ask again
def kratom(evidence: Evidence, *, intake: str = INTAKE, leaf: str = LEAF) -> Kratom:
    """What the tea of a study does to enzymes, as draws of people and of how well the constants are known.

    Raises
    ------
    ValueError
        An intake, a parameter or a constant that is not on record.
    """
    cup = _cup(evidence, intake)
    rng = np.random.default_rng(SEED)
    held: list[Parameter] = []

    def typical(name: str) -> Parameter:
        found = parameter(evidence, name)
        if found is None:
            raise ValueError(f"there is no parameter {name!r}; should be one of parameters/")
        held.append(found)
        return found

    people = evidence.parameters.get(leaf)
    if people is None:
        raise ValueError(f"there are no parameters {leaf!r}; should be a file of parameters/")
    drawn = blood.draw(population(people), people=DRAWS, rng=rng, levels=("people", "uncertainty")).parameters
    times = grid(_UNTIL_H, breaks_h=[4.0, 12.0])
    taken = blood.schedule([(0.0, float(str(cup.dose_mg)))])
    plasma = blood.concentrations(drawn, taken, middles(times)).mitragynine / 1000
    unbound = np.minimum(_drawn(rng, typical("fu-mitragynine")), 1.0)
    absorbed, gut_unbound = float(typical("fa-mitragynine").value), typical("fu-gut-mitragynine")
    flows = {
        "gut_flow_l_h": float(typical("qen").value),
        "liver_flow_l_h": float(typical("qh").value) * 60,
        "blood_plasma": float(typical("rb-mitragynine").value),
    }
    dose = float(taken.mg[0]) * 1000 / blood.molar_mass(evidence.vocabulary.analytes["mitragynine"].formula)
    there = course(
        dose,
        0.0,
        middles(times),
        systemic_um=plasma,
        unbound=unbound,
        absorption_per_h=drawn.ka,
        absorbed=absorbed,
        gut_unbound=float(gut_unbound.value),
        **flows,
    )
    largest = wall(dose, absorption_per_h=drawn.ka, absorbed=absorbed, flow_l_h=flows["gut_flow_l_h"])
    entering = inlet(
        plasma.max(axis=1),
        dose,
        unbound=unbound,
        absorption_per_h=drawn.ka,
        absorbed=absorbed,
        flow_l_h=flows["liver_flow_l_h"],
        blood_plasma=flows["blood_plasma"],
    )
    constants = dict(_constants(evidence))
    gut, liver = _enzymes(rng, constants, typical)
    strong = {name: _stronger(one, constants.get(name)) for name, one in liver.items()}
    return Kratom(
        intake=cup,
        times_h=times,
        gut_um=there.gut_um,
        liver_um=there.liver_um,
        gut_peak_um=float(gut_unbound.value) * largest,
        liver_peak_um=entering,
        gut=gut,
        liver=liver,
        strongest=strong,
        strongest_gut=_stronger(gut, constants.get(CYP3A)),
        gut_bound=float(gut_unbound.low or gut_unbound.value) / float(gut_unbound.value),
        constants=tuple(constants.items()),
        parameters=(*people.parameters, *held),
    )


def _cup(evidence: Evidence, name: str) -> Intake:
    study, _, ident = name.partition("/")
    exposure = evidence.exposures.get(study)
    found = next((item for item in exposure.intakes if item.id == ident), None) if exposure is not None else None
    if found is None or not isinstance(found.dose_mg, Decimal) or found.analyte != "mitragynine":
        raise ValueError(f"{name!r} is no known amount of mitragynine; should be a study/intake of exposures/")
    return found


def _drawn(rng: np.random.Generator, held: Parameter) -> Floats:
    """Draws of a quantity above zero: by its printed uncertainty, or by its bounds read as 90%."""
    return positives(rng, value=float(held.value), log_sd=_log_sd(held), size=DRAWS)


def _log_sd(held: Parameter) -> float:
    for printed in (held.uncertainty, held.between_studies, held.between_people):
        if printed is not None:
            return float(printed)
    if held.low is not None and held.high is not None and held.low > 0:
        return math.log(float(held.high) / float(held.low)) / (2 * _Z90)
    return ASSUMED_LOG_SD


def _constants(evidence: Evidence) -> Iterator[tuple[str, Constant]]:
    """Reversible inhibition by enzyme, and inactivation of CYP3A in gut and liver."""
    for enzyme, target in _TARGETS.items():
        found = _reversible(evidence, target)
        if found is not None:
            yield enzyme, found
    for place, tissue in (("gut", "intestinal"), ("liver", "liver")):
        for measured in ("KI", "kinact"):
            yield f"{measured} {place}", _inactivation(evidence, measured, tissue)


def _measured(evidence: Evidence, target: str) -> Iterator[tuple[str, Measurement, bool]]:
    """Measurements of mitragynine at a human enzyme that may enter a model, and whether the paper itself was seen to say so."""
    for stem, assays in evidence.assays.items():
        for item in assays.measurements:
            if (item.ligand, item.target, item.species) == ("mitragynine", target, "human") and item.assay in _TISSUES:
                yield f"{stem}/{item.id}", item, any(source.ref == assays.paper for source in item.sources)


def _reversible(evidence: Evidence, target: str) -> Constant | None:
    """The Ki that a model takes: as the paper itself has it before what another text says of it, a Ki before half of an IC50.

    Half of an IC50 is the Ki of a competitive inhibitor at a substrate concentration equal to its Km.
    """
    found: list[tuple[bool, bool, float, str, Measurement]] = []
    for name, item, own in _measured(evidence, target):
        usable = item.measured in ("Ki", "IC50") and item.mode != "time-dependent" and item.op in ("=", "about")
        if usable and isinstance(item.value, Decimal) and item.unit in _UM:
            half = item.measured == "IC50"
            found.append((not own, half, float(item.value) * _UM[item.unit] / (2 if half else 1), name, item))
    if not found:
        return None
    _, half, value, name, item = min(found, key=lambda one: one[:2])
    least = min(one[2] for one in found)
    return Constant(
        value=value,
        log_sd=_printed_log_sd(item),
        name=name,
        sources=item.sources,
        strongest=least if least < 0.95 * value else None,
        half=half,
        spread_seen=item.spread is not None,
    )


def _inactivation(evidence: Evidence, measured: str, tissue: str) -> Constant:
    for name, item, _ in _measured(evidence, "cyp3a"):
        if item.measured == measured and tissue in str(item.preparation) and isinstance(item.value, Decimal):
            return Constant(
                value=float(item.value) * (60 if measured == "kinact" else _UM[item.unit]),
                log_sd=_printed_log_sd(item),
                name=name,
                sources=item.sources,
                spread_seen=item.spread is not None,
            )
    raise ValueError(f"there is no {measured} of mitragynine and CYP3A in {tissue} microsomes; should be one of assays/")


def _printed_log_sd(item: Measurement) -> float:
    if item.spread is None or item.spread.value is None or not isinstance(item.value, Decimal):
        return ASSUMED_LOG_SD
    return log_sd(float(item.value), float(item.spread.value))


def _enzymes(
    rng: np.random.Generator, constants: Mapping[str, Constant], typical: Callable[[str], Parameter]
) -> tuple[Kinetics, dict[str, Kinetics]]:
    """CYP3A of the gut wall, and the enzymes of the liver."""

    def drawn(name: str) -> Floats:
        held = constants[name]
        return positives(rng, value=held.value, log_sd=held.log_sd, size=DRAWS)

    def destroyed(place: str) -> dict[str, Floats]:
        return {"inactivation_um": drawn(f"KI {place}"), "inactivation_per_h": drawn(f"kinact {place}")}

    reversible = {enzyme: drawn(enzyme) for enzyme in _TARGETS if enzyme in constants}
    if CYP3A not in reversible:
        raise ValueError("there is no Ki of mitragynine and CYP3A; should be one of assays/")
    gut = Kinetics(
        degradation_per_h=_drawn(rng, typical("kdeg-intestinal-cyp3a")),
        reversible_um=reversible[CYP3A],
        **destroyed("gut"),
    )
    liver = {
        enzyme: Kinetics(
            degradation_per_h=_drawn(rng, typical(f"kdeg-hepatic-{_TARGETS[enzyme]}")),
            reversible_um=constant,
            **(destroyed("liver") if enzyme == CYP3A else {}),
        )
        for enzyme, constant in reversible.items()
    }
    return gut, liver


def _stronger(held: Kinetics, constant: Constant | None) -> Kinetics:
    if constant is None or constant.strongest is None:
        return held
    return replace(held, reversible_um=np.asarray(held.reversible_um) * constant.strongest / constant.value)


# What that does to a medicine.


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How a fraction that the models take is known: of which enzyme (None: the gut wall), what it is, and from what."""

    enzyme: str | None
    says: str
    how: str
    firmness: Firmness


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a trial found of this very medicine, and where each model stands to the trial's interval."""

    ratio: Ratio
    people: str
    sources: tuple[Locator, ...]
    dynamic: Agreement
    static: Agreement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The level of a medicine with the study's tea over that without it, by two models; ``strongest`` as of :class:`Kratom`.

    ``bound_gut``: the dynamic area with the least that may be free in the wall of the gut.
    """

    medicine: str
    static: Spread
    dynamic: Mapping[Metric, Spread]
    strongest: Spread | None
    bound_gut: Spread | None
    known: tuple[Known, ...]
    trials: tuple[Beside, ...]

    @property
    def firmness(self) -> Firmness:
        """How well the weakest of the fractions is known."""
        return max((one.firmness for one in self.known), key=get_args(Firmness).index)


def untold(medicine: Medicine, tea: Kratom) -> str | None:
    """Why the models cannot tell what happens to a medicine; None where they can."""
    if not medicine.pathways:
        return "no pathway data: cannot tell"
    if not any(way.enzyme in tea.liver for way in medicine.pathways):
        ways = ", ".join(way.enzyme for way in medicine.pathways)
        return f"what clears it ({ways}) is not in the models: cannot tell"
    return None


def change(evidence: Evidence, medicine: Medicine, tea: Kratom, *, readings: bool = False) -> Change:
    """What the study's tea would do to a medicine; with ``readings``, by other constants in print too.

    Raises
    ------
    ValueError
        A medicine of which the models cannot tell.
    """
    why = untold(medicine, tea)
    if why is not None:
        raise ValueError(f"{medicine.name}: {why}; should have a pathway that the models follow")
    followed = [way for way in medicine.pathways if way.enzyme in tea.liver]
    victim, known_of = _victim(evidence, medicine, followed)
    liver: dict[str, Kinetics] = {way.enzyme: tea.liver[way.enzyme] for way in followed}
    times, gut, there = tea.times_h, tea.gut_um, tea.liver_um
    held = turnover(times, gut_um=gut, liver_um=there, gut=tea.gut, liver=liver, victim=victim)
    rest = static(gut_um=tea.gut_peak_um, liver_um=tea.liver_peak_um, gut=tea.gut, liver=liver, victim=victim)
    strongest = least = None
    if readings:
        strong: dict[str, Kinetics] = {way.enzyme: tea.strongest[way.enzyme] for way in followed}
        again = turnover(times, gut_um=gut, liver_um=there, gut=tea.strongest_gut, liver=strong, victim=victim)
        less = turnover(times, gut_um=gut * tea.gut_bound, liver_um=there, gut=tea.gut, liver=liver, victim=victim)
        strongest, least = spread(again.auc), spread(less.auc)
    dynamic: dict[Metric, Spread] = {"auc": spread(held.auc), "cmax": spread(held.cmax), "t-half": spread(held.half_life)}
    fixed = spread(rest.auc)
    return Change(
        medicine=medicine.id,
        static=fixed,
        dynamic=dynamic,
        strongest=strongest,
        bound_gut=least,
        known=known_of,
        trials=tuple(_beside(ratio, piece, dynamic, fixed) for ratio, piece in trials(evidence, medicine.id)),
    )


def trials(evidence: Evidence, medicine: str) -> Iterator[tuple[Ratio, Piece]]:
    """What trials found of the level of a medicine with kratom, each number once, whichever records tell it."""
    seen: set[tuple[object, ...]] = set()
    for rule in evidence.interactions.values():
        for piece in rule.evidence:
            for ratio in piece.ratios:
                key = (ratio.metric, ratio.value, ratio.low, ratio.high, *(source.ref for source in piece.sources[:1]))
                if ratio.medicine == medicine and key not in seen:
                    seen.add(key)
                    yield ratio, piece


def _victim(evidence: Evidence, medicine: Medicine, followed: Sequence[Pathway]) -> tuple[Victim, tuple[Known, ...]]:
    rng = np.random.default_rng([SEED, 1])
    cleared: dict[str, Floats] = {
        way.enzyme: _between(rng, (float(way.low), float(way.fraction), float(way.high))) for way in followed
    }
    gut, said_of_gut = _gut(medicine, followed)
    rate, half_life = (
        _own(evidence, medicine, name, unknown) for name, unknown in (("ka", _UNKNOWN_RATE), ("half-life", _UNKNOWN_HALF_LIFE))
    )
    taken_out = parameter(evidence, f"{medicine.id}-eh")
    extraction = _UNKNOWN_EXTRACTION
    if taken_out is not None and taken_out.low is not None and taken_out.high is not None:
        extraction = (float(taken_out.low), float(taken_out.value), float(taken_out.high))
    victim = Victim(
        fractions=within_one(cleared),
        gut_availability=np.maximum(_between(rng, gut), _EDGE),
        extraction=np.minimum(_between(rng, extraction), 1 - _EDGE),
        absorption_per_h=positives(rng, value=rate[0], log_sd=rate[1], size=DRAWS),
        half_life_h=positives(rng, value=half_life[0], log_sd=half_life[1], size=DRAWS),
    )
    return victim, (*(_known_of(medicine, way) for way in followed), said_of_gut)


def _between(rng: np.random.Generator, bounds: tuple[float, float, float]) -> Floats:
    low, value, high = bounds
    return fractions(rng, value=value, low=low, high=high, size=DRAWS)


def _known_of(medicine: Medicine, way: Pathway) -> Known:
    says = f"{way.enzyme} clears {shares_words(way.low, way.fraction, way.high)} of {medicine.name}"
    return Known(enzyme=way.enzyme, says=says, how=KNOWN_HOW[way.how], firmness=_FIRM[way.how])


def _gut(medicine: Medicine, followed: Sequence[Pathway]) -> tuple[tuple[float, float, float], Known]:
    """The share that escapes CYP3A in the wall of the gut (lowest, middle, highest), and how that is known."""
    gut, rest = medicine.gut, f"of {medicine.name} escapes CYP3A in the gut wall"
    if gut is not None:
        says = f"{shares_words(gut.low, gut.value, gut.high)} {rest}"
        said = Known(enzyme=None, says=says, how=KNOWN_HOW[gut.how], firmness=_FIRM[gut.how])
        return (float(gut.low), float(gut.value), float(gut.high)), said
    way = next((one for one in followed if one.enzyme == CYP3A and one.fraction > 0), None)
    if way is None:
        says, how = f"all {rest}", "assumed: CYP3A is not known to clear it"
        return (1.0, 1.0, 1.0), Known(enzyme=None, says=says, how=how, firmness="second-hand")
    bounds = UNKNOWN_GUT if way.fraction >= MINOR else little_gut(way)
    says = f"between {bounds[0]:.0%} and {bounds[2]:.0%} {rest}"
    return bounds, Known(enzyme=None, says=says, how="assumed: not on record", firmness="assumed")


def little_gut(way: Pathway) -> tuple[float, float, float]:
    """Where the share that escapes the gut wall is taken to lie when CYP3A clears little of a medicine.

    No more is lost there than CYP3A may clear, in the middle half of that fraction: as of those on record.
    """
    return float(1 - way.high), float(1 - way.fraction / 2), 1.0


def _own(evidence: Evidence, medicine: Medicine, name: str, unknown: tuple[float, float]) -> tuple[float, float]:
    """A parameter of the medicine itself, and the spread of its logarithm; wide values where it has none on record."""
    found = parameter(evidence, f"{medicine.id}-{name}")
    return unknown if found is None else (float(found.value), _log_sd(found))


def _beside(ratio: Ratio, piece: Piece, dynamic: Mapping[Metric, Spread], fixed: Spread) -> Beside:
    def stands(held: Spread) -> Agreement:
        return agreement(
            held.median,
            observed=float(ratio.value),
            low=float(ratio.low),
            high=float(ratio.high),
            level=ratio.level / 100,
            predicted_interval=(held.low, held.high),
        )

    return Beside(
        ratio=ratio,
        people=str(piece.people) if isinstance(piece.people, int) else "an unknown number of",
        sources=piece.sources,
        dynamic=stands(dynamic[ratio.metric]),
        static=stands(fixed) if ratio.metric == "auc" else None,
    )


def shares_words(low: Decimal, value: Decimal, high: Decimal) -> str:
    """``77% (61% to 90%)``."""
    middle, *ends = (f"{100 * float(share):.3g}%" for share in (value, low, high))
    return middle if low == high else f"{middle} ({' to '.join(ends)})"


def upper(text: str) -> str:
    """``text`` as a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"


def ratio_words(held: Spread) -> str:
    """``1.46 (1.20 to 1.86)``."""
    return f"{held.median:.2f} ({held.low:.2f} to {held.high:.2f})"


# The finding.


def exposure(evidence: Evidence, declared: MedicineExposureFinding, as_of: date) -> Finding:
    """What a trial found of the exposure to a medicine with kratom, beside the static and the dynamic model.

    Raises
    ------
    ValueError
        A medicine, an intake, parameters or a trial that are not on record, or a medicine that no model can follow.
    """
    medicine, rule = evidence.medicines.get(declared.medicine), evidence.interactions[declared.record]
    if medicine is None:
        raise ValueError(f"{declared.id}: {declared.medicine!r} is no medicine on record; should be a file of medicines/")
    own = {(ratio.metric, ratio.value) for piece in rule.evidence for ratio in piece.ratios if ratio.medicine == medicine.id}
    tea = kratom(evidence, intake=declared.intake, leaf=declared.parameters)
    held = change(evidence, medicine, tea, readings=True)
    found = [one for one in held.trials if (one.ratio.metric, one.ratio.value) in own]
    area = next((one for one in found if one.ratio.metric == "auc"), None)
    if area is None or area.static is None:
        raise ValueError(f"{declared.id}: {declared.record} has no trial of the area of {medicine.id}; should have one")
    about = tuple(_seen(tea, area, area.static, held))
    more = tuple(_unseen(tea, held))
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(medicine, tea, area.ratio),
        estimate=Estimate(
            measure="ratio of areas",
            value=float(area.ratio.value),
            unit="ratio",
            printed=str(area.ratio.value),
            interval=Interval(low=float(area.ratio.low), high=float(area.ratio.high), level=area.ratio.level / 100),
            parts=(
                _part("dynamic model", held.dynamic["auc"]),
                _part("static model", held.static),
            ),
        ),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(dict.fromkeys([*area.sources, *(one for way in medicine.pathways for one in way.sources), *tea.sources])),
        basis=Basis(
            kind="medicine-exposure",
            engine="interactions",
            options=(
                ("medicine", medicine.id),
                ("intake", declared.intake),
                ("parameters", declared.parameters),
                ("draws", DRAWS),
                ("seed", SEED),
                ("level", held.static.level),
            ),
            records=(declared.record, f"medicines/{medicine.id}", *(one.name for _, one in tea.constants)),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *about, *more),
        in_sight=about,
        panel=_panel(medicine, held, found),
    )


def _sentence(medicine: Medicine, tea: Kratom, ratio: Ratio) -> str:
    taken, low, high = what(tea.words), float(ratio.low), float(ratio.high)
    if low > 1 or high < 1:
        verb = "raised" if low > 1 else "lowered"
        return f"In a trial, kratom {taken} {verb} {medicine.name} exposure {ratio.value}-fold."
    if low >= 0.8 and high <= 1.25:
        return f"In a trial, kratom {taken} left {medicine.name} exposure about as it was ({ratio.value}-fold)."
    return f"In a trial, it was not clear whether kratom {taken} changed {medicine.name} exposure ({ratio.value}-fold)."


def _part(label: str, held: Spread) -> Part:
    interval = Interval(low=held.low, high=held.high, kind="of draws", level=held.level)
    return Part(label=label, record="interactions", value=held.median, interval=interval)


_STANDS: Mapping[str, str] = {"inside": "inside the trial's interval", "above": "above it", "below": "below it"}


def _seen(tea: Kratom, area: Beside, fixed: Agreement, held: Change) -> Iterator[str]:
    yield f"{upper(area.people)} people and one cup: {tea.words}. Daily use, larger amounts and extracts were not tested."
    sides = (("dynamic", area.dynamic, held.dynamic["auc"]), ("static", fixed, held.static))
    first, second = (
        f"the {name} model gives {ratio_words(drawn)}, {beside.stands} the trial's interval" for name, beside, drawn in sides
    )
    yield f"Beside the trial's {_printed(area.ratio)}: {first}; {second}."


def _printed(ratio: Ratio) -> str:
    return f"{ratio.value} ({ratio.low} to {ratio.high}, {ratio.level}%)"


def _unseen(tea: Kratom, held: Change) -> Iterator[str]:
    yield "The models are computed from what was measured in a dish and in blood; nothing in them was fitted to the trial."
    yield (
        "The static model takes the largest concentrations to last; the dynamic one follows them, and how enzymes are made and "
        "destroyed."
    )
    enzymes = {one.enzyme for one in held.known}
    for enzyme, constant in tea.constants:
        if enzyme in enzymes and constant.strongest is not None and held.strongest is not None:
            yield (
                f"Print disagrees on how strongly mitragynine inhibits {enzyme}: a Ki of {constant.value:.3g} µM is taken"
                f"{', half of the IC50' if constant.half else ''} that the paper itself has; with the strongest constants in "
                f"print, here {constant.strongest:.3g} µM, the dynamic model gives {ratio_words(held.strongest)}."
            )
        elif enzyme in enzymes and not constant.spread_seen:
            yield f"How well the constant of {enzyme} is known was not seen; its spread is assumed."
    if CYP3A in enzymes:
        yield DAILY
    if held.bound_gut is not None and CYP3A in enzymes:
        yield (
            "All mitragynine in the wall of the gut is taken to be free, which nobody measured; with the least that is "
            f"plausible the dynamic model gives {ratio_words(held.bound_gut)}."
        )
    yield "Tea and medicine are taken to have been swallowed at the same time."
    for one in held.known:
        yield f"{upper(one.says)}, {one.how}."
    yield (
        "Not graded: the order of the trial was fixed, and the rules for grades have no start for a ratio of levels from "
        "such a trial."
    )


def _panel(medicine: Medicine, held: Change, found: Sequence[Beside]) -> DotPlot:
    rows: list[DotRow] = []
    cells: list[tuple[str, ...]] = []
    for one in found:
        metric, name = one.ratio.metric, METRICS[one.ratio.metric]
        where = words_of(one.sources[0].ref)
        printed = _printed(one.ratio)
        rows.append(
            DotRow(
                label=f"{name}, trial",
                dots=(Dot(value=float(one.ratio.value), label=f"{where}: {printed}"),),
                middle=float(one.ratio.value),
                low=float(one.ratio.low),
                high=float(one.ratio.high),
            )
        )
        cells.append((name, f"trial, {where}", printed, "", "; ".join(f"{source.ref}, {source.at}" for source in one.sources)))
        sides = [("dynamic", held.dynamic[metric], one.dynamic)]
        sides += [("static", held.static, one.static)] if one.static is not None else []
        for model, drawn, beside in sides:
            dots = tuple(_readings(held)) if (model, metric) == ("dynamic", "auc") else ()
            label = f"{name}, {model} model"
            rows.append(DotRow(label=label, dots=dots, middle=drawn.median, low=drawn.low, high=drawn.high))
            cells.append((name, f"{model} model", f"{ratio_words(drawn)}, 90%", _STANDS[beside.stands], "computed here"))
            cells += [(name, dot.label, f"{dot.value:.2f}", "", "computed here") for dot in dots]
    return DotPlot(
        title=f"{upper(medicine.name)} with and without kratom tea",
        said="Ratios with 90% intervals; 1 is no change. Open dots are other readings of the same model.",
        unit="times the level without kratom",
        rows=tuple(rows),
        table=Table(columns=("What", "By", "Ratio", "To the trial", "Source"), rows=tuple(cells)),
        ends=("lower", "higher"),
    )


def _readings(held: Change) -> Iterable[Dot]:
    for label, drawn in (
        ("dynamic model, strongest inhibition in print", held.strongest),
        ("dynamic model, least that may be free in the gut wall", held.bound_gut),
    ):
        if drawn is not None:
            yield Dot(value=drawn.median, label=label, open=True)
