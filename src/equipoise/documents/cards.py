"""Cards for the point of care: what a chart with kratom use in it gives reason to look at, and what was not checked.

Silent unless kratom use is recorded. With it there is always a card, since an empty answer is shown as good news. A card gives
reasons and sources; it never says what to do with a medicine, and rates nobody's risk.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from equipoise.documents.lines import one_line
from equipoise.findings.charted import (
    ChartCondition,
    Charted,
    ChartResult,
    Recorded,
    charted,
    long_ago,
    reasons_to_ask,
    to_come,
)
from equipoise.findings.charts import ChartMedicine, ChartMedicines, Codebook, checked, names, read
from equipoise.findings.interactions import (
    KIND_WORDS,
    LIKELY,
    ONE_CASE,
    SEVERE,
    ListAnswer,
    PieceAnswer,
    RuleAnswer,
    TogetherAnswer,
)
from equipoise.intake.fhir import Chart
from equipoise.intake.fhir.observations import ITEM_9

Indicator = Literal["info", "warning", "critical"]
Hook = Literal["patient-view", "order-select", "order-sign"]

SUMMARY = 139
"""The most letters of a summary: the standard wants fewer than 140."""
_MOST_RULES = 6
_MOST_LINKS = 3
_MOST_NAMED = 12
"""How many rules, links and names a card shows; more are counted."""
_NAME = 80

_FROM_PEOPLE = frozenset({"shown-in-trial", "seen-in-studies-of-people", "seen-in-cases"})
_GRAVE = frozenset({"life-threatening", "serious"})
_ORDER: Mapping[Indicator, int] = {"critical": 0, "warning": 1, "info": 2}

FOR_JUDGEMENT = "Reasons with their sources, for your judgement; no instruction."
NO_DATA = "Nothing on record is not the same as nothing to fear."


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideReason:
    """Why a card was set aside, as a code of our own list."""

    code: str
    display: str


OVERRIDE_REASONS = (
    OverrideReason(code="no-kratom-use", display="The patient does not use kratom"),
    OverrideReason(code="benefit-outweighs", display="The benefit outweighs it; will monitor"),
    OverrideReason(code="already-discussed", display="Already discussed with the patient"),
    OverrideReason(code="not-current", display="Not a current medicine of the patient"),
    OverrideReason(code="disagree-with-evidence", display="I disagree with the evidence (please comment)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLink:
    """A page to read on, by its whole address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one card says: ``summary`` in one line, ``detail`` in Markdown.

    Raises
    ------
    ValueError
        A summary that is empty or too long.
    """

    uuid: str
    summary: str
    indicator: Indicator
    detail: str
    links: tuple[CardLink, ...] = ()
    override_reasons: tuple[OverrideReason, ...] = OVERRIDE_REASONS

    def __post_init__(self) -> None:
        if not 0 < len(self.summary) <= SUMMARY:
            raise ValueError(f"a summary has {len(self.summary)} letters; should have 1 to {SUMMARY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the monograph stands, the page of each rule in it, and whether to ask where kratom use is unknown."""

    base_url: str
    pages: Mapping[str, str] = field(default_factory=dict)
    ask: bool = False

    def address(self, rule: str) -> str:
        """The page of a rule, or the front page."""
        page = self.pages.get(rule, "")
        if page.startswith(("https://", "http://")):
            return page
        return f"{self.base_url.rstrip('/')}/{page.lstrip('/')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A card without its number."""

    summary: str
    indicator: Indicator
    detail: str
    links: tuple[CardLink, ...] = ()


def cards(
    chart: Chart,
    book: Codebook,
    check: Callable[[Sequence[str]], ListAnswer],
    *,
    hook: Hook,
    site: Site,
    as_of: date,
    uuid: Callable[[], str],
) -> tuple[Card, ...]:
    """The cards for a chart, the gravest first.

    Parameters
    ----------
    chart
        What was read of the record.
    book
        The register with which its medicines are read.
    check
        What checks a list of names against kratom.
    as_of
        The day of the call.
    uuid
        A new number for each card.
    """
    if chart.kratom.state == "denied":
        return ()
    if chart.kratom.state == "unknown" and not (site.ask and hook == "patient-view"):
        return ()
    found = read(book, chart, as_of)
    person = charted(book, chart, found, as_of)
    if chart.kratom.state == "unknown":
        told = list(_asked(chart, book, found, person, site))
    else:
        told = _used(chart, book, found, person, check, hook=hook, site=site, as_of=as_of)
    return tuple(
        Card(uuid=uuid(), summary=one.summary, indicator=one.indicator, detail=one.detail, links=one.links) for one in told
    )


