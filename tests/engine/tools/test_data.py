"""sql and chart: numbers and dates come out right, mistakes are explained, pictures are drawn."""

import datetime
import io
from typing import Any

import duckdb
import openpyxl
import pytest

from cadre.engine.tools import Workspace
from tests.engine.tools.conftest import ORDERS, Act

pytestmark = pytest.mark.usefixtures("needs_sandbox")


@pytest.fixture(autouse=True)
async def files(workspace: Workspace) -> None:
    await workspace.add_file("orders.csv", ORDERS.encode())


async def rows(act: Act, query: str) -> list[list[Any]]:
    output = await act("sql", query=query)
    assert not output.is_error, output.text
    return output.data["rows"]


async def types(act: Act, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in await rows(act, f"describe {table}")}


async def test_sums_of_money_are_exact(act: Act):
    output = await act(
        "sql", query="select region, sum(amount) as total from orders group by 1 order by 2"
    )

    assert output.text == (
        "| region | total |\n| ------ | ----: |\n| North  | 10.40 |\n| South  | 20.20 |"
    )
    assert output.data["rows"] == [["North", 10.4], ["South", 20.2]]


async def test_columns_keep_what_they_mean(act: Act):
    assert await types(act, "orders") == {
        "id": "BIGINT",
        "region": "VARCHAR",
        "amount": "DECIMAL(18,2)",
        "postcode": "VARCHAR",
        "ordered_on": "DATE",
        "note": "VARCHAR",
    }


async def test_european_files_are_understood(act: Act, workspace: Workspace):
    content = "Artikel;Preis;Größe\nStuhl;1.234,50;3\nTisch;99,9;4\n"
    await workspace.add_file("preise.csv", content.encode("latin-1"))

    assert await rows(act, 'select sum("Preis"), max("Größe") from preise') == [[1334.4, 4]]


async def test_what_may_be_thousands_stays_text(act: Act, workspace: Workspace):
    await workspace.add_file("us.csv", b'name,amount\na,"1,234"\nb,"5,678"\n')

    assert (await types(act, "us"))["amount"] == "VARCHAR"


async def test_other_formats_are_tables_too(act: Act, workspace: Workspace):
    await workspace.add_file("data/people.json", b'[{"name": "Ada", "born": "1815-12-10"}]')
    await workspace.add_file("lines.jsonl", b'{"n": 1}\n{"n": 2}\n')
    await workspace.add_file("tabs.tsv", b"a\tb\n1\t2\n")
    path = workspace.root / "cubes.parquet"
    duckdb.connect().execute(f"copy (select i, i*i*i as cube from range(5) t(i)) to '{path}'")

    assert await rows(act, "select name, born from people") == [["Ada", "1815-12-10"]]
    assert await rows(act, "select sum(n) from lines") == [[3]]
    assert await rows(act, "select b from tabs") == [[2]]
    assert await rows(act, "select max(cube) from cubes") == [[64]]
    assert await rows(act, "select count(*) from 'data/people.json'") == [[1]]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sales"
    sheet.append(["Report of the year"])
    sheet.append([])
    sheet.append(["Item", "Code", "Price", "Sold on", "Count", "Open"])
    sheet.append(["Chair", "007", 19.99, datetime.datetime(2024, 1, 31), 3, True])
    sheet.append(["Table", "008", 120.5, datetime.datetime(2024, 2, 29), None, False])
    second = book.create_sheet("Costs 2024")
    second.append(["a", "a"])
    second.append([1, 2.5])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def test_spreadsheets_keep_dates_decimals_texts_and_sheets(act: Act, workspace: Workspace):
    await workspace.add_file("book.xlsx", workbook())

    assert await types(act, "book") == {
        "Item": "VARCHAR",
        "Code": "VARCHAR",
        "Price": "DECIMAL(18,2)",
        "Sold on": "DATE",
        "Count": "BIGINT",
        "Open": "BOOLEAN",
    }
    assert await rows(act, 'select "Code", "Price", "Sold on", "Count", "Open" from book') == [
        ["007", 19.99, "2024-01-31", 3, True],
        ["008", 120.5, "2024-02-29", None, False],
    ]
    assert await rows(act, 'select a, a_2 from "book_Costs 2024"') == [[1, 2.5]]
    assert await rows(act, "select count(*) from 'book.xlsx'") == [[2]]


