"""A table is read as it was written, or every fault in it is named with its file, line and column."""

import hashlib
import math
from pathlib import Path

import pytest

from equipoise.intake.table import Table, TableError, numbers, numeric, read_table


def table(tmp_path: Path, content: str | bytes, name: str = "t.csv") -> Table:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


def faults(tmp_path: Path, content: str | bytes, column: str | None = None) -> tuple[str, ...]:
    """Return what is wrong, without the folder before the file's name."""

    def read() -> None:
        found = table(tmp_path, content)
        numbers(found, column or found.columns[-1])

    with pytest.raises(TableError) as refused:
        read()
    return tuple(fault.replace(f"{tmp_path}/", "") for fault in refused.value.faults)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_commas_semicolons_and_tabs_are_one_table(tmp_path: Path, sign: str, mark: str, end: str) -> None:
    rows = [["study", "yi", "vi"], ['"Müller; a, ""B"""', "0.5", " 1e-3 "], ["C", "-.25", "+2"]]
    read = table(tmp_path, mark + end.join(sign.join(row) for row in rows) + end)
    assert (read.columns, read.delimiter, read.lines) == (("study", "yi", "vi"), sign, (2, 3))
    assert read.words("study") == ['Müller; a, "B"', "C"]
    assert (numbers(read, "yi"), numbers(read, "vi")) == ([0.5, -0.25], [0.001, 2.0])


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    content = "\ufeffa\r\n1\r\n".encode()
    assert table(tmp_path, content).sha256 == hashlib.sha256(content).hexdigest()


def test_a_line_that_a_quote_stretches_keeps_its_first_number(tmp_path: Path) -> None:
    read = table(tmp_path, 'study,y\n\n"A\nB",1\nC,2\n')
    assert (read.lines, numbers(read, "y")) == ((3, 5), [1.0, 2.0])


def test_empty_columns_at_the_end_are_none(tmp_path: Path) -> None:
    read = table(tmp_path, "a,b,,\n1,2,,\n3,4,,\n")
    assert (read.columns, read.rows) == (("a", "b"), (("1", "2"), ("3", "4")))


def test_words_for_nothing_are_missing_and_no_number(tmp_path: Path) -> None:
    read = table(tmp_path, "a,b\nNA,x\n,x\nn/a,x\n.,x\n7,x\n")
    assert [math.isnan(value) for value in numbers(read, "a")] == [True, True, True, True, False]
    assert (numeric(read, "a"), numeric(read, "b")) == (True, False)


def test_utf_16_with_its_mark_is_read(tmp_path: Path) -> None:
    assert table(tmp_path, "a\tb\nü\t1\n".encode("utf-16")).rows == (("ü", "1"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ("t.csv: is empty; should have a line of names and a line for each study",)),
        ("a,b,a\n", ("t.csv:1: the name 'a' stands twice, in columns 1 and 3; should stand once",)),
        (
            '"",b\n1,2\n',
            ("t.csv:1: column 1 has no name; should have one; programs that write the numbers of rows should be told not to",),
        ),
        ("a,,c\n1,2,3\n", ("t.csv:1: column 2 has no name; should have one",)),
        (
            "a,b\n1,2,3\n4\n",
            (
                "t.csv:2: has 3 cells; should have 2, as the first line has",
                "t.csv:3: has 1 cell; should have 2, as the first line has",
            ),
        ),
        ('a,b\n1,"2\n', ("t.csv:2: opens a quote that nothing closes; should have an even number of quotes",)),
        ('a\n"1"2\n', ("t.csv:2: has something after a closing quote; a quote inside a cell should be doubled",)),
        (b"a\n1\nM\xfcller\n", ("t.csv:3: holds the byte 0xfc; should be saved as UTF-8 (in a spreadsheet: CSV UTF-8)",)),
        (b"PK\x03\x04\0\n", ("t.csv:1: holds a null character; should be a CSV file, not a workbook",)),
        (
            "a;b\n1;0,25\n2;1,5\n",
            (
                "t.csv:2: b: has '0,25'; a number should have a decimal point and no other comma, such as 0.25",
                "t.csv:3: b: has '1,5'; a number should have a decimal point and no other comma, such as 1.5",
            ),
        ),
        (
            "a\n5%\n",
            ("t.csv:2: a: has '5%'; should be a number without a sign, and a share between 0 and 1 where a share is meant",),
        ),
        (
            "a\ninf\n1_0\n",
            tuple(
                f"t.csv:{line}: a: has '{word}'; should be a number, or empty where it is not known"
                for line, word in ((2, "inf"), (3, "1_0"))
            ),
        ),
        ("a\n1e999\n", ("t.csv:2: a: has '1e999'; should be a number, or empty where it is not known",)),
    ],
)
def test_every_fault_has_its_place_and_says_what_would_be_right(
    tmp_path: Path, content: str | bytes, said: tuple[str, ...]
) -> None:
    assert faults(tmp_path, content) == said


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.csv: cannot be opened \(No such file or directory\)"):
        read_table(tmp_path / "none.csv")


def test_rows_that_are_left_out_take_their_lines_with_them(tmp_path: Path) -> None:
    read = table(tmp_path, "a\n1\n2\n3\n").without([1])
    assert (read.rows, read.lines, read.place(1, "a").endswith("t.csv:4: a")) == ((("1",), ("3",)), (2, 4), True)
