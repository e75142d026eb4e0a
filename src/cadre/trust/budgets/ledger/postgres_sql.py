"""The ledger's statements for PostgreSQL: each is one autocommit statement.

Windows are locked in the order of their keys before anything is decided, here and
wherever else they are changed, so that no two statements wait for each other.
"""

# A commit that isn't flushed survives the process, which is all that a reservation has to.
SETTINGS = "set synchronous_commit = off; set jit = off"

REVISIONS = """
select org_id, revision from budget_revisions where org_id = any($1::text[])
"""

SEED = """
insert into budget_windows(budget_id, subject, window_id, settled_nano, reserved_nano, updated_at)
select *, 0, 0, extract(epoch from statement_timestamp())::float8
from unnest($1::text[], $2::text[], $3::text[]) order by 1, 2, 3
on conflict do nothing
"""

# In a group each claim must fit on top of all claims before it, held or not: what is refused
# here in company is asked once more alone.
HOLD = """
with want as materialized (select * from unnest($1::text[], $2::int[], $3::text[], $4::text[],
  $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[])
  as t(id, place, budget_id, subject, window_id, nano, most, org_id, revision)),
locked as materialized (select w.* from budget_windows w
 where (w.budget_id, w.subject, w.window_id) in
  (select budget_id, subject, window_id from want)
 order by w.budget_id, w.subject, w.window_id for update),
judged as materialized (select want.id, want.place, want.nano, want.budget_id, want.subject,
  want.window_id, l.settled_nano as settled, l.reserved_nano as reserved,
  coalesce(r.revision, 0) <> want.revision as is_stale,
  l.budget_id is null as is_missing,
  coalesce(l.settled_nano + l.reserved_nano + sum(want.nano) over (
    partition by want.budget_id, want.subject, want.window_id order by want.place, want.id
  ) <= want.most, false) as fits
 from want left join locked l using (budget_id, subject, window_id)
 left join budget_revisions r on r.org_id = want.org_id),
granted as materialized (select id from judged group by id
 having bool_and(fits) and not bool_or(is_stale)),
sums as (select budget_id, subject, window_id, sum(nano)::bigint as nano from judged
 where id in (select id from granted) group by budget_id, subject, window_id),
u as (update budget_windows w set reserved_nano = w.reserved_nano + sums.nano,
  updated_at = extract(epoch from statement_timestamp())::float8
 from sums where w.budget_id = sums.budget_id and w.subject = sums.subject
  and w.window_id = sums.window_id),
i as (insert into budget_reservations(id, budget_id, subject, window_id, nano, owner)
 select id, budget_id, subject, window_id, nano, $10 from judged
 where id in (select id from granted))
select id, place, id in (select id from granted) as is_held, is_stale, is_missing, fits,
 settled, reserved, budget_id, subject, window_id from judged order by place
"""

# Rows of an advance are changed by settlements and by its own process at a time: rows are locked
# in the order of their keys, before windows.
_GIVE_BACK = """
with @given mine as materialized (select id, budget_id from budget_reservations where @whose
 order by id, budget_id for update),
gone as (@change r.id = mine.id and r.budget_id = mine.budget_id
 returning r.budget_id, r.subject, r.window_id, @nano as nano),
sums as materialized (select budget_id, subject, window_id, sum(nano)::bigint as nano from gone
 group by budget_id, subject, window_id),
locked as materialized (select w.* from budget_windows w
 where (w.budget_id, w.subject, w.window_id) in (select budget_id, subject, window_id from sums)
 order by w.budget_id, w.subject, w.window_id for update),
u as (update budget_windows w set reserved_nano = w.reserved_nano - sums.nano
 from sums join locked using (budget_id, subject, window_id)
 where w.budget_id = sums.budget_id and w.subject = sums.subject
  and w.window_id = sums.window_id)@more
select count(*) from gone
"""


def _give_back(whose: str, change: str, nano: str, *, given: str = "", more: str = "") -> str:
    parts = {"@given": given, "@whose": whose, "@change": change, "@nano": nano, "@more": more}
    statement = _GIVE_BACK
    for name, part in parts.items():
        statement = statement.replace(name, part)
    return statement


_DELETE = "delete from budget_reservations r using mine where"

RELEASE = _give_back("id = any($1::text[])", _DELETE, "r.nano")

RELEASE_OWNER = _give_back(
    "owner = $1", _DELETE, "r.nano", more=", o as (delete from budget_owners where id = $1)"
)

LOWER = _give_back(
    "id in (select id from less)",
    """update budget_reservations r set nano = r.nano - less.nano
 from mine join less using (id) where r.nano >= less.nano and""",
    "less.nano",
    given="""less as materialized
 (select * from unnest($1::text[], $2::bigint[]) as t(id, nano)),""",
)

HELD = "select distinct id from budget_reservations where id = any($1::text[])"

BEAT = """
insert into budget_owners(id, beat) values ($1, 1)
on conflict (id) do update set beat = budget_owners.beat + 1
"""

BEATS = """
select id, beat from budget_owners union all
select distinct owner, null::int from budget_reservations
where owner not in (select id from budget_owners)
"""

REFUSE = """
insert into budget_alerts(org_id, budget_id, subject, window_id, level, at, settled_nano, limit_nano)
values ($1, $2, $3, $4, 'refused', extract(epoch from statement_timestamp())::float8, $5, $6)
on conflict do nothing
"""
