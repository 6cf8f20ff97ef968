"""A laboratory's certificate of one product: CSV, JSON or the tables of a PDF to results, every fault with its file and place.

``docs/certificates.md`` documents the form. Only results and the weight of a serving are taken out of a file; the names of
clients, analysts and samples are not read into anything.
"""

import csv
import hashlib
import io
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from equipoise.intake.table import TableError

LARGEST = 5_000_000
"""Bytes; a larger file is refused before it is read."""

NOT_RECOGNISED = "not-recognised"

Outcome = Literal["measured", "below", "above", "not-detected", "detected", "absent", "no-result"]
"""What a result says: ``below`` a limit, printed or not (``< LOQ``), ``above`` the range of a method, ``absent`` in a sample.

``no-result``: not tested, or a word such as ``Pass`` that says how somebody judged and not what was found.
"""

Unit = Literal[
    "percent", "mg/g", "ug/g", "ng/g", "mg/serving", "ug/serving", "mg/unit", "mg/container", "mg/mL", "cfu/g", "not-said"
]

_SPELLINGS: Mapping[Unit, str] = {
    "percent": "% | percent | %w/w | w/w% | %wt | wt% | g/100g",
    "mg/g": "mg/g | g/kg",
    "ug/g": "ug/g | mcg/g | mg/kg | ppm",
    "ng/g": "ng/g | ug/kg | mcg/kg | ppb",
    "mg/serving": "mg/serving",
    "ug/serving": "ug/serving | mcg/serving",
    "mg/unit": "mg/unit | mg/capsule | mg/tablet | mg/piece",
    "mg/container": "mg/container | mg/package | mg/bottle",
    "mg/mL": "mg/ml",
    "cfu/g": "cfu/g | cfu/gram | mpn/g",
}
"""Spellings without spaces and in small letters. Those of one unit are equal by definition, so that no number changes."""

_UNITS: Mapping[str, Unit] = {word: unit for unit, words in _SPELLINGS.items() for word in words.split(" | ")}

_SHARES: Mapping[str, Decimal] = {
    "percent": Decimal("1e-2"),
    "mg/g": Decimal("1e-3"),
    "ug/g": Decimal("1e-6"),
    "ng/g": Decimal("1e-9"),
}
"""Grams in a gram."""

_MOST: Mapping[str, Decimal] = {
    "mg/serving": Decimal(1_000_000),
    "ug/serving": Decimal(1_000_000_000),
    "mg/unit": Decimal(1_000_000),
    "mg/container": Decimal(1_000_000_000),
    "mg/mL": Decimal(20_000),
    "cfu/g": Decimal("1e13"),
}
"""What no product holds: a kilogram in a serving, a tonne in a container, more than any matter in a millilitre."""

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
    "total-alkaloids": "total alkaloids | alkaloids | sum of alkaloids | total kratom alkaloids",
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
_ALKALOIDS = frozenset(list(_NAMES)[: list(_NAMES).index("total-alkaloids")])


def _letters(name: str) -> str:
    """A name without case, doubled spaces, spaces around hyphens, and signs at its end."""
    flat = re.sub(r"[\u2010-\u2015\u2212]", "-", name.casefold())
    flat = re.sub(r"\s*-\s*", "-", flat)
    return re.sub(r"\s+", " ", flat).strip(" .:*†‡")


_ANALYTES = {_letters(name): analyte for analyte, names in _NAMES.items() for name in names.split(" | ")}

_NEUTRAL = frozenset({"total", "hplc", "uplc", "lc-ms", "lc-ms/ms", "icp-ms", "dry weight", "dry basis", "w/w", "pcr", "qpcr"})
"""Words beside a name that leave it the same. ``inorganic`` is none of them."""

_SAMPLE = re.compile(r"[\s,(]*(?:in|per|/)?\s*(\d+(?:[.,]\d+)?)\s*g(?:rams?)?\)?\s*$", re.IGNORECASE)
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


