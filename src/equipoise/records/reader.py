"""The one reader: files of text to typed records, or every fault of every file.

The record kinds are plain dataclasses; :func:`_typed` turns each into a pydantic model whose leaves read text and nothing else, so that
``NO`` stays Norway and ``0.50`` keeps its digit. The same models give the JSON Schemas that editors use.
"""

import csv
import dataclasses
import functools
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, WrapValidator, create_model

from equipoise.records import text as yaml_text
from equipoise.records.evidence import KINDS, Evidence, EvidenceError, Fault, Record
from equipoise.records.vocabulary import BiasDomain, Country, DesignWord, OutcomeWord, Person, ProperName, Vocabulary, Word
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_MISSING = frozenset(item.value for item in Missing)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

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
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is a {'list' if isinstance(value, list) else 'mapping'}; should be text")  # noqa: TRY004
    return value


def _leaf(pattern: re.Pattern[str], make: Callable[[str], object], right: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"is {value!r}; should be {right}")
        try:
            return make(value)
        except ValueError as fault:
            raise ValueError(f"is {value!r}; should be {right} ({fault})") from fault

    return read


def _partial(value: object) -> PartialDate:
    try:
        return PartialDate.parse(_text(value))
    except ValueError as fault:
        raise ValueError(f"is {value!r}; {fault}") from fault


def _or_missing(value: object, handler: Callable[[object], object]) -> object:
    if isinstance(value, str) and value in _MISSING:
        return Missing(value)
    return handler(value)


_LEAVES: Mapping[type, Any] = {
    str: Annotated[str, BeforeValidator(_text, json_schema_input_type=str | int | float)],
    int: Annotated[int, BeforeValidator(_leaf(_WHOLE, int, "a whole number"), json_schema_input_type=int)],
    Decimal: Annotated[Decimal, BeforeValidator(_leaf(_DECIMAL, Decimal, "a number such as 12 or 0.50"), json_schema_input_type=float)],
    date: Annotated[date, BeforeValidator(_leaf(_DAY, date.fromisoformat, "a day such as 2026-01-31"), json_schema_input_type=str)],
    PartialDate: Annotated[Any, BeforeValidator(_partial, json_schema_input_type=str | int)],
}


@functools.cache
def _typed(kind: Any) -> Any:
    """The pydantic type that reads ``kind`` from text."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if dataclasses.is_dataclass(kind):
        return _model(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple[_typed(inner[0]), ...]
    if origin in (types.UnionType, Union):
        return _union(inner)
    if origin is Literal:
        return kind
    raise TypeError(f"a record cannot hold {kind}")


def _union(inner: tuple[Any, ...]) -> Any:
    present = tuple(item for item in inner if item not in (Missing, types.NoneType))
    if len(present) > 1:
        return Annotated[Union[tuple(_typed(item) for item in present)], Field(discriminator="kind")]  # noqa: UP007
    result = _typed(present[0])
    if Missing in inner:
        words = Literal["not-reported", "not-applicable"]
        result = Annotated[result, WrapValidator(_or_missing, json_schema_input_type=result | words)]
    return result


def _model(kind: Any) -> Any:
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {}
    for item in dataclasses.fields(kind):
        default = ... if item.default is dataclasses.MISSING else item.default
        fields[item.name] = (_typed(hints[item.name]), Field(default, alias=item.metadata.get("key")))
    config = ConfigDict(extra="forbid")
    model = create_model(kind.__name__, __config__=config, __doc__=kind.__doc__, **fields)

    def build(read: BaseModel) -> object:
        return kind(**{name: getattr(read, name) for name in fields})

    return Annotated[model, AfterValidator(build)]


@functools.cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(_typed(kind))


def _message(error: Mapping[str, Any], kind: type) -> str:
    match error["type"]:
        case "missing":
            return "is missing; should be there"
        case "extra_forbidden":
            return f"is not a field here; a {kind.__name__.lower()} is described in docs/evidence.md"
        case "literal_error":
            return f"is {error['input']!r}; should be {error['ctx']['expected']}"
        case "union_tag_invalid":
            return f"has kind {error['ctx']['tag']!r}; should be one of {error['ctx']['expected_tags']}"
        case "union_tag_not_found":
            return "has no kind; should say which"
        case "tuple_type":
            return "is not a list; should be a list"
        case "model_type" | "model_attributes_type" | "dataclass_type":
            return "is not a mapping; should have keys and values"
        case _:
            return str(error["msg"]).removeprefix("Value error, ")


def _validated(kind: type[Record], data: object, root: yaml.Node, file: str) -> tuple[Record | None, list[Fault]]:
    try:
        return _adapter(kind).validate_python(data), []
    except ValidationError as refused:
        faults = []
        for error in refused.errors(include_url=False):
            line, name = yaml_text.locate(root, error["loc"])
            if error["type"] == "missing":
                name = f"{name}.{error['loc'][-1]}" if name else str(error["loc"][-1])
            faults.append(Fault(file, line, name, _message(error, kind)))
        return None, faults


def _order(kind: Any, data: Any, path: yaml_text.Path = ()) -> Iterator[tuple[yaml_text.Path, str]]:
    """Keys that stand before a key that should precede them."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _order(kind, item, (*path, index))
        return
    shape = _shape(kind, data)
    if shape is None:
        return
    hints = get_type_hints(shape)
    right = {item.metadata.get("key", item.name): item.name for item in dataclasses.fields(shape)}
    wanted = [key for key in right if key in data]
    for key, should in zip(data, wanted, strict=True):
        if key != should:
            yield (*path, key), f"is out of order; should come in this order: {', '.join(wanted)}"
            break
    for key, value in data.items():
        if isinstance(value, (dict, list)):
            yield from _order(hints[right[key]], value, (*path, key))


