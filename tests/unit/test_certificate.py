"""A certificate is read as the laboratory wrote it, or every fault in it is named with its file and place."""

import re
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
import typst

from equipoise.intake.certificate import (
    LARGEST,
    NOT_RECOGNISED,
    Certificate,
    CertificateError,
    read_certificate,
    recognised,
    written_csv,
    written_json,
)

DATA = Path(__file__).parents[1] / "data" / "certificates"
HEAD = "Analyte,Result,Unit,LOQ,LOD\n"


def read(tmp_path: Path, content: str | bytes, name: str = "c.csv") -> Certificate:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_certificate(path)


def faults(tmp_path: Path, content: str | bytes, name: str = "c.csv") -> list[str]:
    with pytest.raises(CertificateError) as refused:
        read(tmp_path, content, name)
    return [fault.replace(f"{tmp_path}/", "") for fault in refused.value.faults]


def bounds(certificate: Certificate) -> dict[str, tuple[str, str | None, str]]:
    return {one.printed: (str(one.low), None if one.high is None else str(one.high), one.unit) for one in certificate.results}


def test_a_certificate_with_lines_above_its_table_is_read() -> None:
    certificate = read_certificate(DATA / "leaf.csv")
    assert certificate.serving_g == 3
    assert certificate.not_recognised == ("Mesembrine",)
    assert {one.printed: one.form for one in certificate.results if one.form} == {"Arsenic (inorganic)": "inorganic"}
    assert bounds(certificate) == {
        "Mitragynine": ("13.9", "13.9", "mg/g"),
        "7-Hydroxymitragynine (7-OH)": ("0", "0.1", "mg/g"),
        "Speciogynine": ("2.2", "2.2", "mg/g"),
        "Paynantheine": ("3.1", "3.1", "mg/g"),
        "Lead (Pb)": ("0.42", "0.42", "ug/g"),
        "Cadmium": ("0", "5", "ng/g"),
        "Arsenic (inorganic)": ("0.08", "0.08", "ug/g"),
        "Mercury": ("0", "0.005", "ug/g"),
        "Total Yeast & Mold": ("1200", "1200", "cfu/g"),
        "Salmonella": ("0", None, "not-said"),
        "E. coli": ("0", "10", "cfu/g"),
        "Mesembrine": ("0.02", "0.02", "mg/g"),
    }
    salmonella = next(one for one in certificate.results if one.analyte == "salmonella")
    assert (salmonella.outcome, salmonella.sample_g) == ("absent", 25)
    assert certificate.results[0].place.endswith("leaf.csv:6")


def test_semicolons_decimal_commas_and_cells_of_two_lines_are_read() -> None:
    certificate = read_certificate(DATA / "blatt.csv")
    assert bounds(certificate) == {
        "Mitragynine": ("1.39", "1.39", "percent"),
        "7-OH-Mitragynine": ("0", "0.01", "percent"),
        "Blei / Pb": ("0.42", "0.42", "ug/g"),
    }
    assert [one.place[-2:] for one in certificate.results] == [":2", ":4", ":5"]


def test_json_is_read_and_says_the_same() -> None:
    certificate = read_certificate(DATA / "leaf.json")
    assert (certificate.results[0].value, certificate.serving_g) == (Decimal("13.90"), 3)
    assert [one.analyte for one in certificate.results] == ["mitragynine", "7-hydroxymitragynine", "lead", "salmonella"]
    assert (certificate.results[1].high, certificate.results[3].sample_g) == (Decimal("0.03"), 25)


@pytest.mark.parametrize("name", ["leaf.csv", "blatt.csv", "leaf.json"])
def test_written_and_read_again_it_is_the_same(tmp_path: Path, name: str) -> None:
    text = written_csv(read_certificate(DATA / name))
    again = written_csv(read(tmp_path, written_json(read(tmp_path, text)), "c.json"))
    assert again == text


