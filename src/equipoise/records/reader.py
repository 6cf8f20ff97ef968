"""The one reader: files of text to typed records, or every fault of every file.

The record kinds are plain dataclasses; :func:`_schema` turns each into a pydantic validator whose leaves read text and nothing
else, so that ``NO`` stays Norway and ``0.50`` keeps its digit. :func:`schemas` says the same to editors, as JSON Schema.
"""

import csv
import dataclasses
import functools
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as core

from equipoise.records import text as yaml_text
from equipoise.records.case import Case
from equipoise.records.evidence import KINDS, Evidence, Record
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.forms import Steps, form, is_record, parts, tag
from equipoise.records.gazetteer import Gazetteer
from equipoise.records.parsing import parsed
from equipoise.records.topic import Topic
from equipoise.records.vocabulary import (
    Analyte,
    BiasDomain,
    Brand,
    Country,
    DesignWord,
    OutcomeWord,
    Person,
    ProductCode,
    ProperName,
    ResultLimit,
    Sign,
    Target,
    Vocabulary,
    Word,
)
from equipoise.values.dates import FORM, PartialDate
from equipoise.values.missing import Missing

_MISSING = {item.value: item for item in Missing}
_BESIDE_RECORDS = {"vocabulary", "gazetteer", "chapters", "README.md", "LICENSE"}

_BY_PLACE = {"law"}
"""Kinds whose files stand in a folder for each place."""

_TABLES: Mapping[str, type] = {
    "outcomes": OutcomeWord,
    "designs": DesignWord,
    "frames": Word,
    "units": Word,
    "instruments": Word,
    "bias-domains": BiasDomain,
    "questions": Word,
    "people": Person,
    "countries": Country,
    "names": ProperName,
    "substances": Word,
    "analytes": Analyte,
    "targets": Target,
    "medicine-classes": Word,
    "properties": Word,
    "brands": Brand,
    "product-codes": ProductCode,
    "signs": Sign,
    "result-limits": ResultLimit,
}
_MECHANISM = frozenset(
    {"analytes", "targets", "medicine-classes", "properties", "brands", "product-codes", "signs", "result-limits"}
)
"""Tables that a folder without mechanism need not have; their words are then unknown."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """How one type is read from text: the form of that text, what makes the value, and what would be right."""

    form: str
    make: Callable[[str], object]
    right: str
    number: Literal["integer", "number"] | None = None
    """What an editor may take the text for before it is read."""

    def read(self, value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(self.form, value):
            raise ValueError(f"is {_shown(value)}; should be {self.right}")
        try:
            return self.make(value)
        except ValueError as fault:
            raise ValueError(f"is {_shown(value)}; should be {self.right}") from fault

    def json(self) -> dict[str, Any]:
        return {"type": ["string", self.number] if self.number else "string", "pattern": f"^({self.form})$"}


_LEAVES: Mapping[Any, _Leaf] = {
    int: _Leaf(form=r"-?(0|[1-9][0-9]*)", make=int, right="a whole number", number="integer"),
    Decimal: _Leaf(form=r"-?[0-9]+(\.[0-9]+)?", make=Decimal, right="a number such as 12 or 0.50", number="number"),
    date: _Leaf(form=r"[0-9]{4}-[0-9]{2}-[0-9]{2}", make=date.fromisoformat, right="a day of the calendar such as 2026-01-31"),
    PartialDate: _Leaf(
        form=FORM,
        make=PartialDate.parse,
        right="a date of the calendar such as 2017, 2017-03 or 2017-03-31",
        number="integer",
    ),
}


def _shown(value: object) -> str:
    """What was found, short enough for a message."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:57]}...")
    return "a list" if isinstance(value, list) else "a mapping"


def _or_missing(value: object, handler: Callable[[object], object]) -> object:
    return _MISSING[value] if isinstance(value, str) and value in _MISSING else handler(value)


@functools.cache
def _schema(holds: Any) -> CoreSchema:
    """What pydantic needs to know to read a place declared as ``holds``."""
    if holds is str:
        return core.str_schema(strict=True)
    if holds in _LEAVES:
        return core.no_info_plain_validator_function(_LEAVES[holds].read)
    if is_record(holds):
        return _record_schema(holds)
    if get_origin(holds) is Literal:
        return core.literal_schema(list(get_args(holds)))
    if get_origin(holds) is tuple:
        return core.tuple_variable_schema(_schema(get_args(holds)[0]))
    present, may_be_missing = _alternatives(holds)
    schema = (
        _schema(present[0])
        if len(present) == 1
        else core.tagged_union_schema({tag(kind): _schema(kind) for kind in present}, "kind")
    )
    return core.no_info_wrap_validator_function(_or_missing, schema) if may_be_missing else schema


