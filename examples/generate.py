"""Writes the example data. Deterministic: the same bytes of text on every machine and day.

    .venv/bin/python examples/generate.py

The names are invented; the shapes (an order book, a help desk, a web server, a stock list) are
the ones that people keep. Only `random.Random(seed).random()` is drawn from, whose sequence
Python promises to keep.
"""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import duckdb
from openpyxl import Workbook

HERE = Path(__file__).parent
T = TypeVar("T")

PRODUCTS = [  # product, category, unit price, weight in the draw
    ("Desk Lamp", "Lighting", 39.90, 9),
    ("Floor Lamp", "Lighting", 89.00, 4),
    ("LED Strip", "Lighting", 19.50, 8),
    ("Office Chair", "Furniture", 249.00, 6),
    ("Standing Desk", "Furniture", 589.00, 3),
    ("Bookshelf", "Furniture", 159.00, 4),
    ("Notebook", "Stationery", 6.50, 14),
    ("Fountain Pen", "Stationery", 34.00, 7),
    ("Desk Organizer", "Stationery", 22.00, 8),
    ("Monitor", "Electronics", 329.00, 5),
    ("Keyboard", "Electronics", 99.00, 9),
    ("Webcam", "Electronics", 79.00, 6),
]
REGIONS = [  # region, countries, weight
    ("EMEA", ["Germany", "France", "United Kingdom", "Spain"], 9),
    ("North America", ["United States", "Canada"], 8),
    ("APAC", ["Japan", "Australia", "India"], 6),
    ("LATAM", ["Brazil", "Mexico"], 3),
]
CUSTOMERS = [
    "Acorn Studio", "Bluebird Cafe", "Cobalt Legal", "Dune Travel", "Elm Street School",
    "Fjord Shipping", "Granite Build", "Harbor Clinic", "Iris Media", "Juniper Foods",
    "Kestrel Labs", "Lantern Hotel", "Maple Bank", "Northwind Press", "Orchid Spa",
    "Pinecone Games", "Quartz Mining", "Riverside Gym", "Saffron Kitchen", "Tidal Energy",
]  # fmt: skip
SEGMENTS = ["Small business", "Mid-market", "Enterprise", "Public sector"]
MANAGERS = ["Ada Moreau", "Ben Okafor", "Chiara Lund"]
CHANNELS = ["online", "retail", "partner"]


def pick(random: Random, items: Sequence[T], weights: Sequence[int] | None = None) -> T:
    weights = weights or [1] * len(items)
    point = random.random() * sum(weights)
    for item, weight in zip(items, weights, strict=True):
        point -= weight
        if point < 0:
            return item
    return items[-1]


def whole(random: Random, low: int, high: int) -> int:
    return low + int(random.random() * (high - low + 1))