def test_the_tables_of_a_pdf_are_read(tmp_path: Path) -> None:
    source = (
        "#table(columns: 2, [Client], [Somebody Else], [Batch], [1])\n"
        "#table(columns: 4, [Analyte], [Result], [Units], [LOQ], [Mitragynine], [13.9], [mg/g], [0.1], "
        "[7-OH], [\\<LOQ], [mg/g], [0.1])\n#pagebreak()\n"
        "#table(columns: 3, [Element], [Result (ppm)], [Status], [Lead\n(Pb)], [0.42], [Pass])"
    )
    certificate = read(tmp_path, typst.compile(source.encode()), "c.pdf")
    assert bounds(certificate) == {
        "Mitragynine": ("13.9", "13.9", "mg/g"),
        "7-OH": ("0", "0.1", "mg/g"),
        "Lead (Pb)": ("0.42", "0.42", "ug/g"),
    }
    assert certificate.results[2].place.endswith("c.pdf: page 2, table 1, row 2")
    assert "Somebody" not in repr(certificate)


def test_a_pdf_without_pdfplumber_broken_or_without_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = typst.compile(b"No table")
    assert faults(tmp_path, letter, "c.pdf") == [
        "c.pdf: has no table with ruled lines; should be CSV or JSON where it is a scan or a letter"
    ]
    assert faults(tmp_path, b"%PDF-1.7 broken", "c.pdf")[0].startswith("c.pdf: cannot be read as a PDF")
    bomb = b"%PDF-1.7\n1 0 obj <</Filter /FlateDecode>> stream\n" + zlib.compress(bytes(60_000_000)) + b"\nendstream"
    assert "unpacks to more than 50,000,000 bytes" in faults(tmp_path, bomb, "c.pdf")[0]
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    assert "install equipoise[pdf-tables]" in faults(tmp_path, letter, "c.pdf")[0]


@pytest.mark.parametrize(
    ("cell", "unit", "low", "high", "said"),
    [
        ("13.9", "mg/g", "13.9", "13.9", "mg/g"),
        ("1.39%", "", "1.39", "1.39", "percent"),
        ("0.42 ppm", "mg/kg", "0.42", "0.42", "ug/g"),
        ("420", "ppb", "420", "420", "ng/g"),
        ("0.42", "µg/g", "0.42", "0.42", "ug/g"),
        ("0.42", "mcg / g", "0.42", "0.42", "ug/g"),
        ("25", "mg per serving", "25", "25", "mg/serving"),
        ("25", "mg/capsule", "25", "25", "mg/unit"),
        ("<0.05", "mg/g", "0", "0.05", "mg/g"),
        ("< LOQ", "mg/g", "0", "0.3", "mg/g"),
        ("BLQ", "mg/g", "0", "0.3", "mg/g"),
        ("ND", "mg/g", "0", "0.1", "mg/g"),
        ("Not Detected", "mg/g", "0", "0.1", "mg/g"),
        ("0.2", "mg/g", "0", "0.3", "mg/g"),
        ("0.00", "", "0", "0.3", "not-said"),
        (">75", "mg/g", "75", None, "mg/g"),
        ("Pass", "mg/g", "0", None, "mg/g"),
        ("NT", "mg/g", "0", None, "mg/g"),
        ("1.2e-1 g/100 g", "", "0", "0.3", "percent"),
        ('"1.234,5"', "ng/g", "1234.5", "1234.5", "ng/g"),
        ('"1,234.5"', "ng/g", "1234.5", "1234.5", "ng/g"),
        ('"0,42"', "%", "0.42", "0.42", "percent"),
    ],
)
def test_results_are_intervals(tmp_path: Path, *, cell: str, unit: str, low: str, high: str | None, said: str) -> None:
    """LOQ 0.3 and LOD 0.1 stand beside them: a number below its own LOQ, and a zero, are no measurements."""
    loq, lod = ("0.3", "") if cell == "0.00" else ("0.3", "0.1")
    found = read(tmp_path, f"{HEAD}Mitragynine,{cell},{unit},{loq},{lod}\n").results[0]
    assert (str(found.low), None if found.high is None else str(found.high), found.unit) == (low, high, said)


