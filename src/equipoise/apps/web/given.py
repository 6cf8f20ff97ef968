"""What was typed into a form, or sent as JSON, as values; whatever is wrong is named with its field and what would be right.

A form and the API have the same fields and the same rules. In a form every value is text; in JSON it has its type.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from equipoise.apps.hooks.calls import no_number, once
from equipoise.apps.turns import in_turn

Faults = tuple[tuple[str, str], ...]
"""Each field that is wrong, and what was found and would be right."""

DEEPEST = 12
MOST_FIELDS = 60
MOST_FAULTS = 50
"""What is wrong is named so many times; a hostile body may hold a hundred thousand fields that are none."""
SMALLEST = Decimal("0.000001")
"""An amount above zero is this at least: 1e-99999999 is a short word, and written out it would fill the memory."""
_SHOWN = 40


class GivenError(ValueError):
    """What was given cannot be used; ``faults`` has every field."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults: Faults = first(faults)
        super().__init__("; ".join(field for field, _ in self.faults))


def first(faults: Sequence[tuple[str, str]]) -> Faults:
    """As many as are named; the last of them says how many more there are."""
    if len(faults) <= MOST_FAULTS:
        return tuple(faults)
    field, message = faults[MOST_FAULTS - 1]
    return (*faults[: MOST_FAULTS - 1], (field, f"{message}; and {len(faults) - MOST_FAULTS:,} more things are wrong"))


class BodyError(ValueError):
    """A body that is not of the form that the address takes: the status of the answer, and what would be right."""

    def __init__(self, status: int, right: str) -> None:
        super().__init__(right)
        self.status, self.right = status, right


