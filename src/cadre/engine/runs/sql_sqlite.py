"""The journal's statements for SQLite. One thread runs them, so each sees the last one's work."""

STEP = """
update runs set next_seq = ?1 + ?2, waiting_for = ?3, updated_at = ?4, crashes = 0,
 cost_nano_usd = cost_nano_usd + ?5, unpriced = unpriced + ?6, input_tokens = input_tokens + ?7,
 output_tokens = output_tokens + ?8, steps = steps + ?9
where id = ?10 and fence = ?11 and next_seq = ?1 and status = 'running'
returning status, mail, cancel
"""

# Park only if all mail was seen, on the row itself: an `exists` over the signals loses wake-ups.
TURN = """
update runs set next_seq = ?1 + ?2, waiting_for = ?3, updated_at = ?4, crashes = 0,
 cost_nano_usd = cost_nano_usd + ?5, unpriced = unpriced + ?6, input_tokens = input_tokens + ?7,
 output_tokens = output_tokens + ?8, steps = steps + ?9,
 due_at = case when ?12 = 'waiting' and mail <> ?14 then due_at else ?13 end,
 status = case when ?12 = 'waiting' and mail <> ?14 then status else ?12 end,
 error = ?15, ended_at = ?16, session_turn = case when ?16 is null then session_turn else 0 end
where id = ?10 and fence = ?11 and next_seq = ?1 and status = 'running'
returning status, mail, cancel
"""

EVENTS = "insert into run_events(run_id, seq, at, type, key, data) values (?, ?, ?, ?, ?, ?)"

DRAIN = "update run_signals set seq = ?3, data = null where run_id = ?1 and key = ?2"

PAYLOADS = "insert or ignore into run_payloads(run_id, blob) values (?, ?)"

SUBMIT = """
insert into runs(id, org_id, project_id, environment, principal, kind, agent, title, status,
 session_id, session_turn, parent_id, parent_key, workspace_id, priority, deadline, origin,
 created_at, updated_at, next_seq, mail, steps, fence, lease_owner, due_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18,
 ?19, ?20, ?21, ?22, ?23, ?24)
on conflict (id) do nothing
"""

SESSION_IS_BUSY = """
select 1 from runs where org_id = ?1 and session_id = ?2 and ended_at is null limit 1
"""

ADVANCE_SESSION = """
update runs set session_turn = 1, due_at = ?3 where id =
 (select id from runs where org_id = ?1 and session_id = ?2 and status = 'queued'
  and due_at is null and session_turn = 0 order by created_at, id limit 1)
 and not exists (select 1 from runs where org_id = ?1 and session_id = ?2 and session_turn = 1)
"""

STALLED_SESSIONS = """
select distinct org_id, session_id from runs b
where status = 'queued' and due_at is null and session_turn = 0 and not exists
 (select 1 from runs t where t.org_id = b.org_id and t.session_id = b.session_id
  and t.session_turn = 1)
"""

POST = """
insert into run_signals(run_id, key, at, name, sender, data)
select ?1, ?2, ?3, ?4, ?5, ?6 from runs
where id = ?1 and (?7 is null or org_id = ?7) and ended_at is null
on conflict do nothing
"""

MAIL_CAME = """
update runs set mail = mail + 1,
 due_at = case when status = 'waiting' then ?2 else due_at end,
 status = case when status = 'waiting' then 'queued' else status end
where id = ?1
"""

CANCEL = """
update runs set cancel = ?3 where id = ?1 and (?2 is null or org_id = ?2)
 and ended_at is null and cancel is null returning id
"""

CANCEL_CHILDREN = """
update runs set cancel = ?2 where parent_id = ?1 and ended_at is null and cancel is null
"""

# Written into the claims below at the words @take and @claimed.
_CLAIMED = """
returning id, fence, next_seq, mail, cancel, org_id, project_id, environment, principal, kind,
 session_id, parent_id, parent_key, workspace_id, deadline, origin, crashes
"""

_TAKE = """
update runs set fence = fence + 1, lease_owner = ?1, due_at = ?2 + ?3, waiting_for = null,
 crashes = crashes + (status = 'running'), status = 'running'
"""

# Runs of suspended orgs rest as they are.
_SERVED = "org_id not in (select id from orgs where status <> 'active')"

# At most so many runs of an org at once; few orgs have such a limit.
ALLOWANCES = """
select id, json_extract(limits, '$.concurrent_runs') from orgs where limits like '%"concurrent_runs"%'
"""

CLAIM = (
    """
@take
where id in (select id from (
 select * from (select id, 0 as turn, due_at as place, 0 as due_at from runs
   where status = 'running' and due_at is not null and due_at <= ?2 and kind in (select value from json_each(?5)) and @served
   order by due_at limit ?4)
 union all select * from (select id, 1, due_at, 0 from runs
   where status = 'waiting' and due_at is not null and due_at <= ?2 and kind in (select value from json_each(?5)) and @served
    and org_id not in (select value from json_each(?6)) order by due_at limit ?4)
 union all select * from (select id, 2, -priority, due_at from runs
   where status = 'queued' and due_at is not null and kind in (select value from json_each(?5)) and @served
    and org_id not in (select value from json_each(?6)) order by priority desc, due_at limit ?4)
) order by turn, place, due_at limit ?4)
@claimed
""".replace("@take", _TAKE)
    .replace("@claimed", _CLAIMED)
    .replace("@served", _SERVED)
)

# Those of one org, as long as no more than ?7 of it run.
CLAIM_ALLOWED = (
    """
@take
where id in (select id from (
 select id, 1 as turn, due_at as place, 0 as due_at from runs
   where status = 'waiting' and due_at is not null and due_at <= ?2 and org_id = ?6 and kind in (select value from json_each(?5)) and @served
 union all select id, 2, -priority, due_at from runs
   where status = 'queued' and due_at is not null and org_id = ?6 and kind in (select value from json_each(?5)) and @served
) order by turn, place, due_at
 limit max(0, min(?4, ?7 - (select count(*) from runs where status = 'running' and org_id = ?6))))
@claimed
""".replace("@take", _TAKE)
    .replace("@claimed", _CLAIMED)
    .replace("@served", _SERVED)
)

CLAIM_ENDING = """
@take
where id in (select id from (
 select id from runs where cancel is not null and ended_at is null
   and (status <> 'running' or due_at <= ?2)
 union select id from runs where deadline is not null and ended_at is null and deadline <= ?2
   and (status <> 'running' or due_at <= ?2)
) limit ?4)
@claimed
""".replace("@take", _TAKE).replace("@claimed", _CLAIMED)

# One that is not renewed is put down by whoever has it.
RENEW = """
update runs set due_at = ?3 where id = ?1 and fence = ?2 and status = 'running' and @served
returning id, mail, cancel
""".replace("@served", _SERVED)

PULSES_ENDING = """
select id, mail, cancel from runs where cancel is not null and ended_at is null
 and lease_owner = ? and status = 'running'
"""

PULSE = "select id, mail, cancel from runs where id = ?"

READ = "select run_id, seq, at, type, key, data from run_events where run_id = ? order by seq"

MAILBOX = """
select key, name, sender, data, at from run_signals where run_id = ? and seq is null order by rowid
"""

NEXT_DUE = """
select min(due_at) from runs where status = 'waiting' and due_at is not null and @served
 and org_id not in (select value from json_each(?1))
""".replace("@served", _SERVED)