def test_a_limit_of_quantitation_may_have_its_own_unit(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEAD}Lead,ND,ppm,20 ppb,5 ppb\n").results[0].high == Decimal("0.005")
    assert read(tmp_path, "Analyte,Result,Unit,LOQ (ppb)\nLead,ND,ppm,20\n").results[0].high == Decimal("0.02")
    assert "both should have one unit" in faults(tmp_path, f"{HEAD}Salmonella,<10,cfu/g,20 ppb,\n")[0]


def test_a_line_that_resembles_names_of_columns_is_a_result(tmp_path: Path) -> None:
    found = read(tmp_path, "Analyte,Result,Unit\nAlkaloid,1.2,%\nLead,0.4,ppm\n").results
    assert [(one.analyte, one.value) for one in found] == [(NOT_RECOGNISED, Decimal("1.2")), ("lead", Decimal("0.4"))]


def test_more_commas_than_semicolons_do_not_hide_the_semicolons(tmp_path: Path) -> None:
    line = "Lead;0,42;ppm;digested, diluted, measured, read, by ICP-MS, twice"
    found = read(tmp_path, f"Analyte;Result;Unit;Method\n{line}\n").results
    assert (found[0].value, found[0].method) == (Decimal("0.42"), "digested, diluted, measured, read, by ICP-MS, twice")
    assert read(tmp_path, '"Analyte";"Result";"Unit"\n"Lead, total";"0,42";"ppm"\n').results[0].value == Decimal("0.42")


def test_a_line_that_is_none_of_ours_is_named_and_not_in_the_way(tmp_path: Path) -> None:
    certificate = read(tmp_path, f"{HEAD}Water activity,0.45,aw,,\nColour,green,,,\nLead,0.4,ppm,,\nCadmium,,,,\n")
    assert certificate.not_recognised == ("Water activity", "Colour")
    assert [one.outcome for one in certificate.results] == ["no-result", "no-result", "measured", "no-result"]
    assert certificate.results[2].value == Decimal("0.4")


SECTIONS = """Certificate of analysis
Sample: Green,Batch: 77,Serving Size: 2.4 g
Moisture: 9.5 %
Alkaloids,Result,Units
Mitragynine (MIT),14.2,mg/g
Heavy Metals
Metal,Result (ppm),LOQ
Pb (Lead),0.42,0.01
Batch,77,
"Analyst: J. Doe",,
Microbe,Result,Units
Heavy metals,Pass,ppm
Total Yeast & Mold (TYMC),1200,CFU/g
This report may not be copied in part.
"""


def test_headings_footers_and_labels_are_passed_over_and_said_to_be_without_their_words(tmp_path: Path) -> None:
    certificate = read(tmp_path, SECTIONS)
    assert [(one.analyte, one.value) for one in certificate.results] == [
        ("moisture", Decimal("9.5")),
        ("mitragynine", Decimal("14.2")),
        ("lead", Decimal("0.42")),
        (NOT_RECOGNISED, None),  # Heavy metals, Pass, ppm: a line of results, and no names of columns
        ("yeast-and-mould", Decimal(1200)),
    ]
    assert certificate.serving_g == Decimal("2.4")
    assert certificate.notes == ("Passed over as headings, footers or labels: line 6, line 9, line 10, line 14.",)
    assert "Doe" not in repr(certificate)


@pytest.mark.parametrize(
    "said", ["Serving Size: 2.4 g", "Batch,7,Serving size:,2.4 g", "Serving size (g),2.4", "Serving: 2400 mg"]
)
def test_the_weight_of_a_serving_stands_in_one_cell_or_beside_its_label(tmp_path: Path, said: str) -> None:
    assert read(tmp_path, f"{said}\n{HEAD}Lead,0.4,ppm,,\n").serving_g == Decimal("2.4")
    assert read(tmp_path, f"{HEAD}Lead,0.4,ppm,,\n{said}\n").serving_g == Decimal("2.4")


