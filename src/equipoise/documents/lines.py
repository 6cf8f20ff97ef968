"""Lines of an assessment: each made from one finding, in everyday words for a person and in full for a clinician.

The words for a person hold no amount and no dose. How severe and how likely are said beside each other, and are never one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from equipoise.documents.desk import Desk
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.certificates import LimitAnswer, ProductAnswer, amount_words
from equipoise.findings.exposure_answer import ExposureAnswer, Number
from equipoise.findings.finding import Citation
from equipoise.findings.interactions import (
    KIND_WORDS,
    ListAnswer,
    MedicineAnswer,
    PieceAnswer,
    RuleAnswer,
    TogetherAnswer,
    shortened,
)
from equipoise.findings.interactions import ExposureAnswer as LevelAnswer
from equipoise.findings.law_answer import LawAnswer
from equipoise.findings.medicines import upper
from equipoise.findings.people import ConditionAnswer, SignAnswer

Weight = Literal["urgent", "life-threatening", "serious", "moderate", "unknown", "minor", "fact"]
"""From what cannot wait down to plain facts. What nobody knows stands above what is minor."""
WEIGHTS: tuple[Weight, ...] = get_args(Weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a line rests: the words of it, the place in it, and its address; ``ref`` is the id of the reference."""

    text: str
    at: str
    url: str | None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the answer, twice: ``person`` and ``clinician``.

    ``about``: what of the case it is about, as given; none for what holds of everybody. ``likelihood`` and ``severity`` are
    words. ``more``: further sentences for a clinician. ``finding``: its id in the monograph. ``help``: which help a sign asks
    for; ``medicine``: the id of the one that it is about. ``short_list``: of those that stand before others of their severity.
    """

    id: str
    weight: Weight
    about: tuple[str, ...]
    person: str
    clinician: str
    severity: str | None = None
    likelihood: str | None = None
    certainty: str | None = None
    watch: tuple[str, ...] = ()
    ask: str | None = None
    more: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    finding: str | None = None
    help: str | None = None
    medicine: str | None = None
    short_list: bool = False


_MANY, _FEW = 6, 4


def shown(typed: str) -> str:
    """A typed text as an answer repeats it: on one line, and not too long."""
    return shortened(one_line(typed))


def one_line(text: str) -> str:
    """A text on one line, without signs that nobody sees or that turn the direction of others."""
    seen = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())


def joined(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; of more than six the first four, and how many others there are."""
    if len(names) > _MANY:
        return f"{', '.join(names[:_FEW])} and {len(names) - _FEW} others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def cited(desk: Desk, sources: Sequence[Citation]) -> tuple[Source, ...]:
    """Sources as a reader sees them."""
    return tuple(_source(desk, one) for one in dict.fromkeys(sources))


def _source(desk: Desk, one: Citation) -> Source:
    if one.ref is None:
        search = desk.evidence.searches.get(one.search or "")
        return Source(text=f"Search: {one.search if search is None else search.question}", at=f"made on {one.on}", url=None)
    held = desk.references.get(one.ref)
    if held is None:
        law = desk.evidence.law.get(one.ref.removeprefix("law/"))
        return Source(text=one.ref if law is None else law.instrument.citation, at=one.at or "", url=None, ref=one.ref)
    return Source(text=held.short, at=one.at or "", url=held.url or None, ref=one.ref)


# Two axes in everyday words.

