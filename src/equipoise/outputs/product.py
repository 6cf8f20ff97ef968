"""A certificate against limits as JSON, text and figure; ``schemas/product.schema.json`` is the contract of the JSON."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from equipoise.findings.certificates import NOT_MEASURED, By, LimitAnswer, ProductAnswer, amount_words
from equipoise.outputs.panels import panel
from equipoise.outputs.phrases import counted, field, upper_first, wrap
from equipoise.outputs.plain import dumped, plain
from equipoise.outputs.plots import standalone
from equipoise.values.estimate import rounded

SCHEMA = Path(__file__).parent / "schemas" / "product.schema.json"

_MARKS: Mapping[str, str] = {"above": "✗", "cannot tell": "?", "within": "·"}
_TITLES: Mapping[str, str] = {"above": "Above", "cannot tell": "Cannot tell", "within": "Within"}
_KNOWN: Mapping[str, str] = {
    "secondary": "read in another text",
    "conflicting": "sources disagree",
    "derived": "computed from print",
    "unseen": "not seen",
}


def product_json(answer: ProductAnswer) -> str:
    """The answer as an object, without its figure."""
    data: dict[str, Any] = plain(dataclasses.replace(answer, figure=None))
    del data["figure"]
    data["asked"] = dict(answer.asked)
    for one in data["limits"]:
        one["by"]["sources"] = [{"ref": ref, "at": at} for ref, at in one["by"]["sources"]]
    return dumped(data)


def product_svg(answer: ProductAnswer) -> str | None:
    """The figure as a file of its own; None where no amount is known that could be drawn."""
    return None if answer.figure is None else standalone(panel(answer.figure, ident="product"))


def product_text(answer: ProductAnswer) -> str:
    """The answer for a terminal: what matters most first, then each limit, then what was not measured."""
    return "\n".join(_lines(answer)) + "\n"


def _lines(answer: ProductAnswer) -> Iterator[str]:
    mark = "above" if answer.above else "within" if answer.within and not answer.cannot_tell else "cannot tell"
    yield from wrap(f"{_MARKS[mark]} {answer.sentence}")
    if answer.not_measured:
        yield from wrap(f"Not measured: {', '.join(answer.not_measured)}.")
    yield ""
    yield from field("Asked", "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in answer.asked))
    for verdict, title in _TITLES.items():
        chosen = [one for one in answer.limits if one.verdict == verdict]
        if chosen:
            yield ""
            yield title
        for one in chosen:
            if one.why != NOT_MEASURED:
                yield from _limit(one)
        for label, count in Counter(one.label for one in chosen if one.why == NOT_MEASURED).items():
            yield from wrap(f"{upper_first(label)}: not measured ({counted(count, 'limit', 'limits')})", first="  - ", indent=4)
    yield ""
    yield "On the certificate"
    for line in answer.lines:
        meant = "not recognised" if line.label is None else line.label
        same = line.label is not None and line.label.casefold() == line.printed.casefold()
        yield from wrap(f"{line.printed}{'' if same else f' ({meant})'}: {line.says}", first="  - ", indent=4)
    yield ""
    if answer.not_recognised:
        yield from wrap(f"Not recognised, and judged by no limit: {', '.join(answer.not_recognised)}.")
    for note in answer.notes:
        yield from wrap(note)


def _limit(one: LimitAnswer) -> Iterator[str]:
    """What is within takes a line or two; what is not says who sets the limit, where, and what to know of it."""
    amount, times = amount_words(one), _times(one)
    said = f": {amount}" if amount else ""
    why = "" if one.why is None else f" ({one.why})"
    text = f"{upper_first(one.label)}{said}{times}; {one.says}{why}"
    if one.verdict == "within":
        yield from wrap(f"{text}. {_source(one.by, brief=True)}", first="  - ", indent=4)
        return
    yield from wrap(text, first="  - ", indent=4)
    yield from wrap(_source(one.by), first="    ", indent=4)
    for note in one.notes:
        yield from wrap(note, first="    ", indent=4)


def _times(one: LimitAnswer) -> str:
    if one.verdict != "above" or one.times_low is None:
        return ""
    return f", {rounded(one.times_low)} times the limit" + ("" if one.times_low == one.times_high else " at least")


def _source(by: By, *, brief: bool = False) -> str:
    if by.place is None:
        known = "" if by.known is None else f" ({_KNOWN.get(by.known, by.known)})"
        return f"{by.body}: {by.text}{known}."
    stale = ", too old to rely on" if by.stale else ""
    force = "" if by.in_force == "in force" else " Whether it is in force on this day is uncertain."
    address = "" if by.url is None or brief else f" {by.url}"
    return f"{by.body}: {by.text}; {by.grade} source, last verified {by.last_verified}{stale}.{force}{address}"