@pytest.mark.parametrize(
    ("cell", "unit", "low", "high"),
    [
        ("0.4 ± 0.1", "ppm", "0.3", "0.5"),
        ("0.4 ± 0.1 mg/kg", "", "0.3", "0.5"),
        ("(0.4 +/- 0.1) ppm", "", "0.3", "0.5"),
        ("0.4 ppm +- 0.1 (k=2)", "", "0.3", "0.5"),
        ("0.1 ± 0.4", "ppm", "0.0", "0.5"),
        ("99 ± 2", "%", "97", "100"),
        ("0.02 ± 0.01", "ppm", "0", "0.05"),
    ],
)
def test_an_uncertainty_makes_a_number_an_interval(tmp_path: Path, *, cell: str, unit: str, low: str, high: str) -> None:
    """The ends are at least zero and at most the whole; below its own LOQ of 0.05 a number is no measurement."""
    certificate = read(tmp_path, f"{HEAD}Lead,{cell},{unit},0.05,\n")
    found = certificate.results[0]
    assert (found.low, found.high) == (Decimal(low), Decimal(high))
    again = read(tmp_path, written_csv(certificate)).results[0]
    assert (again.low, again.high, again.uncertainty) == (found.low, found.high, found.uncertainty)


def test_two_amounts_agree_where_their_uncertainties_meet(tmp_path: Path) -> None:
    rows = "Lead,0.4 ± {0},ppm,,\nPb,0.55 ± {0},ppm,,\n"
    assert len(read(tmp_path, HEAD + rows.format("0.1")).results) == 2
    assert "contradicts" in faults(tmp_path, HEAD + rows.format("0.01"))[0]


@pytest.mark.parametrize("stated", ["Lead (dry weight),1,ppm", "Lead,1,ppm dry basis", "Lead,1 mg/kg on a dried basis,"])
def test_a_weight_that_is_said_is_kept(tmp_path: Path, stated: str) -> None:
    certificate = read(tmp_path, f"Analyte,Result,Unit\n{stated}\nCadmium,1,ppm (as received)\nMercury,1,ppm\n")
    assert [one.basis for one in certificate.results] == ["dry", "as-is", "not-said"]
    assert [one.unit for one in certificate.results] == ["ug/g"] * 3
    again = read(tmp_path, written_csv(certificate))
    assert [one.basis for one in again.results] == ["dry", "as-is", "not-said"]
    columns = read(tmp_path, "Analyte,mg/g as is,mg/g (dry basis)\nMitragynine,9,10\n7-OH,,1\n").results
    assert [(one.value, one.basis) for one in columns] == [(9, "as-is"), (1, "dry")]


@pytest.mark.parametrize(
    ("total", "noted"), [("14.2", False), ("14.1", False), ("14", False), ("14.0", True), ("13.9 ± 0.3", False), ("10", True)]
)
def test_a_total_below_the_sum_of_its_parts_is_noted_beyond_rounding_and_uncertainty(
    tmp_path: Path, total: str, *, noted: bool
) -> None:
    certificate = read(tmp_path, f"{HEAD}Mitragynine,13.9,mg/g,,\n7-OH,0.25,mg/g,,\nTotal alkaloids,{total},mg/g,,\n")
    assert bool(certificate.notes) == noted


def test_a_count_that_found_nothing_is_below_its_limit_of_detection(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD}Coliforms,ND,cfu/g,10,\nSalmonella,ND,/25g,,\nTAMC,0,cfu/g,10,\nTYMC,0,cfu/g,,\n").results
    assert [(one.outcome, one.high, one.sample_g) for one in found] == [
        ("not-detected", 10, None),
        ("absent", None, 25),
        ("below", 10, None),
        ("not-detected", None, None),
    ]


def test_not_detected_without_a_printed_limit_bounds_nothing(tmp_path: Path) -> None:
    for cell in ("ND", "<LOQ", "0", "trace"):
        found = read(tmp_path, f"{HEAD}Lead,{cell},ppm,,\n").results[0]
        assert (found.low, found.high, found.censored) == (0, None, True)


