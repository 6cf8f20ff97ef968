"""What may happen when kratom meets medicines: how severe, how likely, by what evidence; for a chapter and for one list.

How severe and how likely stay two things. The list of a person is checked medicine by medicine; another medicine never makes
a warning weaker.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from equipoise import __version__
from equipoise.engines.interactions import (
    KINDS,
    LIKELIHOODS,
    SEVERITIES,
    Grade,
    Spread,
    Warned,
    foremost,
    grade,
)
from equipoise.engines.interactions import Evidence as Weighed
from equipoise.findings.citing import cited
from equipoise.findings.finding import SENTENCE, Basis, Citation, Finding, Level
from equipoise.findings.medicines import (
    DAILY,
    METRICS,
    MINOR,
    Change,
    Kratom,
    Typed,
    change,
    known,
    kratom,
    named,
    ratio_words,
    shares_words,
    untold,
    upper,
)
from equipoise.intake.medicine_names import Register, UniiNames
from equipoise.records.condition import Condition
from equipoise.records.evidence import Evidence
from equipoise.records.interaction import Interaction, Piece
from equipoise.records.medicine import Medicine, Pathway
from equipoise.records.topic import InteractionFinding
from equipoise.values.estimate import Counts, Estimate
from equipoise.values.panels import Grid, GridCell, Table

About = Literal["this medicine", "its kind"]

SEVERE: Mapping[str, str] = {
    "life-threatening": "life-threatening if it happens",
    "serious": "serious if it happens",
    "moderate": "moderate if it happens",
    "minor": "minor if it happens",
    "unknown": "how bad it would be is unknown",
}
LIKELY: Mapping[str, str] = {
    "shown-in-trial": "shown in a trial in people",
    "seen-in-studies-of-people": "seen in studies of people",
    "seen-in-cases": "seen in case reports",
    "seen-in-animals": "seen in animals",
    "seen-in-vitro": "seen in the laboratory",
    "expected": "expected, not studied",
    "unknown": "likelihood unknown",
    "not-in-people": "looked for in people, not found",
}
ONE_CASE = "seen in one case report"
KIND_WORDS: Mapping[str, str] = {
    "human-trial": "trial in people",
    "observational": "study of people",
    "case": "case reports",
    "animal": "animals",
    "in-vitro": "laboratory",
    "pharmacology": "pharmacology",
}
"""Kinds of evidence in a table."""

_HEAVY: Mapping[str, int] = {"life-threatening": 4, "serious": 3, "moderate": 2, "minor": 1, "unknown": 0}
"""Bars of four in the grid; what is unknown has none, since one would look mild."""
_SURE: Mapping[str, int] = {
    "shown-in-trial": 4,
    "seen-in-studies-of-people": 3,
    "seen-in-cases": 3,
    "seen-in-animals": 2,
    "seen-in-vitro": 1,
    "expected": 1,
    "unknown": 0,
    "not-in-people": 0,
}
"""Bars of four in the grid; what they mean is said in words beside them."""
_SHORT: Mapping[str, str] = {
    "shown-in-trial": "trial",
    "seen-in-studies-of-people": "studies of people",
    "seen-in-cases": "cases",
    "seen-in-animals": "animals",
    "seen-in-vitro": "laboratory",
    "expected": "expected",
    "unknown": "unknown",
    "not-in-people": "not found in people",
}

_NAME = 60
"""Letters of a typed name that an answer repeats."""

TWO_AXES = "How severe and how likely are two things, and are not made one number."
_URGENT = frozenset({"opioid", "benzodiazepine", "alcohol", "maoi"})
"""Classes of the short list: a life-threatening rule on one of them stands before any other of its severity, whatever evidence
each has, since what is known of these without kratom is beyond doubt, and others may rest on a single case."""
UNCOUNTED = "How often it happens is not known: reports of cases say nothing of those to whom nothing happened."

_ACTS_ON: Mapping[tuple[str, str], str] = {
    ("CYP3A", "inhibitor"): "inhibits-cyp3a",
    ("CYP3A", "inducer"): "induces-cyp3a",
    ("CYP2D6", "inhibitor"): "inhibits-cyp2d6",
}
"""Properties that follow from what a medicine does to an enzyme, where that is strong or moderate."""


# Rules and medicines.


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that is about a medicine, why, and the pathway by which, where it is about an enzyme."""

    rule: Interaction
    medicine: Medicine
    because: tuple[str, ...]
    way: Pathway | None

    @property
    def minor(self) -> bool:
        """Whether the rule is only about an enzyme that clears little of the medicine.

        It is not minor where the enzyme makes what acts, nor where small changes of the level matter and it may clear more.
        """
        if self.way is None or self.way.fraction >= MINOR or self.way.makes is not None:
            return False
        return self.way.high < MINOR or "narrow-therapeutic-index" not in properties(self.medicine)


