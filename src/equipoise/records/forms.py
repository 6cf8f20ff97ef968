"""The form of a kind of record, read off its dataclass: its keys in their order, what each holds, which must be there."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

T = TypeVar("T")

Steps = tuple[str | int, ...]
"""Steps from the top of a record to a value: keys as the file spells them, and places in lists."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a record as files spell it, the attribute it becomes, and the type it was declared with."""

    key: str
    name: str
    holds: Any
    required: bool


@functools.cache
def is_record(kind: Any) -> bool:
    """Whether this type is a dataclass."""
    return is_dataclass(kind)


@functools.cache
def form(kind: Any) -> Mapping[str, Entry]:
    """The entries of the dataclass ``kind`` by key, in the order in which a file gives them."""
    hints = get_type_hints(kind)
    entries = [
        Entry(item.metadata.get("key", item.name), item.name, hints[item.name], item.default is MISSING)
        for item in fields(kind)
    ]
    return {entry.key: entry for entry in entries}


@functools.cache
def parts(holds: Any) -> tuple[Any, ...]:
    """The dataclasses that may stand in a place declared as ``holds``."""
    if is_record(holds):
        return (holds,)
    return tuple(part for inner in get_args(holds) for part in parts(inner))


def tag(kind: Any) -> str:
    """The one word under ``kind:`` that tells a dataclass from the others of its union."""
    word: str = get_args(form(kind)["kind"].holds)[0]
    return word


def each(record: object, wanted: type[T], path: Steps = ()) -> Iterator[tuple[Steps, T]]:
    """Every value of the type ``wanted`` in a record, with its path. Only entries that may lead to one are entered."""
    if isinstance(record, wanted):
        yield path, record
    elif isinstance(record, tuple):
        for index, item in enumerate(record):
            yield from each(item, wanted, (*path, index))
        return
    kind: Any = type(record)
    sought: Any = wanted
    for entry in _ways(kind, sought):
        held = getattr(record, entry.name)
        if held is not None:
            yield from each(held, wanted, (*path, entry.key))


@functools.cache
def _ways(kind: Any, wanted: Any) -> tuple[Entry, ...]:
    return tuple(entry for entry in form(kind).values() if may_hold(entry.holds, wanted)) if is_record(kind) else ()


def may_hold(holds: Any, wanted: Any) -> bool:
    """Whether a value of the type ``wanted`` may stand in a place declared as ``holds``, at any depth."""
    return wanted in _within(holds)


@functools.cache
def _within(holds: Any) -> frozenset[Any]:
    """Every type that may stand in a place declared as ``holds``, itself too."""
    inner = [entry.holds for entry in form(holds).values()] if is_record(holds) else get_args(holds)
    return frozenset({holds}).union(*map(_within, inner))
