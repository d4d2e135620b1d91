-- The ledger's function finds the rows that every batch changes from their newest version on once these are many. While any session keeps a
-- snapshot, PostgreSQL keeps all their versions: a search by equality walks them from the oldest one, 30,000 a minute of a hot account. A range
-- that is read backwards begins at the newest page.

-- A version that does not fit on the page of the one before is looked up in each unique index, among all versions. With room for some dozens
-- of versions on a page that is seldom. Roll-ups have less: those of a key that calls rarely never fill it.
alter table tollgate.account set (fillfactor = 10);
alter table tollgate.usage_bucket set (fillfactor = 20);
-- So no index of accounts is unique. Their numbers are the database's own and always others; that a window of a budget has one account is
-- seen to by whoever makes it, and `ledger verify` looks.
alter table tollgate.account drop constraint account_pkey, drop constraint account_budget_id_starts_key;
create index account_by_id on tollgate.account (id);
create index account_by_window on tollgate.account (budget_id, starts);

-- The accounts of budgets at an instant each, made where a window has just begun. One that is missing is looked for again under a lock that
-- all take who make it (`open_account` runs where no batch of the tenant does).
create or replace function tollgate.accounts_at(p_budget uuid[], p_at timestamptz[]) returns bigint[] language plpgsql
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare found bigint[]; v_now timestamptz := tollgate.at();
begin
  for attempt in 1..3 loop
    select array_agg(a.id order by p.i) into found
    from unnest(p_budget, p_at) with ordinality p(budget, at, i)
    join tollgate.budget b on b.id = p.budget
    join tollgate.tenant t on t.id = b.tenant_id
    left join tollgate.account a on a.budget_id = b.id
      and a.starts = tollgate.window_start(b.time_window, t.time_zone, t.fiscal_month, least(coalesce(p.at, v_now), v_now));
    if cardinality(found) <> cardinality(p_budget) then
      raise exception 'a budget of the batch does not exist';
    end if;
    if array_position(found, null) is null then
      return found;
    end if;
    if attempt = 1 then
      perform pg_advisory_xact_lock(7006, q.h) from (select distinct hashtext(u.b::text) from unnest(p_budget, found) u(b, a) where u.a is null order by 1) q(h);
      continue;
    end if;
    insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, peak)
    select b.tenant_id, b.id, w.starts, tollgate.window_end(b.time_window, t.time_zone, w.starts), tollgate.scope_rank(b.scope), 0
    from (select distinct p.budget, least(coalesce(p.at, v_now), v_now) as at from unnest(p_budget, p_at) p(budget, at)) p
    join tollgate.budget b on b.id = p.budget
    join tollgate.tenant t on t.id = b.tenant_id
    cross join lateral (select tollgate.window_start(b.time_window, t.time_zone, t.fiscal_month, p.at) as starts) w
    group by b.tenant_id, b.id, w.starts, b.time_window, t.time_zone, b.scope
    having not exists (select from tollgate.account a where a.budget_id = b.id and a.starts = w.starts)
    order by tollgate.scope_rank(b.scope), b.id, w.starts;
  end loop;
  raise exception 'accounts could not be made';
end $$;

-- Adds what has a row already and returns the rest.
create function tollgate.add_to_newest_2(p_node smallint, r tollgate.roll_up_2[], out o_rest tollgate.roll_up_2[]) language plpgsql
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
begin
  with seen as materialized (
      select u.*, (select q.ctid from tollgate.usage_bucket q where q.tenant_id = u.tenant_id and q.bucket = u.bucket and q.dimension_id = u.dimension_id
        and q.node between p_node and p_node order by q.node desc limit 1) as at from unnest(r) with ordinality u),
    added as (
      update tollgate.usage_bucket q set calls = q.calls + u.calls, errors = q.errors + u.errors, cost_nanos = q.cost_nanos + u.cost_nanos,
        estimated_nanos = q.estimated_nanos + u.estimated_nanos, usage = tollgate.add_usage_2(q.usage, u.usage)
      from seen u where q.ctid = u.at returning u.ordinality as i)
    select coalesce(array_agg(r[u.ordinality]), '{}') into o_rest from seen u where u.ordinality <> all(array(select x.i from added x));