_NOTHING = _words("- | -- | n/a | na | nt | not tested | not analyzed | not analysed | none | null") | {""}
_UNDETECTED = _words("nd | n.d | not detected | none detected | undetected | <lod | < lod | bdl | below lod")
_BELOW_LOQ = _words("<loq | < loq | blq | bql | below loq | <rl | < rl | <mrl | trace | tr | not quantifiable")
_ABSENT = _words("absent | negative | neg | not present | absence | none found")
_FOUND = _words("detected | present | positive | pos | presence | tntc | too numerous to count")
_JUDGED = _words("pass | passed | fail | failed | complies | conforms | compliant | does not comply | ok")

_NUMBER = re.compile(
    r"(?P<sign>[<>≤≥]=?)?\s*(?P<minus>[-−])?(?P<digits>\d[\d.,' ]*?|[.,]\d+)"
    r"(?:\s*(?:e(?P<e>[+-]?\d{1,3})|[x×]\s*10\s*\^?\s*(?P<ten>[+-]?\d{1,3})))?\s*(?P<unit>[%µμa-z][^\d]*(?:100\s*g)?)?",
    re.IGNORECASE,
)
_SHOWN = 40
"""Letters of a cell that a sentence repeats."""

_LONGEST = 200
"""Letters of a cell that is read as a name or a number."""

_LONGEST_HEAD = 2000
"""Letters of a line of names."""

_MOST_LINES = 2000
_MOST_CELLS = 100
_MOST_PAGES = 50
_MOST_UNPACKED = 50_000_000
_BROKEN = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError, RecursionError, zlib.error)
"""What a PDF that is not whole makes its reader raise, beside the reader's own errors."""


