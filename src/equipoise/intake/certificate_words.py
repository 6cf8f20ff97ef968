"""The words of laboratories: names of analytes and of columns, and what stands in a cell that is no number."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from equipoise.values.amounts import unit_of
from equipoise.values.analytes import ALKALOIDS, TOTAL

NOT_RECOGNISED = "not-recognised"

MOISTURE = "moisture"
"""What a product loses on drying: no analyte of a limit, and what amounts by dry weight are converted with."""

Outcome = Literal["measured", "below", "above", "not-detected", "detected", "absent", "no-result"]
"""What a result says: ``below`` a limit, printed or not (``< LOQ``), ``above`` the range of a method, ``absent`` in a sample.

``no-result``: not tested, or a word such as ``Pass`` that says how somebody judged and not what was found.
"""

Form = Literal["inorganic", "methyl"]
"""A part of an element that is measured on its own: inorganic arsenic, methylmercury."""

Basis = Literal["dry", "as-is", "not-said"]
"""By which weight an amount in a gram is said to be."""

_NAMES: Mapping[str, str] = {
    "mitragynine": "mitragynine",
    "7-hydroxymitragynine": "7-hydroxymitragynine | 7-hydroxy mitragynine | 7-hydroxy-mitragynine | 7-alpha-hydroxymitragynine"
    " | 7a-hydroxymitragynine | 7α-hydroxymitragynine | 7-oh-mitragynine | 7-oh | 7oh | 7-ohm | 7ohm | 7-oh-mit | 7-hmg"
    " | 7-oh-mg | 7-ohmg | 7ohmg",
    "mitragynine-pseudoindoxyl": "mitragynine pseudoindoxyl | pseudoindoxyl",
    "speciogynine": "speciogynine",
    "speciociliatine": "speciociliatine",
    "mitraciliatine": "mitraciliatine",
    "paynantheine": "paynantheine",
    "isopaynantheine": "isopaynantheine",
    "corynantheidine": "corynantheidine",
    "mgm-15": "mgm-15 | dihydro-7-hydroxymitragynine",
    "mgm-16": "mgm-16",
    TOTAL: "total alkaloids | alkaloids | sum of alkaloids | total kratom alkaloids",
    "lead": "lead | pb",
    "cadmium": "cadmium | cd",
    "arsenic": "arsenic | as | inorganic arsenic | inorganic as | ias | i-as",
    "mercury": "mercury | hg | methylmercury | methyl mercury | methyl-mercury | mehg",
    "nickel": "nickel | ni",
    "chromium": "chromium | cr",
    "salmonella": "salmonella | salmonella spp | salmonella sp | salmonella species",
    "escherichia-coli": "escherichia coli | e coli | e. coli | generic e coli | generic e. coli",
    "aerobic-plate-count": "aerobic plate count | total aerobic plate count | total plate count | standard plate count"
    " | total aerobic microbial count | total aerobic count | apc | tpc | tamc",
    "yeast-and-mould": "yeast and mould | yeast and mold | yeast & mould | yeast & mold | yeasts and moulds | yeasts and molds"
    " | total yeast and mould | total yeast and mold | total yeast & mold | total combined yeasts and moulds count"
    " | total combined yeasts and molds count | tymc",
    "coliforms": "coliforms | coliform | total coliforms | total coliform",
    "staphylococcus-aureus": "staphylococcus aureus | s aureus | s. aureus",
    MOISTURE: "moisture | moisture content | water content | loss on drying",
}
"""Names as laboratories write them. ``Mg`` is magnesium, ``MP`` and ``MIT`` are too short to be sure of: they are not here."""

MICROBES = frozenset(
    {"salmonella", "escherichia-coli", "aerobic-plate-count", "yeast-and-mould", "coliforms", "staphylococcus-aureus"}
)


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_HYPHEN = re.compile(r"\s*-\s*")


def letters(name: str) -> str:
    """A name without case, doubled spaces, spaces around hyphens, and signs at its end."""
    flat = name.casefold().translate(_DASHES)
    if "-" in flat:
        flat = _HYPHEN.sub("-", flat)
    return " ".join(flat.split()).strip(" .:*†‡")


_ANALYTES = {letters(name): analyte for analyte, names in _NAMES.items() for name in names.split(" | ")}

_NEUTRAL = frozenset({"total", "hplc", "uplc", "lc-ms", "lc-ms/ms", "icp-ms", "w/w", "pcr", "qpcr"})
"""Words beside a name that leave it the same."""

_FORM_WORDS: Mapping[str, Form] = {
    **dict.fromkeys(("inorganic", "inorganic arsenic", "inorganic as", "ias", "i-as"), "inorganic"),
    **dict.fromkeys(("methyl", "methylmercury", "methyl mercury", "methyl-mercury", "mehg"), "methyl"),
}
_FORMS = frozenset({("arsenic", "inorganic"), ("mercury", "inorganic"), ("mercury", "methyl")})

_WEIGHED: Mapping[Basis, re.Pattern[str]] = {
    "dry": re.compile(r"(?:\bon (?:an? |the )?)?\b(?:dry[ -](?:weight|wt|matter|basis)(?:[ -]basis)?|dried[ -]basis|dwb?)\b"),
    "as-is": re.compile(r"(?:\bon (?:an? |the )?)?\b(?:as[ -](?:is|received)|wet[ -](?:weight|basis))(?:[ -]basis)?\b"),
}

_MOST_SHORT = 8
"""Letters of an abbreviation."""

SAMPLE = re.compile(r"[\s,(]*(?:in|per|/)?\s*(\d+(?:[.,]\d+)?)\s*g(?:rams?)?\)?\s*$", re.IGNORECASE)
"""``in 25 g`` at the end of a cell."""

_HEADS: Mapping[str, str] = {
    "analyte": "analyte | analytes | test | test name | compound | compounds | parameter | parameters | analysis"
    " | component | components | element | elements | alkaloid | alkaloids | metal | metals | heavy metal | heavy metals"
    " | microbe | microbes | organism | microorganism | microorganisms",
    "result": "result | results | value | amount | concentration | conc | mass | found | measured | test result",
    "unit": "unit | units | uom | unit of measure | reporting units",
    "loq": "loq | limit of quantitation | limit of quantification | quantitation limit | rl | reporting limit | mrl",
    "lod": "lod | limit of detection | detection limit | mdl",
    "method": "method | test method | reference method | method reference",
    "limit": "limit | limits | specification | spec | action limit | acceptance criteria",
    "status": "status | pass/fail | conclusion | evaluation",
}
_COLUMN_OF = {head: column for column, heads in _HEADS.items() for head in heads.split(" | ")}

COLUMNS = ("analyte", "result", "unit", "loq", "lod", "method", "limit", "status")
"""The names of columns as we write them."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(" | "))


