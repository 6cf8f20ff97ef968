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


def plain(value: Any) -> Any:
    """Values of the house as what JSON knows."""
    kind = type(value)
    if kind is str:  # as most values are
        return value
    if isinstance(value, PartialDate | date | Decimal):  # a decimal keeps its printed digits
        return str(value)
    if dataclasses.is_dataclass(kind):
        return {key: plain(getattr(value, name)) for key, name in _keys(kind)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


@functools.cache
def _keys(kind: Any) -> tuple[tuple[str, str], ...]:
    """Each field of a dataclass as files spell it, and its name."""
    return tuple((item.metadata.get("key", item.name), item.name) for item in dataclasses.fields(kind))


def dumped(data: object, *, lines: bool = True) -> str:
    """The text of a file: every number at full precision, none that JSON does not know; in one line for a machine."""
    separators = None if lines else (",", ":")
    return json.dumps(data, ensure_ascii=False, indent=1 if lines else None, separators=separators, allow_nan=False) + "\n"