class CertificateError(TableError):
    """The certificate cannot be used; ``faults`` names everything that was found wrong, each with its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of a certificate.

    ``analyte`` is a word of the vocabulary, or ``not-recognised``; ``printed`` is its name as the laboratory wrote it.
    ``value``: the number of ``measured``, the bound of ``below`` and ``above`` where it is printed. ``loq`` and ``lod`` are in
    the same ``unit``. ``sample_g``: the grams in which a microbe was looked for. ``place``: where the line stands.
    """

    analyte: str
    printed: str
    outcome: Outcome
    value: Decimal | None
    unit: Unit
    loq: Decimal | None = None
    lod: Decimal | None = None
    sample_g: Decimal | None = None
    method: str = ""
    limit: str = ""
    status: str = ""
    place: str = ""

    @property
    def low(self) -> Decimal:
        """The least that it can be."""
        return self.value if self.value is not None and self.outcome in {"measured", "above"} else Decimal(0)

    @property
    def high(self) -> Decimal | None:
        """The most that it can be; None where nothing printed bounds it. A value below a limit is no zero."""
        if self.outcome == "measured":
            return self.value
        if self.outcome == "not-detected":
            return self.lod if self.lod is not None else self.loq
        if self.outcome == "below":
            return self.value if self.value is not None else self.loq
        return None

    @property
    def censored(self) -> bool:
        """Whether it is a bound and not a number."""
        return self.outcome in {"below", "not-detected", "absent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All lines of a certificate, none dropped. ``serving_g``: the weight of a serving where it says so.

    ``sha256`` is that of the bytes of ``file``.
    """

    file: str
    results: tuple[Result, ...]
    serving_g: Decimal | None
    sha256: str

    @property
    def not_recognised(self) -> tuple[str, ...]:
        """Names that are none of our analytes, as printed."""
        return tuple(one.printed for one in self.results if one.analyte == NOT_RECOGNISED)


def recognised(name: str) -> str:
    """The analyte of a printed name, or ``not-recognised``. Only whole names count: nothing becomes what it resembles."""
    whole = _letters(name)
    if whole in _ANALYTES:
        return _ANALYTES[whole]
    stripped = _letters(_SAMPLE.sub("", whole))
    parts = [_letters(part) for part in re.split(r"[(),\[\]]", stripped)]
    words = [part for part in parts if part and part not in _NEUTRAL]
    words = [word.removeprefix("total ") if word.removeprefix("total ") in _ANALYTES else word for word in words]
    found = {_ANALYTES.get(word, NOT_RECOGNISED) for word in words}
    analyte = found.pop() if len(found) == 1 else NOT_RECOGNISED
    summed = analyte in _ALKALOIDS and "total" in whole  # a sum of several, whatever the laboratory means by it
    return NOT_RECOGNISED if summed else analyte


def read_certificate(path: Path) -> Certificate:
    """Read a certificate from a ``.csv``, ``.json`` or ``.pdf`` file of 5 MB at most.

    Raises
    ------
    CertificateError
        What cannot be read or cannot be, each fault with its file and place: another encoding, no line of results, an unknown
        unit, a number that is none, below zero or above what a product can hold, lines that contradict each other.
    """
    file = str(path)
    raw = _bytes(path, file)
    if not raw.strip():
        raise CertificateError([f"{file}: is empty; should be a certificate with a line for each analyte"])
    kind = path.suffix.lower()
    if kind == ".pdf" or raw.startswith(b"%PDF"):
        lines = _pdf_lines(raw, file)
    elif kind == ".json":
        return _from_json(_decoded(raw, file), file, hashlib.sha256(raw).hexdigest())
    else:
        lines = _csv_lines(_decoded(raw, file), file)
    rows, serving = _table(lines, file)
    return _certificate(rows, serving, file, hashlib.sha256(raw).hexdigest())


def written_csv(certificate: Certificate) -> str:
    """The certificate as CSV in our own form; read again it has the same results."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if certificate.serving_g is not None:
        writer.writerow(["serving_g", certificate.serving_g])
    writer.writerow(COLUMNS)
    writer.writerows([list(_cells(one).values()) for one in certificate.results])
    return out.getvalue()


def written_json(certificate: Certificate) -> str:
    """The certificate as JSON in our own form, numbers as text so that no digit changes."""
    made: dict[str, Any] = {} if certificate.serving_g is None else {"serving_g": str(certificate.serving_g)}
    made["results"] = [{name: cell for name, cell in _cells(one).items() if cell} for one in certificate.results]
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _cells(one: Result) -> dict[str, str]:
    number = "" if one.value is None else str(one.value)
    sample = "" if one.sample_g is None else f" in {one.sample_g} g"
    said = {
        "measured": number,
        "below": f"<{number}" if number else "<LOQ",
        "above": f">{number}",
        "not-detected": "ND",
        "detected": f"Detected{sample}",
        "absent": f"Absent{sample}",
        "no-result": "NT",
    }[one.outcome]
    bounds = {"loq": one.loq, "lod": one.lod}
    return {
        "analyte": one.printed,
        "result": said,
        "unit": "" if one.unit == "not-said" else "%" if one.unit == "percent" else one.unit,
        **{name: "" if bound is None else str(bound) for name, bound in bounds.items()},
        "method": one.method,
        "limit": one.limit,
        "status": one.status,
    }


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise CertificateError([f"{file}: is no file; should be a certificate as CSV, JSON or PDF"])
        size = path.stat().st_size
        if size > LARGEST:
            raise CertificateError([f"{file}: has {size:,} bytes; should be a certificate of {LARGEST:,} at most"])
        return path.read_bytes()
    except OSError as refused:
        raise CertificateError([f"{file}: cannot be opened ({refused.strerror}); should be a certificate"]) from None


def _decoded(raw: bytes, file: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as refused:
        line = raw.count(b"\n", 0, refused.start) + 1
        found = f"holds the byte 0x{raw[refused.start]:02x} and is not UTF-8"
        raise CertificateError([f"{file}:{line}: {found}; should be saved as UTF-8 (in a spreadsheet: CSV UTF-8)"]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CertificateError([f"{file}:{line}: holds a null character; should be CSV, JSON or PDF, not a workbook"])
    return text


@dataclass(frozen=True, slots=True)
class _Line:
    place: str
    cells: tuple[str, ...]


def _csv_lines(text: str, file: str) -> list[list[_Line]]:
    """The lines of a CSV file with something in them, as one table."""
    if text.count("\n") > _MOST_LINES:
        raise CertificateError([f"{file}: has more than {_MOST_LINES} lines; should be a certificate of one product"])
    bare = [line for line in text.replace('"', "").splitlines() if len(line) <= _LONGEST_HEAD]
    # the sign that makes a line of names: decimal commas can outnumber semicolons
    delimiter = next((sign for sign in ",;\t" if any(_is_head(line.split(sign)) for line in bare)), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    lines, begins = [], 1
    try:
        for cells in reader:
            flat = tuple(" ".join(cell.split()) for cell in cells)
            if len(flat) > _MOST_CELLS:
                raise CertificateError([f"{file}:{begins}: has {len(flat):,} cells; should have {_MOST_CELLS} at most"])
            if any(flat):
                lines.append(_Line(f"{file}:{begins}", flat))
            begins = reader.line_num + 1
    except csv.Error as refused:
        said = "opens a quote that nothing closes" if "unexpected end" in str(refused) else f"is not CSV ({refused})"
        raise CertificateError([f"{file}:{begins}: {said}; should have one line for each analyte"]) from None
    return [lines]


def _pdf_lines(raw: bytes, file: str) -> list[list[_Line]]:
    """The lines of each table of a PDF, by pdfplumber."""
    try:
        import pdfplumber  # noqa: PLC0415 - an extra
        from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException  # noqa: PLC0415
    except ImportError:
        fault = f"{file}: is a PDF, and pdfplumber is not installed; should be CSV or JSON, or install equipoise[pdf-tables]"
        raise CertificateError([fault]) from None
    if _inflates(raw):
        raise CertificateError(
            [f"{file}: unpacks to more than {_MOST_UNPACKED:,} bytes; should be a certificate of one product"]
        )
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it logs what it meets in a file
    tables = []
    try:
        with pdfplumber.open(io.BytesIO(raw)) as document:
            if len(document.pages) > _MOST_PAGES:
                raise CertificateError([f"{file}: has {len(document.pages)} pages; should have {_MOST_PAGES} at most"])
            for number, page in enumerate(document.pages, start=1):
                for count, table in enumerate(page.extract_tables(), start=1):
                    rows = [tuple(" ".join((cell or "").split()) for cell in row) for row in table]
                    place = f"{file}: page {number}, table {count}, row"
                    tables.append([_Line(f"{place} {at}", row) for at, row in enumerate(rows, start=1) if any(row)])
    except TableError:
        raise
    except (PdfminerException, MalformedPDFException, *_BROKEN) as refused:
        raise CertificateError([f"{file}: cannot be read as a PDF ({type(refused).__name__}); should be a whole PDF"]) from None
    if not tables:
        raise CertificateError([f"{file}: has no table with ruled lines; should be CSV or JSON where it is a scan or a letter"])
    return tables


def _inflates(raw: bytes) -> bool:
    """Whether the streams of a PDF unpack to more than a certificate needs."""
    left = _MOST_UNPACKED
    view = memoryview(raw)
    for match in re.finditer(rb"stream\r?\n", raw):
        try:
            left -= len(zlib.decompressobj().decompress(view[match.end() :], left + 1))
        except zlib.error:
            continue  # not packed, or not by this method
        if left < 0:
            return True
    return False


def _column(head: str) -> tuple[str, str]:
    """What a column is, and the unit that its name says: ``Result (mg/g)``, ``LOQ mg/g``, ``%``."""
    name, unit = _letters(head), ""
    match = re.fullmatch(r"(.*?)\s*[(\[](.+?)[)\]]", name) or re.fullmatch(r"(\S.*?)\s+(\S+)", name)
    if match and _unit(match[2]):
        name, unit = match[1], match[2]
    elif _unit(name):
        return "result", name
    return _COLUMN_OF.get(name, ""), unit


def _unit(text: str) -> Unit | None:
    flat = re.sub(r"\s+", "", text.casefold()).replace("µ", "u").replace("μ", "u").replace("per", "/").strip(".()[]")
    flat = "percent" if flat in {"/cent", "/cent."} else flat
    return _UNITS.get(flat)


def _is_head(cells: Sequence[str]) -> bool:
    if any(len(cell) > _LONGEST or _bare(cell) for cell in cells):
        return False
    found = [_column(cell)[0] for cell in cells]
    return "analyte" in found and "result" in found


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a line by column; ``results`` and ``units``: of each column that holds results."""

    place: str
    cells: Mapping[str, str]
    results: tuple[tuple[str, str, str], ...]
    """Name of the column, cell, and the unit that the name of the column says."""


def _table(tables: list[list[_Line]], file: str) -> tuple[list[_Row], tuple[str, str] | None]:
    """Rows below a line of names, in every table that has one; what stands above is read for the weight of a serving only."""
    rows: list[_Row] = []
    serving: tuple[str, str] | None = None
    faults: list[str] = []
    heads = 0
    for lines in tables:
        columns: list[tuple[str, str, str]] = []
        for line in lines:
            if _is_head(line.cells):
                columns = [(*_column(cell), cell) for cell in line.cells]
                faults += _twice(columns, line.place)
                heads += 1
            elif len(line.cells) >= 2 and _letters(line.cells[0]) in {"serving_g", "serving size", "serving weight", "serving"}:
                serving = (line.place, line.cells[1])
            elif columns:
                fault = _ragged(line, columns)
                faults += [fault] if fault else []
                rows += [] if fault else [_row(line, columns)]
    if not heads:
        heard = "; the names of columns were not found" if any(tables) else ""
        raise CertificateError([f"{file}: has no results{heard}; should have a line with Analyte, Result and Unit above them"])
    if faults:
        raise CertificateError(faults)
    return rows, serving


def _twice(columns: Sequence[tuple[str, str, str]], place: str) -> list[str]:
    names = [name for name, _, _ in columns if name not in {"", "result"}]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{place}: the column {name!r} stands twice; should stand once" for name in doubled]


def _ragged(line: _Line, columns: Sequence[object]) -> str:
    if len(line.cells) < len(columns) or any(line.cells[len(columns) :]):
        hint = "; a decimal comma in a file with commas should stand in quotes" if len(line.cells) > len(columns) else ""
        return f"{line.place}: has {len(line.cells)} cells; should have {len(columns)}, as the line of names has{hint}"
    return ""


def _row(line: _Line, columns: Sequence[tuple[str, str, str]]) -> _Row:
    cells, results = {}, []
    for (name, unit, head), cell in zip(columns, line.cells, strict=False):
        if name == "result":
            results.append((head, cell, unit))
        elif name:
            cells[name] = f"{cell} {unit}" if unit and cell and name in {"loq", "lod"} and _bare(cell) else cell
    return _Row(line.place, cells, tuple(results))


def _bare(cell: str) -> bool:
    """Whether a cell is a number without a unit."""
    match = _NUMBER.fullmatch(cell)
    return match is not None and not match["unit"]


def _from_json(text: str, file: str, sha256: str) -> Certificate:
    """The documented JSON form: ``{"serving_g": ..., "results": [{"analyte": ..., "result": ..., "unit": ...}, ...]}``."""
    made = _json(text, file)
    results = made.get("results") if isinstance(made, dict) else None
    if not isinstance(results, list):
        raise CertificateError([f"{file}: has no results; should be an object with a list of results"])
    if len(results) > _MOST_LINES:
        raise CertificateError([f"{file}: has {len(results):,} results; should have {_MOST_LINES} at most"])
    faults = [fault for at, one in enumerate(results) for fault in _json_faults(one, f"{file}: results[{at}]")]
    serving = made.get("serving_g")
    if serving is not None and not isinstance(serving, str):
        faults.append(f"{file}: serving_g: should be a number of grams")
    if faults:
        raise CertificateError(faults)
    rows = []
    for at, one in enumerate(results):
        cells = {name: " ".join((cell or "").split()) for name, cell in one.items()}
        rows.append(_Row(f"{file}: results[{at}]", cells, (("result", cells["result"], ""),)))
    return _certificate(rows, None if serving is None else (f"{file}: serving_g", serving), file, sha256)


def _json(text: str, file: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise CertificateError([f"{file}: a name stands twice in one object; should stand once"])
        return made

    def refuse(constant: str) -> None:
        raise CertificateError([f"{file}: has {constant}; should be a number"])

    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=refuse, object_pairs_hook=unique)
    except json.JSONDecodeError as refused:
        place = f"{file}:{refused.lineno}: column {refused.colno}"
        raise CertificateError([f"{place}: is not JSON ({refused.msg}); should be as docs/certificates.md shows"]) from None
    except RecursionError:
        raise CertificateError([f"{file}: is nested too deeply; should be as docs/certificates.md shows"]) from None


def _json_faults(one: object, place: str) -> list[str]:
    if not isinstance(one, dict) or not all(cell is None or isinstance(cell, str) for cell in one.values()):
        return [f"{place}: should be an object of texts and numbers"]
    if "analyte" not in one or "result" not in one:
        return [f"{place}: should have an analyte and a result"]
    unknown = sorted(set(one) - set(COLUMNS))
    return [f"{place}: {name[:_SHOWN]}: is no field; should be one of {', '.join(COLUMNS)}" for name in unknown]


class _FaultError(ValueError):
    """What is wrong with a cell: the column, and a sentence."""

    def __init__(self, column: str, says: str) -> None:
        super().__init__(says)
        self.column = column


def _certificate(rows: Sequence[_Row], serving: tuple[str, str] | None, file: str, sha256: str) -> Certificate:
    if len(rows) > _MOST_LINES:
        raise CertificateError([f"{file}: has {len(rows):,} results; should have {_MOST_LINES} at most"])
    results: list[Result] = []
    faults: list[str] = []
    for row in rows:
        printed = row.cells.get("analyte", "")
        try:
            results.append(_result(row))
        except _FaultError as fault:
            if fault.column in {"analyte", "line"} or recognised(printed) != NOT_RECOGNISED:
                faults.append(f"{row.place}: {fault.column}: {fault}")
            else:  # water activity, colour and the like have units of their own: named, and not in the way of the rest
                unread = Result(analyte=NOT_RECOGNISED, printed=printed, outcome="no-result", value=None, unit="not-said")
                results.append(replace(unread, place=row.place))
    serving_g = None
    if serving is not None:
        try:
            serving_g = _grams(serving[1])
        except _FaultError as fault:
            faults.append(f"{serving[0]}: {fault}")
    faults += _contradictions(results) + _too_much(results, serving_g, file)
    if not faults and not results:
        faults.append(f"{file}: has no results; should have a line for each analyte")
    if faults:
        raise CertificateError(faults)
    return Certificate(file=file, results=tuple(results), serving_g=serving_g, sha256=sha256)


def _grams(cell: str) -> Decimal | None:
    match = re.fullmatch(r"([\d.,]+)\s*(mg|g|grams?)?", cell.strip(), re.IGNORECASE)
    if match is None:
        return None  # "2 capsules" is no weight
    grams = _decimal(match[1], whole=False, column="serving") * (Decimal("0.001") if (match[2] or "g").lower() == "mg" else 1)
    if not 0 < grams <= 1000:
        raise _FaultError("serving", f"a serving has {cell!r}; should be above zero and at most 1000 g")
    return grams.normalize() if match[2] and match[2].lower() == "mg" else grams


def _result(row: _Row) -> Result:
    printed = row.cells.get("analyte", "")
    if not printed:
        raise _FaultError("analyte", "is empty; should name what was measured")
    if any(len(cell) > _LONGEST for cell in [*row.cells.values(), *(cell for _, cell, _ in row.results)]):
        raise _FaultError("line", f"has a cell of more than {_LONGEST} letters; should be a name or a number")
    analyte = recognised(printed)
    in_name = _SAMPLE.search(printed) if analyte in MICROBES else None
    readings = [
        _reading(head, cell, unit or row.cells.get("unit", ""), microbe=analyte in MICROBES) for head, cell, unit in row.results
    ]
    said = [one for one in readings if one.outcome != "no-result"] or readings[:1]
    first = said[0]
    for other in said[1:]:
        if not _agree(first, other):
            raise _FaultError(other.column, f"contradicts the column {first.column!r}; both should say the same amount")
    bounds = {name: _bound(name, row.cells.get(name, ""), first.unit) for name in ("loq", "lod")}
    if bounds["loq"] is not None and bounds["lod"] is not None and bounds["lod"] > bounds["loq"]:
        raise _FaultError("lod", f"is {bounds['lod']}, above the LOQ of {bounds['loq']}; should be at most that")
    outcome, value = _against(first, bounds["loq"])
    return Result(
        analyte=analyte,
        printed=printed,
        outcome=outcome,
        value=value,
        unit=first.unit,
        loq=bounds["loq"],
        lod=bounds["lod"],
        sample_g=first.sample_g
        if first.sample_g is not None or in_name is None or outcome not in {"absent", "detected"}
        else _decimal(in_name[1], whole=False, column="analyte"),
        method=row.cells.get("method", ""),
        limit=row.cells.get("limit", ""),
        status=row.cells.get("status", ""),
        place=row.place,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One cell of a result."""

    column: str
    outcome: Outcome
    unit: Unit
    value: Decimal | None = None
    sample_g: Decimal | None = None


def _against(reading: _Reading, loq: Decimal | None) -> tuple[Outcome, Decimal | None]:
    """A number below its own limit of quantitation, and a zero, are no measurements."""
    if reading.outcome == "measured" and reading.value is not None:
        if loq is not None and reading.value < loq:
            return "below", loq
        if reading.value == 0:
            return "not-detected", None
    return reading.outcome, reading.value


def _reading(column: str, cell: str, unit: str, *, microbe: bool) -> _Reading:
    word = _letters(cell)
    said = _said_unit(unit, "unit")
    words: list[tuple[frozenset[str], Outcome]] = [
        (_NOTHING, "no-result"),
        (_JUDGED, "no-result"),
        (_UNDETECTED, "absent" if microbe and said == "not-said" else "not-detected"),
        (_BELOW_LOQ, "below"),
        (_ABSENT, "absent" if microbe else "not-detected"),
        (_FOUND, "detected"),
    ]
    sample = _SAMPLE.search(word)
    bare = _letters(_SAMPLE.sub("", word)) or word  # "3 g" alone is an amount, and no sample of nothing
    for known, outcome in words:
        if bare in known:
            of_unit = _SAMPLE.fullmatch(unit) if microbe and said == "not-said" else None
            grams = sample if bare != word else of_unit
            size = None if grams is None else _decimal(grams[1], whole=False, column=column)
            return _Reading(column=column, outcome=outcome, unit=said, sample_g=size)
    return _number(column, cell, said)


def _said_unit(text: str, column: str) -> Unit:
    if not text or text in {"-", "—", "n/a", "N/A"} or _SAMPLE.fullmatch(text):
        return "not-said"
    unit = _unit(text)
    if unit is None:
        raise _FaultError(column, f"has {text[:_SHOWN]!r}; should be one of {', '.join(dict.fromkeys(_UNITS.values()))}")
    return unit


def _number(column: str, cell: str, said: Unit) -> _Reading:
    match = _NUMBER.fullmatch(cell.strip())
    if match is None:
        shown = cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
        raise _FaultError(column, f"has {shown!r}; should be a number, <LOQ, ND, Absent or Detected")
    if match["minus"]:
        raise _FaultError(column, f"has {cell!r}; should not be below zero")
    own = _said_unit(match["unit"].strip(), column) if match["unit"] else "not-said"
    if own != "not-said" and said not in {own, "not-said"}:
        raise _FaultError(column, f"has {cell!r} beside the unit {said}; both should be the same")
    unit = own if own != "not-said" else said
    exponent = int(match["e"] or match["ten"] or 0)
    value = _decimal(match["digits"], whole=unit == "cfu/g", column=column).scaleb(exponent)
    most = 1 / _SHARES[unit] if unit in _SHARES else _MOST.get(unit)
    if most is not None and value > most:
        more = "more than there is in a gram" if unit in _SHARES else "more than a product can hold"
        raise _FaultError(column, f"has {cell!r}, {more}; should be at most {most:f} {unit}")
    sign = match["sign"] or ""
    outcome: Outcome = "below" if sign[:1] in {"<", "≤"} and sign else "above" if sign else "measured"
    return _Reading(column=column, outcome=outcome, unit=unit, value=value)


def _decimal(digits: str, *, whole: bool, column: str) -> Decimal:
    """A number with a decimal point or comma, and with or without signs between thousands.

    ``1,234`` can be 1234 or 1.234 and is refused, unless the number is ``whole``, as counts are.
    """
    text = digits.replace(" ", "").replace("'", "")
    commas, points = text.count(","), text.count(".")
    if commas and points:
        decimal = "," if text.rindex(",") > text.rindex(".") else "."
        thousands = "." if decimal == "," else ","
        fits = re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+{re.escape(decimal)}\d*", text)
        text = text.replace(thousands, "").replace(decimal, ".") if fits else ""
    elif commas > 1 or (commas and whole):
        text = text.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) else ""
    elif re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        raise _FaultError(
            column, f"has {digits!r}; should be {text.replace(',', '')} or {text.replace(',', '.')}, which are different"
        )
    else:
        text = text.replace(",", ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _FaultError(column, f"has {digits!r}; should be a number with one decimal point") from None


def _bound(name: str, cell: str, unit: Unit) -> Decimal | None:
    """A limit of quantitation or detection in the unit of the result."""
    if _letters(cell) in _NOTHING or not cell:
        return None
    reading = _number(name, cell.removeprefix("<").strip(), "not-said")
    if reading.value is None or reading.value <= 0:
        raise _FaultError(name, f"has {cell!r}; should be above zero")
    if reading.unit in {"not-said", unit}:
        return reading.value
    if reading.unit in _SHARES and unit in _SHARES:
        return (reading.value * _SHARES[reading.unit] / _SHARES[unit]).normalize()
    raise _FaultError(name, f"has {cell!r} beside a result in {unit}; both should have one unit")


def _agree(one: _Reading, other: _Reading) -> bool:
    """Whether two columns of one line can be the same amount, as far as their last digits are printed."""
    if one.unit not in _SHARES or other.unit not in _SHARES or one.value is None or other.value is None:
        return True
    if one.outcome != other.outcome:
        return False
    spans = [
        ((value - half) * _SHARES[unit], (value + half) * _SHARES[unit])
        for value, unit in ((one.value, one.unit), (other.value, other.unit))
        for half in [Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2]
    ]
    return spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def _contradictions(results: Sequence[Result]) -> list[str]:
    """Lines of one analyte that cannot both be: two amounts in units of one kind, or found and absent."""
    return [
        f"{one.place}: {one.printed[:_SHOWN]}: contradicts {other.place}; one analyte should have one amount"
        for at, one in enumerate(results)
        for other in results[:at]
        if one.analyte == other.analyte != NOT_RECOGNISED and _contradict(one, other)
    ]


def _contradict(one: Result, other: Result) -> bool:
    if {one.outcome, other.outcome} == {"absent", "detected"}:
        return one.sample_g == other.sample_g
    if one.unit not in _SHARES or other.unit not in _SHARES:
        same = one.unit == other.unit and {one.outcome, other.outcome} == {"measured"}
        return same and one.value != other.value
    if {one.outcome, other.outcome} == {"measured"}:
        first = _Reading(column="", outcome="measured", unit=one.unit, value=one.value)
        return not _agree(first, _Reading(column="", outcome="measured", unit=other.unit, value=other.value))
    spans = [
        (each.low * _SHARES[each.unit], None if each.high is None else each.high * _SHARES[each.unit]) for each in (one, other)
    ]
    return any(high is not None and low > high for (low, _), (_, high) in (spans, spans[::-1]))


def _too_much(results: Iterable[Result], serving_g: Decimal | None, file: str) -> list[str]:
    """More alkaloids than there is product."""
    kept = [one for one in results if one.analyte in _ALKALOIDS and one.outcome == "measured" and one.value is not None]
    unique = {(one.analyte, one.unit): one for one in kept}
    whole = sum((one.low * _SHARES[one.unit] for one in _first_share(unique)), Decimal(0))
    faults = [f"{file}: the alkaloids sum to {float(whole * 1000):g} mg in a gram; should be at most 1000"] if whole > 1 else []
    if serving_g is not None:
        faults += [
            f"{one.place}: has {one.value} mg in a serving of {serving_g} g; should be at most its weight"
            for one in kept
            if one.unit == "mg/serving" and one.low > serving_g * 1000
        ]
    return faults


def _first_share(unique: Mapping[tuple[str, Unit], Result]) -> Iterator[Result]:
    seen = set()
    for (analyte, unit), one in unique.items():
        if unit in _SHARES and analyte not in seen:
            seen.add(analyte)
            yield one
