"""The curation rules: each is one function whose docstring is the rule, and yields what breaks it.

A rule sees the whole evidence and the day ``as_of``; it names the record, the path in it, what was found and what would be right.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from equipoise.records import text as yaml_text
from equipoise.records.evidence import Evidence, EvidenceError, Fault
from equipoise.records.helpline import Helpline
from equipoise.records.position import Position
from equipoise.records.provenance import Locator, Reading
from equipoise.records.reader import read
from equipoise.records.reference import Reference
from equipoise.records.search import Search
from equipoise.records.sharing import shared_data, why_not_pooled
from equipoise.records.study import Outcome, Study
from equipoise.records.topic import AbsenceFinding, ContrastFinding, PooledFinding, PositionFinding, ReportedFinding, SeriesFinding, TallyFinding
from equipoise.values.dates import PartialDate

HELPLINE_DAYS = 180
SENTENCE = 140

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_URL = re.compile(r"https?://[^\s]+")
_MARK = re.compile(r"\{\{\s*finding:\s*([a-z0-9-]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule: the record (``studies/x``), the path in its file, and what was found and would be right."""

    record: str
    path: yaml_text.Path
    message: str


Rule = Callable[[Evidence, date], Iterator[Breach]]


def _walk(value: object, path: yaml_text.Path = ()) -> Iterator[tuple[yaml_text.Path, object]]:
    """Every value in a record with its path, the record itself first."""
    yield path, value
    if is_dataclass(value) and not isinstance(value, (type, PartialDate)):
        for item in fields(value):
            yield from _walk(getattr(value, item.name), (*path, item.metadata.get("key", item.name)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))


def _everything(evidence: Evidence) -> Iterator[tuple[str, yaml_text.Path, Any]]:
    for kind, record in evidence.records():
        for path, value in _walk(record):
            yield f"{kind}/{record.id}", path, value


def _outcomes(evidence: Evidence) -> Iterator[tuple[Study, str, yaml_text.Path, Outcome]]:
    for study in evidence.studies.values():
        for index, outcome in enumerate(study.outcomes):
            yield study, f"studies/{study.id}", ("outcomes", index), outcome


