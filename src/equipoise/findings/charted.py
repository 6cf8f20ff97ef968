"""What a chart says of the person that bears on kratom: conditions of ours, the age, and results beside published limits.

A condition counts by the beginning of its ICD-10 code or by its exact name, never by a similar one. A liver test counts as
raised only by the limit or the flag of its own laboratory, QTc and the sums of scales by published limits. What is old raises
nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipoise.findings.charts import LONG_AGO, ChartMedicines, Codebook, checked
from equipoise.findings.citing import paper_name
from equipoise.findings.interactions import properties
from equipoise.findings.people import ConditionAnswer, TypedCondition, condition_answers
from equipoise.intake.fhir import Chart, Concept, Patient, Problem, Result
from equipoise.intake.fhir.kratom import MENTION
from equipoise.intake.fhir.observations import HIGHEST, ITEM_9
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
_ANOTHERS = re.compile(r"\b(?:family history|screening)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|without|denies|negative|family history|screening)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartResult:
    """A result beside its limits.

    ``shown``: as recorded, in one line; ``against``: the limit that it is held against, with its source; ``current``: dated,
    and not older than a year. Only a current result is ``raised``, or ``high``, which is worse, or ``cut``: at or above that of
    its scale.
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
    """A condition as the record calls it, with the first resource that does; ``unsure``: a status of doubt."""

    name: str
    record: str
    unsure: str | None = None


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
    """The person in a chart: the conditions, the worst first, the results beside their limits, and what was not counted."""

    conditions: tuple[ChartCondition, ...]
    results: tuple[ChartResult, ...]
    notes: tuple[str, ...]


def charted(book: Codebook, chart: Chart, found: ChartMedicines, as_of: date) -> Charted:
    """What a chart says of the person."""
    evidence = book.evidence
    notes: list[str] = []
    results = chart_results(evidence, chart, as_of)
    held: dict[str, dict[str, Recorded]] = {}
    for ident, recorded in (*_problems(book, chart, as_of, notes), *_ages(evidence, chart.patient, as_of, notes)):
        held.setdefault(ident, {}).setdefault(folded(recorded.name), recorded)
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
    )


def _beside(book: Codebook, condition: str, idents: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Medicines that bear on the same as a condition, by the words of the property."""
    medicines = [book.evidence.medicines[ident] for ident in idents]
    for word in TOUCHES.get(condition, ()):
        names = tuple(one.name for one in medicines if word in properties(one))
        if names:
            yield book.evidence.vocabulary.properties[word].label, names


# Conditions and the age.


def _problems(book: Codebook, chart: Chart, as_of: date, notes: list[str]) -> Iterator[tuple[str, Recorded]]:
    """The conditions of ours that the record has now, each with where."""
    evidence = book.evidence
    meant: dict[Concept, tuple[str, ...]] = {}
    for one in chart.conditions:
        if not one.holds:
            continue
        if one.name not in meant:
            meant[one.name] = tuple(_meant(evidence, one.name, book.conditions))
        for ident in meant[one.name]:
            label = evidence.conditions[ident].label
            if evidence.conditions[ident].applies.to == "pregnant" and _long_ago(one.on, as_of):
                notes.append(f"Not counted: {label}, since its entry is of {one.on}.")
            else:
                yield ident, _recorded(one)


def _meant(evidence: Evidence, name: Concept, known: Register) -> Iterable[str]:
    """The conditions of ours that a name means, by its codes and by its words; what names kratom is the use itself."""
    if any(_ANOTHERS.search(text) or MENTION.search(text) for text in name.words):
        return ()
    by_code = (held.id for held in evidence.conditions.values() if _coded(name, held.icd10))
    by_words = (ident for text in name.words for ident in _worded(text, known))
    return dict.fromkeys((*by_code, *by_words))


def _recorded(one: Problem) -> Recorded:
    unsure = one.verified if one.verified in ("provisional", "differential", "unconfirmed") else None
    return Recorded(name=one.name.named or one.record, record=one.record, unsure=unsure)


def _coded(name: Concept, beginnings: Sequence[str]) -> bool:
    """Whether one of the codes is of ICD-10 and begins so; the point in a code is often left out."""
    codes = (one.code for one in name.codings if one.code and _icd10((one.system or "").casefold()))
    return any(_bare(code).startswith(tuple(_bare(one) for one in beginnings)) for code in codes) if beginnings else False


def _icd10(system: str) -> bool:
    return "icd-10" in system and "pcs" not in system


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
        holds = [_within(age, below=applies.below, above=applies.above) for age in (least, most)]
        if all(holds):
            yield condition.id, Recorded(name=words, record=f"birth date {patient.born}")
        elif any(holds):
            notes.append(f"Not counted: {condition.label}, since the birth date {patient.born} gives {words}.")


def _years(born: date, as_of: date) -> int:
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def _within(age: int, *, below: int | None, above: int | None) -> bool:
    return (below is None or age < below) and (above is None or age > above)


# Results.


def chart_results(evidence: Evidence, chart: Chart, as_of: date) -> tuple[ChartResult, ...]:
    """The results of a chart beside their limits; item 9 of the PHQ-9 has none."""
    sex = chart.patient.sex if chart.patient is not None else None
    ranked = sorted((one for one in chart.observations if one.name != ITEM_9), key=lambda one: _RANKED.index(one.name))
    return tuple(_result(evidence, one, sex, as_of) for one in ranked)


_RANKED = ("QTc", "ALT", "AST", "total bilirubin", "PHQ-9", "GAD-7")


def _result(evidence: Evidence, one: Result, sex: str | None, as_of: date) -> ChartResult:
    current = one.on is not None and not _long_ago(one.on, as_of)
    if one.name in HIGHEST:
        band, cut = (_highest(evidence, one, one.value, kind, sex) for kind in ("band", "cut"))
        against = f"“{band.word}” from {_plain(band.at_least)} in {paper_name(evidence, band.ref)}" if band else None
        return ChartResult(result=one, shown=_shown(one), against=against, current=current, cut=current and cut is not None)
    if one.name == "QTc":
        return _interval(evidence, one, sex, current=current)
    return _liver_test(evidence, one, sex, current=current)


def _interval(evidence: Evidence, one: Result, sex: str | None, *, current: bool) -> ChartResult:
    raised, high = (_highest(evidence, one, one.value, kind, sex) for kind in ("raised", "high"))
    limit = high or raised
    against = f"from {_plain(limit.at_least)} ms: {limit.word} ({paper_name(evidence, limit.ref)})" if limit else None
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
    said = [f"{_plain(multiple)} times that limit"] if multiple is not None and above else []
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


def _long_ago(on: PartialDate | None, as_of: date) -> bool:
    return on is not None and on.latest < as_of - LONG_AGO


def _shown(one: Result) -> str:
    """A result in one line; the unit stands apart from the number, as no amount of anything to take is written."""
    value = f"{one.comparator or ''}{_plain(one.value)}"
    if one.name in HIGHEST:
        return f"{one.name} {value}/{HIGHEST[one.name]} ({one.on or 'without a date'})"
    liver = one.name != "QTc"
    upper = f"laboratory's limit {_plain(one.upper)}" if one.upper is not None else "no limit of the laboratory"
    about = (one.unit or "no unit", *((upper,) if liver else ()), str(one.on or "without a date"))
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
    return _coded(name, codes) or any(words.search(text) and not _NEGATED.search(text) for text in name.words)
