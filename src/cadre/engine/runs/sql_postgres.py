"""The journal's statements for PostgreSQL: every batch is one autocommit statement.

One statement, because a client that is stopped between BEGIN and COMMIT keeps its row locks,
and SKIP LOCKED would then hide its runs for ever. `statement_timestamp()`, because
`clock_timestamp()` is volatile and no index condition can use it.
"""

CHANNEL = "cadre_wake"

# A plan cached while `runs` was empty would scan it for ever. Hash joins stay: without them the
# events of a batch are matched with its rows one by one, n * n times.
# Bitmap scans go: unlike index scans they do not mark dead entries, so that every claim would
# read again what 100,000 runs left behind when they parked.
SETTINGS = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_mergejoin = off; set jit = off"

_WORDS = {
    "@now": "extract(epoch from statement_timestamp())::float8",
    "@wake": f"pg_notify('{CHANNEL}', '')",
}


def _sql(statement: str, **parts: str) -> str:
    """`statement` with its @words written out."""
    for word, meaning in {**{f"@{name}": part for name, part in parts.items()}, **_WORDS}.items():
        statement = statement.replace(word, meaning)
    return statement


_EVENTS = """
e as (insert into run_events(run_id, seq, at, type, key, data)
 select v.id, v.seq, v.at, v.type, v.key, v.data
 from unnest($12::text[], $13::int[], $14::int[], $15::float8[], $16::text[], $17::text[],
  $18::text[]) as v(id, fence, seq, at, type, key, data)
 join u on u.id = v.id and u.fence = v.fence)
"""

STEP = _sql(
    """
with i as materialized (select * from unnest($1::text[], $2::int[], $3::int[], $4::int[],
  $5::text[], $6::float8[], $7::bigint[], $8::int[], $9::bigint[], $10::bigint[], $11::int[])
  as t(id, fence, seq, n, waiting_for, at, cost, unpriced, tokens_in, tokens_out, steps)),
u as (update runs r set next_seq = i.seq + i.n, waiting_for = i.waiting_for, updated_at = i.at,
  crashes = 0, cost_nano_usd = r.cost_nano_usd + i.cost, unpriced = r.unpriced + i.unpriced,
  input_tokens = r.input_tokens + i.tokens_in, output_tokens = r.output_tokens + i.tokens_out,
  steps = r.steps + i.steps
 from i where r.id = i.id and r.fence = i.fence and r.next_seq = i.seq and r.status = 'running'
 returning r.id, r.fence, r.status, r.mail, r.cancel),
@events
select id, status, mail, cancel from u
""",
    events=_EVENTS,
)

_NEW_RUN = """
 as n(id text, org_id text, project_id text, environment text, principal text, kind text,
 agent text, title text, session_id text, parent_id text, parent_key text, workspace_id text,
 priority int, deadline float8, origin text, created_at float8, next_seq int, mail int,
 steps int, hot text, seconds float8, behind boolean, fence int)
"""

