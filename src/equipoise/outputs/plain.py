"""Values of the house as what JSON knows, and as its text."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from equipoise.values.dates import PartialDate


def plain(value: Any) -> Any:
    """Values of the house as what JSON knows."""
    if isinstance(value, PartialDate | date | Decimal):  # a decimal keeps its printed digits
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.metadata.get("key", item.name): plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value


def dumped(data: object) -> str:
    """The text of a file: every number at full precision, none that JSON does not know."""
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