async def test_every_kind_of_value_is_json_that_loses_nothing(act: Act):
    query = """select 9007199254740993 as large, 0.1 + 0.2 as d, 1e0/3 as f, 'nan'::double as n,
        timestamp '2024-01-02 03:04:05' as t, [1, 2] as l, {'a': date '2024-01-01'} as s,
        12345678901234567.89::decimal(20,2) as m, null as z, 'a|b\nc' as x"""

    output = await act("sql", query=query)

    assert output.data["rows"] == [
        [
            *("9007199254740993", 0.3, 0.333333333333333, None, "2024-01-02T03:04:05", [1, 2]),
            *({"a": "2024-01-01"}, "12345678901234567.89", None, "a|b\nc"),
        ]
    ]
    assert "a\\|b c" in output.text


async def test_a_wrong_column_or_table_is_answered_with_what_exists(act: Act):
    column = await act("sql", query="select revenue from orders")
    table = await act("sql", query="select * from sales")

    for output in (column, table):
        assert output.is_error
        assert "orders (orders.csv): id BIGINT, region VARCHAR, amount DECIMAL(18,2)" in output.text


async def test_a_broken_file_is_named(act: Act, workspace: Workspace):
    await workspace.add_file("broken.parquet", b"this is no parquet")

    output = await act("sql", query="select * from broken")

    assert output.is_error
    assert "broken.parquet can't be read" in output.text
    assert await rows(act, "select count(*) from orders") == [[3]]


async def test_long_results_say_that_there_is_more(act: Act):
    output = await act("sql", query="select * from range(100000)", limit=10)

    assert "The first 10 of more than 5000 rows" in output.text
    assert len(output.data["rows"]) == 5000


@pytest.mark.parametrize(
    "query",
    [
        "copy orders to 'out.csv'",
        "copy (select 1) to '/workspace/out.csv'",
        "install httpfs",
        "select * from 'https://example.com/a.csv'",
        "attach '/workspace/new.db'",
        "",
        "select 1 from",
    ],
)
async def test_what_sql_may_not_do_is_an_error_and_changes_nothing(
    act: Act, workspace: Workspace, query: str
):
    output = await act("sql", query=query)

    assert output.is_error
    assert [entry.path for entry in await workspace.list()] == ["orders.csv"]


async def test_files_of_the_host_do_not_exist_for_sql(act: Act):
    assert await rows(act, "select content from read_text('/etc/shadow')") == []


async def test_a_bar_chart_is_drawn_as_png_and_svg(act: Act, workspace: Workspace):
    output = await act(
        "chart",
        query="select region, sum(amount) as revenue from orders group by region order by region",
        mark="bar",
        x="region",
        y="revenue",
    )

    assert [file.path for file in output.files] == [
        "revenue-by-region.png",
        "revenue-by-region.svg",
    ]
    svg = (await workspace.read("revenue-by-region.svg")).decode()
    assert (await workspace.read("revenue-by-region.png")).startswith(b"\x89PNG")
    assert 'width="720"' in svg
    assert svg.index(">South<") < svg.index(">North<")  # the larger one first
    assert ">20.20<" in svg
    assert output.data["spec"]["data"]["values"] == [
        {"region": "North", "revenue": 10.4},
        {"region": "South", "revenue": 20.2},
    ]


async def test_the_same_chart_twice_is_the_same_file(act: Act):
    first = await act("chart", file="orders.csv", mark="bar", x="region", y="amount", name="c")
    second = await act("chart", file="orders.csv", mark="bar", x="region", y="amount", name="c.png")

    assert [file.blob for file in first.files] == [file.blob for file in second.files]


async def test_a_whole_spec_reads_files_of_the_workspace(act: Act):
    spec = {
        "data": {"url": "orders.csv"},
        "mark": "point",
        "encoding": {"x": {"field": "amount", "type": "quantitative"}},
    }

    output = await act("chart", spec=spec, title="Amounts")

    assert [file.title for file in output.files] == ["Amounts", "Amounts"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "Give a `mark`"),
        ({"mark": "bar"}, "either a `query` or a `file`"),
        ({"mark": "bar", "file": "none.csv"}, "no data file 'none.csv'"),
        (
            {"mark": "bar", "file": "orders.csv", "x": "place"},
            "no column 'place' for x. There are: id",
        ),
        ({"mark": "bar", "file": "orders.csv", "x": "region", "y": "note"}, "holds no numbers"),
        ({"mark": "bar", "query": "select 1 where false"}, "no rows"),
        ({"mark": "bar", "query": "selekt"}, "Parser Error"),
        ({"mark": "pie", "file": "orders.csv"}, "'pie' is not one of"),
        ({"spec": {"mark": "bar"}}, "no data"),
        ({"spec": {"mark": "blob", "data": {"values": [{"a": 1}]}}}, "can't draw"),
    ],
)
async def test_a_chart_that_cannot_be_drawn_says_why(
    act: Act, arguments: dict[str, Any], says: str
):
    output = await act("chart", **arguments)

    assert output.is_error
    assert says in output.text
