"""What products hold: surveys to one distribution over products; outbreaks and recalls in their numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from equipoise import __version__
from equipoise.engines.products import SIGMA_SCALE, Distribution, Exceedances, Moments, Ranked, Values, distribution
from equipoise.engines.products import Evidence as Piece
from equipoise.findings.citing import cited, paper_name
from equipoise.findings.finding import SENTENCE, Basis, Finding, Level, numbers
from equipoise.findings.receptors import KNOWN, label, spread_words
from equipoise.records.evidence import Evidence
from equipoise.records.product import Content, Recall, Survey
from equipoise.records.topic import ContentFinding, RecallFinding
from equipoise.values.amounts import SHARES
from equipoise.values.dates import PartialDate
from equipoise.values.estimate import Estimate, Interval, Part, rounded
from equipoise.values.panels import Dot, DotPlot, DotRow, Table

Unit = Literal["mg/g", "ug/g"]

_IN_UG: Mapping[str, float] = {unit: float(share * 10**6) for unit, share in SHARES.items()}
"""Micrograms in a gram."""

_RANKS: Mapping[str, float] = {"minimum": 0.0, "median": 0.5, "percentile-90": 0.9, "maximum": 1.0}
_MEANS = ("mean", "geometric-mean")

_EXCEEDED = re.compile(r"([\d.]+) (ug|mg)/day at ([\d.]+) g of product a day")
"""A share of products over a limit: the limit, and the amount a day that it was worked out at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One printed number of a survey (``called`` by its paper), in the unit of the finding; ``unused``: why it is not fitted.

    ``threshold``: it is the share of products above ``value``, and no amount that was found.
    """

    name: str
    called: str
    survey: Survey
    held: Content
    value: float | None
    threshold: bool = False
    unused: str | None = None

    @property
    def printed(self) -> str:
        """The number as a reader of the survey sees it."""
        if not isinstance(self.held.value, Decimal):
            return "not seen"
        sign = {"=": "", "<": "< ", ">": "> "}[self.held.op]
        unit = {"percent": "%", "percent-of-products": "% of products"}.get(self.held.unit, f" {self.held.unit}")
        return f"{sign}{self.held.value}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What surveys say of an analyte: every number, and the distribution over products that follows from those it can use."""

    numbers: tuple[Surveyed, ...]
    distribution: Distribution


def market(evidence: Evidence, records: Sequence[str], *, analyte: str, unit: Unit) -> Market:
    """The distribution of an analyte over products, in ``unit``, from ``survey/content`` records.

    Numbers of one survey, kind of product and number of products are one piece of evidence. Order statistics go before means;
    what has no number of products, disagrees or was not seen is kept and not used.

    Raises
    ------
    ValueError
        A record that is not there or of another analyte, or numbers that do not fix a distribution.
    """
    found = [_surveyed(evidence, name, analyte=analyte, unit=unit) for name in dict.fromkeys(records)]
    groups: dict[tuple[str, str, str], list[Surveyed]] = {}
    for one in found:
        groups.setdefault((one.survey.id, one.held.product, str(one.held.products)), []).append(one)
    pieces: list[Piece] = []
    every: list[Surveyed] = []
    for group in groups.values():
        made, marked = _pieces(group)
        pieces += made
        every += marked
    return Market(numbers=tuple(every), distribution=distribution(pieces))


def _surveyed(evidence: Evidence, name: str, *, analyte: str, unit: Unit) -> Surveyed:
    stem, _, ident = name.partition("/")
    survey = evidence.products.get(stem)
    held = None if survey is None else next((item for item in survey.contents if item.id == ident), None)
    if survey is None or held is None:
        raise ValueError(f"{name!r} is no content on record; should be a survey/content of products/")
    if held.analyte != analyte:
        raise ValueError(f"{name} is of {held.analyte}; should be of {analyte}")
    value, threshold = None, False
    if isinstance(held.value, Decimal) and held.unit in _IN_UG:
        value = float(held.value) * _IN_UG[held.unit] / _IN_UG[unit]
    elif isinstance(held.value, Decimal) and held.unit == "percent-of-products":
        limit = _EXCEEDED.fullmatch(held.limit or "")
        if limit is not None:
            daily_ug = float(limit[1]) * (1000.0 if limit[2] == "mg" else 1.0)
            value, threshold = daily_ug / float(limit[3]) / _IN_UG[unit], True
    called = paper_name(evidence, survey.paper, *(source.ref for source in held.sources))
    unused = _unused(held, value)
    return Surveyed(name=name, called=called, survey=survey, held=held, value=value, threshold=threshold, unused=unused)