# Kratom use is recorded.


def _used(
    chart: Chart,
    book: Codebook,
    found: ChartMedicines,
    person: Charted,
    check: Callable[[Sequence[str]], ListAnswer],
    *,
    hook: Hook,
    site: Site,
    as_of: date,
) -> list[_Told]:
    ordered = found.ordered if hook != "patient-view" else frozenset()
    lead = [ident for ident in found.idents if ident in ordered]
    rest = [ident for ident in found.idents if ident not in ordered]
    told: list[_Told] = []
    quiet = bool(ordered) and hook == "order-select"
    for idents, opening, calm in ((lead, "Being ordered. ", False), (rest, "Already on the list. " if ordered else "", quiet)):
        answer = check(names(book, idents)) if idents else None
        if answer is not None and answer.foremost:
            one = _rules(answer, opening, book, site, ended=chart.kratom.ended)
            told.append(replace(one, indicator="info") if calm else one)
    together = check(names(book, found.idents)).together if len(found.idents) > 1 and lead and rest else ()
    if together and told:
        told[0] = _beside(told[0], together)
    shown = _ranked(one for one in person.conditions if one.ordered or hook == "patient-view")
    if not any(_weighs(one) for one in shown):
        shown = []
    covered = _covered(chart, book, found, person, shown)
    about_person = [_person(shown, book, site, ended=chart.kratom.ended)] if shown else []
    if told and not _gaps(chart, found):
        told[-1] = replace(told[-1], detail=f"{told[-1].detail}\n\n{covered}")
        told += about_person
    else:
        told += [*about_person, _coverage(chart, found, covered, site, alone=not told)]
    told = [replace(one, detail=f"{one.detail}\n\n{FOR_JUDGEMENT}") for one in told]
    told += _disagreeing(found, site)
    if hook != "order-select":
        told += _item_9(chart, site, as_of)
    return sorted(told, key=lambda one: _ORDER[one.indicator])


def _rules(answer: ListAnswer, opening: str, book: Codebook, site: Site, *, ended: bool) -> _Told:
    """What matters most of a list: the first rule in the summary, the others below."""
    top, *others = answer.foremost
    about = _about(top, answer)
    when = checked(book.evidence.interactions[top.id])
    how = f"{SEVERE[top.severity]}; {ONE_CASE if top.one_case else LIKELY[top.likelihood]}"
    kratom = "Kratom (recorded as ended)" if ended else "Kratom"
    lines = [
        f"**{opening}{top.sentence} {_here(top, answer)}** Evidence {when}.",
        f"{top.effect} {top.severe_because}",
        _evidence(top.evidence),
    ]
    if top.watch:
        lines.append(f"To watch for: {'; '.join(top.watch)}.")
    shown = [one for one in others if not one.minor][:_MOST_RULES]
    listed = [f"- {one.sentence} {_here(one, answer)}" for one in shown]
    listed += [f"- {one.sentence}" for one in answer.together]
    if len(others) > len(shown):
        listed.append(f"- {len(others) - len(shown)} more of less weight: see the pages.")
    links = tuple(CardLink(label=one.title, url=site.address(one.id)) for one in (top, *shown) if one.id in site.pages)
    return _Told(
        summary=_fitted(f"{kratom} with ", [*about], [f": {how}{whose}; {when}." for whose in _seen_with(top, about)]),
        indicator=min((_indicator(one, ended=ended) for one in answer.foremost), key=_ORDER.__getitem__),
        detail="\n\n".join([*lines, *(["\n".join(listed)] if listed else [])]),
        links=links[:_MOST_LINKS] or _front(site),
    )


def _about(rule: RuleAnswer, answer: ListAnswer) -> dict[str, RuleAnswer]:
    """The medicines for which a rule weighs as much as this, each with its own answer."""
    held = ((one.name, found) for one in answer.medicines for found in one.rules if found.id == rule.id)
    return {name: one for name, one in held if (one.minor, one.likelihood) == (rule.minor, rule.likelihood)}


