"""Every column that names people is looked after by somebody."""

from sqlalchemy import Column, MetaData, Table, Text

from cadre.infra.database import metadata
from cadre.trust.privacy import NOT_PEOPLE, PrivacyJobs, Signed, Theirs, stale, unclaimed
from tests.trust.privacy.conftest import Installation


async def test_no_column_that_names_people_is_forgotten(installation: Installation):
    personal = installation.service(PrivacyJobs).personal

    assert unclaimed(metadata, personal) == []
    assert stale(metadata, personal) == []
    assert all(NOT_PEOPLE.values())
    assert len({each.room for each in personal}) == len(personal)


def test_a_planted_table_is_found():
    planted = MetaData()
    table = Table("planted", planted, Column("id", Text), Column("created_by", Text))
    Table("innocent", planted, Column("id", Text), Column("title", Text))

    assert unclaimed(planted, []) == [("planted", "created_by")]
    assert unclaimed(planted, [Theirs("room", Signed(table, ("created_by",)))]) == []


def test_what_is_claimed_and_gone_is_found():
    table = Table("gone", MetaData(), Column("created_by", Text))

    assert ("gone", "created_by") in stale(
        metadata, [Theirs("room", Signed(table, ("created_by",)))]
    )