def _unused(held: Content, value: float | None) -> str | None:
    """Why a number cannot be used whatever stands beside it."""
    summary = held.statistic != "single"
    reasons = (
        (not isinstance(held.value, Decimal), "not seen"),
        (held.basis == "conflicting", "print disagrees"),
        (value is None, "no amount in a gram"),
        (summary and not isinstance(held.products, int), "the number of products is not reported"),
        (summary and held.op != "=", "a bound of a summary"),
        (held.op == ">", "a bound from below"),
        (value is not None and value <= 0, "zero"),
    )
    return next((why for holds, why in reasons if holds), None)


def _pieces(group: Sequence[Surveyed]) -> tuple[list[Piece], list[Surveyed]]:
    """The evidence of one group, and its numbers with those marked that stand back behind better ones."""
    usable = [one for one in group if one.unused is None]
    products = usable[0].held.products if usable else 0
    n = products if isinstance(products, int) else 0
    singles = [one for one in usable if one.held.statistic == "single"]
    over = [one for one in usable if one.threshold]
    ranks = sorted((one for one in usable if one.held.statistic in _RANKS), key=lambda one: _RANKS[one.held.statistic])
    means = [one for one in usable if one.held.statistic in _MEANS]
    pieces: list[Piece] = []
    aside: dict[str, str] = {}
    if singles:
        below = [one.held.op == "<" for one in singles]
        pieces.append(Values(value=[one.value or 0.0 for one in singles], below=below))
    if over:
        shares = [(one.value or 0.0, round(float(str(one.held.value)) / 100 * n)) for one in over]
        pieces.append(Exceedances(n=n, above=shares))
    if ranks:
        pieces.append(Ranked(n=n, quantiles=[(_RANKS[one.held.statistic], one.value or 0.0) for one in ranks]))
    for at, one in enumerate(means):
        if ranks or over or at:
            aside[one.name] = "other numbers of the same products are used"
        else:
            pieces.append(_moments(one, n))
    return pieces, [_aside(one, aside.get(one.name)) for one in group]


def _moments(one: Surveyed, n: int) -> Moments:
    spread = one.held.spread
    factor = (one.value or 0.0) / float(str(one.held.value))
    sd = float(spread.value) * factor if spread is not None and spread.kind == "sd" and spread.value is not None else None
    geometric = one.held.statistic == "geometric-mean"
    return Moments(n=n, mean=one.value or 0.0, sd=None if geometric else sd, geometric=geometric)


def _aside(one: Surveyed, why: str | None) -> Surveyed:
    return one if why is None else replace(one, unused=why)


def content(evidence: Evidence, declared: ContentFinding, as_of: date) -> Finding:
    """How much of an analyte products hold: the median over products, and where nine of ten lie.

    Raises
    ------
    ValueError
        As :func:`market` does.
    """
    try:
        held = market(evidence, declared.records, analyte=declared.analyte, unit=declared.unit)
    except ValueError as fault:
        raise ValueError(f"{declared.id}: {fault}") from fault
    spread = held.distribution
    used = [one for one in held.numbers if one.unused is None]
    surveys = {one.survey.id for one in used}
    printed = f"{rounded(spread.median)} {declared.unit}"
    opening = "Across surveys of" if len(surveys) > 1 else "In a survey of"
    name = label(evidence, declared.analyte)
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=f"{opening} {declared.among}, the median product held about {printed} of {name}.",
        estimate=Estimate(
            measure="median over products",
            value=spread.median,
            unit=declared.unit,
            printed=printed,
            interval=_interval(spread.median_90, "credible"),
            prediction=_interval(spread.product_90, "prediction"),
            parts=tuple(
                Part(label=f"{one.called}, {one.held.statistic}", record=one.name, value=one.value)
                for one in used
                if one.value is not None and not one.threshold
            ),
        ),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(source for one in held.numbers for source in one.held.sources),
        basis=Basis(
            kind="content",
            engine="products",
            options=(
                ("analyte", declared.analyte),
                ("unit", declared.unit),
                ("distribution", "lognormal"),
                ("sigma_scale", SIGMA_SCALE),
                ("level", 0.9),
                ("products", spread.products),
            ),
            records=tuple(one.name for one in held.numbers),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *_caveats(held, declared.unit, len(surveys))),
        panel=_panel(evidence, declared, held),
    )