def _record_schema(kind: Any) -> CoreSchema:
    fields = {
        entry.name: core.typed_dict_field(_schema(entry.holds), required=entry.required, validation_alias=entry.key)
        for entry in form(kind).values()
    }
    return core.no_info_after_validator_function(
        lambda read: kind(**read), core.typed_dict_schema(fields, extra_behavior="forbid")
    )


def _alternatives(union: Any) -> tuple[tuple[Any, ...], bool]:
    """What may stand in a place, and whether that may be Missing. None is a key left out, never a value."""
    inner = get_args(union)
    if not inner:
        raise TypeError(f"a record cannot hold {union}")
    return tuple(item for item in inner if item not in (Missing, type(None))), Missing in inner


@functools.cache
def _validator(kind: Any) -> SchemaValidator:
    return SchemaValidator(_schema(kind))


_WRONG: Mapping[str, str] = {
    "missing": "is missing; should be there",
    "extra_forbidden": "is not a field here; should be one that docs/evidence.md shows in this place",
    "string_type": "is {found}; should be text",
    "tuple_type": "is {found}; should be a list",
    "dict_type": "is {found}; should have keys and values",
    "literal_error": "is {found}; should be {expected}",
    "union_tag_invalid": "is {tag!r}; should be one of {expected_tags}",
    "union_tag_not_found": "is missing; should be there",
    "value_error": "{error}",
}


def _refused(refused: ValidationError) -> Iterator[tuple[Steps, str, bool]]:
    """Each thing that pydantic refuses: where, what to say, and whether the last step of the path is what is missing."""
    for error in refused.errors(include_url=False):
        path = error["loc"] + (("kind",) if error["type"].startswith("union_tag") else ())
        message = _WRONG[error["type"]].format(found=_shown(error["input"]), **error.get("ctx", {}))
        yield path, message, error["type"] in {"missing", "union_tag_not_found"}


