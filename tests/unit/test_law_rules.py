"""Law that cannot be meant is refused where it is read, with its file, its line and what would be right."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from equipoise.findings.norms import norms
from equipoise.records import places
from equipoise.records.law_rules import LAW_RULES
from equipoise.records.rules import RULES, check

AS_OF = date(2026, 11, 30)
FILE = "law/us-tn/2026-act.yaml"

LAW = """\
id: us-tn/2026-act
place: US-TN
axis: control
instrument:
  kind: statute
  force: law
  title: An act on kratom
  citation: 2026 chapter 1
  url: https://example.org/act
  signed: 2026-05-07
  commences:
    - {date: 2026-07-01, time: "17:00", zone: America/Chicago}
    - {scope: shops, date: 2026-08}
  ends:
    - {date: 2027-07-01, how: expires}
norms:
  - id: possess
    actions: [possess]
    effect: schedule
    schedule: I
    substance: {any_of: [mitragynine-pseudoindoxyl]}
    says: Possessing pseudoindoxyl is an offence.
  - id: sale
    actions: [buy, sell]
    effect: permit-if
    scope: shops
    min_age: 21
    substance: {any_of: [plant]}
    says: Sale to people of 21 and over is allowed.
  - id: cap
    actions: [sell]
    effect: prohibit
    substance:
      any_of: [7-hydroxymitragynine]
      limits:
        - all: [{analyte: 7-hydroxymitragynine, op: ">", value: 2, unit: percent, basis: alkaloid-fraction}]
    says: Products with more than 2% of their alkaloids as 7-OH are barred.
  - id: patients
    actions: [possess]
    effect: exempt
    substance: {any_of: [mitragynine-pseudoindoxyl]}
    exempts: [us-tn/2026-bill]
    says: Patients are exempt.
evidence:
  - {url: not-reported, title: The act, dated: 2026-05-07, retrieved: 2026-11-20,
     at: section 1, grade: primary, saw: full-text, shows: [norms, dates]}
conflicts:
  - {field: commences, says: 2026-06-01, norms: [sale], url: not-reported, title: A map,
     retrieved: 2026-11-20, at: row of the state, grade: tracker, note: It gives the first of June.}
last_verified: 2026-11-20
stale_after_days: 180
extracted: {by: eq-1, date: 2026-11-22}
"""

BILL = """\
id: us-tn/2026-bill
place: US-TN
axis: control
instrument:
  kind: bill
  force: proposal
  title: A bill
  citation: HB 1
  url: not-reported
  opened: 2026-01-10
  earliest: 2027-01-01
norms:
  - id: possess
    actions: [possess]
    effect: prohibit
    substance: {any_of: [plant]}
    says: It would bar possession.
evidence:
  - {url: not-reported, title: The bill, dated: 2026-01-10, retrieved: 2026-11-20,
     at: section 1, grade: primary, saw: full-text, shows: [proposal]}
