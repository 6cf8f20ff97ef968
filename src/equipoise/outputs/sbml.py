"""A model of concentrations after reported intakes as SBML Level 3 Version 2, for other simulators.

Needs python-libsbml: the extra ``sbml``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

LEVEL, VERSION = 3, 2
HOUR_S = 3600
LEAF: Mapping[str, tuple[str, str]] = {
    "ka": ("rate of absorption", "per_h"),
    "v1": ("volume of the central compartment over bioavailability", "litre"),
    "q": ("flow between compartments over bioavailability", "L_per_h"),
    "v2": ("volume of the peripheral compartment over bioavailability", "litre"),
    "cl": ("clearance over bioavailability", "L_per_h"),
    "km": ("rate of loss of 7-hydroxymitragynine", "per_h"),
    "sp": ("area of 7-hydroxymitragynine from the first pass for each amount absorbed", "h_per_L"),
    "b": ("area of 7-hydroxymitragynine formed from blood to that of mitragynine", "dimensionless"),
    "f": ("bioavailability relative to the typical person", "dimensionless"),
}
"""The numbers that :func:`leaf_model` takes, in words, and their units."""


class SbmlError(Exception):
    """SBML cannot be written: the library is missing, or it refuses the model; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number of the model; ``unit`` is one of :data:`UNITS`."""

    id: str
    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """An amount in nmol that starts at 0, and the constant that is the volume it is in, or None for one of no volume."""

    id: str
    name: str
    volume: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What goes from a pool to another, out of the model, or into it, in nmol/h."""

    id: str
    name: str
    source: str | None
    target: str | None
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A quantity that starts at 0 and changes by a rate, in its unit per h."""

    id: str
    name: str
    unit: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A quantity that always equals a formula."""

    id: str
    name: str
    unit: str
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """An amount in nmol that enters a pool at a time in h."""

    time_h: float
    nmol: float
    pool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A compartment model with doses; formulas are in the infix notation of SBML Level 3 and name ids of the model.

    Doses may come in any order; those that enter a pool at the same time are one.
    """

    id: str
    name: str
    constants: tuple[Constant, ...]
    pools: tuple[Pool, ...]
    flows: tuple[Flow, ...]
    changes: tuple[Change, ...] = ()
    values: tuple[Value, ...] = ()
    doses: tuple[Dose, ...] = ()

    def __post_init__(self) -> None:
        for dose in self.doses:
            if not (math.isfinite(dose.time_h) and dose.time_h >= 0 and math.isfinite(dose.nmol) and dose.nmol > 0):
                raise ValueError(f"a dose of {dose.nmol} nmol at {dose.time_h} h; should be above 0, from 0 h on, and finite")


UNITS: Mapping[str, tuple[tuple[str, int, int, float], ...]] = {
    # kind of SBML, exponent, scale (power of ten), multiplier
    "h": (("second", 1, 0, HOUR_S),),
    "nmol": (("mole", 1, -9, 1),),
    "per_h": (("second", -1, 0, HOUR_S),),
    "L_per_h": (("litre", 1, 0, 1), ("second", -1, 0, HOUR_S)),
    "h_per_L": (("second", 1, 0, HOUR_S), ("litre", -1, 0, 1)),
    "nM": (("mole", 1, -9, 1), ("litre", -1, 0, 1)),
}
"""Units beside litre and dimensionless, which SBML has."""


def leaf_model(numbers: Mapping[str, float], doses: Sequence[tuple[float, float]], *, name: str) -> Model:
    """Return the model of one person after kratom leaf by mouth, from its parameters and (time in h, nmol of mitragynine).

    ``numbers`` has the names of :data:`LEAF` in h and L, as the pharmacokinetics engine names them.

    Raises
    ------
    ValueError
        A number that is missing, unknown or not finite; no dose, one before 0 h, or one not above 0.
    """
    if set(numbers) != set(LEAF):
        wrong = ", ".join(sorted(set(numbers) ^ set(LEAF)))
        raise ValueError(f"missing or unknown: {wrong}; should be {', '.join(LEAF)}")
    if not doses or not all(math.isfinite(value) for value in numbers.values()):
        raise ValueError("there should be a dose, and all numbers should be finite")
    return Model(
        id="mitragynine_leaf",
        name=name,
        constants=tuple(Constant(id=key, name=text, value=numbers[key], unit=unit) for key, (text, unit) in LEAF.items()),
        pools=(
            Pool(id="gut", name="mitragynine in the gut", volume=None),
            Pool(id="central", name="mitragynine in the central compartment", volume="v1"),
            Pool(id="peripheral", name="mitragynine in the peripheral compartment", volume="v2"),
        ),
        flows=(
            Flow(id="absorption", name="absorption from the gut", source="gut", target=None, rate="ka * gut"),
            Flow(id="entry", name="entry into blood after the first pass", source=None, target="central", rate="f * ka * gut"),
            Flow(id="elimination", name="elimination", source="central", target=None, rate="cl * central / v1"),
            Flow(
                id="distribution",
                name="distribution",
                source="central",
                target="peripheral",
                rate="q * (central / v1 - peripheral / v2)",
            ),
        ),
        changes=(
            Change(
                id="hydroxymitragynine",
                name="7-hydroxymitragynine in plasma",
                unit="nM",
                rate="km * (sp * ka * gut + b * central / v1 - hydroxymitragynine)",
            ),
        ),
        values=(Value(id="mitragynine", name="mitragynine in plasma", unit="nM", formula="central / v1"),),
        doses=tuple(Dose(time_h=time, nmol=amount, pool="gut") for time, amount in doses),
    )


def write(model: Model) -> str:
    """Return a model as SBML: doses as events, those at 0 h as initial assignments, all units declared.

    Raises
    ------
    SbmlError
        python-libsbml is not installed, or its consistency check finds a fault; the message has the first one.
    """
    library = _library()
    document = library.SBMLDocument(LEVEL, VERSION)
    _Writer(library, document, model).write()
    faults = document.checkConsistency()
    if faults:
        raise SbmlError(f"libSBML finds {faults} faults in {model.id}; the first: {document.getError(0).getMessage().strip()}")
    text: str = library.writeSBMLToString(document)
    return text


def _library() -> "ModuleType":
    try:
        import libsbml  # noqa: PLC0415 - an extra, and slow to load
    except ModuleNotFoundError:
        raise SbmlError("SBML needs python-libsbml, which is not installed: pip install 'equipoise[sbml]'") from None
    library: ModuleType = libsbml
    return library


class _Writer:
    """Puts the parts of a model into a document of libSBML."""

    def __init__(self, library: "ModuleType", document: Any, model: Model) -> None:
        self.library = library
        self.model = model
        self.sbml = document.createModel()

    def write(self) -> None:
        self._frame()
        self._quantities()
        self._flows()
        self._doses()

    def _formula(self, text: str) -> Any:
        parsed = self.library.parseL3Formula(text)
        if parsed is None:
            raise SbmlError(f"{text!r} is not a formula: {self.library.getLastParseL3Error()}")
        return parsed

    def _frame(self) -> None:
        self.sbml.setId(self.model.id)
        self.sbml.setName(self.model.name)
        self.sbml.setTimeUnits("h")
        self.sbml.setSubstanceUnits("nmol")
        self.sbml.setExtentUnits("nmol")
        self.sbml.setVolumeUnits("litre")
        for name, kinds in UNITS.items():
            definition = self.sbml.createUnitDefinition()
            definition.setId(name)
            for kind, exponent, scale, multiplier in kinds:
                unit = definition.createUnit()
                unit.setKind(self.library.UnitKind_forName(kind))
                unit.setExponent(exponent)
                unit.setScale(scale)
                unit.setMultiplier(multiplier)

    def _parameter(self, part: Constant | Change | Value, *, constant: bool) -> None:
        parameter = self.sbml.createParameter()
        parameter.setId(part.id)
        parameter.setName(part.name)
        parameter.setUnits(part.unit)
        parameter.setConstant(constant)
        if isinstance(part, Constant):
            parameter.setValue(part.value)
        elif isinstance(part, Change):
            parameter.setValue(0.0)

    def _compartment(self, name: str, title: str, size: float) -> None:
        compartment = self.sbml.createCompartment()
        compartment.setId(name)
        compartment.setName(title)
        compartment.setConstant(True)
        compartment.setSpatialDimensions(3)
        compartment.setSize(size)
        compartment.setUnits("litre")

    def _quantities(self) -> None:
        volumes = {pool.volume for pool in self.model.pools}
        for constant in self.model.constants:
            if constant.id in volumes:
                self._compartment(constant.id, constant.name, constant.value)
            else:
                self._parameter(constant, constant=True)
        for change in self.model.changes:
            self._parameter(change, constant=False)
            rule = self.sbml.createRateRule()
            rule.setVariable(change.id)
            rule.setMath(self._formula(change.rate))
        for value in self.model.values:
            self._parameter(value, constant=False)
            rule = self.sbml.createAssignmentRule()
            rule.setVariable(value.id)
            rule.setMath(self._formula(value.formula))
        for pool in self.model.pools:
            place = pool.volume or f"place_of_{pool.id}"
            if pool.volume is None:
                self._compartment(place, f"where {pool.name} is; its size plays no part", 1.0)
            species = self.sbml.createSpecies()
            species.setId(pool.id)
            species.setName(pool.name)
            species.setCompartment(place)
            species.setInitialAmount(0.0)
            species.setSubstanceUnits("nmol")
            species.setHasOnlySubstanceUnits(True)
            species.setBoundaryCondition(False)
            species.setConstant(False)

    def _flows(self) -> None:
        pools = [pool.id for pool in self.model.pools]
        for flow in self.model.flows:
            reaction = self.sbml.createReaction()
            reaction.setId(flow.id)
            reaction.setName(flow.name)
            reaction.setReversible(None not in (flow.source, flow.target))
            law = reaction.createKineticLaw()
            law.setMath(self._formula(flow.rate))
            for create, species in ((reaction.createReactant, flow.source), (reaction.createProduct, flow.target)):
                if species is None:
                    continue
                reference = create()
                reference.setSpecies(species)
                reference.setStoichiometry(1.0)
                reference.setConstant(True)
            for species in sorted(_names(flow.rate) & set(pools) - {flow.source, flow.target}):
                reaction.createModifier().setSpecies(species)

    def _doses(self) -> None:
        # Events of one moment would each add to the amount before all of them, and the last alone would count.
        totals: dict[tuple[float, str], float] = {}
        for dose in self.model.doses:
            totals[dose.time_h, dose.pool] = totals.get((dose.time_h, dose.pool), 0.0) + dose.nmol
        number = 0
        for (time, pool), amount in sorted(totals.items()):
            if time == 0:
                assignment = self.sbml.createInitialAssignment()
                assignment.setSymbol(pool)
                assignment.setMath(self._formula(f"{amount!r} nmol"))
                continue
            number += 1
            event = self.sbml.createEvent()
            event.setId(f"dose_{number}")
            event.setUseValuesFromTriggerTime(True)
            trigger = event.createTrigger()
            trigger.setInitialValue(True)
            trigger.setPersistent(True)
            trigger.setMath(self._formula(f"time >= {time!r} h"))
            change = event.createEventAssignment()
            change.setVariable(pool)
            change.setMath(self._formula(f"{pool} + {amount!r} nmol"))


def _names(formula: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() or c == "_" else " " for c in formula).split() if not word[0].isdigit()}
