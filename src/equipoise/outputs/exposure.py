"""Answers about a reported intake as JSON, text and figure; ``schemas/exposure.schema.json`` is the contract of the JSON."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from equipoise.findings.citing import words_of
from equipoise.findings.exposure_answer import ExposureAnswer, Number, ProductContent, share_of
from equipoise.findings.pharmacokinetics import two_digits
from equipoise.outputs.panels import panel
from equipoise.outputs.phrases import counted, field, upper_first, wrap
from equipoise.outputs.plain import dumped, plain
from equipoise.outputs.plots import standalone
from equipoise.values.estimate import rounded

SCHEMA = Path(__file__).parent / "schemas" / "exposure.schema.json"

_UNITS = {"kdeg": " 1/h", "kinact": " 1/h", "ki": " nM", "portal": " L/h"}
"""Of the constants of auto-inhibition; the others are shares."""

_NAME = 37
"""Columns of a terminal for the name of a number."""


def exposure_json(answer: ExposureAnswer) -> str:
    """An answer as an object; what is a list of pairs here is an object there."""
    data: dict[str, Any] = plain(answer)
    del data["panel"]
    data["auto_inhibition"] = None if answer.auto_inhibition is None else dict(answer.auto_inhibition)
    data["typical"] = dict(answer.typical)
    return dumped({"supported": True, **data})


def unsupported_json(substance: str, why: str) -> str:
    """That a question has no answer."""
    return dumped({"supported": False, "substance": substance, "why": why})


def exposure_figure(answer: ExposureAnswer) -> str:
    """The curves as a picture of its own.

    Raises
    ------
    ValueError
        An answer of numbers alone.
    """
    if answer.panel is None:
        raise ValueError("the answer has no curves; should be asked for with moments")
    return standalone(panel(answer.panel, ident="exposure"))


def exposure_text(answer: ExposureAnswer) -> str:
    """An answer for a terminal: what was reported, what the model gives, and where it disagrees with print."""
    return "\n".join(_lines(answer)) + "\n"


def _lines(answer: ExposureAnswer) -> Iterator[str]:
    yield from wrap(f"{answer.reported} {answer.notice}")
    yield ""
    yield from wrap(answer.sentence)
    yield ""
    if answer.content is not None:
        yield from field("Product", _content(answer.content))
    if answer.levels:
        drawn = f"{counted(answer.people, 'person', 'people')} drawn ({answer.drawn})"
        yield from field(
            "Numbers", f"median and, in brackets, where {answer.level:.0%} of {share_of(answer.levels)} are; {drawn}"
        )
    yield from field("Differ in", _levels(answer))
    if answer.auto_inhibition is not None:
        constants = ", ".join(f"{name} {value:g}{_UNITS.get(name, '')}" for name, value in answer.auto_inhibition)
        yield from field("CYP3A", f"lost to mitragynine, as a hypothesis: {constants}")
    yield ""
    for name, numbers in groupby(answer.numbers, key=lambda one: one.analyte):
        yield from _table(name, list(numbers))
    for note in answer.notes:
        yield from wrap(note, first="- ", indent=2)
    yield ""
    yield from _compared(answer)


def _content(held: ProductContent) -> str:
    spread = "" if held.low == held.high else f", 90% between {rounded(held.low)} and {rounded(held.high)}"
    how = "as given" if held.how == "given" else f"not tested; as {held.products} products of surveys"
    return f"{rounded(held.mg_per_g)} mg of mitragynine in a gram{spread} ({how})"


def _levels(answer: ExposureAnswer) -> str:
    said = {
        "people": "people from each other",
        "studies": "studies and their products from each other",
        "parameters": "what the values of the model are known to",
        "product": "what is in a gram of the product",
    }
    found = "; ".join(said[name] for name in answer.levels) or "nothing: this is one person"
    return found if "studies" in answer.levels else f"{found}; as in the study of {words_of(answer.reference)}"


def _table(name: str, numbers: list[Number]) -> Iterator[str]:
    mass = any(one.mass is not None for one in numbers)
    rows = [(upper_first(name), "in nM, nM·h", "in ng/mL, ng·h/mL") if mass else (upper_first(name), "", "")]
    for one in numbers:
        unit = f" {one.unit}" if one.mass is None and one.unit != "ratio" else ""
        grams = "" if one.mass is None else _spread(one.mass.median, one.mass.low, one.mass.high)
        rows.append((f"  {upper_first(one.says)}", f"{_spread(one.median, one.low, one.high)}{unit}", grams))
    wide = max(len(moles) for _, moles, _ in rows) + 2
    for first, moles, grams in rows:
        yield f"{first:<{_NAME}}{moles:<{wide}}{grams}".rstrip()
    yield ""


def _spread(median: float, low: float, high: float) -> str:
    """``100 (27-390)``; without marks of thousands, so that a line holds both units."""
    middle, *ends = (two_digits(value).replace(",", "") for value in (median, low, high))
    return middle if ends[0] == ends[1] else f"{middle} ({ends[0]}-{ends[1]})"


def _compared(answer: ExposureAnswer) -> Iterator[str]:
    count, met = len(answer.compared), sum(one.agrees for one in answer.compared)
    studies = len({one.study for one in answer.compared})
    yield from field(
        "Compared",
        f"with {counted(count, 'printed number', 'printed numbers')} of {counted(studies)} in people. The model's typical "
        f"person is within a tenth of {met}, and not of these:",
    )
    for sentence in answer.differs:
        yield from wrap(sentence, first="  - ", indent=4)
