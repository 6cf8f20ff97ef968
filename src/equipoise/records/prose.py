"""The prose of chapters: words without numbers, with ``{{finding: id}}`` where a fact belongs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from equipoise.records.evidence import Evidence
from equipoise.records.faults import Fault

MARK = re.compile(r"\{\{\s*finding:\s*([a-z0-9-]+)\s*\}\}")
"""The place of a finding in prose."""


def marked(prose: str) -> list[str]:
    """The findings that a chapter shows, in its order."""
    return MARK.findall(prose)


def loose_digit(said: str, names: Iterable[str]) -> str | None:
    """The first digits in ``said`` that belong to none of the names (the longest first), or None."""
    if not any(map(str.isdigit, said)):
        return None
    for name in names:
        said = said.replace(name, "")
    match = re.search(r"\S*\d\S*", said)
    return match[0] if match else None


def prose_faults(evidence: Evidence) -> Iterator[Fault]:
    """Prose has no digit outside a finding, and shows findings that are declared, once a chapter, each on a line of its own."""
    names = sorted(evidence.vocabulary.names, key=len, reverse=True)
    for topic in evidence.topics.values():
        declared = {finding.id for finding in topic.findings}
        for chapter in topic.chapters:
            file = f"chapters/{topic.id}/{chapter.id}.md"
            shown: set[str] = set()
            for number, line in enumerate(evidence.prose.get((topic.id, chapter.id), "").split("\n"), start=1):
                rest = MARK.sub("", line).strip()
                found = [*_stray_words(line, rest, names), *_unfit_marks(marked(line), declared, shown, topic.id)]
                yield from (Fault(file, number, "", message) for message in found)
                shown |= set(marked(line))


def _stray_words(line: str, rest: str, names: Sequence[str]) -> Iterator[str]:
    if rest and marked(line):
        yield "has words beside a finding; should have each finding on a line of its own"
    if "{{" in rest:
        yield f"has {rest!r}; should be {{{{finding: id}}}}"
    digit = loose_digit(rest, names)
    if digit is not None:
        yield f"holds the digits {digit!r}; should have numbers only in findings"


def _unfit_marks(marks: Sequence[str], declared: set[str], shown: set[str], topic: str) -> Iterator[str]:
    for index, mark in enumerate(marks):
        if mark not in declared:
            yield f"shows {mark!r}; should be a finding of topics/{topic}.yaml"
        if mark in shown or mark in marks[:index]:
            yield f"shows {mark!r} twice; should show it once in a chapter"