def file_name_is_id(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A file is named after the id of its record, in small letters, digits and single hyphens."""
    for kind in ("references", "studies", "searches", "positions", "helplines", "corrections", "topics"):
        for stem, record in getattr(evidence, kind).items():
            if stem != record.id:
                yield Breach(f"{kind}/{stem}", ("id",), f"is {record.id!r}; should be the file name, {stem!r}")
            elif not _ID.fullmatch(stem):
                yield Breach(f"{kind}/{stem}", ("id",), f"is {stem!r}; should be small letters, digits and single hyphens")


def references_exist(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Every locator names a reference that exists, and the place in it."""
    for record, path, value in _everything(evidence):
        if isinstance(value, Locator):
            if value.ref not in evidence.references and f"references/{value.ref}" not in evidence.unread:
                yield Breach(record, (*path, "ref"), f"is {value.ref!r}; should be a file of references/")
            if not re.search(r"\w{2}", value.at):
                yield Breach(record, (*path, "at"), f"is {value.at!r}; should say the place in the source")


def sources_are_named(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A study, position or helpline names at least one source, and a reference says where it was seen."""
    for kind in ("studies", "positions", "helplines"):
        for record in getattr(evidence, kind).values():
            if not record.sources:
                yield Breach(f"{kind}/{record.id}", ("sources",), "is an empty list; should name a reference and the place in it")
    for reference in evidence.references.values():
        if not reference.retrieved:
            yield Breach(f"references/{reference.id}", ("retrieved",), "is an empty list; should say where the source was seen")


def records_exist(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Every link from one record to another leads somewhere."""

    def missing(kind: str, name: str) -> bool:
        return name not in getattr(evidence, kind) and f"{kind}/{name}" not in evidence.unread

    for study in evidence.studies.values():
        for index, overlap in enumerate(study.overlaps):
            if missing("studies", overlap.study):
                found = f"is {overlap.study!r}; should be a file of studies/"
                yield Breach(f"studies/{study.id}", ("overlaps", index, "study"), found)
    for search in evidence.searches.values():
        for index, query in enumerate(search.queries):
            for place, name in enumerate(query.kept):
                if all(missing(kind, name) for kind in ("studies", "references")):
                    found = f"is {name!r}; should be a file of studies/ or references/"
                    yield Breach(f"searches/{search.id}", ("queries", index, "kept", place), found)
    for position in evidence.positions.values():
        if position.superseded is not None and missing("positions", position.superseded):
            yield Breach(f"positions/{position.id}", ("superseded",), f"is {position.superseded!r}; should be a file of positions/")
    for correction in evidence.corrections.values():
        name = correction.concerns.partition("/")[0]
        if evidence.outcome(correction.concerns) is None and all(
            missing(kind, name if kind == "studies" and "/" not in correction.concerns else correction.concerns)
            for kind in ("studies", "references", "positions")
        ) and f"studies/{name}" not in evidence.unread:
            found = f"is {correction.concerns!r}; should be a record, or study/outcome"
            yield Breach(f"corrections/{correction.id}", ("concerns",), found)


def words_are_known(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Units, outcomes, designs, frames, instruments, countries, questions and people are words of the vocabulary."""
    words = evidence.vocabulary

    def unknown(record: str, path: yaml_text.Path, word: object, table: str) -> Iterator[Breach]:
        if isinstance(word, str) and word not in getattr(words, table):
            yield Breach(record, path, f"is {word!r}; should be a word of vocabulary/{table.replace('_', '-')}.csv")

    for record, path, value in _everything(evidence):
        if isinstance(value, Reading):
            yield from unknown(record, (*path, "by"), value.by, "people")
        elif isinstance(value, Study):
            yield from unknown(record, ("design",), value.design, "designs")
            yield from unknown(record, ("frame",), value.frame, "frames")
            yield from unknown(record, ("sample", "unit"), value.sample.unit, "units")
            for name, table in (("country", "countries"), ("instruments", "instruments")):
                listed = getattr(value, name)
                if isinstance(listed, tuple):
                    for index, word in enumerate(listed):
                        yield from unknown(record, (name, index), word, table)
        elif isinstance(value, Outcome):
            yield from unknown(record, (*path, "outcome"), value.outcome, "outcomes")
            if value.quantity is not None:
                yield from unknown(record, (*path, "quantity", "unit"), value.quantity.unit, "units")
        elif isinstance(value, Position):
            yield from unknown(record, ("holder", "country"), value.holder.country, "countries")
            for index, word in enumerate(value.about):
                yield from unknown(record, ("about", index), word, "questions")
        elif isinstance(value, Helpline):
            yield from unknown(record, ("country",), value.country, "countries")


def nothing_is_in_the_future(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """No date lies after the day of the check."""
    for record, path, value in _everything(evidence):
        day = value.earliest if isinstance(value, PartialDate) else value
        if isinstance(day, date) and day > as_of:
            yield Breach(record, path, f"is {value}; should not be after {as_of}")


def counts_fit(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Events are at most the total, and nothing is counted below zero."""
    for _, record, path, outcome in _outcomes(evidence):
        counted = [(("count",), outcome.count)] if outcome.count else []
        counted += [(("arms", index), arm) for index, arm in enumerate(outcome.arms or ())]  # type: ignore[misc]
        for where, count in counted:
            if isinstance(count.total, int) and count.events is not None and not 0 <= count.events <= count.total:
                found = f"is {count.events} of {count.total}; should be at most the total and not below zero"
                yield Breach(record, (*path, *where, "events"), found)
            if isinstance(count.total, int) and count.total < 1:
                yield Breach(record, (*path, *where, "total"), f"is {count.total}; should be at least one")
        if outcome.count is not None and outcome.count.events is None and outcome.count.percent is None:
            yield Breach(record, (*path, "count"), "has neither events nor percent; should have one of them")


def percentages_agree(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A printed percentage and its count agree within the rounding of the last printed digit, or the basis is conflicting."""
    for _, record, path, outcome in _outcomes(evidence):
        count = outcome.count
        if count is None or count.percent is None:
            continue
        if not 0 <= count.percent <= 100:
            yield Breach(record, (*path, "count", "percent"), f"is {count.percent}; should lie between 0 and 100")
        elif count.events is not None and isinstance(count.total, int) and count.total > 0 and outcome.basis != "conflicting":
            exact = Decimal(count.events) * 100 / Decimal(count.total)
            half = Decimal(1).scaleb(int(count.percent.as_tuple().exponent)) / 2
            if abs(exact - count.percent) > half * Decimal("1.0001"):
                found = f"is {count.percent}, but {count.events} of {count.total} is {exact:.3f} %; should agree within {half}"
                yield Breach(record, (*path, "count", "percent"), found)


def identifiers_are_well_formed(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A DOI reads 10.x/y in small letters, a PMID is digits, a PMCID is PMC and digits, and an address starts with http."""
    forms: Mapping[str, tuple[re.Pattern[str], str]] = {
        "DOI": (_DOI, "a DOI such as 10.1016/j.drugalcdep.2020.107849, without an address before it"),
        "PMID": (re.compile(r"\d{1,8}"), "digits"),
        "PMCID": (re.compile(r"PMC\d+"), "PMC and digits"),
        "URL": (_URL, "an address that starts with http"),
    }
    for reference in evidence.references.values():
        for name, (form, right) in forms.items():
            value = getattr(reference, name)
            if value is not None and not form.fullmatch(value):
                yield Breach(f"references/{reference.id}", (name,), f"is {value!r}; should be {right}")
            elif name == "DOI" and value is not None and value != value.lower():
                yield Breach(f"references/{reference.id}", (name,), f"is {value!r}; should be in small letters")
        for index, retrieval in enumerate(reference.retrieved):
            if not _URL.fullmatch(retrieval.url):
                found = f"is {retrieval.url!r}; should be an address that starts with http"
                yield Breach(f"references/{reference.id}", ("retrieved", index, "url"), found)


def works_stand_once(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """No two references have the same DOI, PMID or PMCID."""
    for name in ("DOI", "PMID", "PMCID"):
        first: dict[str, str] = {}
        for reference in evidence.references.values():
            value = getattr(reference, name)
            if value is not None and first.setdefault(value, reference.id) != reference.id:
                found = f"is {value}, the one of {first[value]}; should be one reference"
                yield Breach(f"references/{reference.id}", (name,), found)


def basis_is_explained(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A derived value says how, a conflicting one says what disagrees, an unseen one has no number."""
    for _, record, path, outcome in _outcomes(evidence):
        if outcome.basis == "derived" and outcome.derivation is None:
            yield Breach(record, (*path, "derivation"), "is missing; should say how the value was derived")
        if outcome.basis == "conflicting" and outcome.note is None:
            yield Breach(record, (*path, "note"), "is missing; should say which sources disagree")
        if outcome.basis == "unseen" and outcome.stated is None:
            yield Breach(record, (*path, "basis"), "is unseen, but a number stands here; should be stated in words")


def intervals_hold_their_values(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A value lies inside its interval, and the interval says what it is."""
    for _, record, path, outcome in _outcomes(evidence):
        for name in ("quantity", "association"):
            held = getattr(outcome, name)
            if held is None:
                continue
            if (held.low is None) != (held.high is None):
                yield Breach(record, (*path, name), "has one bound; should have low and high, or neither")
            elif held.low is not None and not held.low <= held.value <= held.high and outcome.basis != "conflicting":
                found = f"is {held.value}, outside {held.low} to {held.high}; should lie between"
                yield Breach(record, (*path, name, "value"), found)
            kind = held.interval if name == "quantity" else held.level
            if (held.low is None) != (kind is None):
                what = "interval" if name == "quantity" else "level"
                yield Breach(record, (*path, name, what), "should be given with low and high, and only with them")


def overlaps_are_declared(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Two studies of one frame, country and size (20 people or more) say how they relate."""
    groups: dict[object, list[Study]] = {}
    for study in evidence.studies.values():
        if isinstance(study.sample.size, int) and study.sample.size >= 20 and study.sample.unit == "people":
            groups.setdefault((study.sample.size, study.frame, study.country), []).append(study)
    for group in groups.values():
        for one, other in zip(group, group[1:], strict=False):
            said = {(item.study, study.id) for study in (one, other) for item in study.overlaps}
            if not said & {(one.id, other.id), (other.id, one.id)} and shared_data(one, other) is None:
                found = f"has the size, frame and country of {other.id}; should declare an overlap with it, or that they are distinct"
                yield Breach(f"studies/{one.id}", ("sample", "size"), found)


def helplines_are_fresh(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A helpline was verified within 180 days of the day of the check."""
    for helpline in evidence.helplines.values():
        if as_of - helpline.verified_on > timedelta(days=HELPLINE_DAYS):
            found = f"is {helpline.verified_on}; should be at most {HELPLINE_DAYS} days before {as_of}"
            yield Breach(f"helplines/{helpline.id}", ("verified_on",), found)


def readers_are_two(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Who checked a record is not who extracted it, and checked it no earlier."""
    for kind, record in evidence.records():
        for index, reading in enumerate(record.checked):
            if reading.by == record.extracted.by:
                found = f"is {reading.by}, who extracted it; should be another reader"
                yield Breach(f"{kind}/{record.id}", ("checked", index, "by"), found)
            if reading.date < record.extracted.date:
                found = f"is {reading.date}, before the extraction; should be {record.extracted.date} or later"
                yield Breach(f"{kind}/{record.id}", ("checked", index, "date"), found)


def bias_is_judged_in_every_domain(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Risk of bias is judged in every domain of its instrument, in its order."""
    for study in evidence.studies.values():
        judged = study.risk_of_bias
        if not hasattr(judged, "domains"):
            continue
        domains = evidence.vocabulary.bias_domains.get(judged.instrument)
        if domains is None:
            found = f"is {judged.instrument!r}; should be an instrument of vocabulary/bias-domains.csv"
            yield Breach(f"studies/{study.id}", ("risk_of_bias", "instrument"), found)
            continue
        right = [item.domain for item in domains]
        given = [item.domain for item in judged.domains]
        if given != right:
            found = f"are {', '.join(given)}; should be {', '.join(right)}"
            yield Breach(f"studies/{study.id}", ("risk_of_bias", "domains"), found)


def outcomes_are_unique(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """An outcome's id stands once in its study."""
    for study in evidence.studies.values():
        seen: set[str] = set()
        for index, outcome in enumerate(study.outcomes):
            if outcome.id in seen or not _ID.fullmatch(outcome.id):
                found = f"is {outcome.id!r}; should stand once, in small letters, digits and single hyphens"
                yield Breach(f"studies/{study.id}", ("outcomes", index, "id"), found)
            seen.add(outcome.id)


def sentences_are_short_and_without_digits(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """What is stated, held, or asked among whom is one short sentence whose only digits are in names of the vocabulary."""
    for _, record, path, outcome in _outcomes(evidence):
        yield from _sentence(evidence, record, (*path, "among"), outcome.among)
        if outcome.stated is not None:
            yield from _sentence(evidence, record, (*path, "stated"), outcome.stated)
    for position in evidence.positions.values():
        yield from _sentence(evidence, f"positions/{position.id}", ("holds",), position.holds)
    for topic in evidence.topics.values():
        for index, finding in enumerate(topic.findings):
            for name in ("question", "among", "what", "reason", "subject", "comparator"):
                said = getattr(finding, name, None)
                if said is not None:
                    yield from _sentence(evidence, f"topics/{topic.id}", ("findings", index, name), said)


def _sentence(evidence: Evidence, record: str, path: yaml_text.Path, said: str) -> Iterator[Breach]:
    if len(said) > SENTENCE:
        yield Breach(record, path, f"has {len(said)} characters; should have at most {SENTENCE}")
    digit = loose_digit(said, evidence.vocabulary.names)
    if digit is not None:
        yield Breach(record, path, f"holds the digits {digit!r}; should have numbers only in values, or a name of vocabulary/names.csv")


def loose_digit(said: str, names: Iterable[str]) -> str | None:
    """The first digits in ``said`` that belong to no name of the vocabulary, or None."""
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "")
    match = re.search(r"\S*\d\S*", said)
    return match[0] if match else None


def findings_have_their_records(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A declared finding stands once and names results, searches or a position that exist."""
    for topic in evidence.topics.values():
        seen: set[str] = set()
        for index, finding in enumerate(topic.findings):
            record, path = f"topics/{topic.id}", ("findings", index)
            if finding.id in seen or not _ID.fullmatch(finding.id):
                found = f"is {finding.id!r}; should stand once, in small letters, digits and single hyphens"
                yield Breach(record, (*path, "id"), found)
            seen.add(finding.id)
            for where, kind, name in _named(finding):
                known = evidence.outcome(name) is not None if kind == "studies" else name in getattr(evidence, kind)
                if not known and f"{kind}/{name.partition('/')[0]}" not in evidence.unread:
                    right = "a study/outcome" if kind == "studies" else f"a file of {kind}/"
                    yield Breach(record, (*path, *where), f"is {name!r}; should be {right}")


def _named(finding: object) -> Iterator[tuple[yaml_text.Path, str, str]]:
    match finding:
        case PooledFinding() | ContrastFinding() | SeriesFinding():
            yield from ((("records", index), "studies", name) for index, name in enumerate(finding.records))
        case ReportedFinding():
            yield ("record",), "studies", finding.record
        case AbsenceFinding():
            yield from ((("searches", index), "searches", name) for index, name in enumerate(finding.searches))
        case PositionFinding():
            yield ("record",), "positions", finding.record


def pools_are_of_one_kind(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """Pooled results are of one outcome and one frame, have numbers, and share no people and no data."""
    for topic in evidence.topics.values():
        for index, finding in enumerate(topic.findings):
            path = ("findings", index, "records")
            if isinstance(finding, PooledFinding):
                for reason in why_not_pooled(evidence, finding.records):
                    yield Breach(f"topics/{topic.id}", path, reason)
            if isinstance(finding, (PooledFinding, ContrastFinding)) and len(finding.records) < 2:
                yield Breach(f"topics/{topic.id}", path, f"has {len(finding.records)}; should have at least two results")


def tallies_use_known_words(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A tally selects by designs and outcomes of the vocabulary."""
    for topic in evidence.topics.values():
        for index, finding in enumerate(topic.findings):
            if not isinstance(finding, TallyFinding):
                continue
            for name in ("designs", "outcomes"):
                for place, word in enumerate(getattr(finding, name)):
                    if word not in getattr(evidence.vocabulary, name):
                        found = f"is {word!r}; should be a word of vocabulary/{name}.csv"
                        yield Breach(f"topics/{topic.id}", ("findings", index, name, place), found)


RULES: tuple[Rule, ...] = (
    file_name_is_id,
    references_exist,
    sources_are_named,
    records_exist,
    words_are_known,
    nothing_is_in_the_future,
    counts_fit,
    percentages_agree,
    identifiers_are_well_formed,
    works_stand_once,
    basis_is_explained,
    intervals_hold_their_values,
    overlaps_are_declared,
    readers_are_two,
    bias_is_judged_in_every_domain,
    outcomes_are_unique,
    sentences_are_short_and_without_digits,
    findings_have_their_records,
    pools_are_of_one_kind,
    tallies_use_known_words,
)
"""What must hold before anything is computed from the evidence."""

FRESHNESS: tuple[Rule, ...] = (helplines_are_fresh,)
"""What must hold for ``evidence check``; a page says instead that a number was verified long ago."""


def prose_faults(evidence: Evidence) -> Iterator[Fault]:
    """Prose has no digit outside a finding, and shows each declared finding, once a chapter, on a line of its own."""
    for topic in evidence.topics.values():
        declared = {finding.id for finding in topic.findings}
        shown: set[str] = set()
        for chapter in topic.chapters:
            file = f"chapters/{topic.id}/{chapter.id}.md"
            here: set[str] = set()
            for number, line in enumerate(evidence.prose.get((topic.id, chapter.id), "").splitlines(), start=1):
                marks = _MARK.findall(line)
                if marks and _MARK.sub("", line).strip():
                    yield Fault(file, number, "", "has words beside a finding; should have each finding on a line of its own")
                rest = _MARK.sub("", line)
                if "{{" in rest:
                    yield Fault(file, number, "", f"has {rest.strip()!r}; should be {{{{finding: id}}}}")
                digit = loose_digit(rest, evidence.vocabulary.names)
                if digit is not None:
                    yield Fault(file, number, "", f"holds the digits {digit!r}; should have numbers only in findings")
                for mark in marks:
                    if mark not in declared:
                        yield Fault(file, number, "", f"shows {mark!r}; should be a finding of topics/{topic.id}.yaml")
                    if mark in here:
                        yield Fault(file, number, "", f"shows {mark!r} twice; should show it once in a chapter")
                    here.add(mark)
            shown |= here
        for index, finding in enumerate(topic.findings):
            if finding.id not in shown and f"topics/{topic.id}" not in evidence.unread:
                yield placed(evidence, Breach(f"topics/{topic.id}", ("findings", index, "id"), f"is {finding.id!r}, which no chapter shows; should be shown"))


def placed(evidence: Evidence, breach: Breach, trees: dict[str, Any] | None = None) -> Fault:
    """The breach with its file and line; ``trees`` keeps files that were read for this."""
    trees = {} if trees is None else trees
    file = f"{breach.record}.yaml"
    if file not in trees:
        trees[file] = yaml_text.compose((evidence.folder / file).read_text(encoding="utf-8"), file)[0]
    line, name = yaml_text.locate(trees[file], breach.path)
    return Fault(file, line, name or ".".join(map(str, breach.path)), breach.message)


def check(folder: Path, chapters: Path | None, as_of: date, *, freshness: bool) -> tuple[Evidence, tuple[Fault, ...]]:
    """Read everything and apply every rule: the evidence as far as it can be read, and all faults of all files."""
    evidence, faults = read(folder, chapters)
    trees: dict[str, Any] = {}
    for rule in RULES + (FRESHNESS if freshness else ()):
        faults += [placed(evidence, breach, trees) for breach in rule(evidence, as_of)]
    if chapters is not None:
        faults += prose_faults(evidence)
    return evidence, tuple(sorted(set(faults)))


def sound(folder: Path, chapters: Path | None, as_of: date) -> Evidence:
    """The evidence, free of faults.

    Raises
    ------
    EvidenceError
        With every fault of every file.
    """
    evidence, faults = check(folder, chapters, as_of, freshness=False)
    if faults:
        raise EvidenceError(faults)
    return evidence
