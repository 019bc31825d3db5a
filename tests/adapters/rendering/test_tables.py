"""Tables as readings: each value in its column, as its author saw it, and what is missing."""

import struct
from collections.abc import Sequence

import pytest

from bedside.adapters.rendering import office, tables
from bedside.adapters.rendering.number_formats import formatted
from bedside.files import media_types as types
from bedside.files.readings import MAX_CELLS, MAX_ROWS, Reading, Sheet, reading_of
from tests.hostile import tables as make
from tests.hostile.tables import number, words

pytestmark = pytest.mark.feature("F10")
Rows = Sequence[Sequence[str]]


def reading(data: bytes, media_type: str) -> Reading:
    """Return what the child would answer, read back."""
    return reading_of(office.derive(data, media_type).derivatives[0].data)


def sheet(data: bytes, media_type: str = types.XLSX) -> Sheet:
    """Return the only sheet of a table."""
    (only,) = reading(data, media_type).sheets
    return only


def row(cells: str, *, times: int = 1, repeated: str = "") -> str:
    """A row of an OpenDocument table."""
    return (
        f'<table:table-row table:number-rows-repeated="{times}"{repeated}>{cells}</table:table-row>'
    )


def cell(text: str = "", attributes: str = "") -> str:
    """A cell of an OpenDocument table."""
    inside = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def test_a_cell_that_is_not_in_the_file_is_empty() -> None:
    shown = sheet(make.xlsx({"W": [words("A1", "Tag") + words("D1", "INR"), number("D2", 5.9)]}))
    assert shown.rows == [["Tag", "", "", "INR"], ["", "", "", "5.9"]]
    shown = sheet(make.xls({(0, 0): "Tag", (0, 3): "INR", (1, 3): 5.9}), types.XLS)
    assert shown.rows == [["Tag", "", "", "INR"], ["", "", "", "5.9"]]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.455, "0%", "46%"),
        (0.4567, "0.0%", "45.7%"),
        (1234567.891, "#,##0.00 €", "1234567.89 €"),
        (5.9, '0.0 "mmol/l"', "5.9 mmol/l"),
        (-3, "0;[Red]-0", "-3"),
        (-2.5, "0.0", "-2.5"),
        (7, "000", "007"),
        (0.5, ".00", "0.50"),
        (5, "0.##", "5"),
        (3, "[$€-407] #,##0.00", "€ 3.00"),
        (3.2, "_-* #,##0.00_-;-* #,##0.00_-", "3.20"),
        (2.3999999999999999, "General", "2.4"),
        (1.5, "# ?/?", "1.5"),
        (170, '0"/"00', "170"),
        (12, "[<10]0;[>=10]0.0", "12"),
    ],
)
def test_numbers_are_displayed_by_their_format(value: float, code: str, shown: str) -> None:
    assert formatted(value, code) == shown


def test_formats_reach_the_cells() -> None:
    cells = number("A1", 0.5, 1) + number("B1", 45415, 2) + number("C1", 45415.354166666664, 3)
    cells += number("D1", 1.25, 4) + '<c r="E1" t="b"><v>1</v></c><c r="F1" t="e"><v>#N/A</v></c>'
    cells += '<c r="G1"><f>SUM(A1:B1)</f></c>'
    formats = ["0%", "dd.mm.yyyy", "dd.mm.yyyy hh:mm", "[h]:mm"]
    made = reading(make.xlsx({"W": [cells]}, formats=formats), types.XLSX)
    expected = ["50%", "2024-05-03", "2024-05-03 08:30", "30:00", "TRUE", "#N/A", "=SUM(A1:B1)"]
    assert made.sheets[0].rows == [expected]
    assert made.missing == ["formulas"]


def test_formats_of_old_excel_reach_the_cells() -> None:
    data = make.xls({(0, 0): 0.25, (0, 1): 2.0}, codes=["0%"], formats={(0, 0): 1})
    assert sheet(data, types.XLS).rows == [["25%", "2"]]


