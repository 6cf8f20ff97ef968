"""Pages from ``templates/``: every value is escaped, and a name that is not there is an error; links, and days in words."""

import functools
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SCHEMES = ("http://", "https://", "mailto:", "tel:", "sms:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead somewhere: ``href`` inside the site, ``outside`` to the source itself, ``at`` the place in it."""

    text: str
    href: str | None = None
    outside: str | None = None
    at: str = ""


def outside(url: str) -> str | None:
    """``url`` where it is of a kind that a page may link to, else None."""
    return url if url.lower().startswith(_SCHEMES) else None


@functools.cache
def day(value: date | str) -> str:
    """A day as people write it; words that are no day stay as they are."""
    try:
        when = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return f"{when.day}\N{NO-BREAK SPACE}{when:%B}\N{NO-BREAK SPACE}{when.year}"


def dated(text: str) -> str:
    """Words with their days as people write them."""
    return _DAY.sub(lambda found: day(found[0]), text)


def environment() -> Environment:
    """Our templates, without filters and tests of their own."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