def _interval(bounds: Iterable[float], kind: str) -> Interval:
    low, high = map(float, bounds)
    return Interval(low=low, high=high, kind=kind, level=0.90)


def _caveats(held: Market, unit: str, surveys: int) -> Iterator[str]:
    low, high = (rounded(float(end)) for end in held.distribution.product_90)
    yield f"Products differ: nine of ten that were not tested would be expected between {low} and {high} {unit}."
    yield (
        f"From {held.distribution.products} products of {surveys} {'survey' if surveys == 1 else 'surveys'}, "
        "of different years and not drawn at random; that one lognormal distribution holds for all is an assumption."
    )
    seen = [one for one in held.numbers if one.unused is None and one.held.basis == "secondary"]
    if seen:
        yield f"{len(seen)} of the numbers used {'was' if len(seen) == 1 else 'were'} read in another text than the survey's."
    reasons: dict[str, list[str]] = {}
    for one in held.numbers:
        if one.unused is not None:
            reasons.setdefault(one.unused, []).append(f"{one.called} ({one.held.statistic} {one.printed})")
    for why, names in reasons.items():
        yield f"Shown and not used, as {_AS.get(why, why)}: {', '.join(names)}."


_AS: Mapping[str, str] = {
    "not seen": "no number was seen",
    "no amount in a gram": "it is no amount in a gram",
    "a bound of a summary": "it is a bound of a summary",
    "a bound from below": "it is a bound from below",
    "zero": "zero is no amount",
}


def _panel(evidence: Evidence, declared: ContentFinding, held: Market) -> DotPlot:
    name, spread = label(evidence, declared.analyte), held.distribution
    rows: dict[str, list[Surveyed]] = {}
    for one in held.numbers:
        rows.setdefault(_row_name(one), []).append(one)
    middle, low, high, new_low, new_high = (
        spread.median,
        *map(float, spread.median_90),
        *map(float, spread.product_90),
    )
    dots = {row: tuple(_dot(one) for one in each if one.value) for row, each in rows.items()}
    drawn = [DotRow(label=row, dots=each) for row, each in dots.items() if each]
    drawn.append(
        DotRow(label="All that can be used", dots=(), middle=middle, low=low, high=high, new_low=new_low, new_high=new_high)
    )
    return DotPlot(
        title=f"{name[0].upper()}{name[1:]} in {declared.among}",
        said=(
            "Printed numbers of surveys, and the median over products with its 90% interval. "
            "Nine of ten products that were not tested would be expected on the dashed line."
        ),
        unit=declared.unit,
        rows=tuple(drawn),
        table=Table(
            columns=("Survey", "Product", "Products", "Statistic", "As printed", "Spread", "How known", "Used", "Source"),
            rows=tuple(_cells(one) for one in held.numbers),
        ),
        ends=("less", "more"),
    )


def _row_name(one: Surveyed) -> str:
    products = one.held.products
    n = "" if not isinstance(products, int) else ", 1 product" if products == 1 else f", {products} products"
    kind = "" if one.held.product in ("several", "not-said") else f", {one.held.product.replace('-', ' ')}"
    return f"{one.called}{kind}{n}"