def test_sheets_have_names_and_hidden_ones_are_marked() -> None:
    data = make.xlsx({"Werte": [words("A1", "x")], "Alt": [words("A1", "y")]}, hidden=["Alt"])
    assert [(one.name, one.hidden) for one in reading(data, types.XLSX).sheets] == [
        ("Werte", False),
        ("Alt", True),
    ]
    assert "Werte\nx\nAlt\ny" in office.derive(data, types.XLSX).text


def test_cells_that_are_one_stay_one() -> None:
    data = make.xlsx({"W": [words("A1", "Blut"), words("C2", "x")]}, merged="A1:B2")
    assert sheet(data).spans == [(0, 0, 2, 2)]
    assert tables.spans_within([(0, 0, 9, 2), (1, 1, 2, 2), (8, 8, 2, 2)], 4, 3) == [(0, 0, 4, 2)]


def test_a_long_table_is_cut_for_the_eye_and_not_for_search() -> None:
    rows = [number(f"A{at}", at) for at in range(1, MAX_ROWS + 51)]
    rows[-1] = words(f"A{MAX_ROWS + 50}", "Ferritin")
    made = office.derive(make.xlsx({"W": rows}), types.XLSX)
    shown = reading_of(made.derivatives[0].data)
    assert (len(shown.sheets[0].rows), shown.sheets[0].all_rows) == (MAX_ROWS, MAX_ROWS + 50)
    assert shown.missing == ["rows"]
    assert "Ferritin" in made.text
    wide = tables.sheet_of("W", [["x"] * 100] * 400)
    assert sum(len(one) for one in wide.rows) <= MAX_CELLS


def test_values_are_shown_though_styles_are_broken() -> None:
    broken = {"xl/worksheets/_rels/sheet1.xml.rels": b"<Relationships"}
    made = reading(make.xlsx({"W": [number("A1", 5.9)]}, more=broken), types.XLSX)
    assert (made.sheets[0].rows, made.missing) == ([["5.9"]], ["number_formats"])


def test_comments_of_cells_are_shown_and_found() -> None:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    comments = b'<comments><commentList><comment ref="B2"><text><t>nuechtern</t></text></comment>'
    more = {
        "xl/comments1.xml": comments + b"</commentList></comments>",
        "xl/worksheets/_rels/sheet1.xml.rels": (
            f'<Relationships><Relationship Id="rId1" Type="{relation}" '
            'Target="../comments1.xml"/></Relationships>'
        ).encode(),
    }
    data = make.xlsx({"W": [words("A1", "x")]}, more=more)
    assert sheet(data).remarks == [("B2", "nuechtern")]
    assert "nuechtern" in office.derive(data, types.XLSX).text


def test_an_open_document_table_keeps_its_columns() -> None:
    heading = row(cell("Tag") + cell("", 'table:number-columns-repeated="2"') + cell("INR"))
    value = row(cell("", 'table:number-columns-repeated="3"') + cell("5,9 %"))
    blank = row(cell("", 'table:number-columns-repeated="1024"'), times=1_048_000)
    rows = heading + value + row(cell("x"), times=2) + blank
    table = f'<table:table table:name="W">{rows}</table:table>'
    shown = sheet(make.ods(table), types.ODS)
    assert shown.rows == [
        ["Tag", "", "", "INR"],
        ["", "", "", "5,9 %"],
        ["x", "", "", ""],
        ["x", "", "", ""],
    ]


def test_an_open_document_table_says_what_is_hidden() -> None:
    hidden = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="ta2">{hidden}</style:style>'
    table = f'<table:table table:name="Alt" table:style-name="ta2">{row(cell("y"))}</table:table>'
    shown = sheet(make.ods(table, styles=style), types.ODS)
    assert (shown.name, shown.hidden) == ("Alt", True)
    filtered = row(cell("z"), repeated=' table:visibility="filter"')
    made = reading(make.ods(f"<table:table>{filtered}</table:table>"), types.ODS)
    assert made.missing == ["hidden_rows"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b\n1,5;2\n;3\n", [["a", "b"], ["1,5", "2"], ["", "3"]]),
        ("a,b\n1.5,2\n", [["a", "b"], ["1.5", "2"]]),
        ("a\tb\n1,5\t2\n", [["a", "b"], ["1,5", "2"]]),
        ('a;b\n"x;y";"two\nlines"\n', [["a", "b"], ["x;y", "two\nlines"]]),
    ],
)
def test_separated_values_are_a_table(text: str, rows: Rows) -> None:
    made = tables.separated(text)
    assert made is not None
    assert made.sheets[0].rows == rows


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "\ufeffsep=;", "sep=; "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_that_states_the_sign_is_no_row(first: str, end: str) -> None:
    made = tables.separated(f"{first}{end}a,b;c{end}1,5;2{end}")
    assert made is not None
    assert made.sheets[0].rows == [["a,b", "c"], ["1,5", "2"]]


