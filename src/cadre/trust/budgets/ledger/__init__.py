"""Ledger: keeps reservations, with the same promises on both kinds of database."""

from cadre.infra.database import Database
from cadre.trust.budgets.ledger.ports import Ledger, Verdict
from cadre.trust.budgets.ledger.postgres import PostgresLedger
from cadre.trust.budgets.ledger.sqlite import SqliteLedger

__all__ = ["Ledger", "Verdict", "ledger_on"]


def ledger_on(database: Database) -> Ledger:
    """The ledger for this kind of database."""
    return SqliteLedger(database) if database.dialect == "sqlite" else PostgresLedger(database)
