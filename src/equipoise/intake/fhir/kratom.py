"""Whether a record says that a person uses kratom: used, denied or unknown, and what said so.

Used wins over denied, and that both were said is kept. What names kratom and says neither is named as unread.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from equipoise.intake.fhir.medicines import STANDINGS, ListedMedicine
from equipoise.intake.fhir.resources import (
    LONGEST_NOTE,
    OVER,
    REFUTED,
    VOID,
    Concept,
    Gathered,
    Resource,
    concept,
    moment,
    name_of,
    notes,
    number,
    some,
    status,
    string,
)
from equipoise.values.dates import PartialDate

State = Literal["used", "denied", "unknown"]

CODES = frozenset({"754HG7WK00", "A5K6F2BNRB", "EP479K822J", "2T3TWA75R0", "BKA67VHE3B"})
"""UNII: kratom leaf, the whole plant, mitragynine, 7-hydroxymitragynine, mitragynine pseudoindoxyl."""
MENTION = re.compile(
    r"\b(?:kratom|ketum|mitragyn\w*|pseudoindoxyl|mgm-?1[56])\b"
    r"|(?<![\w-])7[ -]?(?:OH\b(?!-)|hydroxy(?:mitragyn\w*)?\b(?!-))",
    re.IGNORECASE,
)

_NO = (
    r"(?:never|no|not|none|nil|den(?:y|ies|ied|ying)|denial|negative|without|absent|non-?user"
    r"|[a-z]+n['’]t|(?:do|does|did|has|have|is|was)nt"
    r"|nein|nie|niemals|kein\w*|verneint|jamais|aucun\w*|niega|nunca|ningun\w*|nega|não|nao|geen|nooit|tidak)"
)
"""English, and the plainest words of some other languages."""
_BEFORE = re.compile(rf"\b{_NO}\b", re.IGNORECASE)
_AFTER = re.compile(
    rf"\W{{0,3}}(?:use|usage|intake|consumption|history|status)?\s{{0,2}}(?:of\s\w{{1,20}}\s{{0,2}})?[:=(–-]{{0,2}}\s{{0,2}}"
    rf"\b{_NO}\b(?!\s+known)",
    re.IGNORECASE,
)
_YET = re.compile(
    r"(?:,|;|\band\b|\bbut\b)\s*(?:\w+\s+)?(?:uses|using|takes|taking|drinks|drinking|reports|admits|endorses|smokes|currently)\b",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(
    r"\b(?:unknown|unsure|unclear|declin\w*|refus\w*|not (?:asked|assessed|known|documented|discussed)|screening|at risk"
    r"|family|mother|father|brother|sister|partner|husband|wife|spouse|son|daughter|child|children|friend|girlfriend|boyfriend"
    r"|roommate|relative|cousin|uncle|aunt)\b"
    r"|\b(?:interested in|wants? to|would like to|considering|thinking (?:of|about)|curious about|plans? to"
    r"|ask(?:s|ed|ing)? (?:about|whether|if))\s+(?!(?:quit|stop|cut|reduc|taper|com)\w*)",
    re.IGNORECASE,
)
"""Of somebody else, of a wish, or of what nobody knows."""
_TOLD = re.compile(
    r"\b(?:avoid\w*|counsel\w*|educat\w*|warn\w*|advis\w*|recommend\w*|discuss\w*|interact\w*|allerg\w*)\b", re.IGNORECASE
)
"""What was said to a person about kratom, which says nothing of use unless that stands before it."""
_USES = re.compile(
    r"\b(?:uses|takes|drinks|smokes|(?:is|am) (?:using|taking|drinking)|daily|weekly|currently|regularly)\b", re.IGNORECASE
)
_CANNOT = re.compile(
    r"\b(?:can(?:not|['’]t| not)|could(?:n['’]t| not)|(?:un|not )able to)\s+(?:\w+\s+)?"
    r"(?:stop|quit|cut|reduce|give up|come off)\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(r"\b(?:from|with|because|due to)\b", re.IGNORECASE)
"""Between a no and kratom, the no is of something else: "no problems from kratom", "do not take with kratom"."""
_TESTED = re.compile(
    r"\b(?:uds|urine|serum|plasma|blood|hair|toxicolog\w*|drug screen|immunoassay|presence|specimen)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"[.;\n\r|]|\b(?:but|however|except|although)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:former\w*|previous\w*|past|quit|stopped|ex-?user|in remission|discontinued|no longer)\b", re.IGNORECASE
)
_TEST = frozenset({"laboratory", "LAB"})
_NEGATIVE = frozenset({"NEG", "ND"})
"""How a laboratory interprets a result: negative, not detected."""
_MOST_MENTIONS, _NEAR = 5, 300
"""Of a clause: how many times kratom is looked at, and how many letters before it may deny it."""
_AFFIRMED = re.compile(r"\b(?:uses|user|takes|taking|drinks|using|current\w*|daily|dependen\w*)\b", re.IGNORECASE)
_YES_AFTER = re.compile(r"\W{0,3}(?:use\W{1,3})?yes\b", re.IGNORECASE)
_NAY = re.compile(r"\W*(?:n|f|no|false|0|nil|non|nee|nej|mai)\W*", re.IGNORECASE)
_YEA = re.compile(r"\W*(?:y|yes|true)\W*", re.IGNORECASE)
"""A whole answer that is no, or yes."""
_YES = re.compile(
    r"\b(?:yes|uses|using|takes|taking|drinks|daily|weekly|monthly|current\w*|positive|detected)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one resource says; ``ended``: of the past alone; ``intolerance``: that it is not tolerated."""

    says: Literal["used", "denied"]
    record: str
    on: PartialDate | None
    ended: bool = False
    intolerance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Whether kratom is used, and what said so."""

    state: State
    said: tuple[Said, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether one place says used and another denied."""
        return len({one.says for one in self.said}) > 1

    @property
    def ended(self) -> bool:
        """Whether all that says so is of the past."""
        return self.state == "used" and all(one.ended for one in self.said if one.says == "used")