SEVERE_PLAIN: Mapping[str, str] = {
    "life-threatening": "If it happens, it can kill.",
    "serious": "If it happens, it is serious.",
    "moderate": "If it happens, it may need care.",
    "minor": "If it happens, it is minor.",
    "unknown": "How bad it would be is not known.",
}
LIKELY_PLAIN: Mapping[str, str] = {
    "shown-in-trial": "A trial in people has shown it.",
    "seen-in-studies-of-people": "It was seen in studies of people.",
    "seen-in-cases": "It was reported in people. How often it happens is not known.",
    "seen-in-animals": "It was seen in animals. Nobody has looked in people.",
    "seen-in-vitro": "It was seen in the lab. Nobody has looked in people.",
    "expected": "Nobody has studied it. It is what one would expect.",
    "unknown": "How likely it is, nobody knows.",
    "not-in-people": "A trial in people looked for it and did not find it. That does not settle it for other amounts.",
}
LIKELIEST = tuple(LIKELY_PLAIN)
"""From the most to the least likely."""
ONE_PLAIN = "It was reported in one person. How often it happens is not known."
ONE_WITH_BOTH = "With both together it was reported in one person. How often it happens is not known."
"""The same of a rule on a medicine, whose words may tell of kratom alone first."""
LIKE_YOU: Mapping[str, str] = {
    "seen-in-animals": "It was seen in animals. Nobody has looked in people like you.",
    "seen-in-vitro": "It was seen in the lab. Nobody has looked in people like you.",
    "expected": "Nobody has studied it in people like you. It is what one would expect.",
    "unknown": "How likely it is for people like you, nobody knows.",
}
"""The same of a rule on people: others may well have been studied, and those of whom it holds were not."""


def _told(plain: str, severity: str, likely: str) -> str:
    """The words of a rule and then the two axes, which do not say again that nobody has studied it."""
    likely = _UNSTUDIED.sub("", likely) if _SAYS_SO.search(plain) else likely
    return f"{plain} {SEVERE_PLAIN[severity]} {likely.strip()}"


_SAYS_SO = re.compile(r"\bNobody has (?:tested|studied)\b")
_UNSTUDIED = re.compile(r"\bNobody has [^.]*\.")


# Urgent signs.

_FIRST: Mapping[str, str] = {
    "crisis": "You wrote words that can mean thoughts of suicide or self-harm. You are not alone with this. {crisis}",
    "emergency": "You wrote of a sign that can be an emergency: {label}. Call the emergency number where you are, right now.",
    "poison": "You wrote of something that can be poisoning: {label}. Call a poison line now. If there is none here, or if "
    "the person cannot be woken or breathes badly, call the emergency number.",
    "doctor-today": "You wrote of a sign that a doctor should see today: {label}.",
}


_CRISIS_HERE = "{crisis} the crisis line here now. If you are in danger, call the emergency number."
_CRISIS_ELSEWHERE = (
    "Call a crisis line where you are now. If you do not know one, or if you are in danger, call the emergency number there."
)


def reached(entries: Sequence[HelpEntry], kind: str) -> str | None:
    """How one kind of help is reached by telephone: ``Call``, ``Call or text``; None where there is none."""
    ways = {by for entry in entries if entry.kind == kind for by, _ in entry.channels}
    return " or ".join(way for way in ("call", "text") if way in ways).capitalize() or None


def sign(desk: Desk, found: SignAnswer, *, crisis: str | None) -> Line:
    """An urgent sign, with the help that stands first for it.

    ``crisis``: how the crisis line of the person's own place is reached; None where that is not known.
    """
    whom = _CRISIS_ELSEWHERE if crisis is None else _CRISIS_HERE.format(crisis=crisis)
    return Line(
        id=f"sign/{found.id}",
        weight="urgent",
        about=found.seen_in,
        person=_FIRST[found.help].format(label=found.label, crisis=whom),
        clinician=f"Words for {found.label} stand in what the person typed. They were matched as words, without judging what "
        "was meant.",
        help=found.help,
        sources=cited(desk, [found.source]),
    )


def pregnant(desk: Desk) -> Line:
    """A pregnancy with use of kratom: a doctor or midwife soon, and nobody should stop all at once alone."""
    rule = desk.evidence.conditions.get("pregnancy")
    sources = (
        () if rule is None else tuple(Citation(ref=one.ref, at=one.at) for piece in rule.evidence for one in piece.sources)
    )
    return Line(
        id="sign/pregnancy-and-use",
        weight="urgent",
        about=("pregnant", "kratom"),
        person="You are pregnant and use kratom. Tell a doctor or a midwife now, before you change anything. Babies have had "
        "withdrawal after birth, and quitting all at once can bring on withdrawal in you.",
        clinician="Pregnancy with reported kratom use: neonatal withdrawal has been reported after daily use; abrupt cessation "
        "carries withdrawal for the mother. Options with basis stand under conditions.",
        help="doctor-today",
        sources=cited(desk, sources),
    )


