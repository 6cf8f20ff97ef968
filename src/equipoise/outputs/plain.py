"""Values of the house as what JSON knows, and as its text."""

import dataclasses
import functools
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from equipoise.values.dates import PartialDate

_AS_IS: frozenset[type] = frozenset({str, int, float, bool, type(None)})
_PRINTED = PartialDate | date | Decimal
"""What is one value as it is printed; a decimal keeps its digits."""


def plain(value: Any) -> Any:
    """Values of the house as what JSON knows."""
    kind: Any = type(value)
    if kind in _AS_IS:  # as most values are
        return value
    fields = _fields(kind)
    if fields:
        return {
            key: one if type(one) in _AS_IS else plain(one)
            for key, one in ((key, getattr(value, name)) for key, name in fields)
        }
    if isinstance(value, tuple | list):
        return [one if type(one) in _AS_IS else plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, _PRINTED):
        return str(value)
    return value.value if isinstance(value, Enum) else value


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, str], ...]:
    """Each field of a dataclass as files spell it, and its name; none of what is no dataclass, or is printed as one value."""
    if not dataclasses.is_dataclass(kind) or kind is PartialDate:
        return ()
    return tuple((item.metadata.get("key", item.name), item.name) for item in dataclasses.fields(kind))


def dumped(data: object, *, lines: bool = True) -> str:
    """The text of a file: every number at full precision, none that JSON does not know; in one line for a machine."""
    separators = None if lines else (",", ":")
    return json.dumps(data, ensure_ascii=False, indent=1 if lines else None, separators=separators, allow_nan=False) + "\n"