NOTHING = _words("- | -- | n/a | na | nt | not tested | not analyzed | not analysed | none | null") | {""}
UNDETECTED = _words("nd | n.d | not detected | none detected | undetected | <lod | < lod | bdl | below lod")
BELOW_LOQ = _words("<loq | < loq | blq | bql | below loq | <rl | < rl | <mrl | trace | tr | not quantifiable")
ABSENT = _words("absent | negative | neg | not present | absence | none found")
FOUND = _words("detected | present | positive | pos | presence | tntc | too numerous to count")
JUDGED = _words("pass | passed | fail | failed | complies | conforms | compliant | does not comply | ok")
_RESULTS = (NOTHING - {""}) | UNDETECTED | BELOW_LOQ | ABSENT | FOUND | JUDGED

SERVINGS = _words("serving_g | serving size | serving weight | serving")
LABELS = SERVINGS | _words(
    "sample | sample id | sample name | sample number | sample type | sample description | batch | batch id | batch number"
    " | batch no | lot | lot id | lot number | lot no | client | customer | product | product name | matrix | analyst"
    " | address | order | order number | report | report number | date | date received | date tested | date reported"
    " | report date | test date | received | tested | reported"
)
"""What stands before a value that is no result. Of these only the weight of a serving is read."""


def weighed(text: str) -> tuple[str, Basis]:
    """A text in :func:`letters` without the words for a weight, and by which one it says an amount is: ``mg/g dry weight``."""
    flat = letters(text)
    for basis, words in _WEIGHED.items():
        rest, count = words.subn("", flat)
        if count:
            return letters(re.sub(r"[(\[]\s*[)\]]", "", rest)), basis
    return flat, "not-said"


