"""A table of results from a CSV file: words by column, numbers on demand, and every fault with its file, line and column."""

import csv
import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "."})
"""What stands for "not known" in the tables that people and programs write, in small letters."""

DELIMITERS = (",", ";", "\t")

LARGEST = 100_000_000
"""Bytes; a larger file is no table of studies."""

_POINT_FOR_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
SHOWN = 40
"""Letters of a cell that a sentence repeats."""


class TableError(ValueError):
    """The table cannot be used; ``faults`` names everything that was found wrong, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was written.

    ``rows`` hold one word for each of ``columns``, without the spaces around it. ``lines``: where each row begins in ``file``,
    counted from 1. ``sha256``: of the bytes of the file.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str
    sha256: str

    def words(self, column: str) -> list[str]:
        """The cells of a column."""
        at = self.columns.index(column)
        return [row[at] for row in self.rows]

    def without(self, rows: Sequence[int]) -> "Table":
        """The table without some rows, counted from 0."""
        gone = set(rows)
        kept = [at for at in range(len(self.rows)) if at not in gone]
        return replace(self, rows=tuple(self.rows[at] for at in kept), lines=tuple(self.lines[at] for at in kept))

    def place(self, row: int, column: str = "") -> str:
        """``file:line: column``, as faults begin."""
        where = f"{self.file}:{self.lines[row]}"
        return f"{where}: {column}" if column else where


def missing(cell: str) -> bool:
    """Whether a cell says that nothing is known."""
    return cell.lower() in MISSING


def numbers(table: Table, column: str) -> list[float]:
    """The cells of a column as numbers, NaN where one is missing.

    Raises
    ------
    TableError
        A cell that is no number; it says which, and how it should be written.
    """
    found, faults = [], []
    for row, cell in enumerate(table.words(column)):
        if missing(cell):
            found.append(math.nan)
        elif _NUMBER.fullmatch(cell) and math.isfinite(float(cell)):
            found.append(float(cell))
        else:
            faults.append(f"{table.place(row, column)}: {_no_number(cell)}")
    if faults:
        raise TableError(faults)
    return found


def numeric(table: Table, column: str) -> bool:
    """Whether a column holds numbers, some of which may be missing, and nothing else."""
    known = [cell for cell in table.words(column) if not missing(cell)]
    return bool(known) and all(_NUMBER.fullmatch(cell) for cell in known)


def shown(cell: str) -> str:
    """A cell as a sentence repeats it: the beginning of a long one."""
    return cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}…"


def _no_number(cell: str) -> str:
    if _POINT_FOR_COMMA.fullmatch(cell):
        return f"has {shown(cell)!r}; a number should have a decimal point and no other comma, such as {cell.replace(',', '.')}"
    if cell.endswith("%"):
        return f"has {shown(cell)!r}; should be a number without a sign, and a share between 0 and 1 where a share is meant"
    return f"has {shown(cell)!r}; should be a number, or empty where it is not known"


def read_table(path: Path) -> Table:
    """Read a CSV file: UTF-8 (or UTF-16 with its mark), commas, semicolons or tabs, names of columns in the first line.

    Raises
    ------
    TableError
        What cannot be read, each fault with its line: another encoding, a name that is missing or stands twice, a row with more
        or fewer cells than there are names, a quote that does not end.
    """
    file = str(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise TableError(
                [f"{file}: has {path.stat().st_size:,} bytes; should be a table of studies of {LARGEST:,} at most"]
            )
        raw = path.read_bytes()
    except OSError as refused:
        raise TableError([f"{file}: cannot be opened ({refused.strerror}); should be a CSV file"]) from None
    text = _decoded(raw, file)
    delimiter = _delimiter(text)
    lines = list(_parsed(text, delimiter, file))
    if not lines:
        raise TableError([f"{file}: is empty; should have a line of names and a line for each study"])
    (_, head), body = lines[0], lines[1:]
    columns, width = _named(head, [cells for _, cells in body], file)
    faults = [
        f"{file}:{line}: has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}; should have {width}, as the first line has"
        for line, cells in body
        if len(cells) != width and (len(cells) < len(columns) or any(cells[len(columns) :]))
    ]
    if faults:
        raise TableError(faults)
    return Table(
        file=file,
        columns=columns,
        rows=tuple(tuple(cells[: len(columns)]) for _, cells in body),
        lines=tuple(line for line, _ in body),
        delimiter=delimiter,
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _decoded(raw: bytes, file: str) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as refused:
        line = raw.count(b"\n", 0, refused.start) + 1
        found = f"holds the byte 0x{raw[refused.start]:02x}"
        raise TableError([f"{file}:{line}: {found}; should be saved as UTF-8 (in a spreadsheet: CSV UTF-8)"]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TableError([f"{file}:{line}: holds a null character; should be a CSV file, not a workbook"])
    return text


def _delimiter(text: str) -> str:
    """The sign that parts most names in the first line, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    counts = Counter(sign for sign in bare if sign in DELIMITERS)
    return max(DELIMITERS, key=lambda sign: counts[sign])


def _parsed(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them, each with the number at which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    begins = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield begins, stripped
            begins = reader.line_num + 1
    except csv.Error as refused:
        said = str(refused)
        if "unexpected end" in said:
            said = "opens a quote that nothing closes; should have an even number of quotes"
        elif "expected after" in said:
            said = "has something after a closing quote; a quote inside a cell should be doubled"
        else:
            said = f"is not CSV ({said}); should have one line for each study"
        raise TableError([f"{file}:{begins}: {said}"]) from None


def _named(head: Sequence[str], body: Sequence[Sequence[str]], file: str) -> tuple[tuple[str, ...], int]:
    """The names of columns, without empty ones at the end, and how many cells a row should have."""
    width = len(head)
    last = max((at for at, name in enumerate(head) if name), default=-1)
    while last + 1 < width and any(len(cells) > last + 1 and cells[last + 1] for cells in body):
        last += 1
    names = list(head[: last + 1])
    faults = []
    for at, name in enumerate(names):
        if not name:
            why = "; programs that write the numbers of rows should be told not to" if at == 0 else ""
            faults.append(f"{file}:1: column {at + 1} has no name; should have one{why}")
        elif name in names[:at]:
            faults.append(
                f"{file}:1: the name {name!r} stands twice, in columns {names.index(name) + 1} and {at + 1}; should stand once"
            )
    if faults:
        raise TableError(faults)
    return tuple(names), width