def _here(rule: RuleAnswer, answer: ListAnswer) -> str:
    """Which medicines a rule is about; those of which its enzyme clears little stand apart."""
    held = [(one.name, found.minor) for one in answer.medicines for found in one.rules if found.id == rule.id]
    mainly, little = ([name for name, minor in held if minor is which] for which in (False, True))
    apart = f"; by a minor way: {', '.join(little)}" if mainly and little else ""
    return f"Here: {', '.join(mainly or little)}{apart}."


def _seen_with(rule: RuleAnswer, about: Mapping[str, RuleAnswer]) -> tuple[str, ...]:
    """With which medicines that was seen in people, where it was not with every one that is named: at length, and in short."""
    own = [name for name, one in about.items() if one.decided_by == "this medicine"]
    if rule.likelihood not in _FROM_PEOPLE or len(own) == len(about):
        return ("",)
    names = own or rule.seen_with
    if len(names) == 1:
        return (f" with {names[0]}",)
    return (" with some of them",) if own else (" with other medicines", " with others")


def _indicator(rule: RuleAnswer, *, ended: bool) -> Indicator:
    """Critical for the short list alone; a warning for what is grave, or moderate and seen in people."""
    if rule.short_list and not ended:
        return "critical"
    if rule.minor or rule.likelihood in ("not-in-people", "unknown"):
        return "info"
    grave = rule.severity in _GRAVE
    return "warning" if grave or (rule.severity == "moderate" and rule.likelihood in _FROM_PEOPLE) else "info"


def _evidence(pieces: Sequence[PieceAnswer]) -> str:
    """How many pieces of which kind are on record, and how many of them do not stand for it."""
    counts: dict[str, int] = {}
    for one in pieces:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    listed = ", ".join(f"{KIND_WORDS[kind]} ({count})" for kind, count in counts.items())
    against, unclear = (sum(one.stands == name for one in pieces) for name in ("against", "unclear"))
    apart = [f"{against} {'speaks' if against == 1 else 'speak'} against it"] if against else []
    apart += [f"{unclear} {'is' if unclear == 1 else 'are'} unclear"] if unclear else []
    beside = f" Of these, {' and '.join(apart)}." if apart else ""
    return f"Evidence on record, by kind: {listed}.{beside}"


def _beside(told: _Told, together: Sequence[TogetherAnswer]) -> _Told:
    """What several do alike, across those being ordered and those on the list."""
    listed = "\n".join(f"- {one.sentence}" for one in together)
    return replace(told, detail=f"{told.detail}\n\nTogether:\n\n{listed}")


def _ranked(several: Iterable[ChartCondition]) -> list[ChartCondition]:
    """Those of the gravest kind of card first, of them those with a result of the higher limit; else as they came."""
    return sorted(several, key=lambda one: (_ORDER[_weight(one)], not one.high))


def _weight(one: ChartCondition) -> Indicator:
    """A warning for what is grave and seen in people, and for a result at or above its higher limit."""
    answer = one.answer
    return "warning" if one.high or (answer.severity in _GRAVE and answer.likelihood in _FROM_PEOPLE) else "info"


def _weighs(one: ChartCondition) -> bool:
    """Whether a condition is worth a card: what is less than serious would come too often, and is named in a line."""
    return one.answer.severity in _GRAVE


def _person(shown: Sequence[ChartCondition], book: Codebook, site: Site, *, ended: bool) -> _Told:
    """What the record holds of the person that matters with kratom: the gravest in full, the others in a line each."""
    top, *others = shown
    others.sort(key=lambda one: (not one.high, one.answer.severity != "life-threatening"))
    answer = top.answer
    kratom = "Kratom (recorded as ended)" if ended else "Kratom"
    likely = ONE_CASE if answer.one_case else LIKELY[answer.likelihood]
    lines = [
        f"**{answer.sentence}** Evidence {top.checked}.",
        f"In the record: {_in_record(top)}.",
        *([f"{_beside_it(top)}."] if top.beside else []),
        f"{answer.effect} {answer.severe_because}",
        _evidence(answer.evidence),
        *([f"To watch for: {'; '.join(answer.watch)}."] if answer.watch else []),
    ]
    listed = [_in_line(one) for one in others[:_MOST_RULES]]
    if len(others) > _MOST_RULES:
        listed.append(f"- {len(others) - _MOST_RULES} more: {_listed([_called(one) for one in others[_MOST_RULES:]])}.")
    return _Told(
        summary=_also(
            [
                f"{kratom} and {_called(top)}: {SEVERE[answer.severity]}; {likely}; {top.checked}.",
                f"{kratom} and {_briefly(top)}: {SEVERE[answer.severity]}; {likely}; {top.checked}.",
                f"{kratom} and {_briefly(top)}: {SEVERE[answer.severity]}; {likely}; {top.checked.partition(',')[0]}.",
                f"{kratom} and {_briefly(top)}: {answer.severity}; {likely}; {top.checked.partition(',')[0]}.",
            ],
            [_briefly(one) for one in others],
        ),
        indicator=_weight(top),
        detail="\n\n".join([*lines, *(["\n".join(listed)] if listed else [])]),
        links=_pages(shown, book, site),
    )