def use(held: Gathered, listed: Iterable[ListedMedicine]) -> Use:
    """What the record says of kratom."""
    said = [*_medicines(listed, held)]
    for resource in held.resources:
        reader = _READERS.get(str(resource.get("resourceType")))
        if reader is not None:
            said += reader(resource, held)
    state: State = "unknown"
    if said:
        state = "used" if any(one.says == "used" for one in said) else "denied"
    return Use(state=state, said=tuple(dict.fromkeys(said)))


def mentions(one: Concept) -> bool:
    """Whether a concept is kratom or of it, by code or by text."""
    return bool(CODES & {coding.code for coding in one.codings}) or any(MENTION.search(text) for text in one.words)


def claim(text: str) -> State | None:
    """What a text says of kratom: used, denied, named and unclear (``unknown``), or nothing."""
    found: set[State] = set()
    for clause in _CLAUSE.split(text[:LONGEST_NOTE]):
        mentions_of_it = [*islice(MENTION.finditer(clause), _MOST_MENTIONS)]
        if mentions_of_it and _doubtful(clause, mentions_of_it[0]):
            found.add("unknown")
        else:
            found.update(_claimed(clause, mention) for mention in mentions_of_it)
    order: tuple[State, ...] = ("used", "denied", "unknown")
    return next((state for state in order if state in found), None)


def _doubtful(clause: str, mention: re.Match[str]) -> bool:
    """Whether a clause that names kratom leaves open whether this person uses it."""
    told = _TOLD.search(clause)
    said_before = told is not None and mention.start() < told.start() and _USES.search(clause, 0, told.start()) is not None
    return _UNCLEAR.search(clause) is not None or "?" in clause or (told is not None and not said_before)


