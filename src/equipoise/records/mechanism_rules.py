"""The curation rules of the mechanism: words, links, numbers that can be, names of one medicine, sentences without advice."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from equipoise.records.assay import Assays, Measurement, Spread
from equipoise.records.breaches import Breach, Rule, every, leads_nowhere, listed, unknown
from equipoise.records.condition import Condition
from equipoise.records.evidence import Evidence
from equipoise.records.exposure import Intake, Observation
from equipoise.records.forms import Steps
from equipoise.records.interaction import Interaction, Partner, Piece, Ratio
from equipoise.records.limit import DailyLimit, MicrobialLimit
from equipoise.records.medicine import GutAvailability, Pathway, Property
from equipoise.records.parameter import Parameter
from equipoise.records.product import Content, Recall, Survey
from equipoise.values.missing import Missing

SAYS = 200

_ADVICE = re.compile(
    r"\b(safe|safely|all clear|no interaction|taper\w*|(stop|start) taking|(increase|reduce|lower) the dose)\b", re.IGNORECASE
)
_DOSE = re.compile(r"\d\s*-?\s*(g|mg|grams?|milligrams?|capsules?|teaspoons?|tablets?)\b", re.IGNORECASE)
_RXNORM, _UNII = re.compile(r"[0-9]{1,8}"), re.compile(r"[0-9A-Z]{10}")

Sourced = Measurement | Observation | Parameter | Content | DailyLimit | MicrobialLimit


def mechanism_words_are_known(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Analytes, targets, classes and properties of medicines, and countries, are words of the vocabulary."""
    yield from unknown(evidence, _words(evidence))


def _words(evidence: Evidence) -> Iterator[tuple[str, Steps, object, str]]:
    for file, path, item in every(evidence, Measurement):
        yield file, (*path, "ligand"), item.ligand, "analytes"
        yield file, (*path, "target"), item.target, "targets"
    measured: list[tuple[str, Steps, Intake | Observation | Content | DailyLimit | MicrobialLimit]] = [
        *every(evidence, Intake),
        *every(evidence, Observation),
        *every(evidence, Content),
        *every(evidence, DailyLimit),
        *every(evidence, MicrobialLimit),
    ]
    for file, path, held in measured:
        yield file, (*path, "analyte"), held.analyte, "analytes"
    for stem, medicine in evidence.medicines.items():
        yield from listed(f"medicines/{stem}", ("classes",), medicine.classes, "medicine_classes")
    for file, path, has in every(evidence, Property):
        yield file, (*path, "property"), has.property, "properties"
    for file, path, partner in every(evidence, Partner):
        yield from listed(file, (*path, "classes"), partner.classes, "medicine_classes")
        yield from listed(file, (*path, "properties"), partner.properties, "properties")
    for stem, survey in evidence.products.items():
        yield from listed(f"products/{stem}", ("country",), survey.country, "countries")
    for stem, recall in evidence.recalls.items():
        yield f"recalls/{stem}", ("country",), recall.country, "countries"