def write_csv(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def sales(folder: Path) -> None:
    random = Random(2024)
    days = sorted(whole(random, 0, 730) for _ in range(2000))
    rows: list[list[Any]] = []
    for number, day in enumerate(days, start=1):
        region, countries, _ = pick(random, REGIONS, [weight for *_, weight in REGIONS])
        product, category, price, _ = pick(random, PRODUCTS, [weight for *_, weight in PRODUCTS])
        quantity = pick(random, [1, 2, 3, 4, 5, 10, 20], [30, 22, 14, 10, 8, 5, 2])
        discount = pick(random, [0, 5, 10, 20], [12, 4, 3, 1])
        rows.append([
            f"SO-{number:05d}", date(2024, 1, 1) + timedelta(days=day), region,
            pick(random, countries), pick(random, CHANNELS, [5, 3, 2]), pick(random, CUSTOMERS),
            product, category, quantity, f"{price:.2f}", discount,
            f"{quantity * price * (100 - discount) / 100:.2f}",
        ])  # fmt: skip
    header = ["order_id", "order_date", "region", "country", "channel", "customer", "product"]
    header += ["category", "quantity", "unit_price", "discount_percent", "revenue"]
    write_csv(folder / "orders.csv", header, rows)
    customers = [
        [
            name,
            pick(random, SEGMENTS),
            pick(random, MANAGERS),
            date(2015 + whole(random, 0, 8), whole(random, 1, 12), 1),
        ]
        for name in CUSTOMERS
    ]
    write_csv(
        folder / "customers.csv",
        ["customer", "segment", "account_manager", "customer_since"],
        customers,
    )


SUBJECTS = [
    "Cannot sign in", "Invoice has the wrong address", "Delivery is late", "Refund not received",
    "Lamp flickers", "Chair arm is loose", "How do I change my plan?", "Keyboard layout is wrong",
    "Webcam not recognised", "Export to CSV fails", "Two-factor code never arrives",
]  # fmt: skip


def support(folder: Path) -> None:
    random = Random(77)
    lines: list[str] = []
    for number in range(1, 601):
        opened = datetime(2025, 1, 2, 8, tzinfo=UTC) + timedelta(minutes=whole(random, 0, 500_000))
        priority = pick(random, ["low", "normal", "high", "urgent"], [5, 10, 4, 1])
        status = pick(random, ["open", "pending", "closed"], [3, 2, 15])
        hours = whole(random, 1, {"low": 160, "normal": 96, "high": 40, "urgent": 12}[priority])
        ticket = {
            "ticket_id": f"T-{number:04d}",
            "created_at": opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "status": status,
            "priority": priority,
            "team": pick(random, ["Billing", "Shipping", "Technical", "Accounts"], [4, 5, 7, 2]),
            "channel": pick(random, ["email", "chat", "phone"], [6, 4, 2]),
            "customer": pick(random, CUSTOMERS),
            "subject": pick(random, SUBJECTS),
            "first_response_minutes": whole(random, 2, 240),
            "resolution_hours": hours if status == "closed" else None,
            "satisfaction": pick(random, [1, 2, 3, 4, 5], [1, 1, 3, 7, 6]) if status == "closed" else None,
        }  # fmt: skip
        lines.append(json.dumps(ticket))
    (folder / "tickets.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


PATHS = ["/", "/products", "/products/desk-lamp", "/cart", "/checkout", "/login", "/api/orders", "/api/search", "/favicon.ico", "/admin"]  # fmt: skip
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)", "curl/8.5.0", "Googlebot/2.1"]  # fmt: skip
MESSAGES = [
    ("INFO", "order accepted id=SO-{n:05d}"), ("INFO", "cache refreshed in {n} ms"),
    ("WARNING", "slow query took {n} ms"), ("WARNING", "retrying payment attempt={n}"),
    ("ERROR", "payment gateway timeout after {n} ms"), ("ERROR", "database connection lost"),
]  # fmt: skip


def logs(folder: Path) -> None:
    random = Random(404)
    moment = datetime(2025, 11, 3, 6, tzinfo=UTC)
    access: list[str] = []
    for _ in range(1500):
        moment += timedelta(seconds=whole(random, 1, 90))
        path = pick(random, PATHS, [9, 8, 6, 5, 3, 4, 7, 5, 2, 1])
        status = (
            403 if path == "/admin" else pick(random, [200, 304, 404, 500, 502], [80, 8, 6, 3, 1])
        )
        verb = "POST" if path in {"/checkout", "/login"} else "GET"
        address = f"203.0.113.{whole(random, 1, 40)}"
        stamp = moment.strftime("%d/%b/%Y:%H:%M:%S +0000")
        access.append(
            f'{address} - - [{stamp}] "{verb} {path} HTTP/1.1" {status} {whole(random, 180, 48_000)} "-" "{pick(random, AGENTS, [6, 5, 1, 1])}"'
        )
    (folder / "access.log").write_text("\n".join(access) + "\n", encoding="utf-8")
    moment = datetime(2025, 11, 3, 6, tzinfo=UTC)
    lines: list[str] = []
    for _ in range(400):
        moment += timedelta(seconds=whole(random, 1, 200))
        level, text = pick(random, MESSAGES, [20, 9, 5, 3, 2, 1])
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S} {level} {text.format(n=whole(random, 1, 3000))}")
    (folder / "app.log").write_text("\n".join(lines) + "\n", encoding="utf-8")


def inventory(folder: Path) -> None:
    random = Random(9)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "stock"
    sheet.append(
        ["sku", "product", "category", "warehouse", "on_hand", "reorder_level", "unit_cost"]
    )
    for index, (product, category, price, _) in enumerate(PRODUCTS, start=1):
        for warehouse in ("Rotterdam", "Leipzig", "Denver", "Osaka"):
            on_hand, reorder = whole(random, 0, 220), whole(random, 2, 8) * 10
            sheet.append(
                [
                    f"SKU-{index:03d}",
                    product,
                    category,
                    warehouse,
                    on_hand,
                    reorder,
                    round(price * 0.6, 2),
                ]
            )
    book.properties.created = book.properties.modified = datetime(2025, 12, 31)
    book.save(folder / "stock.xlsx")
    rows = [
        (
            datetime(2025, 7, 1) + timedelta(minutes=whole(random, 0, 260_000)),
            f"SKU-{whole(random, 1, 12):03d}",
            pick(random, ["Rotterdam", "Leipzig", "Denver", "Osaka"]),
            kind := pick(random, ["in", "out", "adjustment"], [4, 8, 1]),
            whole(random, 1, 40) * (1 if kind == "in" else -1),
        )
        for _ in range(900)
    ]
    with duckdb.connect() as database:
        database.execute(
            "create table movements (moved_at timestamp, sku text, warehouse text, kind text, quantity integer)"
        )
        database.executemany("insert into movements values (?, ?, ?, ?, ?)", sorted(rows))
        database.execute(
            f"copy (select * from movements order by all) to '{folder / 'movements.parquet'}' (format parquet)"
        )


if __name__ == "__main__":
    for make in (sales, support, logs, inventory):
        make(HERE / make.__name__)
