"""The medicines of a chart against the register: what each code and each text means, where they disagree, what is not known.

A code and the words beside it are read apart. Where they mean different medicines both are named and both are checked, since
nobody here can tell which was meant. Nothing that is only similar is taken.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from equipoise.findings.medicines import Typed, known, named
from equipoise.findings.people import condition_register
from equipoise.intake.fhir import Chart, Concept, ListedMedicine, bare, written
from equipoise.intake.fhir.resources import RXNORM, UNII
from equipoise.intake.medicine_names import Register, UniiNames, folded, forms
from equipoise.records.condition import Condition
from equipoise.records.evidence import Evidence
from equipoise.records.interaction import Interaction

Kind = Literal["read", "disagrees", "topic", "not-in-register", "unclear", "not-recognised"]
"""``read``: in the register. ``disagrees``: code and words mean different medicines; both are taken. ``topic``: kratom itself.
``not-in-register``: a known name without data here. ``unclear``: a name that several products have, or that
is only similar to another."""

_TAKEN = frozenset({"medicine", "unregistered"})

LONG_AGO = timedelta(days=365)
"""A dispense says what was handed over, and nothing of later; after a year it is not taken for current."""
MOST_LOOKED_UP, MOST_UNKNOWN = 200, 25
"""Different names of a chart that are looked up, and how many that are not found; beyond them medicines are only counted."""


_PARTS = frozenset({"PIN", "IN"})
"""Kinds of code that name one ingredient, of which a product may have several; the others name the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What a code means: ids of the register, names of what else is in it, and whether that is the whole product."""

    medicines: tuple[str, ...]
    others: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """What medicines and conditions are called: their registers of names, FDA's list, and what the codes of a system mean.

    ``dated``: the day on which the newest record of medicines and interactions was made or checked.
    """

    evidence: Evidence
    register: Register
    unii: UniiNames | None
    codes: Mapping[tuple[str, str], Coded]
    conditions: Register
    dated: date


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
    codes: dict[tuple[str, str], Coded] = {}
    for one in evidence.vocabulary.product_codes.values():
        others = () if one.others == "none" else tuple(one.others.split("|"))
        codes[RXNORM, one.rxcui] = Coded(medicines=tuple(one.medicines.split()), others=others, whole=one.kind not in _PARTS)
    for medicine in evidence.medicines.values():
        for system, code in ((RXNORM, medicine.rxnorm), (UNII, medicine.unii)):
            if isinstance(code, str):
                codes[system, code] = Coded(medicines=(medicine.id,))
    looked_at = (one for held in (evidence.medicines, evidence.interactions) for one in held.values())
    days = [reading.date for one in looked_at for reading in (one.extracted, *one.checked)]
    return Codebook(
        evidence=evidence,
        register=known(evidence),
        unii=unii,
        codes=codes,
        conditions=condition_register(evidence),
        dated=max(days, default=date.min),
    )


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


def checked(held: Interaction | Condition) -> str:
    """When the evidence of a rule was last looked at, and whether by a second person: ``checked 2026-11-22``."""
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
    coded = {held: tuple(_coded(book, held)) for held in concepts}
    by_code = tuple(dict.fromkeys(ident for codes in coded.values() for code in codes for ident in code.medicines))
    beside = tuple(dict.fromkeys(name for codes in coded.values() for code in codes for name in code.others))
    meaning: dict[str, Typed] = {}
    for text in dict.fromkeys(text for held in concepts for text in held.words):
        if text not in words and _spent(words):
            return None
        meaning[text] = _worded(book, text, words)
    typed = list(meaning.values())
    by_words = tuple(dict.fromkeys(ident for held in typed for ident in held.medicines))
    worded = tuple(dict.fromkeys(name for held in typed for name in held.others))
    others = (*worded, *(name for name in beside if not _among(name, worded)))
    meant = tuple(dict.fromkeys((*by_code, *by_words)))
    told = {held: [meaning[text] for text in held.words] for held in concepts}
    listed = {ident for held in one.ingredients for each in coded[held] for ident in each.medicines}
    listed |= {ident for held in one.ingredients for each in told[held] for ident in each.medicines}
    apart = _differ(_wholes(coded[one.name]))
    differ = _differ([*_wholes(coded[one.name]), *({*held.medicines} for held in told[one.name]), listed]) or any(
        _contradicted(coded[held], told[held]) for held in concepts
    )
    kind = _kind(by_code, by_words, typed, differ=differ)
    similar = tuple(dict.fromkeys(name for held in typed for name in held.suggestions)) if kind == "unclear" else ()
    return ChartMedicine(
        listed=one,
        kind=kind,
        medicines=meant,
        others=others,
        shown=_shown(one),
        readings=(*names(book, meant), *others),
        sentence=_sentence(book, kind, by_code, by_words, worded or similar, beside=beside, apart=apart),
    )


def _coded(book: Codebook, held: Concept) -> Iterator[Coded]:
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
    parts: list[Typed] = []
    for name in product.ingredients:
        whole = _looked_up(book, name, words)
        for piece in [name] if whole.kind in _TAKEN else name.split("-"):
            parts.append(_looked_up(book, piece.strip(), words))
            if parts[-1].kind not in _TAKEN:
                return None
    brands = [book.register.names.get(folded(brand)) for brand in product.brands]
    held = [one.medicines for one in parts] + [one.medicines for one in brands if one is not None]
    medicines = tuple(dict.fromkeys(ident for ids in held for ident in ids))
    others = tuple(dict.fromkeys(name for one in parts for name in one.others))
    kind = "medicine" if medicines else "unregistered"
    return Typed(typed=text, kind=kind, medicines=medicines, others=others, suggestions=(), sentence="")


def _looked_up(book: Codebook, name: str, words: dict[str, Typed]) -> Typed:
    if name not in words:
        words[name] = named(book.evidence, name, book.register, book.unii)
    return words[name]


def _wholes(coded: Iterable[Coded]) -> list[set[str]]:
    """The medicines of each code that names a whole product, and of the codes of parts together."""
    coded = tuple(coded)
    parts = {ident for code in coded if not code.whole for ident in code.medicines}
    return [parts, *({*code.medicines} for code in coded if code.whole)]


def _contradicted(coded: Iterable[Coded], typed: Iterable[Typed]) -> bool:
    """Whether words beside codes mean other medicines than these, or only something known elsewhere that none of them holds."""
    coded, typed = tuple(coded), tuple(typed)
    medicines = {ident for code in coded for ident in code.medicines}
    beside = [name for code in coded for name in code.others]
    foreign = any(held.kind == "unregistered" and not all(_among(name, beside) for name in held.others) for held in typed)
    return (bool(coded) and foreign) or _differ([medicines, *({*held.medicines} for held in typed)])


def _among(name: str, others: Iterable[str]) -> bool:
    """Whether a name is one of these, whatever salt is named with it."""
    mine = {*forms(name)}
    return any(mine & {*forms(other)} for other in others)


def _differ(readings: Iterable[set[str]]) -> bool:
    """Whether two readings are of different medicines: neither holds the other, as one that means none is held by all."""
    readings = tuple(readings)
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


def _sentence(
    book: Codebook,
    kind: Kind,
    by_code: tuple[str, ...],
    by_words: tuple[str, ...],
    besides: tuple[str, ...],
    *,
    beside: tuple[str, ...],
    apart: bool,
) -> str:
    checked = " and ".join(names(book, by_code))
    coded, worded = " and ".join((*names(book, by_code), *beside)), " and ".join((*names(book, by_words), *besides))
    if kind == "disagrees" and apart:
        said = f", the words beside them {worded}" if worded else ""
        return f"The codes mean different medicines ({', '.join(names(book, by_code))}){said}: all were checked."
    if kind == "disagrees" and coded:
        both = "both were checked" if by_words else f"only {checked} {'was' if len(by_code) == 1 else 'were'} checked"
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
