"""What holds of the answer for any person: random lists, misspelt names, places, amounts, certificates and free text."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from equipoise.documents.assessment import Assessment, CaseError, Line, assess
from equipoise.documents.desk import Desk
from equipoise.documents.gathered import says_none
from equipoise.documents.lines import shown
from equipoise.intake.certificate import read_certificate
from equipoise.outputs.assessment import MARKS, assessment_json, assessment_text
from equipoise.records import places
from equipoise.records.case import Case
from equipoise.records.reader import read, read_case

large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""A case may have much in it."""

EVIDENCE = read(*places.shipped())[0]
CERTIFICATES = [
    read_certificate(Path(__file__).parent.parent / "data" / "certificates" / name) for name in ("leaf.csv", "leaf.json")
]
HEAVY = ("urgent", "life-threatening", "serious", "moderate", "unknown", "minor", "fact")

FORBIDDEN = re.compile(
    r"\b(?:safe|safer|safest|safely|all clear|no (?:known )?interactions?|harmless|no risk|risk-free|recommended dose|taper\w*|"
    r"you (?:should|must|can) (?:stop|start|quit|take|cut)|(?:stop|start) (?:taking|using))\b",
    re.IGNORECASE,
)
KRATOM = r"(?:kratom|mitragynine|7-OH|7-hydroxy)"
AMOUNT = r"\b\d[\d.,]* ?(?:g|mg|grams?|milligrams?|capsules?|teaspoons?|tablespoons?)\b(?!/)"
DOSE = re.compile(rf"{AMOUNT}.{{0,80}}?{KRATOM}|{KRATOM}.{{0,80}}?{AMOUNT}", re.IGNORECASE)
"""An amount that one could take, near kratom; ``mg/g`` is a content of a product."""

DESK: list[Desk] = []


@pytest.fixture(scope="module", autouse=True)
def desk(assessment_desk: Desk) -> None:
    """Hold the desk beside the tests: as an argument it would stand in words, whole, in every failure."""
    DESK.append(assessment_desk)


# What people type.

MEDICINES = sorted({name for one in EVIDENCE.medicines.values() for name in (one.name, *one.names, *one.brands)})
BRANDS = sorted(EVIDENCE.vocabulary.brands)
CONDITIONS = sorted({name for one in EVIDENCE.conditions.values() for name in (one.label, *one.names)})
SIGNS = sorted({words.strip("*") for sign in EVIDENCE.vocabulary.signs.values() for words in sign.words.split("|")})
PLACES = ["US-TN", "us-ri", "US-KY", "US-FL", "TH", "DE", "GB", "US-CA/San Diego", "Georgia", "Atlantis", "LT", "XX", "us"]


@st.composite
def misspelt(draw: st.DrawFn, names: list[str]) -> str:
    """Draw a name with a letter dropped, doubled or swapped."""
    name = draw(st.sampled_from(names))
    at = draw(st.integers(0, len(name) - 1))
    kind = draw(st.sampled_from(["drop", "double", "swap"]))
    if kind == "drop":
        return f"{name[:at]}{name[at + 1 :]}"
    return f"{name[: at + 1]}{name[at:]}" if kind == "double" else f"{name[:at]}{name[at : at + 2][::-1]}{name[at + 2 :]}"