@pytest.mark.parametrize(
    ("name", "analyte"),
    [
        ("7-OH", "7-hydroxymitragynine"),
        ("7OHM", "7-hydroxymitragynine"),
        ("7 - hydroxymitragynine", "7-hydroxymitragynine"),
        ("7‑Hydroxymitragynine", "7-hydroxymitragynine"),
        ("Lead (Pb)", "lead"),
        ("Pb", "lead"),
        ("Arsenic, total", "arsenic"),
        ("Arsenic (inorganic)", "arsenic"),
        ("Arsenic (organic)", NOT_RECOGNISED),
        ("Lead (inorganic)", NOT_RECOGNISED),
        ("Mitragynine (HPLC)", "mitragynine"),
        ("Mitragynine (MIT)", "mitragynine"),
        ("Mitragynine (min)", NOT_RECOGNISED),
        ("Mitragynine (MXT)", NOT_RECOGNISED),
        ("Mitragynine (mg/g)", "mitragynine"),
        ("7-Hydroxymitragynine (7-OH-MIT)", "7-hydroxymitragynine"),
        ("7-Hydroxymitragynine (MIT)", NOT_RECOGNISED),
        ("Pb (Lead)", "lead"),
        ("Lead, Pb", "lead"),
        ("Lead/Pb", "lead"),
        ("Lead, Cd", NOT_RECOGNISED),
        ("E. coli (STEC)", NOT_RECOGNISED),
        ("Total Aerobic Microbial Count (TAMC)", "aerobic-plate-count"),
        ("Loss on drying (LOD)", "moisture"),
        ("Mitragynine pseudoindoxyl", "mitragynine-pseudoindoxyl"),
        ("Total mitragynine and 7-OH", NOT_RECOGNISED),
        ("Total mitragynine", NOT_RECOGNISED),
        ("Total lead", "lead"),
        ("Lead (Cd)", NOT_RECOGNISED),
        ("Mg", NOT_RECOGNISED),
        ("STEC E. coli", NOT_RECOGNISED),
        ("Salmonella (in 25 g)", "salmonella"),
        ("Mitragynin", NOT_RECOGNISED),
        ("kratom", NOT_RECOGNISED),
    ],
)
def test_a_name_is_recognised_whole_or_not_at_all(name: str, analyte: str) -> None:
    assert recognised(name) == analyte


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Arsenic", None),
        ("Arsenic (total)", None),
        ("Inorganic arsenic (iAs)", "inorganic"),
        ("Arsenic (As), inorganic", "inorganic"),
        ("Mercury", None),
        ("Methylmercury (as Hg)", "methyl"),
        ("Mercury (methyl)", "methyl"),
    ],
)
def test_a_part_of_an_element_is_a_reading_of_its_own(tmp_path: Path, name: str, form: str | None) -> None:
    whole = "As,0.9,ppm,,\n" if form == "inorganic" else ""  # more than its part, and no contradiction
    assert read(tmp_path, f'{HEAD}"{name}",0.4,ppm,,\n{whole}').results[0].form == form


def test_units_may_stand_in_the_names_of_columns(tmp_path: Path) -> None:
    found = read(tmp_path, "Compound,LOQ (mg/g),mg/g,%\nMitragynine,0.1,13.9,1.39\n7-OH,0.1,ND,ND\n").results
    assert [(one.value, one.unit, one.high) for one in found] == [
        (Decimal("13.9"), "mg/g", Decimal("13.9")),
        (None, "mg/g", Decimal("0.1")),
    ]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = read(tmp_path, f"{HEAD}Lead,0.42,ppm,,\n").results
    assert read(tmp_path, b"\xef\xbb\xbf" + f"{HEAD}Lead,0.42,ppm,,\n".replace("\n", "\r\n").encode()).results == plain


