"""Files of certificates to rows: the cells of each line by column, from CSV, JSON or the ruled tables of a PDF."""

import csv
import io
import json
import logging
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.intake.certificate_cells import LONGEST, bare
from equipoise.intake.certificate_words import (
    COLUMNS,
    LABELS,
    MOISTURE,
    NOT_RECOGNISED,
    SERVINGS,
    column,
    is_word,
    letters,
    recognised,
)
from equipoise.intake.table import SHOWN, TableError

LARGEST = 5_000_000
"""Bytes; a larger file is refused before it is read."""

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


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a line by column; ``results``: of each column that holds results."""

    place: str
    cells: Mapping[str, str]
    results: tuple[tuple[str, str, str], ...]
    """Name of the column, cell, and the unit that the name of the column says."""


Serving = tuple[str, str]
"""Where the weight of a serving stands, and the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file holds: its rows, what it says of a serving, and where below a line of names a line was passed over."""

    rows: tuple[Row, ...]
    servings: tuple[Serving, ...] = ()
    passed_over: tuple[str, ...] = ()


def content(path: Path) -> bytes:
    """The bytes of a file that is small enough."""
    file = str(path)
    try:
        if path.exists() and not path.is_file():
            raise CertificateError([f"{file}: is no file; should be a certificate as CSV, JSON or PDF"])
        size = path.stat().st_size
        if size > LARGEST:
            raise CertificateError([f"{file}: has {size:,} bytes; should be a certificate of {LARGEST:,} at most"])
        raw = path.read_bytes()
    except OSError as refused:
        raise CertificateError([f"{file}: cannot be opened ({refused.strerror}); should be a certificate"]) from None
    return raw


def found(raw: bytes, path: Path) -> Found:
    """What a certificate holds, by the kind of its file."""
    file = str(path)
    kind = path.suffix.lower()
    if kind == ".pdf" or raw.startswith(b"%PDF"):
        held = _table(_pdf_lines(raw, file), file)
    elif kind == ".json":
        held = _json_rows(_decoded(raw, file), file)
    else:
        held = _table(_csv_lines(_decoded(raw, file), file), file)
    if len(held.rows) > _MOST_LINES:
        raise CertificateError([f"{file}: has {len(held.rows):,} results; should have {_MOST_LINES} at most"])
    return held


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


def _is_head(cells: Sequence[str]) -> bool:
    if any(len(cell) > LONGEST or bare(cell) or is_word(cell) for cell in cells):
        return False  # a line of results can resemble one of names: Heavy metals, Pass, ppm
    found = [column(cell)[0] for cell in cells]
    return "analyte" in found and "result" in found


def _table(tables: list[list[_Line]], file: str) -> Found:
    """Rows below a line of names, in every table that has one; what stands above is read for a serving and moisture only."""
    found: list[Row] = []
    servings: list[Serving] = []
    passed_over: list[str] = []
    faults: list[str] = []
    heads = 0
    for lines in tables:
        columns: list[tuple[str, str, str]] = []
        for line in lines:
            if _is_head(line.cells):
                columns = [(*column(cell), cell) for cell in line.cells]
                faults += _twice(columns, line.place)
                heads += 1
            elif not columns or _is_no_result(line):
                said = list(_labelled(line.cells))
                servings += [(line.place, value) for label, value in said if label in SERVINGS]
                moist = [(label, value) for label, value in said if label not in SERVINGS]
                found += [Row(line.place, {"analyte": label}, ((label, value, ""),)) for label, value in moist]
                passed_over += [line.place] if columns and not said else []
            else:
                fault = _ragged(line, columns)
                faults += [fault] if fault else []
                found += [] if fault else [_row(line, columns)]
    if not heads:
        heard = "; the names of columns were not found" if any(tables) else ""
        raise CertificateError([f"{file}: has no results{heard}; should have a line with Analyte, Result and Unit above them"])
    if faults:
        raise CertificateError(faults)
    return Found(rows=tuple(found), servings=tuple(servings), passed_over=tuple(passed_over))


def _is_no_result(line: _Line) -> bool:
    """A heading or a footer of one cell, or a label and its value, below a line of names."""
    first, *others = line.cells
    if letters(first.partition(":")[0]).removesuffix("(g)").strip() in LABELS:
        return True
    return not any(others) and recognised(first) == NOT_RECOGNISED


def _labelled(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels of a serving or of moisture with their values: ``Serving size: 2.4 g`` in one cell, or in two."""
    for cell, beside in zip(cells, (*cells[1:], ""), strict=True):
        label, sign, value = cell.partition(":")
        name = letters(label)
        grams = name.removesuffix("(g)").strip()
        if grams in SERVINGS or recognised(name) == MOISTURE:
            text = (value if sign and value else beside).strip()
            if text:
                yield grams if grams in SERVINGS else label, f"{text} g" if grams != name and bare(text) else text


def _twice(columns: Sequence[tuple[str, str, str]], place: str) -> list[str]:
    names = [name for name, _, _ in columns if name not in {"", "result"}]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{place}: the column {name!r} stands twice; should stand once" for name in doubled]


def _ragged(line: _Line, columns: Sequence[object]) -> str:
    if len(line.cells) < len(columns) or any(line.cells[len(columns) :]):
        hint = "; a decimal comma in a file with commas should stand in quotes" if len(line.cells) > len(columns) else ""
        return f"{line.place}: has {len(line.cells)} cells; should have {len(columns)}, as the line of names has{hint}"
    return ""


def _row(line: _Line, columns: Sequence[tuple[str, str, str]]) -> Row:
    cells, results = {}, []
    for (name, unit, head), cell in zip(columns, line.cells, strict=False):
        if name == "result":
            results.append((head, cell, unit))
        elif name:
            cells[name] = f"{cell} {unit}" if unit and cell and name in {"loq", "lod"} and bare(cell) else cell
    return Row(line.place, cells, tuple(results))


def _json_rows(text: str, file: str) -> Found:
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
    found = []
    for at, one in enumerate(results):
        cells = {name: " ".join((cell or "").split()) for name, cell in one.items()}
        found.append(Row(f"{file}: results[{at}]", cells, (("result", cells["result"], ""),)))
    return Found(rows=tuple(found), servings=() if serving is None else ((f"{file}: serving_g", serving),))


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
    return [f"{place}: {name[:SHOWN]}: is no field; should be one of {', '.join(COLUMNS)}" for name in unknown]