def _claimed(clause: str, mention: re.Match[str]) -> State:
    before = clause[max(0, mention.start() - _NEAR) : mention.start()]
    last = None
    for last in _BEFORE.finditer(before):  # noqa: B007 - the last one counts
        pass
    denied = last is not None and not _YET.search(before, last.end()) and not _YES_AFTER.match(clause, mention.end())
    if denied and last is not None:
        if _CANNOT.search(before) or before.startswith(" longer", last.end()):
            return "used"
        if _OF_ANOTHER.search(before, last.end()):
            return "unknown"
    if not denied and not _AFTER.match(clause, mention.end()):
        return "used"
    return "unknown" if _TESTED.search(clause) else "denied"


def _medicines(listed: Iterable[ListedMedicine], held: Gathered) -> Iterator[Said]:
    for one in listed:
        named = mentions(one.name) or any(mentions(part) for part in one.ingredients)
        if named and one.standing != "error":
            denied = one.standing == "not-taken" or any(claim(text) == "denied" for text in one.name.words)
            ended = one.standing == "ended" or any(_PAST.search(text) for text in one.name.words)
            yield Said(says="denied" if denied else "used", record=one.records[0], on=one.on, ended=ended and not denied)
        elif one.standing != "error":
            yield from _texts(one.notes, one.records[0], one.on, held)


def _texts(texts: Iterable[str], record: str, on: PartialDate | None, held: Gathered) -> Iterator[Said]:
    """What free texts say; one that names kratom and says neither is named."""
    for text in texts:
        state = claim(text)
        if state == "unknown":
            held.told(record, "names kratom, and whether it is used is not clear from it")
        elif state is not None:
            ended = state == "used" and bool(_PAST.search(text))
            yield Said(says="used" if state == "used" else "denied", record=record, on=on, ended=ended)


def _observation(resource: Resource, held: Gathered) -> Iterator[Said]:
    if string(resource.get("status")) in VOID:
        return
    at = moment(resource, Gathered(), "effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")
    on, name = (at.on if at else None), name_of(resource)
    if some(resource.get("focus")):
        held.told(name, "is about someone or something else than the patient")
        return
    test = any(one.code in _TEST for group in some(resource.get("category")) for one in concept(group).codings)
    for part in (resource, *some(resource.get("component"))):
        about = concept(part.get("code"))
        if mentions(about):
            yield from _valued(part, about, name, on, held, test=test)
        else:
            yield from _texts(_value_texts(part), name, on, held)
    yield from _texts(notes(resource, held), name, on, held)


def _value_texts(part: Resource) -> tuple[str, ...]:
    value = concept(part.get("valueCodeableConcept"))
    text = part.get("valueString")
    coded = ("kratom",) if CODES & {coding.code for coding in value.codings} and not value.words else ()
    return (*value.words, *((text,) if isinstance(text, str) else ()), *coded)


def _valued(part: Resource, about: Concept, name: str, on: PartialDate | None, held: Gathered, *, test: bool) -> Iterator[Said]:
    """What a value says where the question itself names kratom. A test that found none is no word on use."""
    test = test or any(_TESTED.search(text) for text in about.words)
    asks_other = any(_UNCLEAR.search(text) or _TOLD.search(text) for text in about.words)
    answer = None if asks_other else _answered(part, test=test)
    if answer is None:
        claims = {claim(text) for text in about.words}
        verb = any(_AFFIRMED.search(text) for text in about.words)
        answer = False if claims == {"denied"} else (verb and "used" in claims and "unknown" not in claims) or None
    if answer is None:
        held.told(name, "names kratom without an answer that can be read")
    elif answer:
        texts = (*_value_texts(part), *about.words)
        yield Said(says="used", record=name, on=on, ended=any(_PAST.search(text) for text in texts))
    elif test:
        held.told(name, "a test for kratom that found none; it does not say whether kratom is used")
    else:
        yield Said(says="denied", record=name, on=on)