@pytest.mark.parametrize(("sign", "stated"), [("\t", "\t"), ("\t", "\\t"), ("^", "^"), ("|", "|")])
def test_stated_sign_is_the_one_between_values(sign: str, stated: str) -> None:
    made = tables.separated(f"sep={stated}\na{sign}b\n")
    assert made is not None
    assert made.sheets[0].rows == [["a", "b"]]


EMPTY, ALWAYS = b"\x03\x00\x00\x00\x00\x00\xff\xff", b"\x03\x00"


def test_calculations_without_a_result_are_said_in_every_kind_of_table() -> None:
    old = make.xls({(0, 0): "Summe"}, formulas={(0, 1): EMPTY + ALWAYS, (1, 2): EMPTY + ALWAYS})
    made = reading(old, types.XLS)
    assert (made.sheets[0].rows, made.missing) == (
        [["Summe", "=…", ""], ["", "", "=…"]],
        ["formulas"],
    )
    formula = 'table:formula="of:=SUM([.A1:.A2])"'
    table = f"<table:table>{row(cell('Summe') + cell('', formula))}</table:table>"
    made = reading(make.ods(table), types.ODS)
    assert (made.sheets[0].rows, made.missing) == ([["Summe", "=SUM([.A1:.A2])"]], ["formulas"])


def test_stored_results_are_shown_as_they_are() -> None:
    number = struct.pack("<d", 4.5) + ALWAYS
    shown = reading(make.xls({(0, 0): "a"}, formulas={(0, 1): number}), types.XLS)
    assert (shown.sheets[0].rows, shown.missing) == ([["a", "4.5"]], [])
    empty = reading(make.xls({(0, 0): "a"}, formulas={(0, 1): EMPTY + bytes(2)}), types.XLS)
    assert (empty.sheets[0].rows[0][0], empty.missing) == ("a", [])
    stored = 'table:formula="of:=2+2.5" office:value="4.5"'
    made = reading(make.ods(f"<table:table>{row(cell('', stored))}</table:table>"), types.ODS)
    assert (made.sheets[0].rows, made.missing) == ([["4.5"]], [])


def test_zeros_that_excel_would_calculate_again_are_doubted() -> None:
    sum_of = '<c r="A3"><f>SUM(A1:A2)</f><v>{}</v></c>'
    on_load = (
        f'<workbook xmlns="{make.MAIN}" xmlns:r="{make.RELATIONS}"><sheets><sheet name="W" '
        'sheetId="1" r:id="rId1"/></sheets><calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>'
    ).encode()
    for value, more, missing in (
        ("0", {"xl/workbook.xml": on_load}, ["recalculated"]),
        ("7", {"xl/workbook.xml": on_load}, []),
        ("0", {}, []),
    ):
        made = reading(
            make.xlsx({"W": [number("A1", 7), sum_of.format(value)]}, more=more), types.XLSX
        )
        assert made.missing == missing


def test_sentences_are_no_table() -> None:
    assert tables.separated("Hello, how are you?\nFine, thanks, and you?\nYes.") is None
    assert tables.separated("") is None


def test_a_reading_that_the_child_would_not_make_is_refused() -> None:
    for stored in (
        b"",
        b"[]",
        b'{"missing":["unknown"]}',
        b'{"pieces":[["open","script",0,0],["close","script",0,0]]}',
        b'{"pieces":[["open","p",0,0]]}',
        b'{"pieces":[["close","p",0,0]]}',
        b'{"pieces":[["figure","../x",0,0]]}',
        b'{"markup":"<b>"}',
    ):
        with pytest.raises(ValueError, match=r"."):
            reading_of(stored)