def properties(medicine: Medicine) -> frozenset[str]:
    """Those on record, and those that follow from what it does to enzymes, moderately or strongly."""
    follows = {_ACTS_ON.get((one.enzyme, one.effect), "") for one in medicine.acts_on if one.strength != "weak"}
    return frozenset({one.property for one in medicine.properties} | follows - {""})


def match(evidence: Evidence, rule: Interaction, medicine: Medicine) -> Match | None:
    """The rule on the medicine, if it is about it: by name, class, property, or an enzyme that clears some of it."""
    words, partner = evidence.vocabulary, rule.partner
    because = [f"class: {words.medicine_classes[one].label}" for one in partner.classes if one in medicine.classes]
    held = properties(medicine)
    because += [words.properties[one].label for one in partner.properties if one in held]
    if medicine.id in partner.medicines:
        because.append("named in the rule")
    ways = [way for way in medicine.pathways if way.enzyme in partner.enzymes and way.fraction > 0]
    way = max(ways, key=lambda one: one.fraction, default=None)
    if way is not None:
        makes = "" if way.makes is None else f" and makes {way.makes}, by which it acts"
        because.append(f"{way.enzyme} clears {shares_words(way.low, way.fraction, way.high)} of it{makes}")
    if not because:
        return None
    return Match(rule=rule, medicine=medicine, because=tuple(because), way=way if because[1:] == [] else None)


def matches(evidence: Evidence, medicine: Medicine) -> Iterator[Match]:
    """Every rule that is about a medicine."""
    for rule in evidence.interactions.values():
        found = match(evidence, rule, medicine)
        if found is not None:
            yield found


def weighed(pieces: Iterable[Piece]) -> Grade:
    """How likely the pieces make it."""
    return grade(Weighed(kind=piece.kind, stands=piece.stands) for piece in pieces)


def likely(rule: Interaction, medicine: Medicine) -> tuple[Grade, About]:
    """How likely a rule is for a medicine, and whether evidence about this very medicine decides that.

    A trial with the medicine itself decides, for or against. Else the rule's whole evidence does, of which the medicine's own
    may be as strong as any.
    """
    own = [piece for piece in rule.evidence if medicine.id in piece.medicines]
    mine, whole = weighed(own), weighed(rule.evidence)
    if mine.strongest == "human-trial":
        return mine, "this medicine"
    return whole, "this medicine" if mine.strongest is not None and mine.strongest == whole.strongest else "its kind"


def urgent(rule: Interaction) -> bool:
    """Whether a rule is of the short list: life-threatening, with opioids, benzodiazepines, alcohol or MAO inhibitors."""
    return rule.severity == SEVERITIES[0] and bool(_URGENT & set(rule.partner.classes))


def only_case(rule: Interaction | Condition, held: Grade) -> Piece | None:
    """The one case of one person that a likelihood rests on, where it rests on that."""
    cases = [one for one in rule.evidence if (one.kind, one.stands) == ("case", "for")]
    return cases[0] if held.strongest == "case" and len(cases) == 1 and cases[0].people == 1 else None


def likely_words(rule: Interaction | Condition, held: Grade) -> str:
    """How likely, in words; a single case is called one."""
    return LIKELY[held.likelihood] if only_case(rule, held) is None else ONE_CASE


def _order(rule: Interaction, held: Grade) -> tuple[int, bool, int]:
    return SEVERITIES.index(rule.severity), not urgent(rule), LIKELIHOODS.index(held.likelihood)


# The findings of a chapter.


