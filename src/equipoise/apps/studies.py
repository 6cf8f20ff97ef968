"""A table becomes effects: which column is what, what is missing, and which line of the file a fault is on."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.documents.analysis import Span
from equipoise.engines import synthesis
from equipoise.engines.synthesis.effects import spellings, wanted
from equipoise.intake.table import Table, TableError, missing, numbers, numeric

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_FAULTS = 10
"""Rows that one error names."""

LABELS = ("study", "author", "slab", "trial", "label", "name")
"""Names of the column that names studies, in the order in which they are looked for."""

SILENT = "no arm, or every arm in full, has the event"
"""Why a row says nothing on a ratio."""

_ARMS = (("a", "b", "n1"), ("c", "d", "n2"))
_AT = re.compile(r"\brow (\d+)\b")
_OF = re.compile(r"^(.+?) of row (\d+) is (.+)$")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a caller asked of a table: names as on the command line."""

    measure: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    study: str | None = None
    method: str = "REML"
    test: str = "knapp-hartung"
    level: float = 0.95
    add: float | None = None
    to: str = "only0"
    drop00: bool = False
    drop_missing: bool = False
    by: str | None = None
    moderators: tuple[str, ...] = ()
    cluster: str | None = None
    cumulative: str | None = None
    leave_one_out: bool = False
    influence: bool = False
    small_study: bool = False
    uncorrected: bool = False
    radial: bool = False
    subsets: bool = False
    bias: tuple[str, ...] = ()
    permutations: int = 0
    seed: int = 1
    declaration: Mapping[str, object] | None = None
    primary: Mapping[str, str] = field(default_factory=dict)
    threshold: float | None = None


@dataclass(frozen=True, kw_only=True)
class Data:
    """Effects of k studies with what stands beside them: ``rows`` of ``table``, ``numbers`` by the engine's names, labels."""

    asked: Asked
    table: Table
    measure: str
    names: Mapping[str, str]
    numbers: Mapping[str, Floats]
    study: str | None
    rows: NDArray[np.intp]
    effect: Floats
    variance: Floats
    corrected: NDArray[np.bool_]
    labels: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def sizes(self) -> Floats | None:
        """People or person-time of each study, where the way back from the measure asks for them."""
        name = {"PFT": "total", "IRFT": "time"}.get(self.measure, "")
        return self.numbers.get(name)

    def back(self, values: Floats | np.float64, mask: NDArray[np.bool_] | None = None) -> Floats:
        """Effects of an analysis, or of a batch with its mask, as people read them."""
        sizes = self.sizes
        if sizes is not None and mask is not None:
            sizes = np.where(mask, sizes, np.nan)
        return synthesis.natural(self.measure, values, totals=sizes)

    def words(self, column: str) -> list[str]:
        """The cells of a column for each study."""
        cells = self.table.words(column)
        return [cells[row] for row in self.rows]

    def column(self, name: str) -> Floats:
        """The numbers of a column for each study."""
        return np.array(numbers(self.table, name))[self.rows]

    def counts(self, *wanted: str) -> dict[str, Floats] | None:
        """The columns of one of some sets, if the table had them; each set is one text of names."""
        for names in wanted:
            if set(names.split()) <= self.numbers.keys():
                return {name: self.numbers[name] for name in names.split()}
        return None


