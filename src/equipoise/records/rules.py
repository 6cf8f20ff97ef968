"""The curation rules: each is one function whose docstring is the rule, and yields what breaks it.

A rule sees the whole evidence and the day of the check (``_`` where it needs no day). It names the file, the path in it, what
was found and what would be right.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, groupby
from pathlib import Path

from equipoise.records import text as yaml_text
from equipoise.records.breaches import ID, URL, Breach, Rule, every, leads_nowhere, listed, placeless, unknown
from equipoise.records.evidence import KINDS, Evidence
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.forms import Steps, each
from equipoise.records.law import Law
from equipoise.records.law_rules import LAW_RULES
from equipoise.records.mechanism_rules import MECHANISM_RULES
from equipoise.records.prose import loose_digit, marked, prose_faults
from equipoise.records.provenance import Locator, Reading
from equipoise.records.reader import read
from equipoise.records.sharing import shared_data, why_not_pooled
from equipoise.records.study import Arm, Association, Count, Outcome, Quantity, RiskOfBias, Study
from equipoise.records.topic import (
    AbsenceFinding,
    ConcentrationFinding,
    ContrastFinding,
    EvidenceMap,
    InteractionFinding,
    MedicineExposureFinding,
    PooledFinding,
    PositionFinding,
    RecallFinding,
    ReportedFinding,
    SeriesFinding,
    TallyFinding,
)
from equipoise.values.dates import PartialDate

HELPLINE_DAYS = 180
SENTENCE = 140
PAGES = ("index", "studies", "sources", "help")
"""Pages that a site has beside its chapters, and those of places, whose names begin with ``law-``."""

_IDENTIFIERS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "DOI": (
        re.compile(r"10\.[0-9]{4,9}/[^\sA-Z\"<>]+"),
        "a DOI such as 10.1000/abc.12, in small letters, without address",
    ),
    "PMID": (re.compile(r"[0-9]{1,8}"), "digits"),
    "PMCID": (re.compile(r"PMC[0-9]+"), "PMC and digits"),
    "URL": (URL, "an address that starts with http"),
}


def _no_result(evidence: Evidence, name: str) -> bool:
    """Whether ``study/outcome`` names no result, as far as the study could be read."""
    return evidence.outcome(name) is None and f"studies/{name.partition('/')[0]}" not in evidence.unread


def file_name_is_id(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A file is named after the id of its record, in small letters, digits and single hyphens."""
    for file, record in evidence.records():
        stem = file.partition("/")[2]
        name = stem.partition("/")[2] if isinstance(record, Law) else stem
        if stem != record.id:
            yield Breach(file, ("id",), f"is {record.id!r}; should be the file name, {stem!r}")
        elif not ID.fullmatch(name):
            yield Breach(file, ("id",), f"is {stem!r}; should be small letters, digits and single hyphens")