# Rows of `u`, and of `x` (parents told, children cancelled) never meet in one batch: the
# adapter cuts batches so, because one statement may change a row only once.
TURN = _sql(
    """
with i as materialized (select * from unnest($1::text[], $2::int[], $3::int[], $4::int[],
  $5::text[], $6::float8[], $7::bigint[], $8::int[], $9::bigint[], $10::bigint[], $11::int[],
  $19::text[], $20::float8[], $21::int[], $22::text[], $23::float8[])
  as t(id, fence, seq, n, waiting_for, at, cost, unpriced, tokens_in, tokens_out, steps,
  status, due_at, seen, error, ended_at)),
u as (update runs r set next_seq = i.seq + i.n, waiting_for = i.waiting_for, updated_at = i.at,
  crashes = 0, cost_nano_usd = r.cost_nano_usd + i.cost, unpriced = r.unpriced + i.unpriced,
  input_tokens = r.input_tokens + i.tokens_in, output_tokens = r.output_tokens + i.tokens_out,
  steps = r.steps + i.steps,
  status = case when i.status is null or (i.status = 'waiting' and r.mail <> i.seen)
   then r.status else i.status end,
  due_at = case when i.status is null or (i.status = 'waiting' and r.mail <> i.seen)
   then r.due_at else i.due_at end,
  error = i.error, ended_at = i.ended_at,
  session_turn = case when i.ended_at is null then r.session_turn else 0 end
 from i where r.id = i.id and r.fence = i.fence and r.next_seq = i.seq and r.status = 'running'
 returning r.id, r.fence, r.status, r.mail, r.cancel, r.ended_at),
@events,
d as (update run_signals s set seq = w.seq, data = null
 from unnest($24::text[], $25::int[], $26::text[], $27::int[]) as w(id, fence, key, seq)
 join u on u.id = w.id and u.fence = w.fence where s.run_id = w.id and s.key = w.key),
p as (insert into run_payloads(run_id, blob) select w.run_id, w.blob
 from unnest($28::text[], $29::int[], $30::text[], $31::text[]) as w(id, fence, run_id, blob)
 join u on u.id = w.id and u.fence = w.fence on conflict do nothing),
c as (insert into runs(id, org_id, project_id, environment, principal, kind, agent, title, status,
  parent_id, parent_key, workspace_id, priority, deadline, origin, created_at, updated_at,
  next_seq, mail, steps, due_at)
 select n.id, n.org_id, n.project_id, n.environment, n.principal, n.kind, n.agent, n.title,
  'queued', n.parent_id, n.parent_key, n.workspace_id, n.priority, n.deadline, n.origin,
  n.created_at, n.created_at, n.next_seq, n.mail, n.steps, @now
 from json_to_recordset($32::json) @new_run
 join u on u.id = n.parent_id and u.fence = n.fence on conflict do nothing returning id),
ce as (insert into run_events(run_id, seq, at, type, key, data)
 select v.id, v.seq, v.at, v.type, v.key, v.data
 from unnest($33::text[], $34::int[], $35::float8[], $36::text[], $37::text[], $38::text[])
  as v(id, seq, at, type, key, data) join c on c.id = v.id),
t as (insert into run_signals(run_id, key, at, name, data)
 select o.id, w.name, extract(epoch from clock_timestamp())::float8, w.name, w.data
 from unnest($39::text[], $40::int[], $41::text[], $42::text[], $43::text[])
  as w(id, fence, parent_id, name, data)
 join u on u.id = w.id and u.fence = w.fence
 join runs o on o.id = w.parent_id and o.ended_at is null
 on conflict do nothing returning run_id),
x as (select id, sum(n)::int as n, max(cancel) as cancel from (
 select run_id as id, 1 as n, null::text as cancel from t union all
 select k.id, 0, $44::text from u join runs k on k.parent_id = u.id
  where u.ended_at is not null and k.ended_at is null and k.cancel is null) y
 group by id order by id),
m as (update runs r set mail = r.mail + x.n, cancel = coalesce(r.cancel, x.cancel),
  due_at = case when x.n > 0 and r.status = 'waiting' then @now else r.due_at end,
  status = case when x.n > 0 and r.status = 'waiting' then 'queued' else r.status end
 from x where r.id = x.id and r.ended_at is null returning r.id)
select id, status, mail, cancel,
 case when exists (select 1 from m) or exists (select 1 from c)
  then @wake::text end
from u
""",
    events=_EVENTS,
    new_run=_NEW_RUN,
)