def _called(one: ChartCondition) -> str:
    """A condition by its name where the record has it, with results; by them alone where they are all there is."""
    return f"{one.answer.label} with {_briefly(one)}" if one.recorded and one.results else _briefly(one)


def _briefly(one: ChartCondition) -> str:
    """A condition by its results where it has any, those at or above the higher limit first."""
    several = [f"a QTc of {result.value} ms" for result in one.results if result.result.name == "QTc"]
    for high, word in ((True, "high"), (False, "raised")):
        names = [result.result.name for result in one.results if result.high is high and result.result.name != "QTc"]
        several += [f"a {word} {', '.join(names)}"] if names else []
    doubts = {held.unsure for held in one.recorded}
    doubt = next(iter(doubts)) if len(doubts) == 1 else None
    return " and ".join(several) or f"{one.answer.label}{f' ({doubt})' if doubt else ''}"


def _entry(one: Recorded) -> str:
    """An entry of the record: its name, where it stands, of when it is, and what makes it less than sure."""
    about = (escaped(_short(one.record)), str(one.on or ""), "a diagnosis of a visit" if one.visit else "", one.unsure or "")
    return f"{_quoted(one.name)} ({', '.join(filter(None, about))})"


def _in_record(one: ChartCondition) -> str:
    entries = [_entry(held) for held in one.recorded]
    return _listed([*entries, *(_with_limit(result) for result in one.results)], "; ")


def _with_limit(one: ChartResult) -> str:
    return escaped(one.shown if one.against is None else f"{one.shown}: {one.against}")


def _beside_it(one: ChartCondition) -> str:
    return f"Here too: {'; '.join(f'{_listed(names)} ({word})' for word, names in one.beside)}"


def _in_line(one: ChartCondition) -> str:
    beside = f" {_beside_it(one)}." if one.beside else ""
    return f"- {one.answer.sentence} In the record: {_in_record(one)}.{beside}"


def _also(ways: Sequence[str], others: Sequence[str]) -> str:
    """The first way to say it that fits with as many further names as fit; the rest is counted, and never left out unsaid."""
    for said in ways:
        for count in range(len(others), -1, -1):
            rest = len(others) - count
            several = [*others[:count], *([f"{rest} more"] if rest else [])]
            longer = f"{said} Also: {', '.join(several)}." if several else said
            if len(longer) <= SUMMARY:
                return longer
    return _short(next((one for one in ways if len(one) <= SUMMARY), ways[-1]), SUMMARY)


def _pages(shown: Sequence[ChartCondition], book: Codebook, site: Site) -> tuple[CardLink, ...]:
    """The pages of the conditions, and of the rules on medicines that bear on the same, as far as there are any."""
    links = [
        CardLink(label=f"Kratom and {one.answer.label}", url=site.address(one.answer.id))
        for one in shown
        if one.answer.id in site.pages
    ]
    words = {word for one in shown for word, _ in one.beside}
    touched = {word.id for word in book.evidence.vocabulary.properties.values() if word.label in words}
    links += [
        CardLink(label=rule.title, url=site.address(rule.id))
        for rule in book.evidence.interactions.values()
        if rule.id in site.pages and touched & set(rule.partner.properties)
    ]
    return tuple(links[:_MOST_LINKS]) or _front(site)


def _gaps(chart: Chart, found: ChartMedicines) -> bool:
    """Whether something was not checked or not read."""
    return bool(_unchecked(found) or found.beyond or chart.unread)


def _unchecked(found: ChartMedicines) -> tuple[ChartMedicine, ...]:
    return found.of_kind("not-in-register", "unclear", "not-recognised")


def _front(site: Site) -> tuple[CardLink, ...]:
    return (CardLink(label="The evidence on kratom and medicines", url=site.address("")),)