# Medicines.


def medicines(desk: Desk, listed: ListAnswer) -> Iterator[Line]:
    """A line for each rule on each medicine, the worst medicine first; then its level; then names that were not checked."""
    told: dict[str, str] = {}
    for answer in listed.medicines:
        for rule in answer.rules:
            if not rule.minor:
                yield _rule(desk, answer, rule, told)
        slight = [rule for rule in answer.rules if rule.minor]
        if slight:
            yield _slight(desk, answer, slight)
        if not answer.rules:
            yield Line(
                id=f"interaction/{answer.id}",
                weight="unknown",
                about=answer.typed,
                person=f"{upper(answer.name)}: no rule here is about it. What kratom and it do together is not known.",
                clinician=f"{upper(answer.name)}: no rule on record; what the two do together is unknown.",
                medicine=answer.id,
            )
        yield _level(answer)
    for number, one in enumerate(listed.names):
        if one.medicines or one.kind == "topic":
            continue
        yield Line(
            id=f"name/{number}/{one.kind}",
            weight="unknown",
            about=(one.typed,),
            person=f"“{shown(one.typed)}”: {one.sentence}",
            clinician=f"“{shown(one.typed)}”: {one.sentence}",
        )


def _rule(desk: Desk, answer: MedicineAnswer, rule: RuleAnswer, told: dict[str, str]) -> Line:
    again = told.setdefault(rule.id, answer.name)
    if again != answer.name:
        person = f"{upper(answer.name)}: {rule.plain} More on it stands under {again}."
    else:
        kin = _SAME_WAY if rule.axis == "kratom-on-medicine" else _KIN
        whose = "" if rule.decided_by == "this medicine" or rule.likelihood in _WITHOUT_PEOPLE else kin
        likely = ONE_WITH_BOTH if rule.one_case else LIKELY_PLAIN[rule.likelihood]
        person = f"{upper(answer.name)}: {_told(rule.plain, rule.severity, likely)}{whose}"
    return Line(
        id=f"interaction/{answer.id}/{rule.id}",
        weight=rule.severity,  # type: ignore[arg-type]
        about=answer.typed,
        person=person,
        clinician=f"{upper(answer.name)}. {rule.sentence}",
        severity=rule.severity,
        likelihood=rule.likelihood,
        certainty=_kinds(rule.evidence),
        watch=rule.watch,
        ask=_asked(rule.ask),
        more=(
            rule.effect,
            f"Mechanism: {rule.mechanism}",
            f"Severity because: {rule.severe_because}",
            f"Why this rule: {'; '.join(rule.because)}.",
            *(_piece(piece) for piece in rule.evidence),
            *(() if rule.note is None else (rule.note,)),
        ),
        sources=_behind(desk, rule.evidence),
        finding=desk.findings_of.get(rule.id),
        medicine=answer.id,
        short_list=rule.short_list,
    )


def _asked(ask: str | None) -> str | None:
    """Whom to ask, a sentence for each."""
    return None if ask is None else " ".join(f"{upper(part)}." for part in ask.rstrip(".").split("; "))


def _slight(desk: Desk, answer: MedicineAnswer, rules: Sequence[RuleAnswer]) -> Line:
    """The rules on enzymes that clear little of a medicine, together."""
    ways = "Another way out of the body was" if len(rules) == 1 else f"{len(rules)} other ways out of the body were"
    which = "that way" if len(rules) == 1 else "them"
    return Line(
        id=f"interaction/{answer.id}/minor",
        weight="minor",
        about=answer.typed,
        person=f"{upper(answer.name)}: {ways} looked at too. Little of it leaves by {which}.",
        clinician=f"{upper(answer.name)}, by minor ways: {' '.join(rule.sentence for rule in rules)}",
        more=tuple(f"{rule.title}: {'; '.join(rule.because)}." for rule in rules),
        sources=_behind(desk, [piece for rule in rules for piece in rule.evidence]),
        medicine=answer.id,
    )