def _dot(one: Surveyed) -> Dot:
    doubtful = one.unused is not None or one.threshold or one.held.op != "="
    said = f"{one.printed} above {one.held.limit}" if one.threshold else f"{one.held.statistic} {one.printed}"
    return Dot(value=one.value or 0.0, label=f"{one.called}: {said}", open=doubtful)


def _cells(one: Surveyed) -> tuple[str, ...]:
    over = f" over {one.held.limit}" if one.held.limit is not None else ""
    return (
        one.called,
        one.held.product.replace("-", " "),
        str(one.held.products),
        one.held.statistic.replace("-", " "),
        f"{one.printed}{over}",
        spread_words(one.held.spread),
        KNOWN[one.held.basis],
        "yes" if one.unused is None else f"no: {one.unused}",
        "; ".join(f"{source.ref}, {source.at}" for source in one.held.sources),
    )


def recall(evidence: Evidence, declared: RecallFinding, as_of: date) -> Finding:
    """An outbreak, a recall, an alert or a warning, in its numbers where it has some.

    Raises
    ------
    ValueError
        A recall that is not on record.
    """
    held = evidence.recalls.get(declared.record)
    if held is None:
        raise ValueError(f"{declared.id}: {declared.record!r} is no recall on record; should be a file of recalls/")
    statement = _recalled(evidence, held)
    told = [] if statement.endswith(held.says.removeprefix("The firm")) else [held.says]
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=statement,
        estimate=_people(held),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=cited(held.sources),
        basis=Basis(
            kind="recall",
            engine="register",
            options=(("kind", held.kind), ("agent", held.agent), ("country", held.country), ("basis", held.basis)),
            records=(held.id,),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *told, *_recall_caveats(held)),
    )


def _people(held: Recall) -> Estimate | None:
    if not isinstance(held.cases, int):
        return None
    deaths = held.deaths if isinstance(held.deaths, int) else 0
    parts = (Part(label=f"{deaths:,} died", record=held.id, value=deaths),) if 0 < deaths < held.cases else ()
    return Estimate(measure="people ill", value=held.cases, unit="people", printed=_counted(held.cases), parts=parts)


def _counted(people: int) -> str:
    return "1 person" if people == 1 else f"{people:,} people"


def _recalled(evidence: Evidence, held: Recall) -> str:
    """The sentence: of an outbreak its counts, of others what the record says, with the name of the firm where it fits."""
    agent = _agent(evidence, held.agent)
    if held.kind == "outbreak" and isinstance(held.cases, int):
        if held.deaths == held.cases:
            return f"{_counted(held.cases)} died in an outbreak linked with kratom that held {agent}."
        died = "" if not isinstance(held.deaths, int) else f"; {held.deaths:,} died" if held.deaths else "; nobody died"
        return f"In an outbreak of {agent} linked with kratom, {_counted(held.cases)} fell ill{died}."
    firm = re.split(r",|;| \(", held.firm)[0] if isinstance(held.firm, str) else "A firm"
    named = f"{firm}{held.says.removeprefix('The firm')}" if held.says.startswith("The firm ") else held.says
    plain = {
        "recall": f"{firm} recalled kratom; {agent} was named.",
        "import-alert": f"An import alert on kratom named {agent}.",
        "warning": f"A warning about kratom named {agent}.",
        "outbreak": f"An outbreak linked with kratom named {agent}.",
    }[held.kind]
    return next((said for said in (named, held.says, plain) if len(said) <= SENTENCE and not numbers(said)), held.says)


def _agent(evidence: Evidence, agent: str) -> str:
    return label(evidence, agent) if agent in evidence.vocabulary.analytes else agent


def _recall_caveats(held: Recall) -> Iterator[str]:
    began, ended = held.began, held.ended
    when = f"Began {began}" if isinstance(began, PartialDate) else "When it began is not reported"
    yield f"{when}, ended {ended}." if isinstance(ended, PartialDate) else f"{when}."
    if isinstance(held.firm, str):
        yield f"Firm: {held.firm.rstrip('.')}."
    if held.basis == "secondary":
        yield "Told by others; the authority's own text was not seen."
    elif held.basis == "conflicting":
        yield "Sources disagree."
    if held.note is not None:
        yield held.note