def is_word(cell: str) -> bool:
    """Whether a cell is a result in words."""
    return letters(cell) in _RESULTS


def column(head: str) -> tuple[str, str]:
    """What a column is, and the unit that its name says: ``Result (mg/g)``, ``LOQ mg/g``, ``%``."""
    name, unit = weighed(head)[0], ""
    match = re.fullmatch(r"(.*?)\s*[(\[](.+?)[)\]]", name) or re.fullmatch(r"(\S.*?)\s+(\S+)", name)
    if match and unit_of(match[2]):
        name, unit = match[1], match[2]
    elif unit_of(name):
        return "result", name
    return _COLUMN_OF.get(name, ""), unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What a printed name says: an analyte or ``not-recognised``, a ``form`` of it, by which weight, in which unit.

    ``two``: the analytes of a name and of the brackets behind it, where these are not the same.
    """

    analyte: str
    form: Form | None = None
    basis: Basis = "not-said"
    unit: str = ""
    two: tuple[str, str] | None = None


def naming(printed: str) -> Naming:
    """Read a printed name. Only whole names count: nothing becomes what it resembles.

    In brackets may stand another name of the same, a symbol, or an abbreviation in capitals: ``Mitragynine (MIT)``.
    """
    whole, basis = weighed(printed)
    if whole in _ANALYTES:
        return Naming(analyte=_ANALYTES[whole], form=_FORM_WORDS.get(whole), basis=basis)
    bare = letters(SAMPLE.sub("", whole))
    beside = [part for inside in re.findall(r"[(\[]([^()\[\]]*)[)\]]", bare) for part in _parts(inside)]
    before = list(_parts(re.sub(r"[(\[][^()\[\]]*[)\]]", ",", bare)))
    names = [word for word in before if word not in _FORM_WORDS or word in _ANALYTES]
    first = {_ANALYTES.get(word, NOT_RECOGNISED) for word in names}
    second = {_ANALYTES[word] for word in beside if word in _ANALYTES}
    short = [word for word in beside if word not in _ANALYTES and word not in _FORM_WORDS and unit_of(word) is None]
    analyte = first.pop() if len(first) == 1 else NOT_RECOGNISED
    others = second - {analyte}
    if others and not {NOT_RECOGNISED, TOTAL} & {analyte, *others}:
        return Naming(analyte=NOT_RECOGNISED, basis=basis, two=(analyte, min(others)))
    summed = analyte in ALKALOIDS and "total" in whole  # a sum of several, whatever the laboratory means by it
    strange = not all(any(_abbreviates(word, name, printed) for name in names) for word in short)
    forms = {_FORM_WORDS[word] for word in (*before, *beside) if word in _FORM_WORDS}
    if others or summed or strange or len(forms) > 1 or any((analyte, form) not in _FORMS for form in forms):
        return Naming(analyte=NOT_RECOGNISED, basis=basis)
    unit = next((word for word in beside if unit_of(word)), "")
    return Naming(analyte=analyte, form=forms.pop() if forms else None, basis=basis, unit=unit)


def _parts(text: str) -> Iterator[str]:
    """The words between commas, and those around a stroke where both are names; without those that change nothing."""
    for part in map(letters, text.split(",")):
        pair = [letters(word) for word in part.split("/")]
        for word in pair if part not in _NEUTRAL and all(word in _ANALYTES for word in pair) else [part]:
            plain = word.removeprefix("total ") if word not in _ANALYTES else word
            plain = plain.removeprefix("as ") if plain not in _ANALYTES else plain  # methylmercury (as Hg)
            if plain and plain not in _NEUTRAL:
                yield plain


def _abbreviates(word: str, name: str, printed: str) -> bool:
    """Whether letters in capitals stand in a name in their order, the first one first."""
    spelled = re.findall(re.escape(word), printed, re.IGNORECASE)
    if not any(len(re.sub(r"[^A-Z0-9]", "", one)) > 1 for one in spelled):
        return False
    short, full = (re.sub(r"[\W_]", "", text) for text in (word, name))
    rest = iter(full)
    return 1 < len(short) <= min(_MOST_SHORT, len(full) - 1) and short[0] == full[0] and all(one in rest for one in short)


def recognised(name: str) -> str:
    """The analyte of a printed name, or ``not-recognised``."""
    return naming(name).analyte
