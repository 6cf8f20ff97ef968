"""The words of laboratories: names of analytes and of columns, and what stands in a cell that is no number."""

import re
from collections.abc import Mapping
from typing import Literal

from equipoise.values.amounts import unit_of
from equipoise.values.analytes import ALKALOIDS, TOTAL

NOT_RECOGNISED = "not-recognised"

Outcome = Literal["measured", "below", "above", "not-detected", "detected", "absent", "no-result"]
"""What a result says: ``below`` a limit, printed or not (``< LOQ``), ``above`` the range of a method, ``absent`` in a sample.

``no-result``: not tested, or a word such as ``Pass`` that says how somebody judged and not what was found.
"""

_NAMES: Mapping[str, str] = {
    "mitragynine": "mitragynine",
    "7-hydroxymitragynine": "7-hydroxymitragynine | 7-hydroxy mitragynine | 7-hydroxy-mitragynine | 7-alpha-hydroxymitragynine"
    " | 7a-hydroxymitragynine | 7α-hydroxymitragynine | 7-oh-mitragynine | 7-oh | 7oh | 7-ohm | 7ohm | 7-oh-mit | 7-hmg",
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
    "arsenic": "arsenic | as",
    "mercury": "mercury | hg",
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
}
"""Names as laboratories write them. ``Mg`` is magnesium, ``MP`` and ``MIT`` are too short to be sure of: they are not here."""

MICROBES = frozenset(
    {"salmonella", "escherichia-coli", "aerobic-plate-count", "yeast-and-mould", "coliforms", "staphylococcus-aureus"}
)


def letters(name: str) -> str:
    """A name without case, doubled spaces, spaces around hyphens, and signs at its end."""
    flat = re.sub(r"[\u2010-\u2015\u2212]", "-", name.casefold())
    flat = re.sub(r"\s*-\s*", "-", flat)
    return re.sub(r"\s+", " ", flat).strip(" .:*†‡")


_ANALYTES = {letters(name): analyte for analyte, names in _NAMES.items() for name in names.split(" | ")}

_NEUTRAL = frozenset({"total", "hplc", "uplc", "lc-ms", "lc-ms/ms", "icp-ms", "dry weight", "dry basis", "w/w", "pcr", "qpcr"})
"""Words beside a name that leave it the same. ``inorganic`` is none of them."""

SAMPLE = re.compile(r"[\s,(]*(?:in|per|/)?\s*(\d+(?:[.,]\d+)?)\s*g(?:rams?)?\)?\s*$", re.IGNORECASE)
"""``in 25 g`` at the end of a cell."""

_HEADS: Mapping[str, str] = {
    "analyte": "analyte | test | compound | parameter | analysis | component | element | alkaloid | test name",
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


def column(head: str) -> tuple[str, str]:
    """What a column is, and the unit that its name says: ``Result (mg/g)``, ``LOQ mg/g``, ``%``."""
    name, unit = letters(head), ""
    match = re.fullmatch(r"(.*?)\s*[(\[](.+?)[)\]]", name) or re.fullmatch(r"(\S.*?)\s+(\S+)", name)
    if match and unit_of(match[2]):
        name, unit = match[1], match[2]
    elif unit_of(name):
        return "result", name
    return _COLUMN_OF.get(name, ""), unit


def recognised(name: str) -> str:
    """The analyte of a printed name, or ``not-recognised``. Only whole names count: nothing becomes what it resembles."""
    whole = letters(name)
    if whole in _ANALYTES:
        return _ANALYTES[whole]
    stripped = letters(SAMPLE.sub("", whole))
    parts = [letters(part) for part in re.split(r"[(),\[\]]", stripped)]
    words = [part for part in parts if part and part not in _NEUTRAL]
    words = [word.removeprefix("total ") if word.removeprefix("total ") in _ANALYTES else word for word in words]
    found = {_ANALYTES.get(word, NOT_RECOGNISED) for word in words}
    analyte = found.pop() if len(found) == 1 else NOT_RECOGNISED
    summed = analyte in ALKALOIDS and "total" in whole  # a sum of several, whatever the laboratory means by it
    return NOT_RECOGNISED if summed else analyte