def _answered(part: Resource, *, test: bool) -> bool | None:
    """Yes or no, from whatever kind of value; None where it is neither."""
    flag = part.get("valueBoolean")
    if isinstance(flag, bool):
        return flag
    amount = _amount(part, test=test)
    if amount is not None:
        return amount
    value = concept(part.get("valueCodeableConcept"))
    codes = {one.code or "" for one in value.codings}
    if codes & {"LA33-6", "LA32-8"}:
        return "LA33-6" in codes
    texts = _value_texts(part) or tuple(code for code in codes if _NAY.fullmatch(code) or _YEA.fullmatch(code))
    if not texts or any(_UNCLEAR.search(text) or _TOLD.search(text) or "?" in text for text in texts):
        return None
    return not any(_negative(text) for text in texts)


def _interpreted(part: Resource) -> set[str]:
    return {one.code or "" for group in some(part.get("interpretation")) for one in concept(group).codings}


def _amount(part: Resource, *, test: bool) -> bool | None:
    """Whether a number, the ends of a range or a date says that there was some; of a test, less than its limit is none."""
    quantity, ends = part.get("valueQuantity"), part.get("valueRange")
    if isinstance(quantity, Mapping):
        found = number(quantity.get("value"))
        if test and (string(quantity.get("comparator")) in ("<", "<=") or _interpreted(part) & _NEGATIVE):
            return False
    elif isinstance(ends, Mapping):
        several = [number(one.get("value")) for name in ("low", "high") for one in some(ends.get(name))]
        found = max((one for one in several if one is not None), default=None)
    else:
        found = number(part.get("valueInteger"))
    if found is not None:
        return found > 0
    return True if moment(part, Gathered(), "valueDateTime", "valuePeriod") else None


def _negative(answer: str) -> bool:
    """Whether an answer says no, and did not say yes before that: "daily, without problems" says yes."""
    no, yes = _BEFORE.search(answer), _YES.search(answer)
    return _NAY.fullmatch(answer) is not None or (no is not None and (yes is None or no.start() < yes.start()))


def _condition(resource: Resource, held: Gathered) -> Iterator[Said]:
    if status(resource.get("verificationStatus")) in REFUTED:
        return
    at = moment(resource, Gathered(), "recordedDate", "onsetDateTime", "onsetPeriod")
    on, name, about = (at.on if at else None), name_of(resource), concept(resource.get("code"))
    if not mentions(about):
        yield from _texts(notes(resource, held), name, on, held)
    elif any(claim(text) == "denied" for text in about.words):
        yield Said(says="denied", record=name, on=on)
    elif any(claim(text) == "unknown" for text in about.words):
        held.told(name, "names kratom, and whether it is used is not clear from it")
    else:
        over = status(resource.get("clinicalStatus")) in OVER or any(_PAST.search(text) for text in about.words)
        yield Said(says="used", record=name, on=on, ended=over)


def _allergy(resource: Resource, held: Gathered) -> Iterator[Said]:
    """An intolerance of kratom was learnt from having it."""
    if status(resource.get("verificationStatus")) in REFUTED:
        return
    at = moment(resource, Gathered(), "recordedDate", "lastOccurrence", "onsetDateTime")
    on, name = (at.on if at else None), name_of(resource)
    about = [concept(resource.get("code")), *(concept(one.get("substance")) for one in some(resource.get("reaction")))]
    named = [one for one in about if mentions(one)]
    if any(_BEFORE.search(text) for one in named for text in one.words):
        held.told(name, "says that there is no intolerance of kratom; it does not say whether kratom is used")
    elif named:
        over = status(resource.get("clinicalStatus")) in OVER
        yield Said(says="used", record=name, on=on, ended=over, intolerance=True)
    else:
        yield from _texts(notes(resource, held), name, on, held)


_READERS = {"Observation": _observation, "Condition": _condition, "AllergyIntolerance": _allergy}

READ = frozenset({*STANDINGS, *_READERS, "Patient", "Medication"})
"""The types of resources that are read."""