@functools.cache
def _parts(kind: Any) -> tuple[Any, ...]:
    """The dataclasses that may stand in a field of type ``kind``."""
    if dataclasses.is_dataclass(kind):
        return (kind,)
    return tuple(part for inner in get_args(kind) for part in _parts(inner))


def _shape(kind: Any, data: object) -> Any:
    if not isinstance(data, dict):
        return None
    shapes = _parts(kind)
    if len(shapes) > 1:
        return next(item for item in shapes if get_args(get_type_hints(item)["kind"])[0] == data["kind"])
    return shapes[0] if shapes else None


def read_record(kind: type[Record], text: str, file: str) -> tuple[Record | None, list[Fault]]:
    """One record from the text of one file, or everything that is wrong with it."""
    root, faults = yaml_text.compose(text, file)
    if root is None:
        return None, faults
    data = yaml_text.plain(root)
    record, faults = _validated(kind, data, root, file)
    if record is not None:
        faults = [Fault(file, *yaml_text.locate(root, path), message) for path, message in _order(kind, data)]
    return record, faults


def _table(kind: type, path: Path, file: str) -> tuple[list[Any], list[Fault]]:
    rows: list[Any] = []
    faults: list[Fault] = []
    names = [item.name for item in dataclasses.fields(kind)]
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            if header != names:
                return [], [Fault(file, 1, "", f"has the columns {', '.join(header)}; should have {', '.join(names)}")]
            for cells in reader:
                row = dict(zip(names, cells, strict=False))
                if len(cells) != len(names):
                    faults.append(Fault(file, reader.line_num, "", f"has {len(cells)} cells; should have {len(names)}"))
                    continue
                try:
                    rows.append(_adapter(kind).validate_python(row))
                except ValidationError as refused:
                    faults += [
                        Fault(file, reader.line_num, str(error["loc"][0]), _message(error, kind))
                        for error in refused.errors(include_url=False)
                    ]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        faults.append(Fault(file, 1, "", f"cannot be read: {fault}"))
    return rows, faults


def _vocabulary(folder: Path) -> tuple[Vocabulary, list[Fault]]:
    tables: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, kind in _TABLES.items():
        file = f"vocabulary/{name}.csv"
        rows, found = _table(kind, folder / file, file)
        faults += found
        if kind is BiasDomain:
            tables["bias_domains"] = _grouped(rows)
            continue
        key = dataclasses.fields(kind)[0].name
        words: dict[str, Any] = {}
        for line, row in enumerate(rows, start=2):
            word = getattr(row, key)
            if word in words:
                faults.append(Fault(file, line, key, f"{word!r} is repeated; should stand once"))
            words[word] = row
        tables[name] = words
    return Vocabulary(**tables), faults


def _grouped(rows: Iterable[BiasDomain]) -> dict[str, tuple[BiasDomain, ...]]:
    groups: dict[str, tuple[BiasDomain, ...]] = {}
    for row in rows:
        groups[row.instrument] = (*groups.get(row.instrument, ()), row)
    return groups


def _prose(folder: Path | None, topics: Iterable[Any]) -> tuple[dict[tuple[str, str], str], list[Fault]]:
    prose: dict[tuple[str, str], str] = {}
    faults: list[Fault] = []
    for topic in topics:
        for chapter in topic.chapters:
            file = f"chapters/{topic.id}/{chapter.id}.md"
            path = None if folder is None else folder / topic.id / f"{chapter.id}.md"
            try:
                prose[topic.id, chapter.id] = "" if path is None else path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as fault:
                faults.append(Fault(file, 1, "", f"cannot be read ({fault.__class__.__name__}); chapter {chapter.id} needs its prose there"))
    return prose, faults


def read(folder: Path, chapters: Path | None = None) -> tuple[Evidence, list[Fault]]:
    """Every record of ``folder`` that can be read, and every fault of every file that cannot.

    ``chapters`` holds the prose of topics (``<topic>/<chapter>.md``).
    """
    faults: list[Fault] = []
    kinds: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
    unread: set[str] = set()
    if not folder.is_dir():
        raise EvidenceError((Fault(str(folder), 0, "", "is not a folder; should be a folder of evidence"),))
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name in {"vocabulary", "chapters", "README.md", "LICENSE"}:
            continue
        if entry.name not in KINDS:
            faults.append(Fault(entry.name, 1, "", f"is not a kind of record; should be one of {', '.join(KINDS)}, vocabulary"))
            continue
        for path in sorted(entry.iterdir()):
            file = f"{entry.name}/{path.name}"
            if path.suffix != ".yaml":
                faults.append(Fault(file, 1, "", "is not a .yaml file; should be one record a file"))
                continue
            try:
                record, found = read_record(KINDS[entry.name], path.read_text(encoding="utf-8"), file)
            except (OSError, UnicodeDecodeError) as fault:
                record, found = None, [Fault(file, 1, "", f"cannot be read as UTF-8 text: {fault}")]
            faults += found
            if record is None:
                unread.add(f"{entry.name}/{path.stem}")
            else:
                kinds[entry.name][path.stem] = record
    vocabulary, found = _vocabulary(folder)
    faults += found
    prose, found = _prose(chapters, kinds["topics"].values())
    faults += found
    tables: dict[str, Any] = dict(kinds)
    return Evidence(folder=folder, vocabulary=vocabulary, prose=prose, chapters=chapters, unread=frozenset(unread), **tables), faults


def schemas() -> dict[str, Any]:
    """The JSON Schema of each kind of file, by folder name, as editors use it."""
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter(kind).json_schema(mode="validation")}
        for name, kind in KINDS.items()
    }