def studies(table: Table, asked: Asked) -> Data:
    """The effects of a table by one measure.

    Raises
    ------
    TableError
        Columns that are not there, cells that are missing or no numbers, counts that cannot be: with their places.
    """
    measure = asked.measure or _guessed(table, asked)
    names = _mapped(table, measure, asked.columns)
    study = _label_column(table, asked.study, names)
    others = [name for name in (asked.by, *asked.moderators, asked.cumulative, asked.cluster) if name is not None]
    for name in (*others, *asked.bias):
        _there(table, name)
    if not table.rows:
        raise TableError([f"{table.file}: has names and no row; should have a line for each study, one at least"])
    kept, left_out = _complete(table, [*names.values(), *others], drop=asked.drop_missing)
    arrays = {name: np.array(numbers(kept, column)) for name, column in names.items()}
    try:
        found = synthesis.effect_size(measure, add=asked.add, to=asked.to, drop00=asked.drop00, **arrays)  # type: ignore[arg-type] # refused there
    except ValueError as fault:
        raise TableError([placed(str(fault), kept, names)]) from None
    _speaking(measure, arrays, kept)
    silent = np.setdiff1d(np.arange(len(kept.rows)), found.rows).tolist()
    left_out += tuple(f"{named(kept, study, at)}: {SILENT}" for at in silent)
    return Data(
        asked=asked,
        table=kept,
        measure=measure,
        names=names,
        numbers={name: array[found.rows] for name, array in arrays.items()},
        study=study,
        rows=found.rows,
        effect=found.effect,
        variance=found.variance,
        corrected=found.corrected,
        labels=tuple(named(kept, study, row, line=False) for row in found.rows.tolist()),
        left_out=left_out,
    )


def silent_rows(measure: str, arrays: Mapping[str, Floats]) -> Flags:
    """Rows that say nothing on a ratio, for nobody has the event, or, of an odds ratio, everybody has it."""
    if measure in ("OR", "PETO", "RR") and {"a", "c"} <= arrays.keys():
        none = (arrays["a"] == 0) & (arrays["c"] == 0)
        if measure == "RR":
            return np.asarray(none)
        others = [arrays[rest] if rest in arrays else arrays[whole] - arrays[part] for part, rest, whole in _ARMS]
        return np.asarray(none | ((others[0] == 0) & (others[1] == 0)))
    if measure == "IRR" and {"x1", "x2"} <= arrays.keys():
        return np.asarray((arrays["x1"] == 0) & (arrays["x2"] == 0))
    return np.zeros(next(iter(arrays.values())).size, dtype=np.bool_)


def _speaking(measure: str, arrays: Mapping[str, Floats], table: Table) -> None:
    """Refuse a table of ratios in which no row says anything."""
    if silent_rows(measure, arrays).all():
        raise TableError([f"{table.file}: in every row {SILENT}, so that there is no {measure} to pool; RD may be"])


def lined(message: str, table: Table) -> str:
    """An engine's sentence, which counts rows from 0, with lines of the file instead."""
    return _AT.sub(lambda row: f"line {table.lines[int(row[1])]}", message)


def placed(message: str, table: Table, names: Mapping[str, str]) -> str:
    """An engine's sentence with the line and the name of the file's column before it, where it is on one."""
    at = _OF.match(message)
    if at is not None:
        said, row, rest = at.groups()
        column = " + ".join(names.get(part, part) for part in said.split(" + "))
        return f"{table.place(int(row), column)}: is {rest}"
    return f"{table.file}: {lined(message, table)}"


def _guessed(table: Table, asked: Asked) -> str:
    """GEN where the table holds effects as given, else a sentence on the measures that it could be."""
    fitting = [name for name in synthesis.MEASURES if _set_of(table, name, asked.columns) is not None]
    if "GEN" in fitting:
        return "GEN"
    if fitting:
        raise TableError([f"{table.file}: has the columns of {', '.join(fitting)}; --measure should say which"])
    found = f"has columns ({', '.join(table.columns)}), which are those of no measure"
    raise TableError([f"{table.file}: {found}; --measure should name one, and --columns say which column is what"])


def _set_of(table: Table, measure: str, given: Mapping[str, str]) -> dict[str, str] | None:
    """The first set of columns of a measure that the table has, by the engine's names."""
    sets = wanted(measure)
    own = _own_names(measure, given)
    for names in sets:
        if not own.keys() <= set(names):
            continue
        found = {name: own.get(name) or _called(table, name) for name in names}
        if all(found.values()):
            return {name: str(column) for name, column in found.items()}
    return None