end $$;
-- Locks accounts in the one order and returns where they lie now.
create function tollgate.lock_newest_2(p_id bigint[]) returns tid[] language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
begin
  return array(select l.at
    from (select u.id from (select distinct x from unnest(p_id) x) u(id)
      cross join lateral (select a.rank from tollgate.account a where a.id between u.id and u.id order by a.id desc limit 1) f order by f.rank, u.id) o
    cross join lateral (select k.ctid as at from tollgate.account k where k.id between o.id and o.id order by k.id desc limit 1 for no key update) l);
end $$;
revoke execute on function tollgate.add_to_newest_2(smallint, tollgate.roll_up_2[]), tollgate.lock_newest_2(bigint[]) from public;

create or replace function tollgate.flush_2(p_session bigint, p_batch bigint, p_node smallint, t_id uuid[], t_version bigint[],
  h tollgate.hold_2[], b_budget uuid[], b_want bigint[], b_account bigint[], b_from timestamptz, b_until timestamptz,
  c tollgate.call_2[], c_hold uuid[], c_again boolean, p_call uuid[], p_budget uuid[], p_careful boolean, r tollgate.roll_up_2[],
  v_hold uuid[], x_hold uuid[], x_silence int,
  out o_at timestamptz, out o_stale uuid[], out o_kind smallint[], out o_amount bigint[], out o_binding int[], out o_account bigint[],
  out o_balance tollgate.balance_2[])
language plpgsql security definer set search_path = tollgate, pg_temp set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  n_entries int := 0; s_last bigint; s_head bytea; digests bytea := ''; dummy text; fresh boolean := false; lost boolean; flags int; i int;
  ends uuid[]; x_free uuid[] := '{}'; c_late tollgate.call_2[]; p_account bigint[]; s tollgate.change_2[];
  w_at tid; crowded boolean; k_id bigint[]; k_at tid[];