def clean(text: str) -> str:
    """Text without signs that steer, and with line ends of one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"} else " " for sign in lines)


def quoted(value: object) -> str:
    """What was found, as a message says it: short, and of one line."""
    text = " ".join(clean(str(value)).split())
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


class Given:
    """Reads fields, and collects what is wrong. ``typed``: the values have types, as in JSON."""

    def __init__(self, data: Mapping[str, Any], *, typed: bool, known: Sequence[str] = ()) -> None:
        self.data, self.typed = data, typed
        self.faults: list[tuple[str, str]] = []
        if typed:
            for name in sorted(set(data) - set(known)):
                self.wrong(quoted(name).strip("'"), f"is no field; should be one of {', '.join(known)}")

    def wrong(self, field: str, message: str) -> None:
        """Note what is wrong in a field."""
        self.faults.append((field, message))

    def checked(self) -> None:
        """Stop here where anything is wrong.

        Raises
        ------
        GivenError
            With every fault that was noted.
        """
        if self.faults:
            raise GivenError(self.faults)

    def text(self, field: str, *, most: int = 200, needed: str = "") -> str | None:
        """Text of one line; ``needed`` says what should be there where the field may not be left out."""
        value = self.data.get(field)
        if value is not None and not isinstance(value, str):
            self.wrong(field, f"is {_kind(value)}; should be text")
            return None
        text = " ".join(clean(value or "").split())
        if len(text) > most:
            self.wrong(field, f"has {len(text):,} characters; should have {most:,} at most")
            return None
        if not text and needed:
            self.wrong(field, f"is missing; should be {needed}")
        return text or None

    def lines(self, field: str, *, most: int, longest: int, needed: str = "") -> tuple[str, ...]:
        """A list of texts; in a form one a line. Each is kept once."""
        value = self.data.get(field)
        if value is None:
            value = [] if self.typed else ""
        listed = value if self.typed else str(value).splitlines()
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            self.wrong(field, f"is {_kind(value)}; should be a list of texts")
            return ()
        found = tuple(dict.fromkeys(" ".join(clean(one).split()) for one in listed))
        found = tuple(one for one in found if one)
        if len(found) > most:
            self.wrong(field, f"are {len(found):,}; should be {most} at most")
            return ()
        long = next((one for one in found if len(one) > longest), None)
        if long is not None:
            self.wrong(field, f"{quoted(long)} has {len(long):,} characters; should have {longest} at most")
        if not found and needed:
            self.wrong(field, f"is empty; should be {needed}")
        return found

    def choice(self, field: str, words: Sequence[str], *, default: str | None = None) -> Any:
        """One of some words."""
        text = self.text(field)
        if text is None:
            return default
        if text not in words:
            self.wrong(field, f"is {quoted(text)}; should be one of {', '.join(words)}")
            return default
        return text

    def day(self, field: str) -> date | None:
        """A day such as 2026-01-31."""
        text = self.text(field, most=40)
        if text is None:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or str(found) != text:
            self.wrong(field, f"is {quoted(text)}; should be a day such as 2026-01-31")
            return None
        return found

    def whole(self, field: str, *, low: int, high: int) -> int | None:
        """A whole number."""
        found = self.number(field, most=Decimal(high), above_zero=False)
        if found is None:
            return None
        if found != found.to_integral_value() or not low <= found <= high:
            self.wrong(field, f"is {found}; should be a whole number from {low} to {high}")
            return None
        return int(found)

    def number(self, field: str, *, most: Decimal, above_zero: bool = True, unit: str = "") -> Decimal | None:
        """A decimal number; in a form its unit may stand behind it, and a comma may be its point."""
        value = self.data.get(field)
        right = f"should be a number above 0 and at most {most:,}" if above_zero else f"should be a number up to {most:,}"
        if self.typed:
            if value is None:
                return None
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                self.wrong(field, f"is {_kind(value)}; {right}")
                return None
            text = str(value)
        else:
            text = " ".join(clean(str(value or "")).split()).lower()
            text = text.removesuffix(unit).strip() if unit else text
            text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
            if not text:
                return None
        try:
            found = Decimal(text) if len(text) <= 40 else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found > most or (found <= 0 if above_zero else found < 0):
            self.wrong(field, f"is {quoted(text)}; {right}")
            return None
        if 0 < found < SMALLEST:
            self.wrong(field, f"is {quoted(text)}; should be {SMALLEST:f} at least")
            return None
        return found


_KINDS = {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "null")


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_of(request: Request) -> dict[str, Any]:
    """The object that a body is.

    Raises
    ------
    BodyError
        Not JSON, not an object, nested too deeply, with a key twice, or with text that no file can hold.
    """
    if _type(request) != "application/json":
        raise BodyError(415, "the body should be JSON, with Content-Type: application/json")
    return await in_turn(_object, await request.body())


def _object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw, parse_constant=no_number, object_pairs_hook=once)
        flat = _flat(data)
    except (ValueError, RecursionError):
        right = "the body should be JSON in UTF-8: one object, each key once, without NaN or Infinity"
        raise BodyError(400, right) from None
    if not isinstance(data, dict) or not flat:
        raise BodyError(400, f"the body should be one JSON object, nested {DEEPEST} deep at most")
    return data


def _flat(data: object, depth: int = 0) -> bool:
    """Whether it is nested no deeper than we follow, and all of its text can be written as UTF-8."""
    if isinstance(data, str):
        data.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    if isinstance(data, dict):
        return depth < DEEPEST and all(_flat(key) and _flat(value, depth + 1) for key, value in data.items())
    if isinstance(data, list):
        return depth < DEEPEST and all(_flat(item, depth + 1) for item in data)
    return True


async def form_of(request: Request) -> tuple[dict[str, str], bytes | None, str]:
    """The fields of a form, the bytes of the file that was chosen, if any, and the ending of its name.

    The form is held in memory: a body is smaller than what would be put into a file.

    Raises
    ------
    HTTPException
        With status 400: no form, more fields than any of ours has, or a field twice, of which one would hide the other.
    """
    if _type(request) == "application/x-www-form-urlencoded":
        return await in_turn(_typed, await request.body()), None, ""
    fields: dict[str, str] = {}
    raw: bytes | None = None
    suffix = ""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                held = await value.read()
                if held:
                    raw = held
                    suffix = ".json" if (value.filename or "").lower().endswith(".json") else ".csv"
            elif name in fields:
                raise HTTPException(400)
            else:
                fields[name] = value
    return fields, raw, suffix


def _typed(raw: bytes) -> dict[str, str]:
    """The fields of a form without a file."""
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    made = dict(pairs)
    if len(made) < len(pairs):
        raise HTTPException(400)
    return made