def test_nothing_of_a_person_is_kept_or_repeated(tmp_path: Path) -> None:
    people = "Client,Jane Doe\nAnalyst,J. Doe\nAnalyte,Result,Unit,Analyst\n"
    assert "Doe" not in repr(read(tmp_path, f"{people}Lead,0.42,ppm,J. Doe\n"))
    assert "Doe" not in " ".join(faults(tmp_path, f"{people}Lead,-0.42,ppm,J. Doe\n"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "c.csv: is empty"),
        ("\n \n", "c.csv: is empty"),
        ("Analyte,Result,Unit\n", "c.csv: has no results"),
        ("Name,Number\nLead,1\n", "c.csv: has no results; the names of columns were not found"),
        (f"{HEAD}Lead,-0.4,ppm,,\n", "c.csv:2: Result: has '-0.4'; should not be below zero"),
        (f"{HEAD}Lead,0.4,ppm,-1,\n", "c.csv:2: loq: has '-1'"),
        (
            f"{HEAD}Mitragynine,1001,mg/g,,\n",
            "c.csv:2: Result: has '1001', more than there is in a gram; should be at most 1000",
        ),
        (f"{HEAD}Mitragynine,101,%,,\n", "should be at most 100 percent"),
        (f"{HEAD}Mitragynine,600,mg/g,,\n7-OH,600,mg/g,,\n", "c.csv: the alkaloids sum to 1200 mg in a gram"),
        (f"{HEAD}Lead,0.4,stone,,\n", "c.csv:2: unit: has 'stone'; should be one of percent, mg/g"),
        (f"{HEAD}Lead,3 g,,,\n", "c.csv:2: Result: has 'g'; should be one of percent"),
        (f"{HEAD}Lead,a little,ppm,,\n", "c.csv:2: Result: has 'a little'; should be a number, <LOQ, ND"),
        (f'{HEAD}Lead,"1,234",ppb,,\n', "c.csv:2: Result: has '1,234'; should be 1234 or 1.234"),
        (f"{HEAD}Lead,1.2.3,ppb,,\n", "one decimal point"),
        (f"{HEAD}Lead,0.4 mg/g,ppm,,\n", "beside the unit ug/g; both should be the same"),
        (f"{HEAD},0.4,ppm,,\n", "c.csv:2: analyte: is empty"),
        (f"{HEAD}Lead (Cd),0.4,ppm,,\n", "c.csv:2: analyte: names lead and, in brackets, cadmium; should name one"),
        (f"{HEAD}Mitragynine (mg/g),0.4,%,,\n", "c.csv:2: unit: is percent beside a name with mg/g; both should be"),
        (f"{HEAD}Yeast and mould,400,CFU/mL,,\n", "c.csv:2: unit: has 'CFU/mL'; should be one of percent"),
        (f"{HEAD}Lead,<0.4 ± 0.1,ppm,,\n", "should be a bound or a number with what it is uncertain by, not both"),
        (f"{HEAD}Lead,0.4 ± 10%,ppm,,\n", "beside the unit ug/g; both should be the same"),
        (f"{HEAD}Lead,0.4 ±,ppm,,\n", "c.csv:2: Result: has '0.4 ±'; should be a number, and what it is uncertain by"),
        (f"{HEAD}Inorganic arsenic,1,ppm,,\niAs,2,ppm,,\n", "c.csv:3: iAs: contradicts c.csv:2"),
        ("Serving size: 3 g\nServing size,2 g\n" + HEAD + "Lead,1,ppm,,\n", "c.csv:2: a serving has 2 g; contradicts c.csv:1"),
        (f"{HEAD}Lead,ND,ppm,0.1,0.3\n", "c.csv:2: lod: is 0.3, above the LOQ of 0.1"),
        (f"{HEAD}Lead,0.4,ppm,,\nCd,1,ppb,,\nPb,0.5,mg/kg,,\n", "c.csv:4: Pb: contradicts c.csv:2"),
        (f"{HEAD}Lead,0.4,ppm,,\nPb,<300,ppb,,\n", "c.csv:3: Pb: contradicts c.csv:2"),
        (f"{HEAD}E. coli,Absent,,,\nE coli,Detected,,,\n", "c.csv:3: E coli: contradicts"),
        ("Analyte,mg/g,%\nMitragynine,13.9,1.45\n", "c.csv:2: %: contradicts the column 'mg/g'"),
        ("Analyte,Result,Result (ppm),LOQ,LOQ\nLead,1,1,1,1\n", "c.csv:1: the column 'loq' stands twice"),
        (f"{HEAD}Lead,0,42,ppm,0,01\n", "c.csv:2: has 6 cells; should have 5, as the line of names has; a decimal comma"),
        (f'{HEAD}Lead,"0.4,ppm,,\n', "c.csv:2: opens a quote that nothing closes"),
        ("Serving size,9 kg\n" + HEAD + "Lead,0.4,ppm,,\n", ""),
        ("Serving size,5000 g\n" + HEAD + "Lead,0.4,ppm,,\n", "c.csv:1: a serving has '5000 g'"),
        ("Serving size,1 g\n" + HEAD + "Mitragynine,1200,mg/serving,,\n", "1200 mg in a serving of 1 g"),
        (HEAD.encode() + b"L\xe9ad,0.4,ppm,,\n", "c.csv:2: holds the byte 0xe9 and is not UTF-8"),
        (f"{HEAD}Lead\0,0.4,ppm,,\n", "not a workbook"),
        (HEAD + "Lead,0.4,ppm,,\n" * 2500, "more than 2000 lines"),
        (f"{HEAD}{'L' * 300},0.4,ppm,,\n", "more than 200 letters"),
        (HEAD + "," * 4_000_000, "c.csv:2: has 4,000,001 cells; should have 100 at most"),
        (HEAD.replace("\n", "\r") + "Lead,0.4,ppm,,\r" * 2500, "has 2,500 results; should have 2000 at most"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, content: str | bytes, says: str) -> None:
    if not says:
        assert read(tmp_path, content).serving_g is None  # a weight that is written otherwise is not guessed
        return
    assert any(says in fault for fault in faults(tmp_path, content)), faults(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "c.json:1: column 2: is not JSON"),
        ("[]", "c.json: has no results"),
        ('{"results": {}}', "c.json: has no results"),
        ('{"results": []}', "c.json: has no results"),
        ('{"results": [1]}', "c.json: results[0]: should be an object"),
        ('{"results": [{"analyte": "Pb"}]}', "c.json: results[0]: should have an analyte and a result"),
        ('{"results": [{"analyte": "Pb", "result": 1, "unti": "ppm"}]}', "c.json: results[0]: unti: is no field"),
        ('{"results": [{"analyte": "Pb", "result": NaN, "unit": "ppm"}]}', "c.json: has NaN"),
        ('{"results": [{"analyte": "Pb", "result": -1, "unit": "ppm"}]}', "c.json: results[0]: result: has '-1'"),
        ('{"results": [{"analyte": "Pb", "analyte": "Cd", "result": 1}]}', "a name stands twice"),
        ('{"serving_g": {}, "results": []}', "c.json: serving_g: should be a number"),
        ('{"results": [' + "1," * 1_000_000 + "1]}", "c.json: has 1,000,001 results"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_a_fault_of_json_is_named_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    assert any(says in fault for fault in faults(tmp_path, content, "c.json")), faults(tmp_path, content, "c.json")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.csv"
    with path.open("wb") as made:
        made.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(CertificateError, match=f"has 200,000,000 bytes; should be a certificate of {LARGEST:,} at most"):
        read_certificate(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(CertificateError, match="should be a certificate"):
            read_certificate(path)


def test_the_forms_that_docs_certificates_shows_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text(encoding="utf-8")
    blocks = [dedent(block) for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]
    shown = {
        name: next(block for block in blocks if block.startswith(start)) for name, start in (("csv", "Serving"), ("json", "{"))
    }
    for kind, content in shown.items():
        certificate = read(tmp_path, content, f"c.{kind}")
        assert certificate.serving_g == 3
        assert not certificate.not_recognised
        assert certificate.results[-1].sample_g == 25
    for unit in re.findall(r"^\| `([^|]*)`", text.split("## Units")[1].split("## Analytes")[0], re.MULTILINE):
        for one in unit.split("`, `"):
            assert read(tmp_path, f"{HEAD}Lead,1,{one},,\n").results[0].unit == one


def test_a_certificate_of_one_analyte_over_and_over_is_soon_refused(tmp_path: Path) -> None:
    said = faults(tmp_path, f"Analyte,Result,Unit\n{''.join(f'Mitragynine,{at / 10},mg/g{chr(10)}' for at in range(1900))}")
    assert len(said) < 250
    assert "c.csv:22: Mitragynine: is line 21 of one analyte; should have one amount" in said