def interaction(evidence: Evidence, declared: InteractionFinding, as_of: date) -> Finding:
    """What may happen with one kind of medicine; or, of several records, how many are how severe, with a figure of each.

    Raises
    ------
    ValueError
        A record that is not on record, or none.
    """
    lost = [name for name in declared.records if name not in evidence.interactions]
    if lost or not declared.records:
        raise ValueError(f"{declared.id}: {', '.join(lost) or 'nothing'} is no interaction; should be files of interactions/")
    rules = [evidence.interactions[name] for name in declared.records]
    ranked = sorted(((rule, weighed(rule.evidence)) for rule in rules), key=lambda one: (*_order(*one), -_weight(one[0])))
    alone = len(ranked) == 1
    said = _said(*ranked[0]) if alone else _foremost_of(ranked)
    seen = tuple(_rule_seen(*ranked[0])) if alone else (TWO_AXES, UNCOUNTED)
    rest = tuple(_rule_rest(evidence, ranked[0][0])) if alone else _list_rest(ranked)
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=said,
        estimate=None if alone else _counted(ranked),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(source for rule in rules for piece in rule.evidence for source in piece.sources),
        basis=Basis(
            kind="interaction",
            engine="interactions",
            options=tuple((rule.id, f"{rule.severity}; {held.likelihood}") for rule, held in ranked),
            records=declared.records,
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *seen, *rest),
        in_sight=seen,
        panel=_pieces_grid(ranked[0][0]) if alone else _rules_grid(ranked),
    )


def _said(rule: Interaction, held: Grade) -> str:
    said = f"{rule.title}: {SEVERE[rule.severity]}; {likely_words(rule, held)}."
    return said if len(said) <= SENTENCE else f"{rule.title}: {rule.severity}; {_SHORT[held.likelihood]}."


def _weight(rule: Interaction) -> int:
    """People in the evidence for a rule; it only orders those that are alike in both."""
    return sum(one.people for one in rule.evidence if one.stands == "for" and isinstance(one.people, int))


def partner(title: str) -> str:
    """What a rule is about besides kratom: ``opioid medicines`` of ``Kratom and opioid medicines``."""
    name = title.removeprefix("Kratom and ").removesuffix(", and kratom")
    return name if title.startswith("Kratom and ") else f"{name[:1].lower()}{name[1:]}"


def _foremost_of(ranked: Sequence[tuple[Interaction, Grade]]) -> str:
    worst, held = ranked[0]
    count = sum(rule.severity == worst.severity for rule, _ in ranked)
    would = {"unknown": "of unknown severity"}.get(worst.severity, worst.severity)
    opening = f"{count} of {len(ranked)} interactions on record would be {would}; foremost: {partner(worst.title)}"
    long = f"{opening}, {likely_words(worst, held)}."
    return long if len(long) <= SENTENCE else f"{opening}."


def _counted(ranked: Sequence[tuple[Interaction, Grade]]) -> Estimate:
    count = sum(rule.severity == ranked[0][0].severity for rule, _ in ranked)
    return Estimate(
        measure="count",
        value=count,
        unit="interactions",
        printed=f"{count} of {len(ranked)}",
        counts=Counts(events=count, total=len(ranked)),
    )


def _rule_seen(rule: Interaction, held: Grade) -> Iterator[str]:
    yield rule.effect
    yield f"How severe: {rule.severe_because}"
    if held.likelihood == "not-in-people":
        yield f"How likely: {_kinds(held.kinds_for)} spoke for it; a trial in people did not find it."
    elif held.kinds_for:
        against = f"; against it: {_kinds(held.kinds_against)}" if held.kinds_against else ""
        yield f"How likely: evidence for it from {_kinds(held.kinds_for)}{against}."
    if held.contested:
        yield "Evidence from people speaks on both sides."


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(KIND_WORDS[kind] for kind in kinds)


def _rule_rest(evidence: Evidence, rule: Interaction) -> Iterator[str]:
    yield f"How it may come about: {rule.mechanism}"
    if rule.note is not None:
        yield rule.note
    if rule.watch:
        yield f"Signs to look out for: {'; '.join(rule.watch)}."
    if rule.ask is not None:
        yield f"Whom to ask: {rule.ask}"
    held = [one.name for one in evidence.medicines.values() if match(evidence, rule, one) is not None]
    if held:
        yield f"Medicines of the register that this is about ({len(held)}): {', '.join(sorted(held))}."
    yield TWO_AXES
    yield UNCOUNTED


