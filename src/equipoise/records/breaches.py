"""What a curation rule yields, and the questions that every module of rules asks."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from equipoise.records.evidence import KINDS, Evidence
from equipoise.records.forms import Steps, each, may_hold

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
URL = re.compile(r"https?://\S+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule: the file (``studies/x``), the path in it, and what was found and would be right."""

    record: str
    path: Steps
    message: str


Rule = Callable[[Evidence, date], Iterator[Breach]]


def every(evidence: Evidence, wanted: type[T]) -> Iterator[tuple[str, Steps, T]]:
    """Every value of one type in every record, with its file and path."""
    for kind, shape in KINDS.items():
        if may_hold(shape, wanted):
            for stem, record in getattr(evidence, kind).items():
                for path, value in each(record, wanted):
                    yield f"{kind}/{stem}", path, value


def leads_nowhere(evidence: Evidence, name: str, *kinds: str) -> bool:
    """Whether no file of these kinds has the name, not even one that could not be read."""
    return not any(name in getattr(evidence, kind) or f"{kind}/{name}" in evidence.unread for kind in kinds)


def placeless(file: str, path: Steps, at: str) -> Iterator[Breach]:
    """That ``at``, at this path, names no place in a source, if it does not."""
    if not re.search(r"\w{2}", at):
        yield Breach(file, path, f"is {at!r}; should say the place in the source")


def unknown(evidence: Evidence, used: Iterable[tuple[str, Steps, object, str]]) -> Iterator[Breach]:
    """The words used (file, path, word, table) that their table lacks, where the table could be read whole."""
    for file, path, word, table in used:
        if (
            isinstance(word, str)
            and word not in getattr(evidence.vocabulary, table)
            and f"vocabulary/{table}" not in evidence.unread
        ):
            yield Breach(file, path, f"is {word!r}; should be a word of vocabulary/{table}.csv")


def listed(file: str, path: Steps, words: object, table: str) -> Iterator[tuple[str, Steps, object, str]]:
    """Each word of a list with its file, path and table, as :func:`unknown` takes them."""
    for place, word in enumerate(words if isinstance(words, tuple) else ()):
        yield file, (*path, place), word, table