# `on conflict do nothing` also covers the index that lets one run of a session have the turn:
# a run that loses that race is inserted again as `behind`.
SUBMIT = _sql(
    """
with n as materialized (select n.*, (n.session_id is not null and (n.behind or exists (
   select 1 from runs b where b.org_id = n.org_id and b.session_id = n.session_id
   and b.ended_at is null))) as waits
 from json_to_recordset($1::json) @new_run),
i as (insert into runs(id, org_id, project_id, environment, principal, kind, agent, title, status,
  session_id, session_turn, parent_id, parent_key, workspace_id, priority, deadline, origin,
  created_at, updated_at, next_seq, mail, steps, fence, lease_owner, due_at)
 select n.id, n.org_id, n.project_id, n.environment, n.principal, n.kind, n.agent, n.title,
  case when n.hot is null or n.waits then 'queued' else 'running' end,
  n.session_id, (n.session_id is not null and not n.waits)::int, n.parent_id, n.parent_key,
  n.workspace_id, n.priority, n.deadline, n.origin, n.created_at, n.created_at, n.next_seq,
  n.mail, n.steps, (n.hot is not null and not n.waits)::int,
  case when n.waits then null else n.hot end,
  case when n.waits then null else @now + n.seconds end
 from n on conflict do nothing returning id, status, due_at),
e as (insert into run_events(run_id, seq, at, type, key, data)
 select v.id, v.seq, v.at, v.type, v.key, v.data
 from unnest($2::text[], $3::int[], $4::float8[], $5::text[], $6::text[], $7::text[])
  as v(id, seq, at, type, key, data) join i on i.id = v.id),
p as (insert into run_payloads(run_id, blob) select w.id, w.blob
 from unnest($8::text[], $9::text[]) as w(id, blob) join i on i.id = w.id on conflict do nothing)
select id, status, case when status = 'queued' and due_at is not null
 then @wake::text end from i
""",
    new_run=_NEW_RUN,
)

ADVANCE = _sql("""
with n as materialized (select distinct on (b.org_id, b.session_id) b.id
 from unnest($1::text[], $2::text[]) as s(org_id, session_id)
 join runs b on b.org_id = s.org_id and b.session_id = s.session_id
 where b.status = 'queued' and b.due_at is null and b.session_turn = 0
  and not exists (select 1 from runs t where t.org_id = b.org_id
   and t.session_id = b.session_id and t.session_turn = 1)
 order by b.org_id, b.session_id, b.created_at, b.id)
update runs r set session_turn = 1, due_at = @now from n
where r.id = n.id and r.status = 'queued' and r.due_at is null
returning r.id, @wake
""")

STALLED_SESSIONS = """
select distinct org_id, session_id from runs b
where status = 'queued' and due_at is null and session_turn = 0 and not exists
 (select 1 from runs t where t.org_id = b.org_id and t.session_id = b.session_id
  and t.session_turn = 1)
"""

POST = _sql("""
with v as materialized (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[],
  $5::text[], $6::text[]) as t(run_id, org_id, key, name, sender, data)),
s as (insert into run_signals(run_id, key, at, name, sender, data)
 select v.run_id, v.key, extract(epoch from clock_timestamp())::float8, v.name, v.sender, v.data
 from v join runs r on r.id = v.run_id and (v.org_id is null or r.org_id = v.org_id)
  and r.ended_at is null
 on conflict do nothing returning run_id, key),
c as (select run_id, count(*)::int as n from s group by 1 order by 1),
u as (update runs r set mail = r.mail + c.n,
  due_at = case when r.status = 'waiting' then @now else r.due_at end,
  status = case when r.status = 'waiting' then 'queued' else r.status end
 from c where r.id = c.run_id),
p as (insert into run_payloads(run_id, blob) select w.run_id, w.blob
 from unnest($7::text[], $8::text[], $9::text[]) as w(run_id, key, blob)
 join s on s.run_id = w.run_id and s.key = w.key on conflict do nothing)
select run_id, key, @wake from s
""")

CANCEL = _sql("""
update runs set cancel = $3 where id = $1 and ($2::text is null or org_id = $2)
 and ended_at is null and cancel is null returning id, @wake
""")

_CLAIMED = """
r.id, r.fence, r.next_seq, r.mail, r.cancel, r.org_id, r.project_id, r.environment, r.principal,
 r.kind, r.session_id, r.parent_id, r.parent_key, r.workspace_id, r.deadline, r.origin, r.crashes
"""

_TAKE = _sql("""
update runs r set fence = r.fence + 1, lease_owner = $1, due_at = @now + $2, waiting_for = null,
 crashes = r.crashes + (r.status = 'running')::int, status = 'running'
""")

# Runs of suspended orgs rest as they are.
_SERVED = "org_id not in (select id from orgs where status <> 'active')"

# At most so many runs of an org at once; few orgs have such a limit.
ALLOWANCES = """
select id, (limits::json ->> 'concurrent_runs')::int from orgs where limits like '%"concurrent_runs"%'
"""