def _list_rest(ranked: Sequence[tuple[Interaction, Grade]]) -> tuple[str, ...]:
    held = {name: [rule for rule, one in ranked if one.likelihood == name] for name in LIKELIHOODS}
    said = "; ".join(f"{LIKELY[name]}, {len(rules)}" for name, rules in held.items() if rules)
    return (f"How many are how likely: {said}.",)


def _rules_grid(ranked: Sequence[tuple[Interaction, Grade]]) -> Grid:
    rows = tuple(
        (
            upper(partner(rule.title)),
            (
                GridCell(words=rule.severity, weight=_HEAVY[rule.severity]),
                GridCell(words=_SHORT[held.likelihood], weight=_SURE[held.likelihood]),
            ),
        )
        for rule, held in ranked
    )
    return Grid(
        title="Interactions of kratom: how severe, how likely",
        said="Bars say how severe it would be, and how strong the evidence is that it happens. The most severe stand first.",
        columns=("How severe", "How likely"),
        rows=rows,
        table=Table(
            columns=("Kratom with", "How severe", "Why", "How likely", "Evidence for", "against", "unclear", "Source"),
            rows=tuple(_row(rule, held) for rule, held in ranked),
        ),
    )


def _row(rule: Interaction, held: Grade) -> tuple[str, ...]:
    stands = {name: [one for one in rule.evidence if one.stands == name] for name in ("for", "against", "unclear")}
    return (
        partner(rule.title),
        rule.severity,
        rule.severe_because,
        likely_words(rule, held),
        *(_kinds(kind for kind in KINDS if any(one.kind == kind for one in pieces)) for pieces in stands.values()),
        "; ".join(dict.fromkeys(source.ref for one in rule.evidence for source in one.sources)),
    )


def _pieces_grid(rule: Interaction) -> Grid:
    sides = ("for", "unclear", "against")
    rows = []
    for kind in KINDS:
        counts = [sum((one.kind, one.stands) == (kind, side) for one in rule.evidence) for side in sides]
        if any(counts):
            cells = tuple(GridCell(words=str(count), weight=min(count, 4)) if count else None for count in counts)
            rows.append((upper(KIND_WORDS[kind]), cells))
    return Grid(
        title=f"{rule.title}: the evidence",
        said="Pieces of evidence by kind and by what they speak for; a bar each, four at most.",
        columns=tuple(upper(side) for side in sides),
        rows=tuple(rows),
        table=Table(
            columns=("Kind", "Speaks", "What was found", "Medicines", "People", "Source"),
            rows=tuple(
                (
                    KIND_WORDS[one.kind],
                    one.stands,
                    one.says,
                    ", ".join(one.medicines),
                    "" if one.people is None else str(one.people),
                    "; ".join(f"{source.ref}, {source.at}" for source in one.sources),
                )
                for one in rule.evidence
            ),
        ),
    )