_WITHOUT_PEOPLE = frozenset({"seen-in-animals", "seen-in-vitro", "expected", "unknown"})
_KIN = " That was with other medicines of its kind."
_SAME_WAY = " That was with a medicine that leaves the body in the same way."


def _piece(piece: PieceAnswer) -> str:
    own = ", with this medicine" if piece.about == "this medicine" else ""
    return f"{upper(KIND_WORDS[piece.kind])}{own}, {_STANDS[piece.stands]}: {piece.says}"


def _behind(desk: Desk, pieces: Sequence[PieceAnswer]) -> tuple[Source, ...]:
    return cited(desk, [source for piece in pieces for source in piece.sources])


_STANDS: Mapping[str, str] = {"for": "for it", "against": "against it", "unclear": "unclear"}


def _kinds(pieces: Sequence[PieceAnswer]) -> str:
    """``trial in people, case reports for it; laboratory against it``."""
    said = []
    for stands, words in _STANDS.items():
        kinds = dict.fromkeys(KIND_WORDS[piece.kind] for piece in pieces if piece.stands == stands)
        if kinds:
            said.append(f"{', '.join(kinds)} {words}")
    return "; ".join(said)


_LITTLE, _MUCH = 1.25, 2.0
"""From these ratios of exposure on a computed rise is called some, and much."""


def _level(answer: MedicineAnswer) -> Line:
    held = answer.exposure
    return Line(
        id=f"level/{answer.id}",
        weight="fact",
        about=answer.typed,
        person=_level_plain(answer.name, held),
        clinician=held.sentence,
        certainty="measured" if held.trials else held.firmness,
        more=(
            *(
                f"Trial, {trial.metric}: {trial.value:.2f} ({trial.low:.2f} to {trial.high:.2f}, {trial.level:.0%}), "
                f"{trial.people} people; the dynamic model is {trial.dynamic_stands} its interval."
                for trial in held.trials
            ),
            *(f"Taken: {said}." for said in held.known),
            *(("Small changes of its level matter.",) if held.small_changes_matter else ()),
        ),
        medicine=answer.id,
    )


def _level_plain(name: str, held: LevelAnswer) -> str:
    matters = " Small changes matter for this medicine." if held.small_changes_matter else ""
    area = held.dynamic_auc
    if held.why_not is not None or area is None:
        return f"Whether kratom changes how much {name} is in the blood is not known.{matters}"
    measured = "A trial in people measured it." if held.trials else "That is computed, not measured."
    if area.high < _LITTLE:
        said = f"One cup of kratom tea may change how much {name} is in the blood a little at most."
    elif area.median < _LITTLE:
        said = f"One cup of kratom tea may hardly change how much {name} is in the blood, or raise it somewhat."
    else:
        said = f"Kratom may raise how much {name} is in the blood{', perhaps a lot' if area.high >= _MUCH else ''}."
    return f"{said} {measured} Daily use may do more.{matters}"


def together(listed: ListAnswer) -> Iterator[Line]:
    """Effects that several of the medicines share."""
    return map(_shared, listed.together)


def _shared(one: TogetherAnswer) -> Line:
    names = joined(one.medicines)
    return Line(
        id=f"together/{one.effect.replace(' ', '-')}",
        weight=one.severity,  # type: ignore[arg-type]
        about=one.medicines,
        person=f"{upper(names)} may each {SHARED_PLAIN.get(one.effect, one.effect)}. Kratom may add to it. "
        f"{SEVERE_PLAIN[one.severity]}",
        clinician=one.sentence,
        severity=one.severity,
    )


SHARED_PLAIN: Mapping[str, str] = {
    "lengthen the QT interval of the heart": "upset the beat of the heart",
    "raise serotonin": "raise serotonin, a brain signal",
    "stimulate": "speed up the body",
}
"""Shared effects whose words are those of the field, in everyday words."""