begin
  o_at := tollgate.at();
  dummy := pg_advisory_xact_lock(7004, (p_session % 2147483647)::int)::text;
  -- A change of budgets takes this lock alone, so it sees every hold made before and none is made by the old budgets after.
  for i in 1..cardinality(t_id) loop
    dummy := pg_advisory_xact_lock_shared(7002, hashtext(t_id[i]::text))::text;
  end loop;
  select w.ctid, w.last_batch, w.head, array(select t.id from tollgate.tenant t where t.id = any(t_id) and t.ledger_version <> t_version[array_position(t_id, t.id)])
    into w_at, s_last, s_head, o_stale from tollgate.writer_session w where w.id between p_session and p_session order by w.id desc limit 1;
  if s_last is distinct from p_batch - 1 then
    if s_last is distinct from p_batch then
      raise exception 'batch % does not follow batch % of session %', p_batch, s_last, p_session using errcode = 'TG001';
    end if;
    o_stale := null;
    -- It writes even now, so that the answer waits for the same standby as the batch did.
    update tollgate.writer_session w set beat = o_at where w.id = p_session;
    select array_agg(case when x.id is not null then 1::smallint end order by u.ordinality), array_agg(x.amount order by u.ordinality) into o_kind, o_amount
      from unnest(h) with ordinality u left join tollgate.hold x on x.id = u.id;
    return;
  end if;

  if o_stale <> '{}' then
    return;
  end if;
  -- Each batch makes a version of its session's row. Where no snapshot keeps them they fit on a page or two.
  crowded := w_at >= '(16,0)';

  if cardinality(x_hold) > 0 then
    select x.o_free, x.o_digests, x.o_entries into x_free, digests, n_entries
      from tollgate.expire_holds_2(p_session, p_batch, p_node, c_hold, v_hold, x_hold, x_silence) x;
  end if;
  if p_careful then
    select x.o_calls, x.o_late into c, c_late from tollgate.part_late_2(c) x;
    c_hold := array(select u.hold_id from unnest(c) u where u.hold_id is not null);
  end if;

  if cardinality(h) > 0 then
    fresh := cardinality(b_budget) > cardinality(b_account) or b_from > o_at or b_until <= o_at;
  end if;
  if fresh or cardinality(p_call) > 0 then
    if p_careful then
      -- A call settles where its hold was made. Only one that has none, or whose hold was lost, counts where its budgets are now.
      select coalesce(array_agg(u.call order by u.i), '{}'), coalesce(array_agg(u.budget order by u.i), '{}') into p_call, p_budget
        from unnest(p_call, p_budget) with ordinality u(call, budget, i) join unnest(c) d on d.id = u.call
        where d.hold_id is null or not exists (select 1 from tollgate.hold x where x.id = d.hold_id);
    end if;
    p_account := tollgate.accounts_at(p_budget || case when fresh then b_budget else '{}' end,
      array(select d.accounted_at from unnest(p_call) with ordinality u(call, i) join unnest(c) d on d.id = u.call order by u.i)
      || case when fresh then array_fill(null::timestamptz, array[cardinality(b_budget)]) else '{}' end);
    if fresh then
      b_account := p_account[cardinality(p_call) + 1:];
      o_account := b_account;
      p_account := p_account[:cardinality(p_call)];
    end if;
  end if;

  if c_again then
    -- Whoever posts expired holds takes them before the rows of their calls, too.
    perform 1 from tollgate.hold x where x.id = any(c_hold) order by x.id for update;
    perform tollgate.make_room_2(u.tenant_id, u.id, u.attempts, p_node) from unnest(c) u where u.attempts > 1 and u.attempt_of is null;
  end if;
  ends := c_hold || v_hold || x_free;
  if crowded then
    r := tollgate.add_to_newest_2(p_node, r);
  end if;
  if cardinality(c) > 0 or cardinality(r) > 0 or cardinality(ends) > 0 then
    with gone as (
      delete from tollgate.hold x where x.id = any(ends) returning x.id, x.amount, x.accounts),
    done as materialized (
      select u.*, g.id as gone, g.amount as held, coalesce(g.accounts,
        case when cardinality(p_call) > 0 then array(select p_account[q.k] from generate_series(1, cardinality(p_call)) q(k) where p_call[q.k] = u.id) end, '{}') as accounts
      from unnest(c) u full join gone g on g.id = u.hold_id),
    posted as (
      insert into tollgate.entry as e (tenant_id, day, hold_id, n, kind, call_id, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model,
        service_tier, price_id, usage, amount, estimated, reason, accounts, reserved_at, at, session_id, batch, digest)
      select x.*, tollgate.entry_digest(row(x.*, ''::bytea)::tollgate.entry)
      from (select d.tenant_id, d.entry_day, coalesce(d.hold_id, d.id) as hold_id, 0::smallint as n, 0::smallint as kind, coalesce(d.attempt_of, d.id), d.key_id, d.project_id, d.business_unit_id,
          d.member_id, coalesce(d.model, '') as model, coalesce(d.provider, '') as provider, coalesce(d.upstream_model, '') as upstream_model,
          -- Restating needs both, and an entry has room for one.
          case when d.region is null then d.service_tier else concat(d.service_tier, '@', d.region) end as service_tier, d.price_id,
          d.usage, d.cost_nanos, d.estimated, d.reason, d.accounts, d.accounted_at, o_at as at, p_session as session_id, p_batch as batch
        from done d where d.cost_nanos is not null and d.key_id is not null and (p_careful or d.hold_id is null or d.held is not null)) x
      returning e.hold_id, e.digest),
    written as (
      insert into tollgate.call (day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model,
        service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags,
        client_address, user_agent, sdk, session, caller_user, metadata, session_id, batch, dimension_id, details)
      select d.day, d.id, d.tenant_id, d.retention_days, d.started_at, d.key_id, d.project_id, d.business_unit_id, d.member_id, d.endpoint, d.model, d.provider, d.upstream_model,
        d.service_tier, d.attempts, d.stream, d.status, d.error_code, d.usage, d.cost_nanos, d.price_id, d.estimated, d.latency_micros, d.first_token_micros, d.overhead_micros,
        d.tags, d.client_address, d.user_agent, d.sdk, d.session, d.caller_user, d.metadata, p_session, p_batch, d.dimension_id, d.details
      from done d where d.id is not null and d.attempt_of is null and (p_careful or d.hold_id is null or d.held is not null)),
    rolled as (
      insert into tollgate.usage_bucket as q (tenant_id, bucket, dimension_id, node, calls, errors, cost_nanos, estimated_nanos, usage)
      select u.tenant_id, u.bucket, u.dimension_id, p_node, u.calls, u.errors, u.cost_nanos, u.estimated_nanos, u.usage from unnest(r) u
      on conflict (tenant_id, bucket, dimension_id, node) do update set calls = q.calls + excluded.calls, errors = q.errors + excluded.errors,
        cost_nanos = q.cost_nanos + excluded.cost_nanos, estimated_nanos = q.estimated_nanos + excluded.estimated_nanos,
        usage = tollgate.add_usage_2(q.usage, excluded.usage)),
    changes as (
      select row(unnest(d.accounts), coalesce(d.held, 0),
        coalesce(d.cost_nanos, case when d.gone = any(x_free) then d.held end, 0), d.held is null or d.cost_nanos > d.held)::tollgate.change_2 as change
      from done d where d.held is not null or d.cost_nanos is not null)
    -- A digest has 32 bytes.
    select n_entries + coalesce(length(e.appended) / 32, 0), digests || coalesce(e.appended, ''), array(select q.change from changes q),
        exists (select from done d where d.hold_id is not null and d.held is null)
      into n_entries, digests, s, lost
      from (select string_agg(p.digest, ''::bytea order by p.hold_id) as appended from posted p) e;
    if lost and not p_careful then
      raise exception 'a hold is gone; the budgets of its call are needed' using errcode = 'TG002';
    end if;
  end if;
  if cardinality(v_hold) > 0 then
    delete from tollgate.waiter w where w.hold_id = any(v_hold);
  end if;
  if cardinality(c_late) > 0 then
    select x.s, x.digests, x.n_entries into s, digests, n_entries from tollgate.adjust_late_2(p_session, p_batch, p_node, c_late, b_account, s, digests, n_entries) x;
  end if;

  if cardinality(h) > 0 then
    insert into tollgate.hold (id, tenant_id, call_id, attempt, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, price_id,
      amount, accounts, reserved_at, deadline, session_id, batch, dimension_id)
    select u.id, u.tenant_id, u.call_id, u.attempt, u.key_id, u.project_id, u.business_unit_id, u.member_id, u.model, u.provider, u.upstream_model, u.price_id, u.want,
      b_account[u.touched_from:u.touched_to], o_at, o_at + make_interval(secs => u.seconds), p_session, p_batch, u.dimension_id
    from unnest(h) u;
  end if;

  -- Account rows last, in one order everywhere: keys first, the tenant last. What is not raised need not be asked for.
  if s <> '{}' or b_account <> '{}' then
    k_id := array(select x.account from unnest(s) x) || b_account;
    if crowded then
      k_at := tollgate.lock_newest_2(k_id);
    else
      k_at := array(select k.ctid from tollgate.account k where k.id = any(k_id) order by k.rank, k.id for no key update);
    end if;
    -- What is locked lies where it is until the end.
    with moves as (
          select u.id, sum(u.rel)::bigint as rel, sum(u.post)::bigint as post, least(sum(u.want), 4000000000000000000)::bigint as want, bool_or(u.unchecked) as unchecked
          from (select x.account, x.released, x.posted, 0::bigint, x.unchecked from unnest(s) x
            union all select x.account, 0, 0, x.want, false from unnest(b_account, b_want) x(account, want)) u(id, rel, post, want, unchecked) group by u.id),
    changed as (
      update tollgate.account k set posted = k.posted + d.post, held = k.held - d.rel + d.want, version = k.version + 1,
        peak = greatest(k.peak, case when d.want > 0 and b.policy <> 'observe' and not b.retired then case when b.raised then tollgate.limit_at(b, o_at) else b.limit_nanos end end,
          case when b.policy = 'observe' or b.retired then k.posted + d.post + k.held - d.rel + d.want
            -- What is wanted may be refused, and is within the limit if it is not.
            when d.unchecked then k.posted + d.post + k.held - d.rel end)
      from moves d, tollgate.budget b where k.ctid = any(k_at) and d.id = k.id and b.id = k.budget_id
      returning k.id, k.budget_id, k.starts, k.ends, case when b.raised then tollgate.limit_at(b, o_at) else b.limit_nanos end as lim, k.posted, k.held, b.policy <> 'observe' and not b.retired as hard,
        k.version, d.want, d.post, d.rel <> 0 or d.post <> 0 as moved, k.next_alert, b.raised, k.waited_until)
    select array_agg(row(x.id, x.budget_id, (extract(epoch from x.starts) * 1000000)::bigint, (extract(epoch from x.ends) * 1000000)::bigint, x.lim, x.posted, x.held,
        x.hard, x.version, x.want, x.post, x.moved)::tollgate.balance_2),
        bit_or(case when x.want > 0 and x.hard and (x.posted + x.held > x.lim or x.waited_until > o_at) then 1 else 0 end
          | case when x.posted >= x.next_alert or x.raised then 2 else 0 end)
      into o_balance, flags from changed x;
    if flags & 1 > 0 then
      select x.l, x.o_kind, x.o_amount, x.o_binding into o_balance, o_kind, o_amount, o_binding
        from tollgate.admit_one_by_one_2(o_at, h, b_account, o_balance) x;
    end if;
    if flags & 2 > 0 then
      perform tollgate.note_thresholds(array_agg(u.account), array_agg(u.post)) from unnest(o_balance) u;
    end if;
  end if;

  if n_entries > 0 then
    s_head := sha256(s_head || digests);
    insert into tollgate.ledger_batch (session_id, batch, entries, head, at) values (p_session, p_batch, n_entries, s_head, o_at);
  end if;
  update tollgate.writer_session w set last_batch = p_batch, beat = o_at, head = s_head where w.ctid = w_at and w.id = p_session and w.last_batch = p_batch - 1;
  -- Its beat was renewed meanwhile.
  if not found then
    update tollgate.writer_session w set last_batch = p_batch, beat = o_at, head = s_head where w.id = p_session;
  end if;
