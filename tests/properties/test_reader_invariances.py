"""What holds for any text, any date, any number."""

import json
import math
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from equipoise.records.evidence import KINDS
from equipoise.records.reader import read, read_record
from equipoise.records.rules import percentages_agree
from equipoise.records.study import Study
from equipoise.records.text import compose
from equipoise.values.dates import PartialDate
from equipoise.values.estimate import Estimate, Interval

YAML_LIKE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "id",
                "outcomes",
                ": ",
                "- ",
                "\n",
                "\n  ",
                "? ",
                "[",
                "]",
                "{",
                "}",
                ", ",
                "&a ",
                "*a",
                "!!str ",
                "!x ",
                '"',
                "'",
                "|",
                ">",
            ]
        ),
        st.sampled_from(
            ["#", "---\n", "...\n", "%YAML 1.1\n", "<<", "\t", "\r\n", "\ufeff", "\x00", "\x85", "\u2028", "not-reported"]
        ),
        st.text(max_size=5),
    ),
    max_size=40,
).map("".join)


@settings(deadline=None)
@given(text=YAML_LIKE, kind=st.sampled_from(list(KINDS.values())))
@example(text="\x00", kind=Study)
@example(text="é\n\x07", kind=Study)
@example(text="? [a]\n: b", kind=Study)
@example(text="&a\n", kind=Study)
def test_any_text_is_a_record_or_has_faults_and_never_ends_the_run(text: str, kind: type) -> None:
    record, faults = read_record(kind, text, "x.yaml")
    assert record is not None or faults
    for fault in faults:
        assert fault.file == "x.yaml"
        assert 1 <= fault.line <= len(text.splitlines()) + 1
        assert fault.message


def scalars(text: str) -> list[tuple[int, int, int]]:
    """Return start, end and line of every value of a file that is not a list or a mapping and stands on one line."""
    root, _ = compose(text, "x.yaml")
    waiting, found = [root], []
    while waiting:
        node = waiting.pop()
        if node is None or isinstance(node.value, str):
            assert node is not None
            if node.start_mark.line == node.end_mark.line:
                found.append((node.start_mark.index, node.end_mark.index, node.start_mark.line + 1))
        elif node.id == "mapping":
            waiting += [value for _, value in node.value]
        else:
            waiting += node.value
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a constant
@given(data=st.data(), text=st.one_of(st.text(), YAML_LIKE, st.from_regex(r"\A-?[0-9]{1,4}(-[0-9]{2}|\.[0-9]+)?\Z")))
def test_another_value_in_a_sound_study_reads_or_is_a_fault_on_its_line(
    study_text: str, data: st.DataObject, text: str
) -> None:
    start, end, line = data.draw(st.sampled_from(scalars(study_text)))
    written = json.dumps(text, ensure_ascii=data.draw(st.booleans()))
    assume("\\ud" not in written)  # JSON writes some letters in two halves, YAML does not
    record, faults = read_record(Study, study_text[:start] + written + study_text[end:], "x.yaml")
    assert {fault.line for fault in faults} <= {line}
    assert isinstance(record, Study) or faults


@given(day=st.dates(), known=st.integers(0, 2))
def test_a_partial_date_is_what_it_says(day: date, known: int) -> None:
    partial = PartialDate(*(day.year, day.month, day.day)[: known + 1])
    assert PartialDate.parse(str(partial)) == partial
    assert partial.earliest <= day <= partial.latest
    assert partial.latest <= date(day.year, 12, 31)


@given(text=st.one_of(st.text(max_size=12), st.from_regex(r"\A\d{4}(-\d{2}){0,2}\Z")))
def test_a_partial_date_is_written_in_one_way(text: str) -> None:
    try:
        partial = PartialDate.parse(text)
    except ValueError:
        return
    assert str(partial) == text


NOT_FINITE = st.sampled_from([math.inf, -math.inf, math.nan])
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(bad=NOT_FINITE, good=FINITE)
def test_what_is_not_finite_is_no_bound_and_no_value(bad: float, good: float) -> None:
    for bounds in ({"low": bad, "high": good}, {"low": good, "high": bad}):
        with pytest.raises(ValueError, match="is not finite"):
            Interval(**bounds)
    with pytest.raises(ValueError, match="is not finite"):
        Estimate(measure="m", value=bad, unit="", printed="")


@given(low=st.integers(-99, 99), high=st.integers(-99, 99), value=st.integers(-99, 99))
def test_an_estimate_lies_in_its_interval_or_does_not_exist(low: int, high: int, value: int) -> None:
    if low > high:
        with pytest.raises(ValueError, match="wrong way round"):
            Interval(low=low, high=high)
        return
    interval = Interval(low=low, high=high)
    if low <= value <= high:
        assert Estimate(measure="m", value=value, unit="", printed="", interval=interval).value == value
    else:
        with pytest.raises(ValueError, match="misses its value"):
            Estimate(measure="m", value=value, unit="", printed="", interval=interval)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # the folder is only read
@given(
    total=st.integers(1, 10**6),
    part=st.fractions(0, 1),
    places=st.integers(0, 2),
    rounding=st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN]),
    off=st.integers(-9, 9),
)
def test_a_rounded_percentage_agrees_with_its_count_and_one_that_is_off_does_not(
    *, evidence_folder: Path, as_of: date, study_text: str, total: int, part: Fraction, places: int, rounding: str, off: int
) -> None:
    events = int(part * total)
    unit = Decimal(1).scaleb(-places)
    right = (Decimal(events) * 100 / Decimal(total)).quantize(unit, rounding=rounding)
    percent = right + off * unit
    assume(0 <= percent <= 100 and abs(off) != 1)  # one unit off may be another rounding of a tie
    text = study_text.replace(
        "{events: 50, total: 200, percent: 25.0}", f"{{events: {events}, total: {total}, percent: {percent}}}"
    )
    study, _ = read_record(Study, text, "studies/x.yaml")
    assert isinstance(study, Study)
    evidence = replace(read(evidence_folder)[0], studies={"x": study})
    assert bool(list(percentages_agree(evidence, as_of))) == (off != 0)