def references_exist(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Every locator names a reference that exists, and the place in it."""
    for file, path, locator in every(evidence, Locator):
        if leads_nowhere(evidence, locator.ref, "references"):
            yield Breach(file, (*path, "ref"), f"is {locator.ref!r}; should be a file of references/")
        yield from placeless(file, (*path, "at"), locator.at)


def sources_are_named(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A study, position or helpline names at least one source, and a reference says where it was seen."""
    needed = {
        "studies": ("sources", "name a reference and the place in it"),
        "positions": ("sources", "name a reference and the place in it"),
        "helplines": ("sources", "name a reference and the place in it"),
        "references": ("retrieved", "say where the source was seen"),
    }
    for kind, (key, right) in needed.items():
        for stem, record in getattr(evidence, kind).items():
            if not getattr(record, key):
                yield Breach(f"{kind}/{stem}", (key,), f"is an empty list; should {right}")


def records_exist(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Every link from one record to another leads somewhere."""
    for file, path, name, kinds in _links(evidence):
        if leads_nowhere(evidence, name, *kinds):
            yield Breach(file, path, f"is {name!r}; should be a file of {' or '.join(f'{kind}/' for kind in kinds)}")
    for stem, correction in evidence.corrections.items():
        name = correction.concerns
        lost = _no_result(evidence, name) if "/" in name else leads_nowhere(evidence, name, *KINDS)
        if lost:
            yield Breach(f"corrections/{stem}", ("concerns",), f"is {name!r}; should be a record, or study/outcome")


def _links(evidence: Evidence) -> Iterator[tuple[str, Steps, str, tuple[str, ...]]]:
    """Each name of another record: its file and path, the name, and the kinds that it may be of."""
    for stem, study in evidence.studies.items():
        for index, overlap in enumerate(study.overlaps):
            yield f"studies/{stem}", ("overlaps", index, "study"), overlap.study, ("studies",)
    for stem, search in evidence.searches.items():
        for index, query in enumerate(search.queries):
            for place, name in enumerate(query.kept):
                yield f"searches/{stem}", ("queries", index, "kept", place), name, ("studies", "references")
    for stem, position in evidence.positions.items():
        if position.superseded is not None:
            yield f"positions/{stem}", ("superseded",), position.superseded, ("positions",)
    for stem, topic in evidence.topics.items():
        for place, name in enumerate(topic.help):
            yield f"topics/{stem}", ("help", place), name, ("helplines",)


def words_are_known(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Units, outcomes, designs, frames, instruments, countries, questions and people are words of the vocabulary."""
    yield from unknown(evidence, _words(evidence))


def _words(evidence: Evidence) -> Iterator[tuple[str, Steps, object, str]]:
    for file, path, reading in every(evidence, Reading):
        yield file, (*path, "by"), reading.by, "people"
    for stem, study in evidence.studies.items():
        yield from _words_of_study(f"studies/{stem}", study)
    for stem, position in evidence.positions.items():
        yield f"positions/{stem}", ("holder", "country"), position.holder.country, "countries"
        yield from listed(f"positions/{stem}", ("about",), position.about, "questions")
    for stem, helpline in evidence.helplines.items():
        yield f"helplines/{stem}", ("country",), helpline.country, "countries"


def _words_of_study(file: str, study: Study) -> Iterator[tuple[str, Steps, object, str]]:
    yield file, ("design",), study.design, "designs"
    yield file, ("frame",), study.frame, "frames"
    yield file, ("sample", "unit"), study.sample.unit, "units"
    yield from listed(file, ("country",), study.country, "countries")
    yield from listed(file, ("instruments",), study.instruments, "instruments")
    for path, outcome in each(study, Outcome):
        yield file, (*path, "outcome"), outcome.outcome, "outcomes"
    for path, quantity in each(study, Quantity):
        yield file, (*path, "unit"), quantity.unit, "units"


def nothing_is_in_the_future(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """No date lies after the day of the check."""
    for file, path, day in every(evidence, date):
        if day > as_of:
            yield Breach(file, path, f"is {day}; should not be after {as_of}")
    for file, path, known in every(evidence, PartialDate):
        if known.earliest > as_of and not file.startswith("law/"):  # a law may begin or end later
            yield Breach(file, path, f"is {known}; should not be after {as_of}")


def counts_fit(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Events are at most the total, and nothing is counted below zero."""
    for stem, study in evidence.studies.items():
        file = f"studies/{stem}"
        if isinstance(study.sample.size, int) and study.sample.size < 0:
            yield Breach(file, ("sample", "size"), f"is {study.sample.size}; should not be below zero")
        counts: list[tuple[Steps, Count | Arm]] = [*each(study, Count), *each(study, Arm)]
        for path, count in counts:
            yield from _miscounted(file, path, count)


def _miscounted(file: str, path: Steps, count: Count | Arm) -> Iterator[Breach]:
    total = count.total if isinstance(count.total, int) else None
    if total is not None and total < 1:
        yield Breach(file, (*path, "total"), f"is {total}; should be at least one")
    elif count.events is not None and (count.events < 0 or (total is not None and count.events > total)):
        found = f"is {count.events} of {count.total}; should be at most the total and not below zero"
        yield Breach(file, (*path, "events"), found)
    if isinstance(count, Count) and count.events is None and count.percent is None:
        yield Breach(file, path, "has neither events nor percent; should have one of them")


def percentages_agree(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A printed percentage and its count agree within the rounding of the last printed digit, or the basis is conflicting."""
    for file, path, outcome in _outcomes(evidence):
        count = outcome.count
        if count is None or count.percent is None:
            continue
        if not 0 <= count.percent <= 100:
            yield Breach(file, (*path, "count", "percent"), f"is {count.percent}; should lie between 0 and 100")
        elif count.events is not None and isinstance(count.total, int) and count.total > 0 and outcome.basis != "conflicting":
            exact = Decimal(count.events) * 100 / Decimal(count.total)
            half = Decimal(1).scaleb(int(count.percent.as_tuple().exponent)) / 2
            if abs(exact - count.percent) > half:
                found = f"is {count.percent}, but {count.events} of {count.total} is {exact:.3f} %; should agree within {half}"
                yield Breach(file, (*path, "count", "percent"), found)


def _outcomes(evidence: Evidence) -> Iterator[tuple[str, Steps, Outcome]]:
    for stem, study in evidence.studies.items():
        for index, outcome in enumerate(study.outcomes):
            yield f"studies/{stem}", ("outcomes", index), outcome


def identifiers_are_well_formed(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A DOI reads 10.x/y in small letters, a PMID is digits, a PMCID is PMC and digits, and an address starts with http."""
    for stem, reference in evidence.references.items():
        for name, (shape, right) in _IDENTIFIERS.items():
            value = getattr(reference, name)
            if value is not None and not shape.fullmatch(value):
                yield Breach(f"references/{stem}", (name,), f"is {value!r}; should be {right}")
        for index, retrieval in enumerate(reference.retrieved):
            if not URL.fullmatch(retrieval.url):
                found = f"is {retrieval.url!r}; should be an address that starts with http"
                yield Breach(f"references/{stem}", ("retrieved", index, "url"), found)


def works_stand_once(evidence: Evidence, _: date) -> Iterator[Breach]:
    """No two references have the same DOI, PMID or PMCID."""
    for name in ("DOI", "PMID", "PMCID"):
        first: dict[str, str] = {}
        for stem, reference in evidence.references.items():
            value = getattr(reference, name)
            if value is not None and first.setdefault(value, stem) != stem:
                yield Breach(f"references/{stem}", (name,), f"is {value}, the one of {first[value]}; should be one reference")


def basis_is_explained(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A derived value says how, a conflicting one says what disagrees, an unseen one has no number."""
    for file, path, outcome in _outcomes(evidence):
        if outcome.basis == "derived" and outcome.derivation is None:
            yield Breach(file, (*path, "derivation"), "is missing; should say how the value was derived")
        if outcome.basis == "conflicting" and outcome.note is None:
            yield Breach(file, (*path, "note"), "is missing; should say which sources disagree")
        if outcome.basis == "unseen" and outcome.stated is None:
            yield Breach(file, (*path, "basis"), "is unseen, but a number stands here; should be stated in words")


def intervals_hold_their_values(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A value lies inside its interval, and the interval says what it is."""
    for file, path, outcome in _outcomes(evidence):
        if outcome.quantity is not None:
            said = outcome.quantity.interval is not None
            yield from _interval(file, (*path, "quantity"), outcome.quantity, outcome.basis, "interval", said=said)
        if outcome.association is not None:
            said = outcome.association.level is not None
            yield from _interval(file, (*path, "association"), outcome.association, outcome.basis, "level", said=said)
            if outcome.association.level is not None and not 50 <= outcome.association.level < 100:
                found = f"is {outcome.association.level}; should be in percent, such as 95"
                yield Breach(file, (*path, "association", "level"), found)


def _interval(file: str, path: Steps, held: Quantity | Association, basis: str, kind: str, *, said: bool) -> Iterator[Breach]:
    if held.low is None or held.high is None:
        if held.low is not held.high:
            yield Breach(file, path, "has one bound; should have low and high, or neither")
        elif said:
            yield Breach(file, (*path, kind), "stands without bounds; should come with low and high")
        return
    if not held.low <= held.value <= held.high and basis != "conflicting":
        yield Breach(file, (*path, "value"), f"is {held.value}, outside {held.low} to {held.high}; should lie between")
    if not said:
        yield Breach(file, (*path, kind), "is missing; should say what lies between low and high")


def overlaps_are_declared(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Two studies of one frame, country and size (20 people or more) say how they relate."""
    alike: dict[object, list[tuple[str, Study]]] = {}
    for stem, study in evidence.studies.items():
        if isinstance(study.sample.size, int) and study.sample.size >= 20 and study.sample.unit == "people":
            alike.setdefault((study.sample.size, study.frame, study.country), []).append((stem, study))
    for group in alike.values():
        for (stem, one), (_stem, other) in combinations(group, 2):
            told = any(overlap.study == there.id for here, there in ((one, other), (other, one)) for overlap in here.overlaps)
            if not told and shared_data(one, other) is None:
                found = f"has the size, frame and country of {other.id}; should declare how they overlap, or distinct"
                yield Breach(f"studies/{stem}", ("sample", "size"), found)


def helplines_are_fresh(evidence: Evidence, as_of: date) -> Iterator[Breach]:
    """A helpline was verified within 180 days of the day of the check."""
    for stem, helpline in evidence.helplines.items():
        if as_of - helpline.verified_on > timedelta(days=HELPLINE_DAYS):
            found = f"is {helpline.verified_on}; should be at most {HELPLINE_DAYS} days before {as_of}"
            yield Breach(f"helplines/{stem}", ("verified_on",), found)


def readers_are_two(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Who checked a record is not who extracted it, and checked it no earlier."""
    for file, record in evidence.records():
        for index, reading in enumerate(record.checked):
            if reading.by == record.extracted.by:
                yield Breach(file, ("checked", index, "by"), f"is {reading.by}, who extracted it; should be another reader")
            if reading.date < record.extracted.date:
                found = f"is {reading.date}, before the extraction; should be {record.extracted.date} or later"
                yield Breach(file, ("checked", index, "date"), found)


def bias_is_judged_in_every_domain(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Risk of bias is judged in every domain of its instrument, in its order."""
    if "vocabulary/bias-domains" in evidence.unread:
        return
    for file, path, judged in every(evidence, RiskOfBias):
        domains = evidence.vocabulary.bias_domains.get(judged.instrument)
        if domains is None:
            found = f"is {judged.instrument!r}; should be an instrument of vocabulary/bias-domains.csv"
            yield Breach(file, (*path, "instrument"), found)
            continue
        right = [item.domain for item in domains]
        given = [item.domain for item in judged.domains]
        if given != right:
            yield Breach(file, (*path, "domains"), f"are {', '.join(given)}; should be {', '.join(right)}")


def outcomes_are_unique(evidence: Evidence, _: date) -> Iterator[Breach]:
    """An outcome's id stands once in its study."""
    for stem, study in evidence.studies.items():
        yield from _ids_once(f"studies/{stem}", "outcomes", [outcome.id for outcome in study.outcomes])


def _ids_once(file: str, key: str, ids: Iterable[str]) -> Iterator[Breach]:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            yield Breach(file, (key, index, "id"), f"is {name!r}, which stands above; should stand once")
        elif not ID.fullmatch(name):
            yield Breach(file, (key, index, "id"), f"is {name!r}; should be small letters, digits and single hyphens")
        seen.add(name)


def sentences_are_short_and_without_digits(evidence: Evidence, _: date) -> Iterator[Breach]:
    """What is stated, held, or asked among whom is one short sentence whose only digits are in names of the vocabulary."""
    names = sorted(evidence.vocabulary.names, key=len, reverse=True)
    for file, path, said in _sentences(evidence):
        if len(said) > SENTENCE:
            yield Breach(file, path, f"has {len(said)} characters; should have at most {SENTENCE}")
        digit = loose_digit(said, names)
        if digit is not None and "vocabulary/names" not in evidence.unread:
            found = f"holds the digits {digit!r}; should have numbers only in values, or a name of vocabulary/names.csv"
            yield Breach(file, path, found)


def _sentences(evidence: Evidence) -> Iterator[tuple[str, Steps, str]]:
    for file, path, outcome in _outcomes(evidence):
        yield file, (*path, "among"), outcome.among
        if outcome.stated is not None:
            yield file, (*path, "stated"), outcome.stated
    for stem, position in evidence.positions.items():
        yield f"positions/{stem}", ("holds",), position.holds
    for stem, topic in evidence.topics.items():
        for index, finding in enumerate(topic.findings):
            for name in ("question", "among", "what", "reason", "subject", "comparator"):
                said = getattr(finding, name, None)
                if said is not None:
                    yield f"topics/{stem}", ("findings", index, name), said
            if isinstance(finding, PooledFinding):
                yield from ((f"topics/{stem}", ("findings", index, *path), said) for path, said in _words_of_grid(finding))
        for index, plain in enumerate(() if topic.assessment is None else topic.assessment.plain):
            place: Steps = ("assessment", "plain", index, "says")
            yield from ((f"topics/{stem}", place, said) for said in plain.says.split(". "))


def _words_of_grid(finding: PooledFinding) -> Iterator[tuple[Steps, str]]:
    """What a page says of a threshold, and the names of choices and their options."""
    if finding.threshold is not None:
        yield ("threshold", "why"), finding.threshold.why
    declared = finding.multiverse
    if declared is None:
        return
    for place, correction in enumerate(declared.how.continuity):
        yield ("multiverse", "how", "continuity", place, "name"), correction.name
    for place, choice in enumerate(declared.which):
        path: Steps = ("multiverse", "which", place)
        yield (*path, "name"), choice.name
        yield from (((*path, "options", at, "name"), option.name) for at, option in enumerate(choice.options))


def findings_have_their_records(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A declared finding stands once and names records that exist; an assessment shows declared findings."""
    for stem, topic in evidence.topics.items():
        declared = {finding.id for finding in topic.findings}
        for shelf in () if topic.assessment is None else ("balance", "product", "dependence", "unknown"):
            for index, name in enumerate(getattr(topic.assessment, shelf)):
                if name not in declared:
                    found = f"is {name!r}; should be a finding of this topic"
                    yield Breach(f"topics/{stem}", ("assessment", shelf, index), found)
        for index, one in enumerate(() if topic.assessment is None else topic.assessment.plain):
            if one.finding not in declared:
                found = f"is {one.finding!r}; should be a finding of this topic"
                yield Breach(f"topics/{stem}", ("assessment", "plain", index, "finding"), found)
        yield from _ids_once(f"topics/{stem}", "findings", [finding.id for finding in topic.findings])
        for index, finding in enumerate(topic.findings):
            for where, kind, name in _named(finding):
                lost = _no_result(evidence, name) if kind == "studies" else leads_nowhere(evidence, name, kind)
                if lost:
                    right = "a study/outcome" if kind == "studies" else f"a file of {kind}/"
                    yield Breach(f"topics/{stem}", ("findings", index, *where), f"is {name!r}; should be {right}")


def _named(finding: object) -> Iterator[tuple[Steps, str, str]]:
    match finding:
        case PooledFinding() | ContrastFinding() | SeriesFinding():
            yield from ((("records", index), "studies", name) for index, name in enumerate(finding.records))
            if isinstance(finding, PooledFinding) and finding.multiverse is not None:
                named = enumerate(finding.multiverse.candidates)
                yield from ((("multiverse", "candidates", index), "studies", name) for index, name in named)
        case ReportedFinding():
            yield ("record",), "studies", finding.record
        case AbsenceFinding():
            yield from ((("searches", index), "searches", name) for index, name in enumerate(finding.searches))
        case PositionFinding():
            yield ("record",), "positions", finding.record
        case RecallFinding():
            yield ("record",), "recalls", finding.record
        case InteractionFinding():
            yield from ((("records", index), "interactions", name) for index, name in enumerate(finding.records))
        case MedicineExposureFinding():
            yield ("record",), "interactions", finding.record
            yield ("medicine",), "medicines", finding.medicine
            yield ("parameters",), "parameters", finding.parameters
        case ConcentrationFinding():
            yield ("parameters",), "parameters", finding.parameters


def findings_are_shown(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Each declared finding is shown by a chapter of its topic."""
    for stem, topic in evidence.topics.items():
        pages = [evidence.prose.get((topic.id, chapter.id)) for chapter in topic.chapters]
        if evidence.chapters is None or None in pages:
            continue  # there is no prose, or some of it could not be read
        shown = {name for page in pages if page for name in marked(page)}
        for index, finding in enumerate(topic.findings):
            if finding.id not in shown:
                yield Breach(
                    f"topics/{stem}", ("findings", index, "id"), f"is {finding.id!r}, which no chapter shows; should be shown"
                )


def chapters_have_their_pages(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A topic has chapters, and the id of each stands once and is not the name of a page that every site or a place has."""
    for stem, topic in evidence.topics.items():
        if not topic.chapters:
            yield Breach(f"topics/{stem}", ("chapters",), "is an empty list; should name at least one chapter")
        yield from _ids_once(f"topics/{stem}", "chapters", [chapter.id for chapter in topic.chapters])
        for index, chapter in enumerate(topic.chapters):
            if chapter.id in PAGES:
                found = f"is {chapter.id!r}, a page that every site has; should be another word than {', '.join(PAGES)}"
                yield Breach(f"topics/{stem}", ("chapters", index, "id"), found)
            if chapter.id.startswith("law-"):
                found = f"is {chapter.id!r}, as the page of a place is named; should not begin with law-"
                yield Breach(f"topics/{stem}", ("chapters", index, "id"), found)


def pools_are_of_one_kind(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Pooled results are of one outcome and one frame, have numbers, share no people and no data, and are two or more."""
    for stem, topic in evidence.topics.items():
        for index, finding in enumerate(topic.findings):
            path = ("findings", index, "records")
            if isinstance(finding, PooledFinding):
                for reason in why_not_pooled(evidence, finding.records):
                    yield Breach(f"topics/{stem}", path, reason)
            if isinstance(finding, (PooledFinding, ContrastFinding, SeriesFinding)) and len(set(finding.records)) < 2:
                yield Breach(f"topics/{stem}", path, f"has {len(set(finding.records))}; should have at least two results")


def choices_part_what_shares_people(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Candidates of a multiverse that share people or data are parted in every analysis; options name candidates alone."""
    for stem, topic in evidence.topics.items():
        for index, finding in enumerate(topic.findings):
            if not isinstance(finding, PooledFinding) or finding.multiverse is None:
                continue
            path: Steps = ("findings", index, "multiverse")
            known = set(why_not_pooled(evidence, finding.records))
            for reason in why_not_pooled(evidence, finding.candidates, finding.multiverse.which):
                if reason not in known:
                    yield Breach(f"topics/{stem}", (*path, "candidates"), f"{reason} in each analysis")
            for place, choice in enumerate(finding.multiverse.which):
                for at, option in enumerate(choice.options):
                    strange = [name for name in option.names if name not in finding.candidates]
                    if strange:
                        right = "should be one of records or candidates"
                        yield Breach(f"topics/{stem}", (*path, "which", place, "options", at), f"names {strange[0]!r}; {right}")


def tallies_use_known_words(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A tally and an evidence map select by designs and outcomes of the vocabulary."""
    for kind in (TallyFinding, EvidenceMap):
        for file, path, selection in every(evidence, kind):
            for table in ("designs", "outcomes"):
                yield from unknown(evidence, listed(file, (*path, table), getattr(selection, table), table))


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
    findings_are_shown,
    chapters_have_their_pages,
    pools_are_of_one_kind,
    choices_part_what_shares_people,
    tallies_use_known_words,
    *LAW_RULES,
    *MECHANISM_RULES,
)
"""What must hold before anything is computed from the evidence."""

FRESHNESS: tuple[Rule, ...] = (helplines_are_fresh,)
"""What must hold for ``evidence check``; a page says instead that a number was verified long ago."""


def placed(evidence: Evidence, breach: Breach) -> Fault:
    """The breach with its file and line."""
    return next(_placed(evidence, [breach]))


def _placed(evidence: Evidence, breaches: Iterable[Breach]) -> Iterator[Fault]:
    """The breaches with their files and lines; each file is read again once, for its lines."""
    for record, group in groupby(sorted(breaches, key=lambda breach: breach.record), key=lambda breach: breach.record):
        file = record if record.endswith(".csv") else f"{record}.yaml"
        text, _ = yaml_text.decoded(evidence.folder / file, file)
        tree, _ = yaml_text.compose(text or "", file)
        for breach in group:
            line = 1 if tree is None else yaml_text.locate(tree, breach.path)[0]
            yield Fault(file, line, yaml_text.named(breach.path), breach.message)


def _ruled(
    folder: Path,
    chapters: Path | None,
    wanted: Callable[[str], bool] | None,
    rules: Iterable[Rule],
    as_of: date,
    *,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[Evidence, list[Fault]]:
    """What was read, its faults, and what breaks the rules."""
    evidence, faults = read(folder, chapters, wanted, meanwhile)
    faults += _placed(evidence, [breach for rule in rules for breach in rule(evidence, as_of)])
    return evidence, faults


def _faultless(evidence: Evidence, faults: Iterable[Fault]) -> Evidence:
    found = tuple(sorted(set(faults)))
    if found:
        raise EvidenceError(found)
    return evidence


def check(
    folder: Path, chapters: Path | None, as_of: date, *, freshness: bool, meanwhile: Callable[[], object] | None = None
) -> tuple[Evidence, tuple[Fault, ...]]:
    """Read everything and apply every rule: the evidence as far as it can be read, and all faults of all files.

    ``meanwhile`` as :func:`read` takes it.
    """
    evidence, faults = _ruled(folder, chapters, None, RULES + (FRESHNESS if freshness else ()), as_of, meanwhile=meanwhile)
    faults += prose_faults(evidence)
    return evidence, tuple(sorted(set(faults)))


def sound(folder: Path, chapters: Path | None, as_of: date) -> Evidence:
    """The evidence, free of faults.

    Raises
    ------
    EvidenceError
        With every fault of every file.
    """
    return _faultless(*check(folder, chapters, as_of, freshness=False))


def part(folder: Path, wanted: Callable[[str], bool], rules: Iterable[Rule], as_of: date) -> Evidence:
    """The files that ``wanted`` chooses by name (``limits/x.yaml``), held against some rules; nothing else is read.

    Raises
    ------
    EvidenceError
        With every fault of every file that was read.
    """
    return _faultless(*_ruled(folder, None, wanted, rules, as_of))


def laws(folder: Path, within: frozenset[str] | None, as_of: date) -> Evidence:
    """The law of the countries and states in ``within`` (of all without it), and the searches for it; nothing else is read.

    Raises
    ------
    EvidenceError
        With every fault of every file that was read.
    """

    def wanted(file: str) -> bool:
        kind, _, name = file.partition("/")
        if kind == "law":
            return within is None or name.partition("/")[0] in within
        return kind == "searches" and name.startswith("law-")

    evidence, faults = _ruled(folder, None, wanted, LAW_RULES, as_of)
    if not (folder / "law").is_dir():
        faults.append(Fault("law", 0, "", "is not there; should be a folder with the laws of each country and state"))
    return _faultless(evidence, faults)
