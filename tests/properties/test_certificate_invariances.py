"""Whatever a certificate says: written and read again it says the same, and any bytes are read or refused in words."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from equipoise.intake.certificate import Certificate, CertificateError, read_certificate, written_csv, written_json

NUMBERS = st.decimals("0.001", "90", places=3).map(str)
RESULTS = st.one_of(
    NUMBERS,
    NUMBERS.map("<{}".format),
    NUMBERS.map(">{}".format),
    st.sampled_from(["ND", "<LOQ", "BLQ", "trace", "NT", "Pass", "0"]),
)
ANALYTES = ["Mitragynine", "7-OH", "Lead (Pb)", "Cd", "Arsenic (inorganic)", 'Odd, "quoted"; name', "Zinc\nand tin"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(ANALYTES),
        RESULTS,
        st.sampled_from(["mg/g", "%", "ppm", "ug/g", "mcg/g", "ppb", "mg/serving", ""]),
        st.sampled_from(["", "0.05", "0.5"]),
        st.sampled_from(["", "0.01"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[0],
)


def read(content: bytes, name: str) -> Certificate:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_certificate(path)


def faults(content: bytes, name: str) -> tuple[str, ...]:
    """Return none for a certificate that is read, which then has results."""
    try:
        assert read(content, name).results
    except CertificateError as refused:
        return refused.faults
    return ()


def said(certificate: Certificate) -> list[tuple[object, ...]]:
    return [
        (one.analyte, one.printed, one.outcome, one.low, one.high, one.unit, one.loq, one.lod) for one in certificate.results
    ]


@given(ROWS)
@settings(deadline=None)
def test_from_csv_to_json_and_back_nothing_changes(rows: list[tuple[str, ...]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Analyte", "Result", "Unit", "LOQ", "LOD"], *rows])
    first = read(out.getvalue().encode(), "c.csv")
    second = read(written_json(first).encode(), "c.json")
    third = read(written_csv(second).encode(), "c.csv")
    assert said(first) == said(second) == said(third)
    assert written_csv(first) == written_csv(third)
    assert [one.printed.split() for one in first.results] == [row[0].split() for row in rows]


@given(ROWS)
@settings(deadline=None)
def test_what_is_below_a_limit_has_zero_only_as_its_lower_end(rows: list[tuple[str, ...]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Analyte", "Result", "Unit", "LOQ", "LOD"], *rows])
    for one in read(out.getvalue().encode(), "c.csv").results:
        assert one.high is None or one.high > 0
        assert not one.censored or one.low == 0
        assert one.outcome != "measured" or one.low == one.high


@given(st.binary(max_size=300) | st.text('Analyte,Result;Unit\n"0.5<>NDppm%-/ ()[]{}:', max_size=200).map(str.encode))
@example(b"Analyte,Result\nLead," + b"1" * 5000)
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    for name in ("c.csv", "c.json", "c.pdf"):
        assert all(name in fault for fault in faults(content, name))
