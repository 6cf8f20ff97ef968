"""The medicines of a chart against the register: what each code and each text means, where they disagree, what is not known.

A code and the words beside it are read apart. Where they mean different medicines both are named and both are checked, since
nobody here can tell which was meant. Nothing that is only similar is taken.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from equipoise.findings.medicines import Typed, known, named
from equipoise.intake.fhir import Chart, Concept, ListedMedicine, bare, written
from equipoise.intake.fhir.resources import RXNORM, UNII
from equipoise.intake.medicine_names import Register, UniiNames, folded
from equipoise.records.evidence import Evidence

Kind = Literal["read", "disagrees", "topic", "not-in-register", "unclear", "not-recognised"]
"""``read``: in the register. ``disagrees``: code and words mean different medicines; both are taken. ``topic``: kratom itself.
``not-in-register``: a known name without data here. ``unclear``: a name that several products have, or that
is only similar to another."""

_TAKEN = frozenset({"medicine", "unregistered"})

LONG_AGO = timedelta(days=365)
"""A dispense says what was handed over, and nothing of later; after a year it is not taken for current."""
MOST_LOOKED_UP, MOST_UNKNOWN = 200, 25
"""Different names of a chart that are looked up, and how many that are not found; beyond them medicines are only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """What medicines are called: the register of names, FDA's list, and the medicines by code of a system."""

    evidence: Evidence
    register: Register
    unii: UniiNames | None
    codes: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMedicine:
    """A medicine of the chart, and ids of the register that it may be.

    ``others``: names known without data here; ``shown``: how the record calls it, without amounts; ``readings``: names of all
    that it is read as.
    """

    listed: ListedMedicine
    kind: Kind
    medicines: tuple[str, ...]
    others: tuple[str, ...]
    shown: str
    readings: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMedicines:
    """The medicines of a chart: those that hold now and were looked up, those of the past, those beyond what is looked up."""

    current: tuple[ChartMedicine, ...]
    past: tuple[ListedMedicine, ...]
    beyond: tuple[ListedMedicine, ...]

    @property
    def idents(self) -> tuple[str, ...]:
        """Ids of the register that any of them may be, those being ordered first, each once."""
        ranked = sorted(self.current, key=lambda one: not one.listed.ordered)
        return tuple(dict.fromkeys(ident for one in ranked for ident in one.medicines))

    @property
    def ordered(self) -> frozenset[str]:
        """Ids that what is being ordered may be."""
        return frozenset(ident for one in self.current if one.listed.ordered for ident in one.medicines)

    def of_kind(self, *kinds: Kind) -> tuple[ChartMedicine, ...]:
        """Those of the current ones that were read so."""
        return tuple(one for one in self.current if one.kind in kinds)


def codebook(evidence: Evidence, unii: UniiNames | None = None) -> Codebook:
    """What to read charts with; to be made once."""
    codes: dict[tuple[str, str], str] = {}
    for medicine in evidence.medicines.values():
        for system, code in ((RXNORM, medicine.rxnorm), (UNII, medicine.unii)):
            if isinstance(code, str):
                codes[system, code] = medicine.id
    return Codebook(evidence=evidence, register=known(evidence), unii=unii, codes=codes)


def read(book: Codebook, chart: Chart, as_of: date) -> ChartMedicines:
    """The medicines of a chart, as the register knows them; of each different name it is looked up once."""
    current: list[ListedMedicine] = []
    past: list[ListedMedicine] = []
    for one in chart.medicines:
        (current if _holds(one, as_of) else past).append(one)
    current.sort(key=lambda one: not one.ordered)
    words: dict[str, Typed] = {}
    looked_up: list[ChartMedicine] = []
    beyond: list[ListedMedicine] = []
    for one in current:
        found = _read(book, one, words)
        if found is None:
            beyond.append(one)
        else:
            looked_up.append(found)
    return ChartMedicines(current=tuple(looked_up), past=tuple(past), beyond=tuple(beyond))


