"""Policies of an org by version, which of them are in force, and what was decided lately.

A version never changes. What is in force is a version by name.
"""

from sqlalchemy import Column, Double, Integer, Table, Text

from cadre.infra.database import metadata

policy_modules = Table(
    "policy_modules",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("tests", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("restored_from", Integer, nullable=True),
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
)

policies_in_force = Table(
    "policies_in_force",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("activated_at", Double, nullable=False),
    Column("activated_by", Text, nullable=False),
)

policy_decisions = Table(
    "policy_decisions",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # sorts by time
    Column("at", Double, nullable=False),
    Column("run_id", Text, nullable=True),
    Column("principal", Text, nullable=False),
    Column("agent", Text, nullable=True),
    Column("tool", Text, nullable=False),
    Column("input", Text, nullable=False),  # JSON
    Column("effect", Text, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON
    Column("version", Text, nullable=False),
)