def condition(desk: Desk, one: ConditionAnswer) -> Line:
    """A rule on the person."""
    likely = ONE_PLAIN if one.one_case else LIKE_YOU.get(one.likelihood, LIKELY_PLAIN[one.likelihood])
    return Line(
        id=f"condition/{one.id}",
        weight=one.severity,  # type: ignore[arg-type]
        about=one.because,
        person=f"{upper(one.label)}: {_told(one.plain, one.severity, likely)}",
        clinician=f"{one.sentence} {one.effect}",
        severity=one.severity,
        likelihood=one.likelihood,
        certainty=_kinds(one.evidence),
        watch=one.watch,
        ask=_asked(one.ask),
        more=(
            *(() if one.mechanism is None else (f"Mechanism: {one.mechanism}",)),
            f"Severity because: {one.severe_because}",
            *(_piece(piece) for piece in one.evidence),
            *(() if one.note is None else (one.note,)),
        ),
        sources=_behind(desk, one.evidence),
    )


# Exposure, product, law.


def exposure(desk: Desk, answer: ExposureAnswer, *, past: bool = False) -> Line:
    """The intake as reported: the highest level, beside that of the people of the reference study after one cup of tea.

    ``past``: the person has stopped.
    """
    peak = next(one for one in answer.numbers if (one.analyte, one.metric) == ("mitragynine", "cmax"))
    beside = next(
        (
            one
            for one in answer.compared
            if one.study == answer.reference and (one.analyte, one.metric, one.unit) == ("mitragynine", "cmax", "nM")
        ),
        None,
    )
    compared = "" if beside is None or not beside.value else _times(peak, beside.value)
    person = (
        f"From what you report, a model gives the highest level of mitragynine in your blood{' at that time' if past else ''}"
        f"{compared or '. There is nothing to compare it with'}. People differ a lot. What a level does to you is not known, "
        "nor how much reaches the brain."
    )
    return Line(
        id="exposure/reported",
        weight="fact",
        about=("kratom",),
        person=person,
        clinician=answer.sentence,
        certainty="model, not measured in this person",
        more=(
            *(_number(one) for one in answer.numbers),
            *((answer.reported,) if answer.reported else ()),
            answer.notice,
            *answer.notes,
            *(f"Model against print: {said}" for said in answer.differs[:3]),
        ),
        sources=cited(desk, [Citation(ref=ref, at="results in people") for ref in _studies(desk, answer)]),
    )


def _studies(desk: Desk, answer: ExposureAnswer) -> list[str]:
    return [name for name in dict.fromkeys(one.study for one in answer.compared) if name in desk.references]


def _times(peak: Number, value: float) -> str:
    """As multiples of what a study measured."""
    low, middle, high = (_round(number / value) for number in (peak.low, peak.median, peak.high))
    ends = "" if low == high else f", and for most people from {low} to {high} times"
    return f" at about {middle} times what people in a study had after one cup of tea{ends}"


def _round(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".") if number < 10 else f"{number:.0f}"


def _number(one: Number) -> str:
    ends = f"{one.low:.3g} to {one.high:.3g}, 90% of what is drawn"
    return f"{upper(one.analyte)}, {one.says}: {one.median:.3g} {one.unit} ({ends})."


def no_exposure(why_not: str) -> Line:
    """Why no level was computed."""
    return Line(
        id="exposure/none",
        weight="fact",
        about=("kratom",),
        person=f"How much of it is in your blood was not worked out. {upper(why_not.removeprefix('not supported: '))}.",
        clinician=f"Exposure not computed: {why_not}.",
    )