# The answer for one person's list.


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceAnswer:
    """A piece of evidence; ``about``: this very medicine, or others of its kind; ``people``: how many, where that was seen."""

    kind: str
    stands: str
    says: str
    people: int | None
    about: About
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """A rule for a medicine. ``decided_by``: whether evidence about this very medicine decides how likely it is.

    ``short_list``: whether it is one of those that stand before all others of their severity. ``one_case``: whether how likely
    it is rests on a single case. ``seen``: how likely in words, and with which medicines that was seen; ``sentence`` ends so.
    """

    id: str
    title: str
    axis: str
    because: tuple[str, ...]
    minor: bool
    short_list: bool
    severity: str
    severe_because: str
    likelihood: str
    decided_by: About
    seen_with: tuple[str, ...]
    one_case: bool
    contested: bool
    seen: str
    sentence: str
    plain: str
    effect: str
    mechanism: str
    watch: tuple[str, ...]
    ask: str | None
    evidence: tuple[PieceAnswer, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What a trial found of this medicine, and where the models stand to its interval: inside, above or below."""

    metric: str
    value: float
    low: float
    high: float
    level: float
    people: str
    dynamic_stands: str
    static_stands: str | None
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureAnswer:
    """What a study's tea would do to the level of a medicine, by two models, beside trials; ``why_not`` where nobody can tell.

    ``known``: how the fractions are known that the models take, and ``firmness`` of the weakest of them.
    """

    sentence: str
    why_not: str | None
    dynamic_auc: Spread | None
    dynamic_cmax: Spread | None
    dynamic_half_life: Spread | None
    static_auc: Spread | None
    known: tuple[str, ...]
    firmness: str | None
    small_changes_matter: bool
    trials: tuple[TrialAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineAnswer:
    """A medicine of the register, the rules that are about it, the worst first, and what the models give."""

    id: str
    name: str
    typed: tuple[str, ...]
    rules: tuple[RuleAnswer, ...]
    exposure: ExposureAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherAnswer:
    """What several of the medicines do alike, and kratom beside them; ``severity`` is that of the worst rule on one of them."""

    effect: str
    severity: str
    medicines: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnswer:
    """A list of medicines checked against kratom, what matters most first."""

    sentence: str
    kratom: str | None
    foremost: tuple[RuleAnswer, ...]
    together: tuple[TogetherAnswer, ...]
    names: tuple[Typed, ...]
    medicines: tuple[MedicineAnswer, ...]
    not_checked: tuple[str, ...]
    notes: tuple[str, ...]
    as_of: date

    @property
    def recognised(self) -> bool:
        """Whether one of the names at least is a medicine, be it one without data here, or one that has to be asked for."""
        return any(one.kind in ("medicine", "which", "unregistered") for one in self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What several medicines may do alike, and the words of rules by which it is known."""

    effect: str
    classes: frozenset[str] = field(default_factory=frozenset)
    properties: frozenset[str] = field(default_factory=frozenset)

    def holds(self, rule: Interaction) -> bool:
        return bool(self.classes & set(rule.partner.classes) or self.properties & set(rule.partner.properties))


_SHARED = (
    _Shared(
        effect="make drowsy or slow the breathing",
        classes=frozenset(
            {
                "alcohol",
                "barbiturate",
                "benzodiazepine",
                "gabapentinoid",
                "muscle-relaxant",
                "opioid",
                "opioid-partial-agonist",
                "sedating-antihistamine",
                "z-drug",
            }
        ),
        properties=frozenset({"sedative", "opioid-agonist"}),
    ),
    _Shared(effect="raise serotonin", classes=frozenset({"maoi"}), properties=frozenset({"serotonergic", "maoi"})),
    _Shared(effect="lengthen the QT interval of the heart", properties=frozenset({"qt-prolonging"})),
    _Shared(effect="make seizures more likely", properties=frozenset({"lowers-seizure-threshold"})),
    _Shared(effect="harm the liver", properties=frozenset({"hepatotoxic"})),
    _Shared(effect="change blood pressure", properties=frozenset({"lowers-blood-pressure", "alpha-agonist"})),
    _Shared(effect="stimulate", properties=frozenset({"stimulant"})),
)

NOT_CHECKED = (
    "how these medicines act on each other",
    "other amounts than one cup of leaf tea: daily use, larger amounts, extracts and concentrated 7-OH were not in the trials",
    "illnesses, age, pregnancy and inborn differences of enzymes",
    "foods, drinks, supplements and medicines that were not named",
)
LEVELS = (
    "Levels are of the medicine itself, not of what the body makes of it.",
    "A level that hardly changes says nothing of what both do to the body.",
    DAILY,
)
"""What has to stand beside computed levels."""
NOTES = (
    "Before any change of a medicine: a pharmacist or the prescriber can look at the whole list; tell them about the kratom.",
    "Information, not medical advice. The names stayed in this command: nothing was sent or kept.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A medicine of the register with all that no list changes: the rules about it, and its answer."""

    rules: tuple[Match, ...]
    answer: MedicineAnswer


@dataclass(frozen=True, kw_only=True, eq=False)
class Checker:
    """Everything that answers need and no list of names changes; made by :func:`checker`, for those who ask often.

    All medicines are worked out before anyone asks, and nothing after, so that it holds nothing of what was asked.
    """

    evidence: Evidence
    register: Register
    unii: UniiNames | None
    tea: Kratom | str
    medicines: Mapping[str, _Ready]
    as_of: date

    def check(self, names: Sequence[str]) -> ListAnswer:
        """A list of names as typed, checked against kratom; each name is answered, and nothing is guessed."""
        typed = tuple(named(self.evidence, name, self.register, self.unii) for name in names)
        return _listed(self.evidence, typed, self.medicines, self.tea, self.as_of)


def checker(evidence: Evidence, as_of: date, unii: UniiNames | None = None) -> Checker:
    """Every medicine of the register, ready for lists.

    Raises
    ------
    ValueError
        Evidence in which one name stands for two medicines.
    """
    tea = _tea(evidence)
    return Checker(
        evidence=evidence,
        register=known(evidence),
        unii=unii,
        tea=tea,
        medicines=_ready(evidence, evidence.medicines, tea),
        as_of=as_of,
    )


def check(evidence: Evidence, names: Sequence[str], as_of: date, unii: UniiNames | None = None) -> ListAnswer:
    """One list, as :meth:`Checker.check`, for which no other medicine is worked out.

    Raises
    ------
    ValueError
        Evidence in which one name stands for two medicines.
    """
    register = known(evidence)
    typed = tuple(named(evidence, name, register, unii) for name in names)
    tea = _tea(evidence)
    meant = dict.fromkeys(ident for one in typed for ident in one.medicines)
    return _listed(evidence, typed, _ready(evidence, meant, tea), tea, as_of)


def _ready(evidence: Evidence, idents: Iterable[str], tea: Kratom | str) -> dict[str, _Ready]:
    found = {}
    for ident in idents:
        medicine = evidence.medicines[ident]
        rules = tuple(matches(evidence, medicine))
        found[ident] = _Ready(rules=rules, answer=_answer(evidence, medicine, held=rules, tea=tea))
    return found


def _listed(
    evidence: Evidence, typed: tuple[Typed, ...], ready: Mapping[str, _Ready], tea: Kratom | str, as_of: date
) -> ListAnswer:
    said: dict[str, list[str]] = {}
    for one in typed:
        for ident in one.medicines:
            said.setdefault(ident, []).append(one.typed)
    answered = [replace(ready[ident].answer, typed=tuple(dict.fromkeys(texts))) for ident, texts in said.items()]
    answers = tuple(sorted(answered, key=_worst))
    return ListAnswer(
        sentence=_first(answers, typed),
        kratom=None if isinstance(tea, str) else tea.words,
        foremost=_foremost(answers),
        together=tuple(_together(evidence, {answer.id: ready[answer.id].rules for answer in answers})),
        names=typed,
        medicines=answers,
        not_checked=(*_left_out(typed), *NOT_CHECKED),
        notes=(*(LEVELS if any(one.exposure.why_not is None for one in answers) else ()), *NOTES),
        as_of=as_of,
    )


def _tea(evidence: Evidence) -> Kratom | str:
    """What a study's tea does, or why that is not known."""
    try:
        return kratom(evidence)
    except ValueError as lost:
        return f"the models lack their evidence ({lost}): cannot tell"


def _answer(evidence: Evidence, medicine: Medicine, *, held: Sequence[Match], tea: Kratom | str) -> MedicineAnswer:
    """All of an answer but the words that were typed."""
    return MedicineAnswer(
        id=medicine.id,
        name=medicine.name,
        typed=(),
        rules=tuple(sorted((_rule(evidence, one) for one in held), key=_rank)),
        exposure=_exposure(evidence, medicine, tea),
    )


def _rank(rule: RuleAnswer) -> tuple[bool, int, bool, int, bool, int]:
    """Those by a minor way last; the most severe first; of those the short list; then the likeliest, by the medicine itself.

    Of rules that are alike in all that, the one that more people stand behind.
    """
    likelihood = LIKELIHOODS.index(rule.likelihood)
    severity = SEVERITIES.index(rule.severity)
    people = sum(one.people for one in rule.evidence if one.stands == "for" and one.people is not None)
    return rule.minor, severity, not rule.short_list, likelihood, rule.decided_by != "this medicine", -people


def _worst(answer: MedicineAnswer) -> tuple[object, ...]:
    return (0, *_rank(answer.rules[0]), answer.id) if answer.rules else (1, answer.id)


def _rule(evidence: Evidence, held: Match) -> RuleAnswer:
    rule, medicine = held.rule, held.medicine
    weight, about = likely(rule, medicine)
    deciding = [one for one in rule.evidence if one.kind == weight.strongest and one.stands != "unclear"]
    others = dict.fromkeys(name for one in deciding for name in one.medicines if name != medicine.id)
    seen_with = tuple(evidence.medicines[name].name for name in others if name in evidence.medicines)
    seen = _seen(held, weight, about, seen_with)
    return RuleAnswer(
        id=rule.id,
        title=rule.title,
        axis=rule.axis,
        because=held.because,
        minor=held.minor,
        short_list=urgent(rule),
        severity=rule.severity,
        severe_because=rule.severe_because,
        likelihood=weight.likelihood,
        decided_by=about,
        seen_with=seen_with,
        one_case=only_case(rule, weight) is not None,
        contested=weight.contested,
        seen=seen,
        sentence=f"{rule.title}: {SEVERE[rule.severity]}; {seen}.",
        plain=rule.plain,
        effect=rule.effect,
        mechanism=rule.mechanism,
        watch=rule.watch,
        ask=rule.ask,
        evidence=piece_answers(rule.evidence, medicine.id),
        note=rule.note,
    )


def piece_answers(pieces: Iterable[Piece], medicine: str | None) -> tuple[PieceAnswer, ...]:
    """Pieces of evidence in words: those on the medicine first, then by kind; of a rule on people none is on one."""
    return tuple(
        PieceAnswer(
            kind=one.kind,
            stands=one.stands,
            says=one.says,
            people=one.people if isinstance(one.people, int) else None,
            about="this medicine" if medicine in one.medicines else "its kind",
            sources=cited(one.sources),
        )
        for one in sorted(pieces, key=lambda one: (medicine not in one.medicines, KINDS.index(one.kind)))
    )


def _seen(about_it: Match, held: Grade, about: About, seen_with: Sequence[str]) -> str:
    rule, medicine = about_it.rule, about_it.medicine
    alone, whose = only_case(rule, held), ""
    if held.strongest in ("human-trial", "observational", "case"):
        others = _few(seen_with) if alone is None else " and ".join(seen_with)
        beside = f", taken together with {others}" if alone is not None and others else ""
        kind = f"{others}{' together' if alone is not None and len(seen_with) > 1 else ''}" if others else "others of its kind"
        whose = f" with {medicine.name} itself{beside}" if about == "this medicine" else f" with {kind}"
    seen = f"{likely_words(rule, held)}{whose}"
    if held.likelihood == "not-in-people":
        seen = f"looked for in people{whose}, not found"
    minor = f"; by a minor way for {medicine.name}" if about_it.minor else ""
    return f"{seen}{minor}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and more"


def _exposure(evidence: Evidence, medicine: Medicine, tea: Kratom | str) -> ExposureAnswer:
    reason = tea if isinstance(tea, str) else untold(medicine, tea)
    narrow = "narrow-therapeutic-index" in properties(medicine)
    if isinstance(tea, str) or reason is not None:
        return ExposureAnswer(
            sentence=f"Level of {medicine.name} with kratom: {reason}.",
            why_not=reason,
            dynamic_auc=None,
            dynamic_cmax=None,
            dynamic_half_life=None,
            static_auc=None,
            known=(),
            firmness=None,
            small_changes_matter=narrow,
            trials=(),
        )
    held = change(evidence, medicine, tea)
    return ExposureAnswer(
        sentence=_level(medicine, held),
        why_not=None,
        dynamic_auc=held.dynamic["auc"],
        dynamic_cmax=held.dynamic["cmax"],
        dynamic_half_life=held.dynamic["t-half"],
        static_auc=held.static,
        known=tuple(f"{one.says}, {one.how}" for one in held.known),
        firmness=held.firmness,
        small_changes_matter=narrow,
        trials=tuple(
            TrialAnswer(
                metric=METRICS[one.ratio.metric],
                value=float(one.ratio.value),
                low=float(one.ratio.low),
                high=float(one.ratio.high),
                level=one.ratio.level / 100,
                people=one.people,
                dynamic_stands=one.dynamic.stands,
                static_stands=None if one.static is None else one.static.stands,
                sources=cited(one.sources),
            )
            for one in held.trials
        ),
    )


def _level(medicine: Medicine, held: Change) -> str:
    measured = next((one for one in held.trials if one.ratio.metric == "auc"), None)
    if measured is None:
        opening = f"No trial measured the level of {medicine.name} with kratom. By computation"
    else:
        ratio = measured.ratio
        opening = (
            f"A trial of {measured.people} people measured {ratio.value} ({ratio.low} to {ratio.high}) times the level of "
            f"{medicine.name} with kratom. By computation"
        )
    dynamic, fixed = ratio_words(held.dynamic["auc"]), ratio_words(held.static)
    said = f"{opening}: {dynamic} times by the dynamic model, {fixed} by the static one"
    made = " and ".join(dict.fromkeys(way.makes for way in medicine.pathways if way.makes is not None))
    rest = f" It acts by {made}, which was not computed." if made else ""
    weak = {"assumed": ", with a fraction that is assumed", "second-hand": ", with a fraction from a review"}
    return f"{said}{weak.get(held.firmness, '')}.{rest}"


def _foremost(answers: Sequence[MedicineAnswer]) -> tuple[RuleAnswer, ...]:
    """The first of all; the short list; rules that no other one outdoes in both; serious ones had with the very medicine.

    A rule that rests on a single case, or is about a minor way, outdoes none that does not.
    One of each id, for the medicine for which it weighs most, in the order of rules.
    """
    best: dict[str, RuleAnswer] = {}
    for rule in sorted((rule for answer in answers for rule in answer.rules), key=_rank):
        best.setdefault(rule.id, rule)
    listed = [
        (Warned(name=rule.id, severity=rule.severity, likelihood=rule.likelihood), rule.one_case or rule.minor)  # type: ignore[arg-type]
        for rule in best.values()
    ]
    undone = {one.name for one in foremost(one for one, _ in listed)}
    undone |= {one.name for one in foremost(one for one, weak in listed if not weak)}
    undone.update(list(best)[:1])
    return tuple(rule for rule in best.values() if rule.short_list or rule.id in undone or _of_its_own(rule))


def _of_its_own(rule: RuleAnswer) -> bool:
    from_people = rule.likelihood in ("shown-in-trial", "seen-in-studies-of-people", "seen-in-cases")
    grave = rule.severity in ("life-threatening", "serious")
    return grave and from_people and rule.decided_by == "this medicine" and not rule.minor


def _first(answers: Sequence[MedicineAnswer], typed: Sequence[Typed]) -> str:
    """What matters most, in a sentence; how many of the names were not checked stands beside it."""
    unchecked = sum(not one.medicines and one.kind != "topic" for one in typed)
    missed = f" Not checked: {unchecked} of {len(typed)} names." if unchecked else ""
    top = next((answer.rules[0] for answer in answers if answer.rules), None)
    if top is not None:
        return f"{top.sentence} {here(top, answers)}{missed}"
    if answers:
        names = ", ".join(answer.name for answer in answers)
        return f"Nothing is on record about kratom with {names}: what they do together is not known.{missed}"
    if any(one.kind in ("which", "unregistered") for one in typed):
        return f"None of these could be checked against kratom.{missed}"
    return "None of these names is a medicine that is known here; nothing was checked."


def here(rule: RuleAnswer, answers: Sequence[MedicineAnswer]) -> str:
    """Which medicines of the list a rule is about: ``Here: oxycodone.``."""
    return f"Here: {', '.join(one.name for one in answers if any(held.id == rule.id for held in one.rules))}."


def shortened(typed: str) -> str:
    """A typed name as an answer repeats it: the beginning of a long one."""
    return typed if len(typed) <= _NAME else f"{typed[: _NAME - 1]}…"


def _together(evidence: Evidence, held: Mapping[str, Sequence[Match]]) -> Iterator[TogetherAnswer]:
    for shared in _SHARED:
        found = {ident: [one.rule for one in rules if shared.holds(one.rule)] for ident, rules in held.items()}
        several = [ident for ident, rules in found.items() if rules]
        if len(several) < 2:
            continue
        severities = {rule.severity for rules in found.values() for rule in rules}
        severity = min(severities, key=SEVERITIES.index)
        names = tuple(evidence.medicines[ident].name for ident in several)
        yield TogetherAnswer(
            effect=shared.effect,
            severity=severity,
            medicines=names,
            sentence=f"{len(names)} of these may {shared.effect} ({', '.join(names)}), and kratom may add to it: "
            f"{SEVERE[severity]}.",
        )


def _left_out(typed: Sequence[Typed]) -> Iterator[str]:
    names = [one.typed.strip() for one in typed if not one.medicines and one.kind != "topic"]
    if names:
        yield f"what was typed as {', '.join(f'“{shortened(name)}”' for name in names)}"
    others = [name for one in typed if one.medicines for name in one.others]
    if others:
        yield f"ingredients that are not in the register: {', '.join(others)}"
