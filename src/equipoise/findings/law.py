"""What the law of a place says, as a finding: the verdict in one sentence, and what must be read beside it."""

from collections.abc import Iterator, Mapping
from datetime import date

from equipoise import __version__
from equipoise.engines.law import GRADES, Book, Judgement, Place, Product, Query
from equipoise.findings.finding import Basis, Citation, Finding, Level
from equipoise.findings.norms import absences, norms, place
from equipoise.records.evidence import Evidence
from equipoise.records.law import Law
from equipoise.records.topic import LawFinding

_THE = frozenset({"US", "GB", "NL", "AE", "PH", "BS", "GM", "MV"})
"""Countries that take an article."""

_DOING: Mapping[str, str] = {
    "buy": "buying",
    "possess": "possessing",
    "use": "using",
    "sell": "selling",
    "give": "giving away",
    "manufacture": "making",
    "import": "importing",
    "export": "exporting",
    "ship": "shipping",
    "advertise": "advertising",
}
_PRODUCTS: Mapping[str | None, str] = {
    "leaf": "kratom leaf",
    "powder": "kratom powder",
    "extract": "kratom extract",
    "mitragynine": "isolated mitragynine",
    "7-oh": "concentrated 7-OH",
    "pseudoindoxyl": "mitragynine pseudoindoxyl",
    "mgm-15": "MGM-15",
    "mgm-16": "MGM-16",
    None: "this product",
}


def subject(query: Query) -> str:
    """What is asked about, as a sentence begins: ``possessing kratom leaf in Tennessee``."""
    product = _PRODUCTS[query.product.kind]
    form = "" if query.product.form is None else f" as {query.product.form}"
    return f"{_DOING[query.action]} {product}{form} in {named(query.place)}"


def named(held: Place) -> str:
    """A place as a sentence names it."""
    article = "the " if held.id in _THE else ""
    if held.local == "no":
        return f"{article}{held.name}"
    state = next((around.name for around in reversed(held.stack) if around.local == "no"), "")
    return f"{held.name}, {state}"


_SAYS: Mapping[str, str] = {
    "unlawful": "{opening} is unlawful.",
    "lawful-if": "{opening} is lawful only under conditions.",
    "lawful": "{opening} is lawful under the rules on record.",
    "not-scheduled": "{opening} is under no drug control on record.",
    "stale": "The record on {about} is too old to rely on.",
    "conflict": "Sources disagree on {about}.",
    "unknown": "Unknown: the record has no rule that answers for {about}.",
    "lapsed": "Unknown: a rule on {about} expired, and nothing after it was seen.",
    "no-buyer": "Selling {goods} is unlawful, and no rule on record is about the buyer.",
    "date": "Uncertain: the date or hour that decides on {about} is not known exactly.",
}


def statement(judgement: Judgement) -> str:
    """The verdict as one sentence, without a number."""
    about = subject(judgement.query)
    doubts = [reason for reason, _ in judgement.control.why if reason in _SAYS]
    said_of: str = doubts[0] if judgement.verdict == "unknown" and doubts else judgement.verdict
    if said_of == "unlawful" and judgement.query.action == "buy":
        said_of = "unlawful" if any("buy" in norm.actions for norm in judgement.control.because) else "no-buyer"
    goods = about.removeprefix(f"{_DOING[judgement.query.action]} ")
    return _SAYS[said_of].format(about=about, goods=goods, opening=f"{about[0].upper()}{about[1:]}")


def law(evidence: Evidence, declared: LawFinding, as_of: date) -> Finding:
    """What the law of one place says of one action with one product, on the day of the document.

    Raises
    ------
    ValueError
        A place that the gazetteer lacks, or a place without any record, search or law.
    """
    gazetteer = evidence.gazetteer
    spot = gazetteer.find(declared.place)
    if spot is None:
        raise ValueError(f"{declared.id}: {declared.place!r} is no place of the gazetteer; should be a code such as US-TN")
    query = Query(
        place=place(gazetteer, spot),
        product=Product(kind=declared.substance, form=declared.form),
        action=declared.action,
        on=as_of,
        known_on=as_of,
        age=declared.age,
    )
    around = {held.id for held in query.place.stack}
    laws = {name: item for name, item in evidence.law.items() if item.place in around}
    searches = tuple(item for item in absences(evidence) if item.place in around)
    judgement = Book(norms(laws), searches).judge(query)
    answer = judgement.control
    sources = tuple(dict.fromkeys(source(evidence.law[norm.instrument]) for norm in answer.because))
    silent = {held.id for held, _ in answer.silent}
    searched = tuple(
        Citation(search=item.search, on=str(item.on or "date not reported")) for item in searches if item.place in silent
    )
    if not sources and not searched:
        raise ValueError(f"{declared.id}: nothing is on record for {declared.place}; should have a law or a search")
    beside = tuple(said(judgement))
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=statement(judgement),
        estimate=None,
        certainty=Level.NOT_GRADED,
        because=(),
        sources=sources or searched,
        basis=Basis(
            kind="law",
            engine="law",
            options=(
                ("place", declared.place),
                ("substance", declared.substance),
                ("form", declared.form),
                ("action", declared.action),
                ("age", declared.age),
                ("verdict", judgement.verdict),
            ),
            records=tuple(dict.fromkeys(norm.instrument for norm in answer.because)),
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *(sentence for sentence, _ in beside)),
        in_sight=tuple(sentence for sentence, sighted in beside if sighted),
    )


def source(law: Law) -> Citation:
    """A law as a source: the record itself, and the place in it that was seen."""
    best = min(law.evidence, key=lambda seen: GRADES.index(seen.grade))
    return Citation(ref=f"law/{law.id}", at=best.at)


def said(judgement: Judgement) -> Iterator[tuple[str, bool]]:
    """What must be read beside the verdict, each as one sentence, and whether it stands in sight."""
    answer = judgement.control
    if answer.last is not None:
        yield f"As the record stands it would be: {answer.last.replace('-', ' ')}.", True
    for condition in answer.conditions:
        yield f"Condition: {condition.text}.", True
    for norm in answer.because:
        yield norm.says, False
    change = answer.next_change
    if change is not None:
        yield f"Next change on record: {change.printed} ({change.norm.citation}).", True
    for dispute in answer.disputes:
        yield f"Another source says otherwise ({dispute.claim.grade}): {dispute.claim.note}", False
    if answer.verified is not None:
        yield f"Last verified: {date.fromordinal(answer.verified)}.", True