end $$;

-- A partition counts when it is attached: one that an operator has detached is attached again, or no call of its day could be written.
create function tollgate.missing_partitions_2(p_from date, p_to date) returns table (name text, parent text, from_day date, to_day date) language sql stable as $$
  select q.* from tollgate.partitions_of(p_from, p_to) q
  where not exists (select from pg_inherits i where i.inhrelid = to_regclass('tollgate.' || q.name)) order by q.name
$$;
create or replace function tollgate.ensure_days_2(p_from date, p_to date) returns int language plpgsql security definer
set search_path = tollgate, pg_temp set lock_timeout = '2s' as $$
declare x record; made int := 0;
begin
  if not exists (select from tollgate.missing_partitions_2(p_from, p_to)) then
    return 0;
  end if;
  perform pg_advisory_xact_lock(7001);
  for x in select q.* from tollgate.missing_partitions_2(p_from, p_to) q loop
    if to_regclass('tollgate.' || x.name) is null then
      execute format('create table tollgate.%I (like tollgate.%I including all)', x.name, x.parent);
    end if;
    execute format('alter table tollgate.%I attach partition tollgate.%I for values from (%L) to (%L)', x.parent, x.name, x.from_day, x.to_day);
    made := made + 1;
  end loop;
  return made;
end $$;
create or replace function tollgate.days_ahead_2(p_today date) returns int language sql stable security definer set search_path = tollgate, pg_temp as $$
  select count(*)::int from generate_series(0, 60) n where not exists (select from tollgate.missing_partitions_2(p_today, p_today + n))
$$;