def names(book: Codebook, idents: Iterable[str]) -> tuple[str, ...]:
    """The register's names of ids: what a check of interactions takes."""
    return tuple(book.evidence.medicines[ident].name for ident in idents)


def dated(evidence: Evidence) -> date:
    """The day on which the newest record of medicines and interactions was made or checked."""
    days = [day.date for one in evidence.medicines.values() for day in (one.extracted, *one.checked)]
    days += [day.date for one in evidence.interactions.values() for day in (one.extracted, *one.checked)]
    return max(days, default=date.min)


def checked(evidence: Evidence, rule: str) -> str:
    """When the evidence of a rule was last looked at, and whether by a second person: ``checked 2026-11-22``."""
    held = evidence.interactions[rule]
    if held.checked:
        return f"checked {max(one.date for one in held.checked).isoformat()}"
    return f"read {held.extracted.date.isoformat()}, not yet checked"


def _holds(one: ListedMedicine, as_of: date) -> bool:
    if one.standing in ("ended", "not-taken", "error"):
        return False
    if one.kind == "MedicationDispense" and one.on is not None:
        return one.on.latest >= as_of - LONG_AGO
    return True


def _read(book: Codebook, one: ListedMedicine, words: dict[str, Typed]) -> ChartMedicine | None:
    """A medicine as it is read, or None where no more may be looked up."""
    concepts = (one.name, *one.ingredients)
    by_code = tuple(dict.fromkeys(ident for held in concepts for ident in _coded(book, held)))
    texts = dict.fromkeys(text for held in concepts for text in held.words)
    typed = []
    for text in texts:
        if text not in words and _spent(words):
            return None
        typed.append(_worded(book, text, words))
    by_words = tuple(dict.fromkeys(ident for held in typed for ident in held.medicines))
    others = tuple(dict.fromkeys(name for held in typed for name in held.others))
    meant = tuple(dict.fromkeys((*by_code, *by_words)))
    differ = _differ([held for held in ({*by_code}, *({*held.medicines} for held in typed)) if held])
    foreign = bool(by_code) and any(held.kind == "unregistered" for held in typed)
    kind = _kind(by_code, by_words, typed, differ=differ or foreign)
    similar = tuple(dict.fromkeys(name for held in typed for name in held.suggestions)) if kind == "unclear" else ()
    return ChartMedicine(
        listed=one,
        kind=kind,
        medicines=meant,
        others=others,
        shown=_shown(one),
        readings=(*names(book, meant), *others),
        sentence=_sentence(book, kind, by_code, by_words, others or similar),
    )


def _coded(book: Codebook, held: Concept) -> Iterator[str]:
    for system in (RXNORM, UNII):
        for code in held.codes(system):
            if (system, code) in book.codes:
                yield book.codes[system, code]


def _spent(words: Mapping[str, Typed]) -> bool:
    """Whether as much was looked up as one chart may cost."""
    unknown = sum(one.kind in ("which", "did-you-mean", "not-recognised") for one in words.values())
    return len(words) >= MOST_LOOKED_UP or unknown >= MOST_UNKNOWN


def _worded(book: Codebook, text: str, words: dict[str, Typed]) -> Typed:
    """What a text means: by its written ingredients where it has them, else as a whole."""
    if text not in words:
        words[text] = _written(book, text, words) or named(book.evidence, text, book.register, book.unii)
    return words[text]


def _written(book: Codebook, text: str, words: dict[str, Typed]) -> Typed | None:
    """A product named by its ingredients and their strengths, if each of them is known for itself."""
    product = written(text)
    if product is None:
        return None
    parts = []
    for name in product.ingredients:
        parts.append(words.setdefault(name, words.get(name) or named(book.evidence, name, book.register, book.unii)))
        if parts[-1].kind not in _TAKEN:
            return None
    brands = [book.register.names.get(folded(brand)) for brand in product.brands]
    held = [one.medicines for one in parts] + [one.medicines for one in brands if one is not None]
    medicines = tuple(dict.fromkeys(ident for ids in held for ident in ids))
    others = tuple(dict.fromkeys(name for one in parts for name in one.others))
    kind = "medicine" if medicines else "unregistered"
    return Typed(typed=text, kind=kind, medicines=medicines, others=others, suggestions=(), sentence="")


