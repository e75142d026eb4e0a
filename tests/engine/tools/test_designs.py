"""The design of charts, as specs: order, direction, labels, what is left out and said so."""

from typing import Any

import pytest

from cadre.engine.tools.programs.designs import NotDrawable, design, kind_of, pretty

Row = dict[str, Any]


def spec_of(rows: list[Row], **request: str) -> tuple[dict[str, Any], list[str]]:
    return design({"mark": "bar", **request}, list(rows[0]), rows)


def bars(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["layer"][0]["encoding"] if "layer" in spec else spec["encoding"]


def sales(names: list[str]) -> list[Row]:
    return [{"name": name, "total": index} for index, name in enumerate(names)]


def test_bars_are_sorted_with_the_largest_first():
    spec, _ = spec_of(sales(["a", "b", "c"]))

    assert bars(spec)["x"]["sort"] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("given", "order"),
    [
        (["Mar", "Jan", "Feb"], ["Jan", "Feb", "Mar"]),
        (["sunday", "monday"], ["monday", "sunday"]),
        (["2024-02", "2023-12", "2024-01"], ["2023-12", "2024-01", "2024-02"]),
        (["2024 Q2", "2024 Q1"], ["2024 Q1", "2024 Q2"]),
        ([2021, 2019, 2020], [2019, 2020, 2021]),
        (["2024-01-02", "2024-01-01"], ["2024-01-01", "2024-01-02"]),
    ],
)
def test_what_has_an_order_of_its_own_keeps_it(given: list[Any], order: list[Any]):
    spec, _ = spec_of(sales(given))

    assert bars(spec)["x"]["sort"] == order


def test_long_or_many_names_make_bars_lie_on_their_side():
    few, _ = spec_of(sales(["a", "b"]))
    many, _ = spec_of(sales([f"number {i}" for i in range(20)]))
    long, _ = spec_of(
        sales(["a very long name of a product indeed", "another very long name of one"])
    )

    assert bars(few)["x"]["field"] == "name"
    assert bars(many)["y"]["field"] == "name"
    assert bars(long)["x"]["field"] == "name"
    assert bars(spec_of(sales(["x" * 40, "y" * 40, "z" * 40]))[0])["y"]["field"] == "name"


def test_bars_past_forty_are_left_out_and_said_so():
    spec, notes = spec_of(sales([f"n{i}" for i in range(100)]))

    assert len(spec["data"]["values"]) == 40
    assert notes == ["The 40 largest of 100 are shown."]
    assert spec["title"]["subtitle"] == notes


def test_rows_of_one_name_are_added_up_and_said_so():
    rows = [{"region": "a", "v": 0.1}, {"region": "a", "v": 0.2}, {"region": "b", "v": None}]

    spec, notes = spec_of(rows)

    assert spec["data"]["values"] == [{"region": "a", "v": 0.3}, {"region": "b", "v": 0}]
    assert notes == ["Rows with the same region were added up."]


def test_without_numbers_rows_are_counted():
    spec, _ = spec_of([{"region": "a"}, {"region": "b"}, {"region": "a"}])

    assert spec["data"]["values"] == [{"region": "a", "count": 2}, {"region": "b", "count": 1}]
    assert spec["title"]["text"] == "Count by region"


def test_many_colors_become_eight():
    rows = [{"x": "a", "y": i, "c": f"c{i}"} for i in range(20)]

    spec, notes = spec_of(rows, x="x", y="y", color="c")

    assert {row["c"] for row in spec["data"]["values"]} == {
        *(f"c{i}" for i in range(13, 20)),
        "Other",
    }
    assert notes == ["13 smaller values of c are shown as Other."]


def test_a_pie_shows_shares_and_gathers_small_slices():
    spec, notes = spec_of(sales([f"n{i}" for i in range(12)]), mark="arc")

    labels = [row["_label"] for row in spec["data"]["values"]]
    assert len(labels) == 8
    assert labels[0] == "n11  16.7%"
    assert notes == ["5 smaller slices are shown as Other."]


def test_lines_over_time_have_a_time_axis():
    spec, _ = spec_of(
        [{"day": "2024-01-02", "v": 1}, {"day": "2024-01-03", "v": 5}], mark="line", x="day", y="v"
    )

    assert spec["encoding"]["x"]["type"] == "temporal"
    assert spec["mark"]["type"] == "line"


def test_columns_given_the_wrong_way_round_are_turned():
    spec, _ = spec_of(sales(["a", "b"]), x="total", y="name")

    assert bars(spec)["x"]["field"] == "name"


@pytest.mark.parametrize(
    ("rows", "request_"),
    [
        ([{"a": "x", "b": "y"}], {"x": "a", "y": "b"}),
        ([{"a": "x", "b": -1}], {"mark": "arc"}),
        ([{"a": "x"}], {"mark": "point"}),
        ([{"a": "x"}], {"x": "nope"}),
    ],
)
def test_what_makes_no_chart_is_refused(rows: list[Row], request_: dict[str, str]):
    with pytest.raises(NotDrawable):
        spec_of(rows, **request_)


def test_names_and_kinds():
    assert pretty("total_revenue") == "Total revenue"
    assert kind_of([1, None, 2.5]) == "quantitative"
    assert kind_of(["2024-01-01", "2024-01-01T10:00:00"]) == "temporal"
    assert kind_of([True, False]) == "nominal"
    assert kind_of([None]) == "nominal"