WILD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
ODD = st.sampled_from(
    ["kratom 5 g", "7-OH", "ketum and oxycodone", "the pill", "zzz", "<b>", "\u202eabc", "a\nb", "lisinopril", "none"]
)
medicines = (
    st.sampled_from([*MEDICINES, *BRANDS])
    | misspelt([*MEDICINES, *BRANDS])
    | st.tuples(st.sampled_from(MEDICINES), st.sampled_from([" 50 mg", " XR", " 10/325", " tablets"])).map("".join)
    | st.tuples(st.sampled_from(MEDICINES), st.sampled_from(BRANDS)).map(" and ".join)
    | ODD
    | WILD
)
conditions = st.sampled_from(CONDITIONS) | misspelt(CONDITIONS) | st.sampled_from(SIGNS) | WILD
notes = st.lists(st.sampled_from(SIGNS) | st.sampled_from(CONDITIONS) | WILD, max_size=3).map(" ".join)
yes_no = st.sampled_from(["yes", "no"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a mapping in which any field may lack."""
    return st.fixed_dictionaries({}, optional=fields)


USES = some(
    use=st.sampled_from(["now", "stopped", "considering", "never"]),
    product=st.sampled_from(["leaf", "powder", "capsules", "tea", "extract", "shot", "7-oh", "other"]),
    serving_g=st.sampled_from(["2", "3.5"]),
    unit_g=st.sampled_from(["0.5", "0.6"]),
    container_g=st.sampled_from(["100", "250"]),
    reason=notes,
)
INTAKES = some(
    use=st.sampled_from(["now", "stopped", "considering"]),
    product=st.sampled_from(["leaf", "powder", "capsules", "tea", "extract", "7-oh"]),
    grams=st.sampled_from(["0.5", "2", "8.25", "40"]),
    mg_per_g=st.sampled_from(["1", "14.4"]),
    times_per_day=st.integers(1, 24),
    times=st.lists(st.sampled_from(["08:00", "8:00", "23:59"]), max_size=3),
    since=st.sampled_from(["2019", "2025-03", "2026-11-01"]),
)


def people(use: st.SearchStrategy[dict[str, Any]] = USES) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the data of a case."""
    return some(
        age=st.integers(0, 120),
        sex=st.sampled_from(["female", "male", "other"]),
        pregnant=yes_no,
        breastfeeding=yes_no,
        place=st.sampled_from(PLACES) | WILD,
        travel=st.lists(st.sampled_from(PLACES) | WILD.filter(str.strip), max_size=2),
        medicines=st.lists(medicines.filter(str.strip), max_size=5),
        conditions=st.lists(conditions.filter(str.strip), max_size=4),
        phenotypes=some(cyp2d6=st.sampled_from(["poor", "normal"]), cyp3a=st.sampled_from(["poor", "intermediate"])),
        kratom=use,
        note=notes,
    )


certificates = st.none() | st.sampled_from(CERTIFICATES)


def of(data: dict[str, Any]) -> Case:
    case, faults = read_case(data)
    assert case is not None, faults
    return case


def typed(case: Case) -> list[str]:
    """Return every text that a person typed, as an answer may repeat it, the longest first."""
    held = [*(case.medicines or ()), *(case.conditions or ()), *case.travel, *([case.place] if case.place else [])]
    return sorted(
        {" ".join(form.split()) for text in held for form in (text, shown(text), shown(text.strip()))}, key=len, reverse=True
    )


def without(case: Case, text: str) -> str:
    """Return a text on one line, without what the person typed that has a number in it."""
    flat = " ".join(text.split())
    for repeated in typed(case):
        if re.search(r"\d", repeated):
            flat = flat.replace(repeated, "…")
    return flat


def all_lines(answer: Assessment) -> list[Line]:
    return [*answer.urgent, *(line for section in answer.sections for line in section.lines)]


# What is never said.


@settings(large, max_examples=120)
@given(data=people(), certificate=certificates)
def test_a_person_is_never_told_an_amount_of_kratom_nor_that_it_is_safe_nor_what_to_do(
    data: dict[str, Any], certificate: Any
) -> None:
    case = of(data)
    answer = assess(DESK[0], case, certificate)
    person = without(case, assessment_text(answer, "person"))
    assert not DOSE.search(person)
    assert not FORBIDDEN.search(person)
    assert not FORBIDDEN.search(without(case, assessment_text(answer, "clinician")))


@settings(large, max_examples=30)
@given(data=people(INTAKES))
def test_a_computed_intake_brings_no_amount_into_the_words_for_a_person(data: dict[str, Any]) -> None:
    case = of(data)
    person = without(case, assessment_text(assess(DESK[0], case), "person"))
    assert not DOSE.search(person)
    assert not FORBIDDEN.search(person)


QUOTES = ("interaction/", "condition/", "finding/", "product/", "law/", "exposure/")


@pytest.mark.parametrize("place", ["US-RI", "US-FL", "US-TN", "TH"])
def test_a_clinician_reads_amounts_of_kratom_only_where_a_source_or_a_law_is_quoted(place: str) -> None:
    everything = [one.name for one in EVIDENCE.medicines.values()]
    told = [one.label for one in EVIDENCE.conditions.values() if one.applies.to != "age"]
    for names in (everything[:100], everything[100:]):
        case = of({"place": place, "medicines": names, "conditions": told, "kratom": {"grams": "2", "times_per_day": "3"}})
        for line in all_lines(assess(DESK[0], case, CERTIFICATES[0])):
            assert not DOSE.search(line.person), line.id
            assert not FORBIDDEN.search(
                f"{line.person} {line.clinician} {' '.join((*line.more, *line.watch, line.ask or ''))}"
            ), line.id
            if DOSE.search(line.clinician):
                assert line.id.startswith(("law/", "product/", "finding/")), line.id
            if any(DOSE.search(more) for more in line.more):
                assert line.id.startswith(QUOTES), line.id
                assert line.sources, line.id


# What is always said.


@settings(large, max_examples=120)
@given(data=people(), certificate=certificates)
def test_everything_that_was_typed_is_answered_by_name_once(data: dict[str, Any], certificate: Any) -> None:
    case = of(data)
    answer = assess(DESK[0], case, certificate)
    given_texts = Counter((item.field, item.given) for item in answer.inputs)
    assert all(item.sentence.strip() for item in answer.inputs)
    boxes = {field: {text.strip() for text in getattr(case, field) or ()} for field in ("medicines", "conditions")}
    for field, texts in boxes.items():
        assert given_texts[(field, "none")] == (getattr(case, field) == () or any(map(says_none, texts))), field
    for text in set().union(*boxes.values()):
        if not says_none(text):  # a text in both boxes may be one thing, and is answered once then
            times = sum(given_texts[(field, text)] for field in boxes)
            assert 1 <= times <= sum(text in texts for texts in boxes.values()), text
    wanted = Counter(("travel", text) for text in case.travel)
    if case.place is not None and case.place.strip():
        wanted[("place", case.place.strip())] += 1
    assert {key: times for key, times in given_texts.items() if key[0] in ("place", "travel")} == wanted
    typed_texts = {text for field, text in given_texts if field in boxes}
    assert typed_texts <= set().union(*boxes.values(), {"none"})
    scalars = {field for field in ("age", "sex", "pregnant", "breastfeeding", "note") if getattr(case, field) is not None}
    assert scalars <= {field for field, _ in given_texts}
    for field in ("use", "product", "serving_g", "unit_g", "container_g", "reason"):
        if case.kratom is not None and getattr(case.kratom, field) is not None:
            assert sum(times for key, times in given_texts.items() if key[0] == f"kratom.{field}") == 1


@settings(large, max_examples=80)
@given(data=people(), certificate=certificates)
def test_urgent_signs_and_help_stand_before_anything_else(data: dict[str, Any], certificate: Any) -> None:
    answer = assess(DESK[0], of(data), certificate)
    assert answer.help
    assert list(json.loads(assessment_json(answer)))[:2] == ["urgent", "help"]
    for register in ("person", "clinician"):
        head, _, rest = assessment_text(answer, register).partition("Help now")  # type: ignore[arg-type]
        assert head.count(MARKS["urgent"]) == len(answer.urgent)
        assert head.strip() == "" or head.startswith(MARKS["urgent"])
        assert answer.help[0].name in " ".join(rest[:600].split())
    if answer.urgent:
        assert answer.first == answer.urgent[0]
        assert all(line.weight == "urgent" and line.help for line in answer.urgent)


# More never weakens.


def weighed(answer: Assessment) -> dict[tuple[str, tuple[str, ...]], int]:
    """Return the weight of each line that is about the person, 0 the heaviest."""
    own = [line for line in all_lines(answer) if line.about]
    return {(line.id, line.about if line.id.startswith("name/") else ()): HEAVY.index(line.weight) for line in own}


def no_weaker(before: Assessment, after: Assessment, gone: tuple[str, ...] = ()) -> None:
    """Assert that each line about the person still stands, as heavy or heavier, and the first one too."""
    old, new = weighed(before), weighed(after)
    for key, weight in old.items():
        if not key[0].startswith(gone or ("-",)):
            assert key in new, key
            assert new[key] <= weight, key
    assert HEAVY.index(after.first.weight) <= HEAVY.index(before.first.weight)


@settings(large, max_examples=100)
@given(data=people(), more=medicines.filter(str.strip))
def test_another_medicine_never_weakens_a_warning(data: dict[str, Any], more: str) -> None:
    names = data.get("medicines", [])
    no_weaker(assess(DESK[0], of(data)), assess(DESK[0], of({**data, "medicines": [*names, more]})))


@settings(large, max_examples=60)
@given(data=people(), more=conditions.filter(str.strip))
def test_another_condition_never_weakens_a_warning(data: dict[str, Any], more: str) -> None:
    names = data.get("conditions", [])
    no_weaker(assess(DESK[0], of(data)), assess(DESK[0], of({**data, "conditions": [*names, more]})))


@settings(large, max_examples=40)
@given(data=people(), certificate=st.sampled_from(CERTIFICATES))
def test_a_certificate_never_weakens_a_warning(data: dict[str, Any], certificate: Any) -> None:
    no_weaker(assess(DESK[0], of(data)), assess(DESK[0], of(data), certificate))


# The same, however and whenever it is asked.


def said(answer: Assessment) -> list[tuple[str, ...]]:
    """Return what is said of the person, in its order, without the names that were asked back and the list of them."""
    held = [line for line in all_lines(answer) if not line.id.startswith("name/") and line.id != "unknown/not-checked"]
    return [(line.id, line.weight, line.person, line.clinician, *line.more) for line in held]


@settings(large, max_examples=60)
@given(
    data=people(), names=st.lists(medicines.filter(str.strip), min_size=2, max_size=6), order=st.randoms(use_true_random=False)
)
def test_the_order_of_medicines_changes_nothing_that_is_said(data: dict[str, Any], names: list[str], order: Any) -> None:
    shuffled = [*names]
    order.shuffle(shuffled)
    assume(shuffled != names)
    one = assess(DESK[0], of({**data, "medicines": names}))
    other = assess(DESK[0], of({**data, "medicines": shuffled}))
    assert said(one) == said(other)
    assert one.first.weight == other.first.weight
    if not one.first.id.startswith(("name/", "sign/")):
        assert one.first.person == other.first.person
    text = [Counter(re.findall(r"\w+", assessment_text(answer, "clinician"))) for answer in (one, other)]
    if not one.first.id.startswith("name/"):
        assert text[0] == text[1]


@settings(large, max_examples=15)
@given(data=people(INTAKES), other=people(INTAKES), certificate=certificates)
def test_the_same_person_gets_the_same_bytes_whoever_came_between(
    data: dict[str, Any], other: dict[str, Any], certificate: Any
) -> None:
    before = assessment_json(assess(DESK[0], of(data), certificate))
    assess(DESK[0], of(other))
    assert assessment_json(assess(DESK[0], of(data), certificate)) == before


# What cannot be.

NUMBERS = st.integers(-(10**6), 10**6) | st.sampled_from(
    ["0", "-1", "0.000001", "1e3", "nan", "inf", "99999999999999999999", "1,5", ""]
)
WILDLY = some(
    age=NUMBERS,
    pregnant=yes_no | WILD,
    place=WILD | st.text(min_size=190, max_size=260),
    travel=st.lists(WILD, max_size=3) | st.just(["TH"] * 25),
    medicines=st.lists(WILD | st.just(""), max_size=3)
    | st.just(["x" * 201])
    | st.just([f"a{number}" for number in range(101)]),
    conditions=st.lists(WILD | st.just(" "), max_size=3) | st.just(["gout"] * 51),
    kratom=some(
        use=st.sampled_from(["now", "stopped", "never"]) | WILD,
        product=st.sampled_from(["powder", "tea", "7-oh"]),
        grams=NUMBERS,
        mitragynine_mg=NUMBERS,
        mg_per_g=NUMBERS,
        times_per_day=NUMBERS,
        times=st.lists(st.sampled_from(["08:00", "24:00", "8", "٨:٠٠", "08:00\n"]) | WILD, max_size=3),
        since=st.sampled_from(["2025", "2026-12", "2027-01-01", "0001", "9999-12-31", "2025-02-30"]) | WILD,
        stopped=st.sampled_from(["2024", "2026-11-22", "1900"]) | WILD,
        serving_g=NUMBERS,
        unit_g=NUMBERS,
        container_g=NUMBERS,
    ),
    note=WILD | st.just("x" * 5001),
)


@settings(large, max_examples=250)
@given(data=WILDLY, certificate=certificates)
def test_what_cannot_be_is_refused_with_its_field_and_nothing_else_is_raised(data: dict[str, Any], certificate: Any) -> None:
    case, faults = read_case(data)
    assert (case is None) is bool(faults)
    if case is None:
        return
    wrong: tuple[tuple[str, str], ...] | None = None
    try:
        answer = assess(DESK[0], case, certificate)
    except CaseError as refused:
        wrong = refused.faults
    if wrong is None:
        assert assessment_text(answer, "person")
        assert assessment_json(answer)
    else:
        assert wrong
        assert all(field and message for field, message in wrong)
