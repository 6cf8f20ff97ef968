"""What a chart says of the person that bears on kratom: conditions of ours, the age, and results beside published limits.

A condition counts by the beginning of its ICD-10 code or by its exact name, never by a similar one. A liver test counts as
raised only by the limit or the flag of its own laboratory, QTc and the sums of scales by published limits. What is old raises
nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from equipoise.findings.charts import LONG_AGO, ChartMedicines, Codebook, checked
from equipoise.findings.citing import paper_name
from equipoise.findings.interactions import properties
from equipoise.findings.people import ADULT_YEARS, ConditionAnswer, TypedCondition, condition_answers, of_age
from equipoise.intake.fhir import Chart, Concept, Patient, Problem, Result
from equipoise.intake.fhir.kratom import MENTION
from equipoise.intake.fhir.observations import HIGHEST
from equipoise.intake.fhir.resources import REMISSION
from equipoise.intake.medicine_names import LONGEST, Register, folded
from equipoise.records.case import Case
from equipoise.records.evidence import Evidence
from equipoise.records.vocabulary import ResultLimit
from equipoise.values.dates import PartialDate

STANDS_FOR: Mapping[str, str] = {
    "ALT": "liver-disease",
    "AST": "liver-disease",
    "total bilirubin": "liver-disease",
    "QTc": "long-qt",
}
"""The condition that a raised result is an instance of: raised liver tests and a prolonged QT are among the names of these."""
TOUCHES: Mapping[str, tuple[str, ...]] = {
    "alcohol-use-disorder": ("sedative", "hepatotoxic"),
    "breathing-disorders": ("opioid-agonist", "sedative"),
    "gallbladder-disease": ("hepatotoxic",),
    "heart-disease": ("qt-prolonging", "stimulant"),
    "high-blood-pressure": ("stimulant",),
    "liver-disease": ("hepatotoxic",),
    "long-qt": ("qt-prolonging",),
    "opioid-use-disorder": ("opioid-agonist",),
    "seizures": ("lowers-seizure-threshold",),
}
"""Properties by which a medicine bears on the same organ or function as a condition."""

_CLOSED = re.compile(
    r"\s*\((?:disorder|finding|situation|event|morphologic abnormality)\)\s*$|,\s*(?:unspecified|NOS)\s*$", re.IGNORECASE
)
"""What terminologies put behind a name; ``Epilepsy (mother)`` is not Epilepsy."""
_JOINED = re.compile(r"\s*[/+,;&]\s*|\s+(?:and|with)\s+", re.IGNORECASE)
_ELSEWHERE = r"\b(?:fam(?:ily)? (?:history|hx)|fhx?|screening)\b|\bf/h\b"
_ANOTHERS = re.compile(
    rf"{_ELSEWHERE}|^\W*(?:no|not|denies|without|negative for|absence of)\b|\b(?:ruled out|no evidence of)\b", re.IGNORECASE
)
"""Of the family, only looked for, or absent. "Without" behind a name denies something else: "epilepsy, without status"."""
_NEGATED = re.compile(rf"\b(?:no|not|without|denies|negative)\b|{_ELSEWHERE}", re.IGNORECASE)
_DOUBTED = re.compile(r"\b(?:rule out|r/o|suspected|possible|probable|questionable|query)\b|\?", re.IGNORECASE)
_DOUBTS = frozenset({"provisional", "differential", "unconfirmed"})
_ICD_10 = frozenset(
    {
        "http://terminology.hl7.org/codesystem/icd10",
        "urn:oid:2.16.840.1.113883.6.3",
        "urn:oid:2.16.840.1.113883.6.90",
    }
)
"""Names of ICD-10 and of ICD-10-CM without these letters in them."""
PASSES: Mapping[str, timedelta] = {"pregnancy": timedelta(weeks=43), "breastfeeding": LONG_AGO, "surgery": LONG_AGO}
"""How old an entry may be of what passes by itself. Labour is induced before the end of week 43 (Merck Manual, professional
version, late-term and postterm pregnancy)."""
_TOMORROW = timedelta(days=1)
"""A result may be dated by a clock that is ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartResult:
    """A result beside its limits.

    ``shown``: as recorded, in one line; ``against``: the limit that it is held against, with its source; ``current``: dated,
    not in the future, and not older than a year. Only a current result is ``raised``, or ``high``, which is worse, or ``cut``:
    at or above that of its scale.
    """

    result: Result
    shown: str
    against: str | None
    current: bool
    raised: bool = False
    high: bool = False
    cut: bool = False

    @property
    def value(self) -> str:
        """The number in a few digits."""
        return _plain(self.result.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A condition as the record calls it, with the newest resource that does and its date, or the first.

    ``unsure``: a word of doubt, of remission or of an end; ``visit``: a diagnosis of a visit.
    """

    name: str
    record: str
    unsure: str | None = None
    on: PartialDate | None = None
    visit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCondition:
    """A condition of ours that the chart has, with what it rests on there.

    ``beside``: medicines of the list that bear on the same, by the words of the property; ``ordered``: whether one of them is
    being ordered.
    """

    answer: ConditionAnswer
    recorded: tuple[Recorded, ...]
    results: tuple[ChartResult, ...]
    beside: tuple[tuple[str, tuple[str, ...]], ...]
    ordered: bool
    checked: str

    @property
    def high(self) -> bool:
        """Whether one of its results is at or above the limit of what is worse."""
        return any(one.high for one in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """The person in a chart: the conditions, the worst first, the results beside their limits, and what was not counted.

    ``entries``: how many different conditions the record has now; ``known``: how many of them mean one of ours.
    """

    conditions: tuple[ChartCondition, ...]
    results: tuple[ChartResult, ...]
    notes: tuple[str, ...]
    entries: int
    known: int


def charted(book: Codebook, chart: Chart, found: ChartMedicines, as_of: date) -> Charted:
    """What a chart says of the person."""
    evidence = book.evidence
    notes: list[str] = []
    results = chart_results(evidence, chart, as_of)
    meant = _read(book, chart)
    held: dict[str, dict[str, Recorded]] = {}
    for ident, recorded in (*_problems(book, chart, meant, as_of, notes), *_ages(evidence, chart.patient, as_of, notes)):
        before = held.setdefault(ident, {}).setdefault(folded(recorded.name), recorded)
        if recorded.on is not None and (before.on is None or before.on.latest < recorded.on.latest):
            held[ident][folded(recorded.name)] = recorded
    raised: dict[str, list[ChartResult]] = {}
    for result in results:
        if result.raised and result.result.name in STANDS_FOR:
            raised.setdefault(STANDS_FOR[result.result.name], []).append(result)
    idents = [ident for ident in dict.fromkeys((*held, *raised)) if ident in evidence.conditions]
    typed = [TypedCondition(typed=ident, conditions=(ident,), suggestions=(), sentence="") for ident in idents]
    return Charted(
        conditions=tuple(
            ChartCondition(
                answer=one,
                recorded=tuple(held.get(one.id, {}).values()),
                results=tuple(raised.get(one.id, ())),
                beside=tuple(_beside(book, one.id, found.idents)),
                ordered=any(names for _, names in _beside(book, one.id, found.ordered)),
                checked=checked(evidence.conditions[one.id]),
            )
            for one in condition_answers(evidence, Case(), typed)
        ),
        results=results,
        notes=tuple(dict.fromkeys(notes)),
        entries=len(meant),
        known=sum(bool(ours) or any(MENTION.search(text) for text in name.words) for name, ours in meant.items()),
    )


def _beside(book: Codebook, condition: str, idents: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Medicines that bear on the same as a condition, by the words of the property."""
    medicines = [book.evidence.medicines[ident] for ident in idents]
    for word in TOUCHES.get(condition, ()):
        names = tuple(one.name for one in medicines if word in properties(one))
        if names:
            yield book.evidence.vocabulary.properties[word].label, names


# Conditions and the age.


def _read(book: Codebook, chart: Chart) -> Mapping[Concept, tuple[str, ...]]:
    """Each different condition that the record has now, and the conditions of ours that it means."""
    names = dict.fromkeys(one.name for one in chart.conditions if one.holds)
    return {name: tuple(_meant(book.evidence, name, book.conditions)) for name in names}


def _problems(
    book: Codebook, chart: Chart, meant: Mapping[Concept, Sequence[str]], as_of: date, notes: list[str]
) -> Iterator[tuple[str, Recorded]]:
    """The conditions of ours that the record has now, each with where; one that its words or its age speak against is noted."""
    counted: set[str] = set()
    past: dict[str, str] = {}
    for one in chart.conditions:
        found = meant[one.name] if one.holds else ()
        denied = next((text for text in one.name.words if _ANOTHERS.search(text) and not _worded(text, book.conditions)), None)
        if found and denied is not None:
            notes.append(f"Not counted: “{denied[:80]}” ({one.record}), by its words absent, looked for, or of somebody else.")
            continue
        for ident in found:
            label = book.evidence.conditions[ident].label
            if ident in PASSES and (one.abated or _long_ago(one.on, as_of, PASSES[ident])):
                why = "has an end" if one.abated else f"is of {one.on}"
                past[ident] = f"Not counted: {label}, since its entry ({one.record}) {why}."
            else:
                counted.add(ident)
                yield ident, _recorded(one)
    notes += [note for ident, note in past.items() if ident not in counted]


def _meant(evidence: Evidence, name: Concept, known: Register) -> Iterable[str]:
    """The conditions of ours that a name means, by its codes and by its words; what names kratom is the use itself."""
    if any(MENTION.search(text) for text in name.words):
        return ()
    by_code = (held.id for held in evidence.conditions.values() if _coded(name, held.icd10))
    by_words = (ident for text in name.words for ident in _worded(text, known))
    return dict.fromkeys((*by_code, *by_words))


def _recorded(one: Problem) -> Recorded:
    unsure = None
    if one.verified in _DOUBTS:
        unsure = one.verified
    elif any(_DOUBTED.search(text) for text in one.name.words):
        unsure = "in doubt"
    elif one.clinical == REMISSION:
        unsure = "in remission"
    elif one.abated:
        unsure = "an end is recorded"
    return Recorded(name=one.name.named or one.record, record=one.record, unsure=unsure, on=one.on, visit=one.visit)


def _coded(name: Concept, beginnings: Sequence[str]) -> bool:
    """Whether one of the codes is of ICD-10 and begins so; the point in a code is often left out."""
    codes = (one.code for one in name.codings if one.code and _icd10((one.system or "").casefold()))
    return any(_bare(code).startswith(tuple(_bare(one) for one in beginnings)) for code in codes) if beginnings else False


def _icd10(system: str) -> bool:
    return ("icd-10" in system and "pcs" not in system) or system in _ICD_10


def _bare(code: str) -> str:
    return code.replace(".", "").upper()


def _worded(text: str, known: Register) -> tuple[str, ...]:
    """What a text names: a name of the register, or several that are each one."""
    if len(text) > LONGEST:
        return ()
    plain = _CLOSED.sub("", text)
    parts = [plain] if folded(plain) in known.names else _JOINED.split(plain)
    found = [known.names.get(folded(part)) for part in parts]
    if not all(found):
        return ()
    return tuple(dict.fromkeys(ident for one in found if one for ident in one.medicines))


def _ages(evidence: Evidence, patient: Patient | None, as_of: date, notes: list[str]) -> Iterator[tuple[str, Recorded]]:
    """The rules on age that hold whichever day of a partial birth date it is; of one that may hold it is said."""
    if patient is None or patient.born is None or patient.born.earliest > as_of:
        return
    least, most = (_years(born, as_of) for born in (min(patient.born.latest, as_of), patient.born.earliest))
    words = f"age {most}" if least == most else f"age {least} or {most}"
    for condition in evidence.conditions.values():
        applies = condition.applies
        if applies.to != "age":
            continue
        holds = [of_age(applies, age) for age in (least, most)]
        if all(holds):
            yield condition.id, Recorded(name=words, record=f"birth date {patient.born}")
        elif any(holds):
            notes.append(f"Not counted: {condition.label}, since the birth date {patient.born} gives {words}.")


def _years(born: date, as_of: date) -> int:
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


# Results.


def chart_results(evidence: Evidence, chart: Chart, as_of: date) -> tuple[ChartResult, ...]:
    """The newest results of a chart beside their limits, and those with a date to come; item 9 of the PHQ-9 has none."""
    sex = _sex(chart.patient, as_of)
    found = []
    for name in _RANKED:
        for one in chart.results(name):
            found.append(_result(evidence, one, sex, as_of))
            if not to_come(one, as_of):
                break
    return tuple(found)


def to_come(one: Result, as_of: date) -> bool:
    """Whether a result is dated in the future, so that nobody knows of when it is."""
    return one.on is not None and one.on.earliest > as_of + _TOMORROW


def long_ago(one: Result, as_of: date) -> bool:
    """Whether a result is older than a year."""
    return _long_ago(one.on, as_of)


def _sex(patient: Patient | None, as_of: date) -> str | None:
    """The sex as recorded; of a child none, since the limits for men and women are of adults."""
    if patient is None or (patient.born is not None and _years(patient.born.latest, as_of) < ADULT_YEARS):
        return None
    return patient.sex


_RANKED = ("QTc", "ALT", "AST", "total bilirubin", "PHQ-9", "GAD-7")


def _result(evidence: Evidence, one: Result, sex: str | None, as_of: date) -> ChartResult:
    current = one.on is not None and not _long_ago(one.on, as_of) and not to_come(one, as_of)
    if one.name in HIGHEST:
        band, cut = (_highest(evidence, one, one.value, kind, sex) for kind in ("band", "cut"))
        against = f"“{band.word}” from {_plain(band.at_least)} in {paper_name(evidence, band.ref)}" if band else None
        return ChartResult(result=one, shown=_shown(one), against=against, current=current, cut=current and cut is not None)
    if one.name == "QTc":
        return _interval(evidence, one, sex, current=current)
    return _liver_test(evidence, one, sex, current=current)


def _interval(evidence: Evidence, one: Result, sex: str | None, *, current: bool) -> ChartResult:
    raised, high = (_highest(evidence, one, one.value, kind, sex) for kind in ("raised", "high"))
    limit, against = high or raised, None
    if limit is not None:
        word = limit.word if limit.sex in ("any", sex) else "the higher of the limits for men and women"
        against = f"from {_plain(limit.at_least)} ms: {word} ({paper_name(evidence, limit.ref)})"
    return ChartResult(
        result=one,
        shown=_shown(one),
        against=against,
        current=current,
        raised=current and limit is not None,
        high=current and high is not None,
    )


def _liver_test(evidence: Evidence, one: Result, sex: str | None, *, current: bool) -> ChartResult:
    """A liver test beside the limit and the flag of its laboratory; a bare "abnormal" below that limit may mean low."""
    bound = one.comparator in ("<", "<=")
    multiple = one.value / one.upper if one.upper is not None and not bound else None
    above = multiple is not None and (multiple > 1 or (multiple == 1 and one.comparator == ">"))
    flagged = one.flag == "high" or (one.flag == "abnormal" and one.upper is None)
    high = _highest(evidence, one, multiple, "high", sex) if multiple is not None and above else None
    said = [f"{_times(multiple, one)} that limit"] if multiple is not None and above else []
    if high is not None:
        said.append(f"from {_plain(high.at_least)} times: {high.word} ({paper_name(evidence, high.ref)})")
    if flagged and not above:
        said.append(f"the laboratory calls it {one.flag}")
    return ChartResult(
        result=one,
        shown=_shown(one),
        against="; ".join(said) or None,
        current=current,
        raised=current and (above or flagged),
        high=current and high is not None,
    )


def _highest(evidence: Evidence, one: Result, value: Decimal, kind: str, sex: str | None) -> ResultLimit | None:
    """The highest limit of a kind that a value is at or above; where the sex is not known, that of either sex has to be."""
    limits = [held for held in evidence.vocabulary.result_limits.values() if (held.result, held.kind) == (one.name, kind)]
    own = [held for held in limits if held.sex in ("any", sex)]
    if not own and limits:
        own = [max(limits, key=lambda held: held.at_least)]
    below = one.comparator in ("<", "<=")
    reached = [held for held in own if value >= held.at_least and not below]
    return max(reached, key=lambda held: held.at_least, default=None)


def _long_ago(on: PartialDate | None, as_of: date, most: timedelta = LONG_AGO) -> bool:
    return on is not None and on.latest < as_of - most


def _times(multiple: Decimal, one: Result) -> str:
    """How many times a limit, cut off and not rounded: what is below a multiple is not shown as at it."""
    step = Decimal(1) if multiple >= _MANY else Decimal("0.1")
    short = multiple.quantize(step, rounding=ROUND_DOWN) if multiple < Decimal(10) ** 20 else multiple
    if short == 1:
        return "just above"
    return f"{'more than ' if one.comparator in ('>', '>=') else ''}{_plain(short)} times"


_MANY = 10


def _shown(one: Result) -> str:
    """A result in one line; the unit stands apart from the number, as no amount of anything to take is written."""
    value = f"{one.comparator or ''}{_plain(one.value)}"
    if one.name in HIGHEST:
        early = "preliminary, " if one.preliminary else ""
        return f"{one.name} {value}/{HIGHEST[one.name]} ({early}{one.on or 'without a date'})"
    upper = "its limit could not be read" if one.limited else "no limit of the laboratory"
    if one.upper is not None:
        upper = f"laboratory's limit {_plain(one.upper)}"
    limits = () if one.name == "QTc" else (upper,)
    status = ("preliminary",) if one.preliminary else ()
    about = (one.unit or "no unit", *limits, *status, str(one.on or "without a date"))
    return f"{one.name} {value} ({', '.join(about)})"


def _plain(value: Decimal) -> str:
    """A number of a few digits."""
    short = f"{value.normalize():f}" if -4 < value.adjusted() < 7 else f"{value:.3e}"
    return short if len(short) <= 7 else f"{value:.4g}"


# When it is worth asking about kratom.

_ASK: Mapping[str, tuple[re.Pattern[str], str]] = {
    "depression": (re.compile(r"depress|dysthym", re.IGNORECASE), "depression"),
    "opioids": (re.compile(r"opioid|opiate|heroin", re.IGNORECASE), "opioid-use-disorder"),
    "the liver": (re.compile(r"hepat|liver|cirrho|jaundice", re.IGNORECASE), "liver-disease"),
}
"""Words of a condition for which a site may ask, and our record of it, which has the beginnings of its codes in ICD-10."""
_OPIOIDS = frozenset({"opioid", "opioid-partial-agonist"})


def reasons_to_ask(
    book: Codebook, chart: Chart, found: ChartMedicines, results: Sequence[ChartResult]
) -> Mapping[str, tuple[ChartResult, ...]]:
    """What of the chart makes kratom matter: depression, opioids, the liver; with the results that say so, where any do."""
    present = [one.name for one in chart.conditions if one.holds]
    records = book.evidence.conditions
    codes = {name: records[ident].icd10 if ident in records else () for name, (_, ident) in _ASK.items()}
    why = {name for name, (words, _) in _ASK.items() if any(_is(one, words, codes[name]) for one in present)}
    if any(_OPIOIDS & set(book.evidence.medicines[ident].classes) for ident in found.idents):
        why.add("opioids")
    told = {
        "depression": tuple(one for one in results if one.cut and one.result.name == "PHQ-9"),
        "the liver": tuple(one for one in results if one.raised and STANDS_FOR[one.result.name] == "liver-disease"),
    }
    return {name: told.get(name, ()) for name in _ASK if name in why or told.get(name)}


def _is(name: Concept, words: re.Pattern[str], codes: Sequence[str]) -> bool:
    if any(_ANOTHERS.search(text) for text in name.words):
        return False
    return _coded(name, codes) or any(words.search(text) and not _NEGATED.search(text) for text in name.words)
