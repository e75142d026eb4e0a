"""Questions about data, over small tables whose figures can be added up by hand."""

import pytest

from tests.engine.operator.conversation_of import Tables, Talk, shop


async def test_a_question_looks_at_the_files_and_columns_before_it_asks_for_figures():
    talk = Talk(shop())

    answer = await talk.say("total revenue by region in orders.csv as a bar chart")

    assert talk.names == ["list_files", "sql", "sql", "chart"]
    assert "| North | 320.50 |" in answer
    assert "![Total revenue by region](x.png)" in answer


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("total revenue", "730.75"),
        ("how many orders are there", "**4**"),
        ("average quantity", "**2**"),
        ("revenue in 2025", "330.75"),
        ("revenue where region is South", "10.25"),
        ("revenue of Lamps", "30.75"),
        ("how many orders have a quantity of at least 2", "**2**"),
        ("highest revenue", "**400.00**"),
        ("how many different products", "**3**"),
        ("revenue between 2025-01-01 and 2025-01-31", "30.75"),
        ("revenue last year", "330.75"),
    ],
)
async def test_a_single_figure_is_right(said: str, figure: str):
    assert figure in await Talk(shop()).say(said)


@pytest.mark.parametrize(
    ("then", "row", "lines"),
    [
        ("only the top 2", "| East | 400.00 |", 2),
        ("and by product", "| Chair | 400.00 |", 3),
        ("by month", "| 2025-01 | 30.75 |", 3),
        ("what about 2025", "| North | 320.50 |", 2),
        ("without East", "| South | 10.25 |", 2),
        ("average instead", "| North | 160.25 |", 3),
        ("also by year", "| North | 2025 | 320.50 |", 3),
    ],
)
async def test_a_follow_up_changes_what_was_asked_before(then: str, row: str, lines: int):
    talk = Talk(shop())
    await talk.say("revenue by region")

    answer = await talk.say(then)

    assert row in answer
    assert answer.count("\n| ") == 1 + lines


async def test_a_follow_up_changes_only_the_picture():
    talk = Talk(shop())
    await talk.say("revenue by month as a line chart")

    await talk.say("now as a bar chart")

    assert talk.names[-1] == "chart"
    assert '"mark": "bar"' in talk.calls[-1][1]
    assert '"x": "month"' in talk.calls[-1][1]


async def test_thanks_in_between_do_not_end_a_conversation():
    talk = Talk(shop())
    await talk.say("revenue by region")
    await talk.say("thanks")

    assert "| East | 400.00 |" in await talk.say("only the top 1")


async def test_a_value_that_is_not_there_is_asked_about_and_never_guessed():
    answer = await Talk(shop()).say("revenue where region is Narnia")

    assert "no value “Narnia”" in answer
    assert "`North`" in answer


async def test_words_for_an_amount_that_is_not_there_are_asked_about():
    answer = await Talk(shop()).say("total profit by region")

    assert "I find no “profit”" in answer
    assert "1. total of quantity\n2. total of revenue\n3. number of rows" in answer


async def test_a_choice_is_taken_by_its_place_by_its_name_and_by_yes():
    for choice in ("the second one", "2", "revenue please"):
        talk = Talk(shop())
        await talk.say("total profit by region")
        assert "| East | 400.00 |" in await talk.say(choice)

    talk = Talk(shop())
    assert "Do you mean `orders.csv`?" in await talk.say("revenue by region in order.csv")
    assert "| East | 400.00 |" in await talk.say("yes")


async def test_no_leaves_it():
    talk = Talk(shop())
    await talk.say("revenue by region in order.csv")

    assert await talk.say("no") == "All right, I leave it."


async def test_two_tables_that_fit_are_offered():
    tables = shop()
    tables.database.execute("create table returns as select * from orders")

    answer = await Talk(tables).say("total revenue by region")

    assert "Which file do you mean?" in answer
    assert "1. orders.csv\n2. returns.csv" in answer


async def test_a_join_that_would_count_twice_is_refused():
    tables = shop()
    tables.database.execute("create table products (product text, maker text)")
    tables.database.execute(
        "insert into products values ('Lamp', 'X'), ('Lamp', 'Y'), ('Desk', 'X')"
    )

    answer = await Talk(tables).say("total revenue by maker")

    assert "would count amounts twice" in answer


async def test_a_join_with_one_row_for_each_key_adds_up():
    tables = shop()
    tables.database.execute("create table products (product text, maker text)")
    tables.database.execute(
        "insert into products values ('Lamp', 'X'), ('Desk', 'X'), ('Chair', 'Y')"
    )

    answer = await Talk(tables).say("total revenue by maker")

    assert "| X | 330.75 |" in answer


async def test_names_of_tables_columns_and_values_never_become_sql():
    tables = Tables()
    tables.database.execute(
        'create table "odd ""name" ("re""gion; drop" text, "amount\'s" integer)'
    )
    tables.database.execute("insert into \"odd \"\"name\" values ('x''; drop table y; --', 3)")

    answer = await Talk(tables).say('total amount\'s by "re"gion; drop"')

    assert "3" in answer
    assert tables.database.execute('select count(*) from "odd ""name"').fetchall() == [(1,)]


async def test_a_misspelt_column_is_found():
    assert "| North | 320.50 |" in await Talk(shop()).say("revnue by regoin")


async def test_sql_that_a_person_writes_is_passed_on():
    talk = Talk(shop())

    answer = await talk.say("select region, count(*) as n from orders group by 1 order by 1")

    assert talk.names == ["sql"]
    assert "| North | 2 |" in answer


async def test_without_data_it_says_so():
    assert "no data file here" in await Talk(Tables()).say("total revenue by region")


async def test_the_same_words_lead_to_the_same_calls():
    first, second = Talk(shop()), Talk(shop())
    for said in ("revenue by month in 2025", "and by product", "as a pie"):
        assert await first.say(said) == await second.say(said)
        assert first.calls == second.calls