def _disorder(kinds: tuple[Any, ...], data: Any, path: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """The first key of each mapping that stands where another should, as far as the keys are known."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _disorder(kinds, item, (*path, index))
    if not isinstance(data, dict):
        return
    shape = next((kind for kind in kinds if len(kinds) == 1 or tag(kind) == data.get("kind")), None)
    if shape is None:
        return
    first, message = _misplaced(shape, tuple(data))
    if first:
        yield (*path, first), message
    inside = _inside(shape)
    for key, item in data.items():
        if key in inside:
            yield from _disorder(inside[key], item, (*path, key))


@functools.cache
def _misplaced(shape: Any, keys: tuple[str, ...]) -> tuple[str, str]:
    """The first of the known keys that stands where another should, and what to say of it; nothing where all are in order."""
    entries = form(shape)
    given = [key for key in keys if key in entries]
    right = [key for key in entries if key in keys]
    first = next((key for key, wanted in zip(given, right, strict=True) if key != wanted), "")
    return first, f"is out of order; should come in this order: {', '.join(right)}"


@functools.cache
def _inside(shape: Any) -> Mapping[str, tuple[Any, ...]]:
    """The keys under which other dataclasses stand, and which."""
    return {entry.key: inner for entry in form(shape).values() if (inner := parts(entry.holds))}


def read_record(kind: type[Record], text: str, file: str) -> tuple[Record | None, list[Fault]]:
    """One record from the text of one file, or everything that is wrong with it."""
    root, faults = yaml_text.compose(text, file)
    if root is None:
        return None, faults
    data, faults = yaml_text.plain(root, text, file)
    if faults:
        return None, faults
    record: Record | None = None
    wanted: Any = kind
    try:
        record = _validator(wanted).validate_python(data)
    except ValidationError as refused:
        for path, message, missing in _refused(refused):
            line, name = yaml_text.locate(root, path)
            faults.append(Fault(file, line, f"{name}.{path[-1]}".removeprefix(".") if missing else name, message))
    faults += [Fault(file, *yaml_text.locate(root, path), message) for path, message in _disorder((kind,), data)]
    return record, faults


def read_case(data: object) -> tuple[Case | None, tuple[tuple[str, str], ...]]:
    """The case that plain data say, or each field that is wrong and what would be right.

    ``data`` are mappings, lists and text, as YAML is read here; a number or a truth value is taken as its text, and None as a
    field that is not there.
    """
    wanted: Any = Case
    try:
        return _validator(wanted).validate_python(_texts(data)), ()
    except ValidationError as refused:
        return None, tuple((yaml_text.named(path), message) for path, message, _ in _refused(refused))


def _texts(data: object, depth: int = 0) -> object:
    if depth > yaml_text.DEEPEST:
        return "..."
    if isinstance(data, Mapping):
        return {str(key): _texts(item, depth + 1) for key, item in data.items() if item is not None}
    if isinstance(data, list | tuple):
        return [_texts(item, depth + 1) for item in data]
    if isinstance(data, bool):
        return "yes" if data else "no"
    return data if isinstance(data, str) else str(data)


def _sound(kind: Any, data: Any) -> Record | None:
    """The record that ``data`` is, or None where anything in it is wrong."""
    try:
        record: Record = _validator(kind).validate_python(data)
    except ValidationError:
        return None
    return None if any(_disorder((kind,), data)) else record


def _table(kind: type, path: Path, file: str) -> tuple[list[tuple[int, Any]], list[Fault]]:
    """The rows of a CSV file, each with its line."""
    text, faults = yaml_text.decoded(path, file)
    if text is None:
        return [], faults
    rows: list[tuple[int, Any]] = []
    names = list(form(kind))
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(lines, [])
        if header != names:
            return [], [Fault(file, 1, "", f"has the columns {', '.join(header)}; should have {', '.join(names)}")]
        for cells in lines:
            row, found = _row(kind, cells, file, lines.line_num)
            rows += [(lines.line_num, row)] if row is not None else []
            faults += found
    except csv.Error as refused:
        faults.append(Fault(file, lines.line_num, "", f"is not CSV: {refused}"))
    return rows, faults


def _row(kind: type, cells: list[str], file: str, line: int) -> tuple[Any, list[Fault]]:
    names = list(form(kind))
    if len(cells) != len(names):
        return None, [Fault(file, line, "", f"has {len(cells)} cells; should have {len(names)}: {', '.join(names)}")]
    faults = [
        Fault(file, line, name, "is empty; should hold a word")
        for name, cell in zip(names, cells, strict=True)
        if not cell.strip()
    ]
    if faults:
        return None, faults
    try:
        return _validator(kind).validate_python(dict(zip(names, cells, strict=True))), []
    except ValidationError as refused:
        return None, [Fault(file, line, yaml_text.named(path), message) for path, message, _ in _refused(refused)]


def _vocabulary(folder: Path) -> tuple[Vocabulary, list[Fault], set[str]]:
    """All tables, their faults, and the names (``vocabulary/units``) of those that cannot be relied on."""
    tables: dict[str, Any] = {}
    faults: list[Fault] = []
    unread: set[str] = set()
    for name, kind in _TABLES.items():
        file = f"vocabulary/{name}.csv"
        if name in _MECHANISM and not (folder / file).exists():
            continue
        rows, found = _table(kind, folder / file, file)
        keys = list(form(kind))[: 2 if kind is BiasDomain else 1]
        words: dict[tuple[str, ...], Any] = {}
        for line, row in rows:
            word = tuple(getattr(row, key) for key in keys)
            if word in words:
                found.append(Fault(file, line, keys[-1], f"is {word[-1]!r}, which stands above; should stand once"))
            words[word] = row
        if found:
            unread.add(f"vocabulary/{name}")
        faults += found
        tables[name.replace("-", "_")] = (
            _grouped(words.values()) if kind is BiasDomain else {word[0]: row for word, row in words.items()}
        )
    return Vocabulary(**tables), faults, unread


def _grouped(rows: Iterable[BiasDomain]) -> dict[str, tuple[BiasDomain, ...]]:
    groups: dict[str, tuple[BiasDomain, ...]] = {}
    for row in rows:
        groups[row.instrument] = (*groups.get(row.instrument, ()), row)
    return groups


def _prose(folder: Path | None, topics: Iterable[Topic]) -> tuple[dict[tuple[str, str], str], list[Fault]]:
    prose: dict[tuple[str, str], str] = {}
    faults: list[Fault] = []
    for topic in topics:
        for chapter in topic.chapters:
            text: str | None = ""
            if folder is not None:
                file = f"{topic.id}/{chapter.id}.md"
                text, found = yaml_text.decoded(folder / file, f"chapters/{file}")
                faults += found
            if text is not None:
                prose[topic.id, chapter.id] = text
        if folder is not None and (folder / topic.id).is_dir():
            pages = {f"{chapter.id}.md" for chapter in topic.chapters}
            faults += [
                Fault(f"chapters/{topic.id}/{path.name}", 1, "", f"is no chapter of topics/{topic.id}.yaml; should be one")
                for path in _visible(folder / topic.id)
                if path.name not in pages
            ]
    return prose, faults


def _visible(folder: Path) -> list[Path]:
    """What stands in a folder; one that may not be looked into is an OSError and not an empty folder."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _within(folder: Path) -> Iterator[Path]:
    """What stands in the folders of a folder."""
    for entry in _visible(folder):
        yield from _visible(entry) if entry.is_dir() else [entry]


def _files(folder: Path) -> Iterator[tuple[str, Path] | Fault]:
    """Each record file with its kind, and a fault for each thing that has no place here. Hidden files are left alone."""
    for entry in _visible(folder):
        if entry.name in _BESIDE_RECORDS:
            continue
        if entry.name not in KINDS or not entry.is_dir():
            yield Fault(entry.name, 1, "", f"is no kind of record; should be a folder: {', '.join(KINDS)}, vocabulary")
            continue
        for path in _within(entry) if entry.name in _BY_PLACE else _visible(entry):
            if path.suffix == ".yaml":
                yield entry.name, path
            else:
                yield Fault(path.relative_to(folder).as_posix(), 1, "", "is no record; should be a .yaml file")


def read(
    folder: Path,
    chapters: Path | None = None,
    only: Callable[[str], bool] | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[Evidence, list[Fault]]:
    """Every record of ``folder`` that can be read, and every fault of every file that cannot.

    ``chapters`` holds the prose of topics (``<topic>/<chapter>.md``). ``only`` chooses files by their name (``law/us/x.yaml``);
    the others are left unread. With ``meanwhile``, which is called once, a second process parses all files while it runs.

    Raises
    ------
    EvidenceError
        ``folder`` is not a folder.
    OSError
        It, or a folder in it, may not be looked into.
    """
    if not folder.is_dir():
        raise EvidenceError((Fault(str(folder), 0, "", "is not a folder; should be a folder of evidence"),))
    ahead = {} if meanwhile is None else parsed(folder, meanwhile)
    kinds: dict[str, Any] = {name: {} for name in KINDS}
    vocabulary, faults, unread = _vocabulary(folder)
    depth = len(folder.parts)
    for item in _files(folder):
        if isinstance(item, Fault):
            faults.append(item)
            continue
        kind, path = item
        file = "/".join(path.parts[depth:])
        name = file.removesuffix(".yaml")
        if only is not None and not only(file):
            unread.add(name)
            continue
        record = _sound(KINDS[kind], ahead[file]) if file in ahead else None
        if record is None:  # here, for the line and the words of each fault
            text, found = yaml_text.decoded(path, file)
            if text is not None:
                record, found = read_record(KINDS[kind], text, file)
            faults += found
        if record is None:
            unread.add(name)
        else:
            kinds[kind][name.removeprefix(f"{kind}/")] = record
    prose, found = _prose(chapters, kinds["topics"].values())
    evidence = Evidence(
        folder=folder,
        vocabulary=vocabulary,
        prose=prose,
        chapters=chapters,
        gazetteer=Gazetteer(folder / "gazetteer"),
        unread=frozenset(unread),
        **kinds,
    )
    return evidence, faults + found


def _json_schema(holds: Any) -> dict[str, Any]:
    """The same as :func:`_schema`, for editors: an untyped number is let through where text is wanted."""
    if holds is str:
        return {"type": ["string", "number"]}
    if holds in _LEAVES:
        return _LEAVES[holds].json()
    if is_record(holds):
        entries = form(holds).values()
        return {
            "type": "object",
            "description": (holds.__doc__ or "").partition("\n\n")[0],
            "properties": {entry.key: _json_schema(entry.holds) for entry in entries},
            "required": [entry.key for entry in entries if entry.required],
            "additionalProperties": False,
        }
    if get_origin(holds) is Literal:
        return {"enum": list(get_args(holds))}
    if get_origin(holds) is tuple:
        return {"type": "array", "items": _json_schema(get_args(holds)[0])}
    present, may_be_missing = _alternatives(holds)
    choices = [_json_schema(item) for item in present]
    if may_be_missing:
        choices.append({"enum": list(_MISSING)})
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def schemas() -> dict[str, Any]:
    """The JSON Schema of each kind of file, by folder name, as editors use it."""
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.__name__, **_json_schema(kind)}
        for name, kind in KINDS.items()
    }