def mechanism_links_lead_somewhere(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A paper is a reference, a medicine a record, and an observation's intake stands in its file."""
    for kind in ("assays", "products"):
        for stem, record in getattr(evidence, kind).items():
            held: Assays | Survey = record
            if leads_nowhere(evidence, held.paper, "references"):
                yield Breach(f"{kind}/{stem}", ("paper",), f"is {held.paper!r}; should be a file of references/")
    for file, path, name in _medicines_named(evidence):
        if leads_nowhere(evidence, name, "medicines"):
            yield Breach(file, path, f"is {name!r}; should be a file of medicines/")
    for stem, exposure in evidence.exposures.items():
        intakes = {item.id for item in exposure.intakes}
        for index, seen in enumerate(exposure.observations):
            if seen.intake not in intakes:
                found = f"is {seen.intake!r}; should be one of {', '.join(sorted(intakes))}"
                yield Breach(f"exposures/{stem}", ("observations", index, "intake"), found)


def reference_studies_exist(evidence: Evidence, _: date) -> Iterator[Breach]:
    """The study to which the values of a model belong is a record of exposures."""
    for stem, model in evidence.parameters.items():
        if model.reference is not None and leads_nowhere(evidence, model.reference, "exposures"):
            yield Breach(f"parameters/{stem}", ("reference",), f"is {model.reference!r}; should be a file of exposures/")


def brands_hold_medicines(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Where there are medicines, the ingredients of a brand are among them, and where that was seen is a reference."""
    if not evidence.medicines:
        return
    for brand in evidence.vocabulary.brands.values():
        lost = [name for name in brand.ingredients.split() if leads_nowhere(evidence, name, "medicines")]
        if lost:
            found = f"{brand.brand!r} holds {', '.join(lost)}; should be files of medicines/"
            yield Breach("vocabulary/brands.csv", (), found)
        yield from _uncited(evidence, "brands", brand.brand, brand.ref)


def _uncited(evidence: Evidence, table: str, name: str, ref: str) -> Iterator[Breach]:
    """That a row of a table cites what is no reference."""
    if leads_nowhere(evidence, ref, "references"):
        yield Breach(f"vocabulary/{table}.csv", (), f"{name!r} cites {ref!r}; should be a file of references/")


def product_codes_mean_medicines(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Where there are medicines, a code of a product is digits, means some of them and nothing twice, and has a reference."""
    if not evidence.medicines:
        return
    owner = {held.rxnorm: held.id for held in evidence.medicines.values()}
    for one in evidence.vocabulary.product_codes.values():
        held = one.medicines.split()
        lost = [name for name in held if leads_nowhere(evidence, name, "medicines")]
        found = ""
        if not _RXNORM.fullmatch(one.rxcui):
            found = "is no code of RxNorm; should be digits"
        elif one.rxcui in owner:
            found = f"is the code of {owner[one.rxcui]} itself; should stand in medicines/ alone"
        elif lost:
            found = f"holds {', '.join(lost)}; should be files of medicines/"
        elif len(set(held)) < len(held):
            found = f"holds {one.medicines}; should name each medicine once"
        if found:
            yield Breach("vocabulary/product-codes.csv", (), f"{one.rxcui!r} {found}")
        yield from _uncited(evidence, "product-codes", one.rxcui, one.ref)


def _medicines_named(evidence: Evidence) -> Iterator[tuple[str, Steps, str]]:
    for file, path, partner in every(evidence, Partner):
        for index, name in enumerate(partner.medicines):
            yield file, (*path, "medicines", index), name
    for file, path, piece in every(evidence, Piece):
        for index, name in enumerate(piece.medicines):
            yield file, (*path, "medicines", index), name
    for file, path, ratio in every(evidence, Ratio):
        yield file, (*path, "medicine"), ratio.medicine


def measurements_are_sourced(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Every number has a source; a derived one says how, a conflicting one says what disagrees, an unseen one is no number."""
    kinds: tuple[type[Sourced], ...] = (Measurement, Observation, Parameter, Content, DailyLimit, MicrobialLimit)
    for kind in kinds:
        for file, path, item in every(evidence, kind):
            if not item.sources:
                yield Breach(file, (*path, "sources"), "is an empty list; should name a reference and the place in it")
            if item.basis == "derived" and getattr(item, "derivation", None) is None and not isinstance(item, MicrobialLimit):
                yield Breach(file, (*path, "derivation"), "is missing; should say how the value was derived")
            if item.basis == "conflicting" and item.note is None:
                yield Breach(file, (*path, "note"), "is missing; should say which sources disagree")
            if item.basis == "unseen" and isinstance(item.value, Decimal):
                yield Breach(file, (*path, "value"), "is a number that nobody saw; should be not-reported")


def measurements_can_be(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Constants, concentrations and contents are above zero, a spread holds its value, and ids stand once in their file."""
    for file, path, item in every(evidence, Measurement):
        signed = item.measured in ("inhibition", "Emax")
        if isinstance(item.value, Decimal) and item.value <= 0 and not (signed and item.value > -100):
            yield Breach(file, (*path, "value"), f"is {item.value}; should be above zero")
    others: list[tuple[str, Steps, Observation | Content]] = [*every(evidence, Observation), *every(evidence, Content)]
    for file, path, held in others:
        if isinstance(held.value, Decimal) and held.value < 0:
            yield Breach(file, (*path, "value"), f"is {held.value}; should not be below zero")
    for file, path, spread in every(evidence, Spread):
        yield from _spread(file, path, spread)
    for stem, kind, records in _grouped(evidence):
        seen: set[str] = set()
        for index, name in enumerate(records):
            if name in seen:
                yield Breach(stem, (kind, index, "id"), f"is {name!r}, which stands above; should stand once")
            seen.add(name)


def _spread(file: str, path: Steps, spread: Spread) -> Iterator[Breach]:
    if (spread.low is None) is not (spread.high is None):
        yield Breach(file, path, "has one bound; should have low and high, or neither")
    elif spread.low is not None and spread.high is not None and spread.low > spread.high:
        yield Breach(file, (*path, "low"), f"is {spread.low}, above {spread.high}; should not be")
    elif spread.low is None and spread.value is None:
        yield Breach(file, path, "has no number; should have a value, or low and high")
    if spread.value is not None and spread.value < 0:
        yield Breach(file, (*path, "value"), f"is {spread.value}; should not be below zero")


def _grouped(evidence: Evidence) -> Iterator[tuple[str, str, list[str]]]:
    for stem, assays in evidence.assays.items():
        yield f"assays/{stem}", "measurements", [item.id for item in assays.measurements]
    for stem, exposure in evidence.exposures.items():
        yield f"exposures/{stem}", "observations", [item.id for item in exposure.observations]
        yield f"exposures/{stem}", "intakes", [item.id for item in exposure.intakes]
    for stem, held in evidence.parameters.items():
        yield f"parameters/{stem}", "parameters", [item.id for item in held.parameters]
    for stem, survey in evidence.products.items():
        yield f"products/{stem}", "contents", [item.id for item in survey.contents]
    for stem, limits in evidence.limits.items():
        yield f"limits/{stem}", "daily", [item.id for item in limits.daily]
        yield f"limits/{stem}", "microbes", [item.id for item in limits.microbes]


def fractions_are_fractions(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A fraction lies between its bounds, and they between zero and one; what clears a medicine is at most the whole of it."""
    for file, path, way in every(evidence, Pathway):
        yield from _fraction(file, (*path, "fraction"), way.low, way.fraction, way.high)
    for file, path, gut in every(evidence, GutAvailability):
        yield from _fraction(file, (*path, "value"), gut.low, gut.value, gut.high)
    for stem, medicine in evidence.medicines.items():
        whole = sum((way.fraction for way in medicine.pathways), Decimal(0))
        if whole > Decimal("1.05"):
            yield Breach(f"medicines/{stem}", ("pathways",), f"add up to {whole}; should be at most 1")
        twice = {way.enzyme for way in medicine.pathways if [one.enzyme for one in medicine.pathways].count(way.enzyme) > 1}
        if twice:
            yield Breach(f"medicines/{stem}", ("pathways",), f"name {', '.join(sorted(twice))} twice; should name it once")


def _fraction(file: str, path: Steps, low: Decimal, value: Decimal, high: Decimal) -> Iterator[Breach]:
    if not 0 <= low <= value <= high <= 1:
        yield Breach(file, path, f"is {value} between {low} and {high}; should be in order, from 0 to 1")


def names_mean_one_medicine(evidence: Evidence, _: date) -> Iterator[Breach]:
    """No name or brand belongs to two medicines, and codes have their form."""
    owner: dict[str, str] = {}
    for stem, medicine in evidence.medicines.items():
        for name in dict.fromkeys(_folded(medicine.name, *medicine.names, *medicine.brands)):
            first = owner.setdefault(name, stem)
            if first != stem:
                yield Breach(f"medicines/{stem}", ("names",), f"hold {name!r}, a name of {first} too; should mean one medicine")
        if not medicine.sources:
            yield Breach(f"medicines/{stem}", ("sources",), "is an empty list; should name a reference and the place in it")
        for key, shape, right in (("rxnorm", _RXNORM, "digits"), ("unii", _UNII, "ten capital letters and digits")):
            value = getattr(medicine, key)
            if isinstance(value, str) and not shape.fullmatch(value):
                yield Breach(f"medicines/{stem}", (key,), f"is {value!r}; should be {right}")
    for brand in evidence.vocabulary.brands.values():
        first = owner.get(brand.brand.casefold(), "")
        if first:
            found = f"{brand.brand!r} is a brand of {first} alone too; should stand in one of the two places"
            yield Breach("vocabulary/brands.csv", (), found)


def _folded(*names: str) -> Iterable[str]:
    return (name.casefold().strip() for name in names)


def interactions_are_weighed(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A rule has a partner and pieces of evidence with sources; its sentences are short and give no dose and no advice."""
    for stem, rule in evidence.interactions.items():
        file = f"interactions/{stem}"
        partner = rule.partner
        if not (partner.classes or partner.properties or partner.medicines or partner.enzymes):
            yield Breach(file, ("partner",), "names nothing; should name classes, properties, medicines or enzymes")
        if not rule.evidence:
            yield Breach(file, ("evidence",), "is an empty list; should hold what speaks for or against it")
        yield from _sentences(file, rule)
        yield from _pieces(file, rule.evidence)
    for file, path, ratio in every(evidence, Ratio):
        if not 0 < ratio.low <= ratio.value <= ratio.high:
            yield Breach(file, path, f"is {ratio.value} ({ratio.low} to {ratio.high}); should be in order and above zero")


def conditions_are_weighed(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A rule on people says of whom it holds and rests on evidence with sources; its sentences give no dose and no advice."""
    owner: dict[str, str] = {}
    for stem, rule in evidence.conditions.items():
        file, applies = f"conditions/{stem}", rule.applies
        bounded = applies.below is not None or applies.above is not None
        if (applies.to == "age") is not bounded:
            yield Breach(
                file, ("applies",), "should have an age below or above which it holds where it is to age, and only there"
            )
        if (applies.to in ("cyp2d6", "cyp3a")) is not (applies.value is not None):
            yield Breach(file, ("applies",), "should have a value where it is to an enzyme, and only there")
        if applies.to == "condition":
            for name in dict.fromkeys(_folded(rule.label, *rule.names)):
                first = owner.setdefault(name, stem)
                if first != stem:
                    yield Breach(file, ("names",), f"hold {name!r}, a name of {first} too; should mean one condition")
        if not rule.evidence:
            yield Breach(file, ("evidence",), "is an empty list; should hold what speaks for or against it")
        yield from _sentences(file, rule)
        yield from _pieces(file, rule.evidence)


def signs_are_sourced(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Where there are conditions, it is a reference that says that a sign is urgent, and no words stand for two signs."""
    if not evidence.conditions:
        return
    owner: dict[str, str] = {}
    for sign in evidence.vocabulary.signs.values():
        yield from _uncited(evidence, "signs", sign.id, sign.ref)
        for words in _folded(*sign.words.split("|")):
            first = owner.setdefault(words, sign.id)
            if first != sign.id:
                found = f"{words!r} stands for {first} and {sign.id}; should stand for one sign"
                yield Breach("vocabulary/signs.csv", (), found)


def result_limits_are_sourced(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Where there are conditions, it is a reference that says where a limit of a result was seen."""
    if not evidence.conditions:
        return
    for limit in evidence.vocabulary.result_limits.values():
        yield from _uncited(evidence, "result-limits", limit.id, limit.ref)


def _sentences(file: str, rule: Interaction | Condition) -> Iterator[Breach]:
    said: Mapping[Steps, str | None] = {
        ("title",) if isinstance(rule, Interaction) else ("label",): (
            rule.title if isinstance(rule, Interaction) else rule.label
        ),
        ("effect",): rule.effect,
        ("mechanism",): rule.mechanism,
        ("severe_because",): rule.severe_because,
        ("plain",): rule.plain,
        ("ask",): rule.ask,
        **{("watch", index): text for index, text in enumerate(rule.watch)},
        **{("questions", index): text for index, text in enumerate(getattr(rule, "questions", ()))},
    }
    for path, text in said.items():
        if text is None:
            continue
        if len(text) > SAYS:
            yield Breach(file, path, f"has {len(text)} characters; should have at most {SAYS}")
        advice = _ADVICE.search(text) or _DOSE.search(text)
        if advice:
            yield Breach(file, path, f"says {advice.group()!r}; should give no dose, no advice and no reassurance")


def _pieces(file: str, pieces: Iterable[Piece]) -> Iterator[Breach]:
    for index, piece in enumerate(pieces):
        if len(piece.says) > SAYS:
            found = f"has {len(piece.says)} characters; should have at most {SAYS}"
            yield Breach(file, ("evidence", index, "says"), found)
        if not piece.sources:
            yield Breach(file, ("evidence", index, "sources"), "is an empty list; should name a reference and the place in it")


def recalls_are_sourced(evidence: Evidence, _: date) -> Iterator[Breach]:
    """An outbreak or a recall has a source, and counts that can be."""
    for stem, recall in evidence.recalls.items():
        file = f"recalls/{stem}"
        if not recall.sources:
            yield Breach(file, ("sources",), "is an empty list; should name a reference and the place in it")
        yield from _counts(file, recall)


def _counts(file: str, recall: Recall) -> Iterator[Breach]:
    cases = recall.cases
    for key in ("cases", "hospitalised", "deaths"):
        count: int | Missing | None = getattr(recall, key)
        if isinstance(count, int) and (count < 0 or (isinstance(cases, int) and count > cases)):
            yield Breach(file, (key,), f"is {count}; should be from zero to the number of cases")


MECHANISM_RULES: tuple[Rule, ...] = (
    mechanism_words_are_known,
    mechanism_links_lead_somewhere,
    reference_studies_exist,
    brands_hold_medicines,
    product_codes_mean_medicines,
    measurements_are_sourced,
    measurements_can_be,
    fractions_are_fractions,
    names_mean_one_medicine,
    interactions_are_weighed,
    conditions_are_weighed,
    signs_are_sourced,
    result_limits_are_sourced,
    recalls_are_sourced,
)
"""What must hold before an engine reads a record of the mechanism."""