def product(answer: ProductAnswer) -> Iterator[Line]:
    """The certificate against limits: what is above first, then what cannot be told, then how many are within."""
    above: dict[str, list[LimitAnswer]] = {}
    for one in answer.limits:
        if one.verdict == "above":
            above.setdefault(one.label, []).append(one)
    for limits in above.values():
        yield _above(limits)
    open_ones = [one for one in answer.limits if one.verdict == "cannot tell"]
    if open_ones:
        names = list(dict.fromkeys(one.label for one in open_ones))
        whys = " ".join(dict.fromkeys(f"{upper(one.why)}." for one in open_ones if one.why))
        yield Line(
            id="product/cannot-tell",
            weight="unknown",
            about=("lab report",),
            person=f"For {joined(names)} one cannot tell. The reasons, of one or another: {whys}",
            clinician=f"Cannot tell: {len(open_ones)} of {len(answer.limits)} limits ({', '.join(names)}).",
            more=tuple(f"{upper(one.label)}; {one.says}: {one.why}. {one.by.body}, {one.by.text}." for one in open_ones),
            sources=_set_by(open_ones),
        )
    yield Line(
        id="product/within",
        weight="fact",
        about=("lab report",),
        person=f"{answer.within} of {len(answer.limits)} limits are kept. That says nothing of what was not measured, nor of "
        "what kratom does, and a report speaks for one batch.",
        clinician=answer.sentence,
        more=(
            *(f"{upper(one.label)}: {_passed(one)}." for one in answer.limits if one.verdict == "within"),
            *((f"Not measured: {', '.join(answer.not_measured)}.",) if answer.not_measured else ()),
            *((f"Not recognised: {', '.join(map(shown, answer.not_recognised))}.",) if answer.not_recognised else ()),
            *answer.notes,
        ),
        sources=_set_by([one for one in answer.limits if one.verdict == "within"]),
    )


_WHOSE: Mapping[str, str] = {"law": "of the law there", "daily": "for a day", "microbe": "for germs"}


def _above(limits: Sequence[LimitAnswer]) -> Line:
    """The limits that one thing in the product passes."""
    name = upper(limits[0].label)
    kinds = joined(list(dict.fromkeys(_WHOSE[one.kind] for one in limits)))
    count = "a limit" if len(limits) == 1 else f"{len(limits)} limits"
    most = max((one.times_low for one in limits if one.times_low is not None), default=None)
    times = "" if most is None or most < _TIMES else f", by up to {_round(most)} times"
    return Line(
        id=f"product/above/{limits[0].analyte}",
        weight="serious",
        about=("lab report",),
        person=f"{name} is above {count} {kinds}{times}. Show the report to a doctor or a pharmacist.",
        clinician=f"{name} is above {count}: {'; '.join(map(_passed, limits))}.",
        more=tuple(dict.fromkeys(note for one in limits for note in (f"{one.by.body}: {one.by.text}.", *one.notes))),
        sources=_set_by(limits),
    )


def _set_by(limits: Sequence[LimitAnswer]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(Source(text=one.by.text, at=one.by.body, url=one.by.url) for one in limits))


def _passed(one: LimitAnswer) -> str:
    return f"{amount_words(one) or 'no amount'}, {one.says} ({one.by.body})"


_TIMES = 1.1
"""From this multiple of a limit on it is worth saying."""


def law(answer: LawAnswer) -> Line:
    """What the law says of buying or of having kratom at a place, or of taking it over a border."""
    seen = "" if answer.last_verified is None else f" Last checked {answer.last_verified}."
    ahead = "" if answer.next_change is None else f" A change is on record for {answer.next_change}."
    plain = list(dict.fromkeys(_CONTENTS if _LIMIT.search(text) else text for text in answer.conditions))
    return Line(
        id=f"law/{answer.place}/{dict(answer.asked)['action']}",
        weight="fact",
        about=(answer.place,),
        person=f"{answer.sentence}{_each_alone(plain)}{ahead}{seen}",
        clinician=f"{answer.sentence}{_conditions(answer.conditions)}{ahead}{seen}",
        more=(
            *answer.why,
            *(f"{ground.says} {ground.citation}." for ground in answer.because),
            *answer.notes,
        ),
        sources=tuple(Source(text=ground.citation, at=ground.place, url=ground.url) for ground in answer.because),
    )


def _conditions(texts: Sequence[str]) -> str:
    return f" Conditions: {'; '.join(texts)}." if texts else ""


def _each_alone(texts: Sequence[str]) -> str:
    """Conditions, a sentence each."""
    return f" Conditions: {'. '.join((texts[0], *map(upper, texts[1:])))}." if texts else ""


_LIMIT = re.compile(r"\d ?(?:[mun]?g\b|µg\b|%|percent\b|pp[mb]\b|to 1\b)")
_CONTENTS = "the product keeps the limits of the law on what it holds"
"""What stands for limits in the words for a person, which hold no amount."""