def _own_names(measure: str, given: Mapping[str, str]) -> dict[str, str]:
    """Columns that the caller named, by the engine's names."""
    known = {own for names in wanted(measure) for own in names}
    return {next((own for own in known if name in spellings(own)), name): column for name, column in given.items()}


def _called(table: Table, name: str) -> str | None:
    """The column that goes by a name of the engine's, or by metafor's, in any letters."""
    own, *others = spellings(name)
    return _first(table, (own, *sorted(others, key=lambda other: not other.endswith("i"))))  # beside yi, y may be raw data


def _first(table: Table, names: Sequence[str]) -> str | None:
    """The column of the first of some names that the table has, in any letters."""
    small = {column.lower(): column for column in reversed(table.columns)}
    return next((small[name] for name in names if name in small), None)


def _mapped(table: Table, measure: str, given: Mapping[str, str]) -> dict[str, str]:
    for column in given.values():
        _there(table, column)
    found = _set_of(table, measure, given)
    if found is not None:
        return found
    sets = wanted(measure)
    known = dict.fromkeys(name for names in sets for name in names)
    strange = [name for name in _own_names(measure, given) if name not in known]
    right = " or ".join(f"({', '.join(names)})" for names in sets)
    if strange:
        raise TableError([f"--columns names {strange[0]!r}; for {measure} it should be some of {', '.join(known)}"])
    found_columns = f"has columns ({', '.join(table.columns)})"
    which = f"--columns should say which is which, such as {sets[0][0]}=COLUMN"
    raise TableError([f"{table.file}: {found_columns}; for {measure} there should be {right}, or {which}"])


def _there(table: Table, column: str) -> None:
    if column not in table.columns:
        raise TableError([f"{table.file}: has no column {column!r}; should be one of {', '.join(table.columns)}"])


def _label_column(table: Table, asked: str | None, names: Mapping[str, str]) -> str | None:
    if asked is not None:
        _there(table, asked)
        return asked
    words = (column for column in table.columns if column not in names.values() and not numeric(table, column))
    return _first(table, LABELS) or next(words, None)


def named(table: Table, study: str | None, row: int, *, line: bool = True) -> str:
    """What a row is called: its line in the file with its label, or (``line`` False) its label, where it has one."""
    label = table.words(study)[row] if study is not None else ""
    where = f"line {table.lines[row]}"
    return (f"{where} ({label})" if label else where) if line else label or where


def _complete(table: Table, used: Sequence[str], *, drop: bool) -> tuple[Table, tuple[str, ...]]:
    """The table without rows that lack a cell, and what they lacked; or one error that names them."""
    lacking: dict[int, list[str]] = {}
    for column in dict.fromkeys(used):
        for row, cell in enumerate(table.words(column)):
            if missing(cell):
                lacking.setdefault(row, []).append(column)
    if not lacking:
        return table, ()
    said = [(row, ", ".join(lacking[row])) for row in sorted(lacking)]
    if not drop:
        faults = [f"{table.place(row, columns)}: is empty; should be a value" for row, columns in said[:MOST_FAULTS]]
        more = len(said) - len(faults)
        rest = f", {more} more than are named here" if more else ""
        faults.append(f"{len(said)} of {len(table.rows)} rows lack a value{rest}; --drop-missing leaves them out and says so.")
        raise TableError(faults)
    if len(said) == len(table.rows):
        raise TableError(
            [f"{table.file}: every row lacks a value in {', '.join(dict.fromkeys(used))}; one at least should have all"]
        )
    return table.without(list(lacking)), tuple(f"line {table.lines[row]}: {columns} is empty" for row, columns in said)


def number(value: Any) -> float | None:
    """A number, or None where it does not exist."""
    found = float(value)
    return found if math.isfinite(found) else None


def span(bounds: Any) -> Span:
    """Low and high bound, each None where it does not exist."""
    return number(bounds[0]), number(bounds[1])