last_verified: 2026-11-20
stale_after_days: 30
extracted: {by: eq-1, date: 2026-11-22}
"""

NATIONS = """\
id,name,kind,parent,code,zone
US,United States,country,none,USA,several
US-TN,Tennessee,state,US,ocd-division/country:us/state:tn,several
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Write a sound evidence folder with one act, one bill and two places, and return it."""
    folder = tmp_path / "evidence"
    shutil.copytree(places.shipped()[0] / "vocabulary", folder / "vocabulary")
    header = NATIONS.splitlines()[0] + "\n"
    for name, text in {
        FILE: LAW,
        "law/us-tn/2026-bill.yaml": BILL,
        "gazetteer/nations.csv": NATIONS,
        "gazetteer/us-counties.csv": header + "US-TN/Knox County,Knox County,county,US-TN,47093,America/New_York\n",
        "gazetteer/us-municipalities.csv": header
        + "US-TN/Knoxville,Knoxville,city,US-TN/Knox County,4740000,America/New_York\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> list[str]:
    return [str(fault) for fault in check(folder, None, AS_OF, freshness=False)[1]]


def test_a_sound_register_has_no_fault_and_becomes_norms(register: Path) -> None:
    evidence, faults = check(register, None, AS_OF, freshness=False)
    assert faults == ()
    assert {norm.id for norm in norms(evidence.law)} == {
        *(f"us-tn/2026-act#{name}" for name in ("possess", "sale", "cap", "patients")),
        "us-tn/2026-bill#possess",
    }


class Case(NamedTuple):
    """One change to the sound register, and the one fault that it makes: on the line that then holds ``at``."""

    rule: str
    old: str
    new: str
    at: str
    fault: str
    file: str = FILE


PLACES, WORDS, SOURCED = "places_are_known", "law_words_are_known", "laws_are_sourced"
DATES, VERSIONS, SAID = "law_dates_are_in_order", "versions_do_not_overlap", "norms_say_what_they_do"
LIMITS, LINKS, READER = "limits_can_be_measured", "law_links_lead_somewhere", "the reader"

CASES = (
    Case(
        PLACES,
        "place: US-TN",
        "place: US-TN/Nox County",
        "place:",
        "place: is 'US-TN/Nox County', which the gazetteer lacks; should be US-TN/Knox County",
    ),
    Case(
        PLACES,
        "place: US-TN",
        "place: Tennessee",
        "place:",
        "place: is 'Tennessee', which the gazetteer lacks; should be US-TN",
    ),
    Case(PLACES, "place: US-TN", "place: US", "place:", "place: is 'US'; should stand in law/us/"),
    Case(WORDS, "any_of: [plant]", "any_of: [kratom]", "any_of: [kratom]", "should be a word of vocabulary/substances.csv"),
    Case(WORDS, "any_of: [plant]", "any_of: []", "any_of: []", "is an empty list; should name what the norm is about"),
    Case(
        WORDS,
        "{analyte: 7-hydroxymitragynine,",
        "{analyte: 7-oh,",
        "analyte",
        "norms[2].substance.limits[0].all[0].analyte: is '7-oh'; should be a word of vocabulary/analytes.csv",
    ),
    Case(
        SOURCED, "shows: [norms, dates]", "shows: [dates]", "evidence:", "shows no norm; should have a source that shows norms"
    ),
    Case(SOURCED, "at: section 1", 'at: "-"', 'at: "-"', "evidence[0].at: is '-'; should say the place in the source"),
    Case(
        SOURCED,
        "stale_after_days: 180",
        "stale_after_days: 181",
        "stale_after_days:",
        "stale_after_days: is 181; should be from 1 to 180",
    ),
    Case(SOURCED, "stale_after_days: 180", "stale_after_days: 0", "stale_after_days:", "is 0; should be from 1 to 180"),
    Case(
        SOURCED,
        "last_verified: 2026-11-20",
        "last_verified: 2026-11-23",
        "last_verified:",
        "last_verified: is 2026-11-23; should not be after 2026-11-22, when it was read",
    ),
    Case(
        DATES,
        "- {date: 2027-07-01, how: expires}",
        "- {date: 2026-06, how: expires}",
        "how: expires",
        "instrument.ends[0].date: is 2026-06; should not be before 2026-07-01, when it begins",
    ),
    Case(
        DATES,
        "{date: 2027-07-01, how",
        "{scope: shop, date: 2027-07-01, how",
        "how: expires",
        "instrument.ends[0].scope: is 'shop', which nothing commences",
    ),
    Case(
        DATES, "zone: America/Chicago", "zone: Chicago", "zone:", "is 'Chicago'; should be a time zone such as America/New_York"
    ),
    Case(DATES, 'time: "17:00"', 'time: "24:00"', "time:", "is '24:00'; should be an hour such as 17:00"),
    Case(
        DATES, "date: 2026-07-01, time", "date: 2026-07, time", "time:", "is '17:00' without a day; should stand beside a day"
    ),
    Case(
        DATES,
        ", zone: America/Chicago",
        "",
        "time:",
        "instrument.commences[0].zone: is missing; should be the zone of the hour",
    ),
    Case(
        DATES, "scope: shops\n", "scope: stores\n", "scope: stores", "norms[1].scope: is 'stores'; should be one of all, shops"
    ),
    Case(
        DATES,
        "  earliest: 2027-01-01",
        "  earliest: 2027-01-01\n  commences:\n    - {date: 2026-07-01}",
        "instrument:",
        "instrument: is a proposal that commences or ends; should have opened, earliest, closed",
        "law/us-tn/2026-bill.yaml",
    ),
    Case(
        DATES,
        "  signed: 2026-05-07",
        "  signed: 2026-05-07\n  opened: 2026-01-10",
        "instrument:",
        "instrument: is a law with opened, earliest or closed; those are of proposals",
    ),
    Case(
        VERSIONS,
        "- id: cap",
        "- id: sale",
        "- id: sale\n    actions: [sell]",
        "norms[2].id: is 'sale', whose version above is in force at the same time; should begin when that one ends",
    ),
    Case(SAID, "min_age: 21", "min_age: -21", "min_age:", "norms[1].min_age: is -21; should be an age from 1 to 120"),
    Case(SAID, "    min_age: 21\n", "", "effect: permit-if", "is permit-if without a condition; should have min_age, licence"),
    Case(SAID, "    schedule: I\n", "", "id: possess", "norms[0].schedule: does not fit the effect schedule"),
    Case(
        SAID,
        "actions: [buy, sell]",
        "actions: []",
        "actions: []",
        "norms[1].actions: is an empty list; should name the actions",
    ),
    Case(
        SAID,
        "effect: permit-if",
        "effect: licence",
        "id: sale",
        "norms[1].licence: is missing; should say what must be licensed",
    ),
    Case(
        LIMITS,
        "unit: percent,",
        "unit: mg,",
        "analyte",
        "norms[2].substance.limits[0].all[0].unit: is 'mg' on the basis alkaloid-fraction; should be percent or ppm or mg/g",
    ),
    Case(LIMITS, "value: 2,", "value: -2,", "analyte", "all[0].value: is -2; should not be below zero"),
    Case(LIMITS, "value: 2,", "value: 102,", "analyte", "all[0].value: is 102 percent; should be at most 100"),
    Case(
        READER,
        "unit: percent,",
        "unit: grains,",
        "analyte",
        "unit: is 'grains'; should be 'percent', 'ppm', 'mg/g', 'mg' or 'ratio'",
    ),
    Case(READER, "min_age: 21", "min_age: 21.5", "min_age:", "min_age: is '21.5'; should be a whole number"),
    Case(LINKS, "[us-tn/2026-bill]", "[us-tn/2025-bill]", "exempts:", "is 'us-tn/2025-bill'; should be a file of law/"),
    Case(LINKS, "norms: [sale]", "norms: [sales]", "title: A map", "is 'sales'; should be one of cap, patients, possess, sale"),
    Case(LINKS, "says: 2026-06-01", "says: early June", "title: A map", "conflicts[0].says: 'early June' is not a date"),
)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.rule}: {case.new.strip().splitlines()[0] if case.new else case.old}"
)
def test_bad_law_is_refused_with_its_file_and_line(register: Path, case: Case) -> None:
    text = (register / case.file).read_text(encoding="utf-8")
    assert text.count(case.old) == 1
    text = text.replace(case.old, case.new)
    (register / case.file).write_text(text, encoding="utf-8")
    (fault,) = faults_of(register)
    line = text[: text.index(case.at)].count("\n") + 1
    assert fault.startswith(f"{case.file}:{line}: ")
    assert case.fault in fault


def test_versions_of_one_norm_may_follow_each_other(register: Path) -> None:
    file = register / FILE
    text = file.read_text(encoding="utf-8").replace("- {date: 2027-07-01, how", "- {date: 2026-08-31, how")
    file.write_text(text.replace("- id: cap", "- id: sale"), encoding="utf-8")
    assert faults_of(register) == []


def test_every_rule_of_law_is_applied_and_has_a_case() -> None:
    assert set(LAW_RULES) <= set(RULES)
    assert {case.rule for case in CASES} - {READER} == {rule.__name__ for rule in LAW_RULES}


@pytest.mark.parametrize("rule", LAW_RULES, ids=lambda rule: rule.__name__)
def test_a_rule_of_law_is_one_sentence(rule: object) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\w\.", rule.__doc__ or "")