# What holds of everybody.


def of_findings(desk: Desk, names: Sequence[str]) -> Iterator[Line]:
    """Findings of the monograph: in its own sentences, and in those that the topic has for a person."""
    plain = {one.finding: one.says for one in desk.page.plain}
    for name in names:
        held = desk.findings[name]
        number = (
            "" if held.estimate is None or not held.estimate.printed else f" [{held.estimate.measure}: {held.estimate.printed}]"
        )
        yield Line(
            id=f"finding/{held.id}",
            weight="fact",
            about=(),
            person=plain.get(name, held.statement).replace("{number}", "" if held.estimate is None else held.estimate.printed),
            clinician=f"{held.statement}{number}",
            certainty=held.certainty.value,
            more=(*(f"{upper(one.domain)}: {one.why}" for one in held.because), *held.caveats),
            sources=cited(desk, held.sources),
            finding=held.id,
        )


def not_checked(listed: ListAnswer | None) -> Iterator[Line]:
    """What an answer on medicines leaves out."""
    if listed is None:
        return
    left_out = [one_line(said) for said in listed.not_checked]
    yield Line(
        id="unknown/not-checked",
        weight="fact",
        about=(),
        person=f"The part on your medicines did not look at these. {' '.join(f'{upper(said)}.' for said in left_out)}",
        clinician=f"Not checked with the medicines: {'; '.join(left_out)}.",
        more=listed.notes[:-1],  # the last is of the command, which keeps the names to itself
    )


def nothing_found(*, given: bool, slight: bool = False) -> Line:
    """What stands first where nothing that was given meets a rule, or none but those on minor ways."""
    if slight:
        said = "Nothing on record about what you gave is more than minor. That does not mean that nothing can happen."
    elif given:
        said = "Nothing on record speaks to what you gave. That does not mean that nothing can happen."
    else:
        said = "You gave nothing about you that can be looked up. What is known in general stands below."
    return Line(id="first/nothing", weight="unknown", about=(), person=said, clinician=said)


MISSING: Mapping[str, tuple[str, str, str]] = {
    "medicines": (
        "your medicines",
        "Which medicines you take matters most here. Without them none was checked.",
        "No medication list: interactions were not checked, those with opioids, sedatives and MAO inhibitors included.",
    ),
    "conditions": (
        "illnesses you have or had",
        "Liver, heart and seizure problems, and past drug problems, would change what stands above.",
        "No conditions: hepatic, cardiac, seizure, psychiatric and substance use history would add rules.",
    ),
    "pregnancy": (
        "whether you are pregnant or breastfeed",
        "In pregnancy and while you breastfeed other things matter.",
        "Pregnancy and lactation not stated: neonatal withdrawal and transfer into milk are not addressed.",
    ),
    "age": (
        "your age",
        "Some laws and some risks depend on age.",
        "Age not stated: statutory ages and age-related rules open.",
    ),
    "place": ("where you are", "The law and the help lines depend on the place.", "Place not stated: no law was looked up."),
    "kratom": (
        "what kratom you use",
        "What you take, and how often, would change what can be said.",
        "Use not stated: no exposure, no limits of the product at an intake.",
    ),
    "amount": (
        "how much at a time",
        "Without it no level in the blood can be worked out.",
        "Amount per intake not stated: exposure and daily limits cannot be computed.",
    ),
    "times": (
        "how often in a day",
        "How often you take it changes the level.",
        "Frequency not stated: accumulation is not computed.",
    ),
    "since": (
        "since when",
        "Long use brings other questions, such as withdrawal.",
        "Duration not stated: dependence and latency of liver injury cannot be placed.",
    ),
    "certificate": (
        "a lab report of the product",
        "Without one nobody knows what is in it.",
        "No certificate: contents, metals and microbes of the product are unknown.",
    ),
    "phenotypes": (
        "a test of how your body clears medicines",
        "Few people have one. It would change little that is known here.",
        "CYP2D6 and CYP3A phenotype not stated.",
    ),
}
"""What may not have been given: its name, and what it would change for the person and for a clinician."""