CLAIM = _sql(
    """
with a as materialized (select id, 0 as turn, due_at as place, 0::float8 as due_at from runs
  where status = 'running' and due_at is not null and due_at <= @now and kind = any($4::text[]) and @served
  order by runs.due_at limit $3 for no key update skip locked),
b as materialized (select id, 1, due_at, 0::float8 from runs
  where status = 'waiting' and due_at is not null and due_at <= @now and kind = any($4::text[]) and @served
   and org_id <> all($5::text[]) order by runs.due_at limit $3 for no key update skip locked),
c as materialized (select id, 2, -priority::float8, due_at from runs
  where status = 'queued' and due_at is not null and kind = any($4::text[]) and @served
   and org_id <> all($5::text[]) order by priority desc, runs.due_at limit $3 for no key update skip locked),
k as materialized (select id from (select * from a union all select * from b union all
  select * from c) every order by turn, place, due_at limit $3)
@take from k where r.id = k.id returning @claimed
""",
    claimed=_CLAIMED,
    take=_TAKE,
    served=_SERVED,
)

# Two processes that count at once would let in too many: one asks under the lock of the org.
ALLOW = "select pg_advisory_lock(hashtext('cadre runs'), hashtext($1))"
ALLOWED = "select pg_advisory_unlock(hashtext('cadre runs'), hashtext($1))"

# Those of one org, as long as no more than $6 of it run.
CLAIM_ALLOWED = _sql(
    """
with f as materialized (select least($3, greatest(0, $6 - count(*)))::int as room from runs
  where status = 'running' and org_id = $5),
b as materialized (select id, 1 as turn, due_at as place, 0::float8 as due_at from runs
  where status = 'waiting' and due_at is not null and due_at <= @now and org_id = $5
   and kind = any($4::text[]) and @served
  order by runs.due_at limit (select room from f) for no key update skip locked),
c as materialized (select id, 2, -priority::float8, due_at from runs
  where status = 'queued' and due_at is not null and org_id = $5 and kind = any($4::text[]) and @served
  order by priority desc, runs.due_at limit (select room from f) for no key update skip locked),
k as materialized (select id from (select * from b union all select * from c) every
  order by turn, place, due_at limit (select room from f))
@take from k where r.id = k.id returning @claimed
""",
    claimed=_CLAIMED,
    take=_TAKE,
    served=_SERVED,
)

CLAIM_ENDING = _sql(
    """
with a as materialized (select id from runs where cancel is not null and ended_at is null
  and (status <> 'running' or due_at <= @now) limit $3 for no key update skip locked),
b as materialized (select id from runs where deadline is not null and ended_at is null
  and deadline <= @now and (status <> 'running' or due_at <= @now)
  limit $3 for no key update skip locked),
k as materialized (select id from a union select id from b)
@take from k where r.id = k.id returning @claimed
""",
    claimed=_CLAIMED,
    take=_TAKE,
)

# `skip locked` in a subquery: a plain update deadlocks with an append of the same runs.
RENEW = _sql(
    """
update runs r set due_at = @now + $1 from
 (select b.id from unnest($2::text[], $3::int[]) as h(id, fence) join runs b on b.id = h.id
  where b.fence = h.fence and b.status = 'running' and b.@served
  for no key update of b skip locked) k
where r.id = k.id returning r.id, r.mail, r.cancel
""",
    served=_SERVED,
)

PULSES = """
select id, mail, cancel from runs where id = any($2::text[])
union select id, mail, cancel from runs where cancel is not null and ended_at is null
 and lease_owner = $1 and status = 'running'
"""

READ = """
select run_id, seq, at, type, key, data from run_events where run_id = any($1::text[])
order by run_id, seq
"""

MAILBOX = """
select key, name, sender, data, at from run_signals where run_id = $1 and seq is null
order by at, key
"""

NEXT_DUE = _sql(
    "select min(due_at) - @now from runs where status = 'waiting' and due_at is not null and @served"
    " and org_id <> all($1::text[])",
    served=_SERVED,
)