def _differ(readings: list[set[str]]) -> bool:
    """Whether two readings are of different medicines: neither holds the other."""
    return any(not (one <= other or other <= one) for one in readings for other in readings)


def _kind(by_code: tuple[str, ...], by_words: tuple[str, ...], typed: list[Typed], *, differ: bool) -> Kind:
    kinds = {one.kind for one in typed}
    if differ:
        return "disagrees"
    if by_code or by_words:
        return "read"
    if "topic" in kinds:
        return "topic"
    if "unregistered" in kinds:
        return "not-in-register"
    return "unclear" if kinds & {"which", "did-you-mean"} else "not-recognised"


def _sentence(book: Codebook, kind: Kind, by_code: tuple[str, ...], by_words: tuple[str, ...], besides: tuple[str, ...]) -> str:
    coded, worded = " and ".join(names(book, by_code)), " and ".join((*names(book, by_words), *besides))
    if kind == "disagrees" and coded:
        both = "both were checked" if by_words else f"only {coded} was checked"
        return f"The code means {coded}, the words beside it {worded}: {both}."
    return {
        "disagrees": f"Its texts mean different medicines ({worded}): all were checked.",
        "read": f"Read as {' and '.join(names(book, dict.fromkeys((*by_code, *by_words))))}.",
        "topic": "Kratom itself.",
        "not-in-register": f"A known name ({', '.join(besides)}) without data on kratom here.",
        "unclear": f"May mean {' or '.join(besides)}; not checked.",
        "not-recognised": "Not recognised; not checked.",
    }[kind]


def _shown(one: ListedMedicine) -> str:
    text = next((text for held in (one.name, *one.ingredients) for text in held.words), "")
    code = next((f"code {name}" for held in (one.name, *one.ingredients) if (name := held.named)), "")
    return bare(text) or code or one.records[0]


# When it is worth asking about kratom.

_ASK: Mapping[str, tuple[re.Pattern[str], str]] = {
    "depression": (re.compile(r"depress|dysthym", re.IGNORECASE), "depression"),
    "opioids": (re.compile(r"opioid|opiate|heroin", re.IGNORECASE), "opioid-use-disorder"),
    "the liver": (re.compile(r"hepat|liver|cirrho|jaundice", re.IGNORECASE), "liver-disease"),
}
"""Words of a condition for which a site may ask, and our record of it, which has the beginnings of its codes in ICD-10."""
_NEGATED = re.compile(r"\b(?:no|not|without|denies|negative|family history|screening)\b", re.IGNORECASE)
_OPIOIDS = frozenset({"opioid", "opioid-partial-agonist"})


def reasons_to_ask(book: Codebook, chart: Chart, found: ChartMedicines) -> tuple[str, ...]:
    """What of the chart makes kratom matter: depression, opioids, the liver."""
    present = [one.name for one in chart.conditions if one.holds]
    records = book.evidence.conditions
    codes = {name: records[ident].icd10 if ident in records else () for name, (_, ident) in _ASK.items()}
    why = [name for name, (words, _) in _ASK.items() if any(_is(one, words, codes[name]) for one in present)]
    if any(_OPIOIDS & set(book.evidence.medicines[ident].classes) for ident in found.idents):
        why.append("opioids")
    return tuple(dict.fromkeys(why))


def _is(name: Concept, words: re.Pattern[str], codes: tuple[str, ...]) -> bool:
    by_code = any(code.startswith(codes) for one in name.codings if (code := one.code) and "icd-10" in (one.system or ""))
    return by_code or any(words.search(text) and not _NEGATED.search(text) for text in name.words)