def _beyond(found: ChartMedicines) -> int:
    """How many different medicines were not looked up."""
    return len({(one.name, one.ingredients) for one in found.beyond})


def _coverage(chart: Chart, found: ChartMedicines, covered: str, site: Site, *, alone: bool) -> _Told:
    missed = len({one.shown.casefold() for one in _unchecked(found)}) + _beyond(found)
    count = missed + len({one.medicines for one in found.of_kind("read", "disagrees")})
    if missed == count == 1:
        summary = "Kratom use is recorded: the only medicine on the list could not be checked against it."
    elif missed == count > 1:
        summary = f"Kratom use is recorded: none of {count} medicines could be checked against it."
    elif missed:
        summary = f"Kratom use is recorded: {missed} of {count} medicines could not be checked against it."
    elif chart.unread:
        summary = "Kratom use is recorded: parts of the record could not be read, so the check is not complete."
    elif count and alone:
        summary = "Kratom use is recorded. Nothing is on record about kratom with the medicines of the list: not known."
    else:
        summary = "Kratom use is recorded. No current medicine was found to check against it."
    return _Told(
        summary=summary,
        indicator="info",
        detail=covered,
        links=_front(site),
    )


def _covered(chart: Chart, book: Codebook, found: ChartMedicines, person: Charted, shown: Sequence[ChartCondition]) -> str:
    """What was checked, what was not and why, results as recorded, and the date of the register."""
    lines = [_recorded(chart)]
    compared = names(book, found.idents)
    lines.append(f"Checked against kratom: {_listed(compared)}." if compared else "No medicine was checked against kratom.")
    for kind, opening in (
        ("not-in-register", "Known names without data on kratom here"),
        ("not-recognised", "Not recognised"),
    ):
        several = [_quoted(one.shown) for one in found.current if one.kind == kind]
        if several:
            lines.append(f"{opening}: {_listed(several)}. {NO_DATA if kind == 'not-in-register' else 'Not checked.'}")
    for one in found.of_kind("unclear")[:_MOST_NAMED]:
        lines.append(f"{_quoted(one.shown)}: {escaped(one.sentence)}")  # noqa: PERF401 - reads better than a comprehension
    partly = [name for one in found.of_kind("read", "disagrees") for name in one.others]
    if partly:
        lines.append(f"Ingredients that are not in the register: {_listed([escaped(name) for name in partly])}.")
    if found.beyond:
        lines.append(f"{_beyond(found)} more medicines were not looked up: the list is too long.")
    if found.past:
        entries = "1 entry is" if len(found.past) == 1 else f"{len(found.past)} entries are"
        lines.append(f"Not checked: {entries} recorded as ended, not taken, in error or long ago.")
    lines += _of_person(person, shown)
    unread = [f"{escaped(_short(one.what))}: {escaped(one.why)}" for one in chart.unread]
    if unread:
        lines.append(f"Not read: {_listed(unread, '; ')}.")
    evidence = book.evidence
    lines.append(f"Register of {book.dated.isoformat()}: {len(evidence.medicines)} medicines.")
    return "\n\n".join(lines)


def _of_person(person: Charted, shown: Sequence[ChartCondition]) -> Iterator[str]:
    """What the record holds of the person and no card is about: nobody is scored, and nothing is called good."""
    left = [one for one in person.conditions if one not in shown]
    if left and any(_weighs(one) for one in person.conditions):
        names = _listed([_called(one) for one in left])
        yield f"In the record too; a card on it comes when the chart is opened: {names}."
    elif left:
        yield f"In the record too, of less weight: {_listed([one.answer.sentence for one in left], ' ')}"
    told = {result.result.name for one in shown for result in one.results}
    current = [_with_limit(one) for one in person.results if one.current and one.result.name not in told]
    if current:
        yield f"Results as recorded; nobody was scored here: {_listed(current, '; ')}."
    old = [escaped(one.shown) for one in person.results if not one.current]
    if old:
        yield f"Results older than a year, dated in the future or without a date, not used: {_listed(old, '; ')}."
    if person.known < person.entries:
        rest = person.entries - person.known
        yield (
            f"Conditions of the record: {person.known} of {person.entries} mean one on record here, by code or exact name; "
            f"the other {f'{rest} were' if rest > 1 else 'was'} not looked at. {NO_DATA}"
        )
    yield from (escaped(one) for one in person.notes[:_MOST_NAMED])
    if len(person.notes) > _MOST_NAMED:
        yield f"Not counted: {len(person.notes) - _MOST_NAMED} more entries, for like reasons."


def _recorded(chart: Chart) -> str:
    said = [one for one in chart.kratom.said if one.says == "used"]
    about = {one: filter(None, (str(one.on or ""), "as an intolerance" if one.intolerance else "")) for one in said}
    where = [f"{escaped(_short(one.record))}{f' ({words})' if (words := ', '.join(about[one])) else ''}" for one in said]
    ended = ", as ended," if chart.kratom.ended else ""
    denied = " Another entry denies it; it is taken as used." if chart.kratom.contradicted else ""
    return f"Kratom use is recorded{ended} in {_listed(where)}.{denied}"


def _disagreeing(found: ChartMedicines, site: Site) -> Iterator[_Told]:
    several = found.of_kind("disagrees")
    if several:
        lines = [f"{_quoted(one.shown)} ({escaped(_short(one.listed.records[0]))}): {escaped(one.sentence)}" for one in several]
        meant = " or ".join(dict.fromkeys(several[0].readings))
        yield _Told(
            summary=_short(f"A medicine's code and its words disagree: {escaped(meant)}. See which one is meant.", SUMMARY),
            indicator="warning",
            detail="\n\n".join(["**The codes and words of one entry name different medicines.**", *lines[:_MOST_NAMED]]),
            links=(CardLink(label="How names and codes are read", url=site.address("")),),
        )


def _item_9(chart: Chart, site: Site, as_of: date) -> Iterator[_Told]:
    """A reminder and nothing else: the answer is named with its date, and no risk is rated. One of long ago is no warning."""
    answer = next((one for one in chart.results(ITEM_9) if not to_come(one, as_of)), chart.result(ITEM_9))
    if answer is None or answer.value <= 0:
        return
    old = long_ago(answer, as_of)
    on = f"on {answer.on}{', more than a year ago' if old else ''}" if answer.on else "on a date that is not recorded"
    said = f"PHQ-9 item 9 was answered above 0 {on}: assess suicide risk as you normally would."
    yield _Told(
        summary=said,
        indicator="info" if old else "warning",
        detail=f"**{said}**\n\nRead from {escaped(_short(answer.record))}, as recorded; nobody was scored here.",
        links=(CardLink(label="Help in a crisis", url=site.address("help")),),
    )


# Kratom use is unknown.


def _asked(chart: Chart, book: Codebook, found: ChartMedicines, person: Charted, site: Site) -> Iterator[_Told]:
    why = reasons_to_ask(book, chart, found, person.results)
    results = [_with_limit(one) for several in why.values() for one in several]
    said = f"Results as recorded: {_listed(results, '; ')}. " if results else ""
    if why:
        yield _Told(
            summary=f"Kratom use is not recorded. It can matter here ({', '.join(why)}): it may be worth asking about.",
            indicator="info",
            detail=f"**Nothing in the record says whether kratom is used.** Asked because of: {', '.join(why)}. "
            f"{said}Nothing was checked.",
            links=(CardLink(label="What is known about kratom", url=site.address("")),),
        )


# Words.

_STEERING = re.compile(r"([\\`*_\[\]#|~<>&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def escaped(text: str) -> str:
    """Text of a record as Markdown shows it: of one line, and none of it a sign, a link or HTML."""
    return _STEERING.sub(r"\\\1", one_line(text))


def _short(text: str, most: int = _NAME) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _quoted(text: str) -> str:
    return f"“{escaped(_short(text))}”"


def _listed(several: Sequence[str], sign: str = ", ") -> str:
    once = list(dict.fromkeys(several))
    rest = f"{sign}and {len(once) - _MOST_NAMED} more" if len(once) > _MOST_NAMED else ""
    return f"{sign.join(once[:_MOST_NAMED])}{rest}"


def _fitted(opening: str, several: Sequence[str], closings: Sequence[str]) -> str:
    """As many names as fit between an opening and the first closing that fits; the others are counted."""
    for count in range(len(several), 0, -1):
        more = f" and {len(several) - count} more" if count < len(several) else ""
        for closing in closings:
            said = f"{opening}{', '.join(several[:count])}{more}{closing}"
            if len(said) <= SUMMARY:
                return said
    return _short(f"{opening}{len(several)} medicines{closings[-1]}", SUMMARY)
