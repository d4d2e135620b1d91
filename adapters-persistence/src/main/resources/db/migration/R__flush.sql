-- One batch of one node as one transaction (docs/ledger.md). Changed in place: this file runs again whenever it has changed.
do $$
declare f text;
begin
  for f in select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'tollgate' and p.proname in ('flush', 'add_latencies', 'add_usage', 'at_micros')
  loop
    execute 'drop function ' || f;
  end loop;
end $$;

create function tollgate.at_micros(p_micros bigint) returns timestamptz language sql immutable parallel safe as $$
  select to_timestamp(p_micros / 1000000::float8)
$$;

-- Adds counts by component. One expression, which is put into the statement that calls it.
create function tollgate.add_usage(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as $$
  select array[coalesce(a[1], 0) + coalesce(b[1], 0), coalesce(a[2], 0) + coalesce(b[2], 0), coalesce(a[3], 0) + coalesce(b[3], 0), coalesce(a[4], 0) + coalesce(b[4], 0), coalesce(a[5], 0) + coalesce(b[5], 0), coalesce(a[6], 0) + coalesce(b[6], 0), coalesce(a[7], 0) + coalesce(b[7], 0), coalesce(a[8], 0) + coalesce(b[8], 0), coalesce(a[9], 0) + coalesce(b[9], 0), coalesce(a[10], 0) + coalesce(b[10], 0), coalesce(a[11], 0) + coalesce(b[11], 0), coalesce(a[12], 0) + coalesce(b[12], 0), coalesce(a[13], 0) + coalesce(b[13], 0), coalesce(a[14], 0) + coalesce(b[14], 0), coalesce(a[15], 0) + coalesce(b[15], 0), coalesce(a[16], 0) + coalesce(b[16], 0)]
$$;

-- Rows come flattened: `h_u` holds the uuids of all holds one after the other, `h_n` their numbers, `h_t` their texts, so that a batch
-- needs few arrays and a row none. In a row of
--   h_u  1 id, 2 tenant, 3 call, 4 key, 5 project, 6 business unit, 7 member, 8 price
--   h_n  1 attempt, 2 want, 3 floor, 4 seconds to the deadline, 5 budgets touched, up to and with this hold
--   h_t  1 model, 2 provider, 3 upstream model
--   c_u  1 id, 2 tenant, 3 key, 4 project, 5 business unit, 6 member, 7 price
--   c_n  1 day, 2 retention, 3 started, 4 accounted at (microseconds), 5 attempts, 6 stream, 7 status, 8 cost (-1: none), 9 estimated,
--        10 latency, 11 first token, 12 overhead, 13 day of the entry, 14-29 usage
--   c_t  1 endpoint, 2 model, 3 provider, 4 upstream model, 5 service tier, 6 error, 7 tags, 8 address, 9 user agent, 10 SDK, 11 session,
--        12 user, 13 metadata
--   r_u  1 tenant, 2 project, 3 key, 4 business unit;  r_n  1 bucket (seconds), 2 calls, 3 errors, 4 cost, 5-20 usage;  r_t  1 model, 2 provider
-- The first `r_minutes` roll-ups are of minutes, the others of quarters, each in the order of their key. `b_*` are the budgets that a
-- reservation (by number) touches, with their accounts if the node has seen all of them and they are good from `b_from` to `b_until`;
-- `p_*` the budgets of calls without a hold, and of all calls if `p_every`. `e_hold` has the hold of each call, or null, then holds that are void.
create function tollgate.flush(p_session bigint, p_batch bigint, p_node smallint, t_id uuid[], t_version bigint[],
  h_u uuid[], h_n bigint[], h_t text[], b_hold int[], b_budget uuid[], b_account bigint[], b_from timestamptz, b_until timestamptz,
  c_u uuid[], c_n bigint[], c_t text[], p_call int[], p_budget uuid[], p_every boolean,
  r_minutes int, r_u uuid[], r_n bigint[], r_t text[], e_hold uuid[], x_hold uuid[], x_silence int,
  out o_at timestamptz, out o_stale uuid[], out o_kind smallint[], out o_amount bigint[], out o_binding int[], out o_account bigint[],
  out l_id bigint[], out l_budget uuid[], out l_starts bigint[], out l_ends bigint[], out l_limit bigint[], out l_posted bigint[],
  out l_held bigint[], out l_hard boolean[], out l_version bigint[])
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  s_last bigint; s_head bytea;
  n_holds int := cardinality(h_n) / 5; n_calls int := cardinality(c_n) / 29; n_ends int; n_lost int := 0; n_entries int := 0;
  zeros bigint[];
  e_amount bigint[]; e_accounts text[];                     -- what ended, in the order of e_hold
  x_free uuid[] := '{}'; late uuid[] := '{}'; missing uuid[];
  p_account bigint[] := '{}'; fresh boolean := false;
  s_id bigint[]; s_rel bigint[]; s_post bigint[]; s_want bigint[]; s_free boolean[]; s_moved boolean[];   -- what changes, by account
  l_want bigint[]; l_blocked boolean[]; l_free boolean[]; l_moved boolean[]; fits boolean; alert boolean;
  digests bytea := ''; digest bytea; f tollgate.entry; t_amount bigint; t_n int; t_usage bigint[]; mine bigint[];
  i int; j int; granted bigint; narrow int; a bigint;
begin
  o_at := now();
  update tollgate.writer_session w set last_batch = p_batch, beat = clock_timestamp() where w.id = p_session and w.last_batch = p_batch - 1
    returning w.head into s_head;
  if not found then
    update tollgate.writer_session w set beat = clock_timestamp() where w.id = p_session returning w.last_batch into s_last;
    if s_last is distinct from p_batch then
      raise exception 'batch % does not follow batch % of session %', p_batch, s_last, p_session using errcode = 'TG001';
    end if;
    select array_agg(case when h.id is not null then 1::smallint end order by k.i), array_agg(h.amount order by k.i) into o_kind, o_amount
      from generate_series(1, n_holds) k(i) left join tollgate.hold h on h.id = h_u[8 * k.i - 7];
    return;
  end if;

  if cardinality(t_id) > 0 then
    -- A change of budgets takes this lock alone, so it sees every hold made before and none is made by the old budgets after.
    perform pg_advisory_xact_lock_shared(7002, hashtext(u.t::text)) from unnest(t_id) u(t);
    select array_agg(t.id) into o_stale from tollgate.tenant t where t.id = any(t_id) and t.ledger_version <> t_version[array_position(t_id, t.id)];
    if o_stale is not null then
      update tollgate.writer_session w set last_batch = p_batch - 1 where w.id = p_session;
      return;
    end if;
  end if;

  if cardinality(x_hold) > 0 then
    select coalesce(array_agg(q.id), '{}') into x_free from (
      select h.id from tollgate.hold h join tollgate.writer_session w on w.id = h.session_id
      where h.id = any(x_hold) and h.deadline < now()
        and (w.beat < now() - make_interval(secs => x_silence) or h.deadline < now() - interval '10 minutes')
      for update of h skip locked) q;
    for f in
      select h.tenant_id, tollgate.id_day(h.id), h.id, 0::smallint, 1::smallint, h.call_id, h.key_id, h.project_id, h.business_unit_id, h.member_id,
        h.model, h.provider, h.upstream_model, null::text, h.price_id, array_fill(0::bigint, array[16]), h.amount, true, 'expired', h.accounts, h.reserved_at,
        now(), p_session, p_batch, ''::bytea
      from tollgate.hold h where h.id = any(x_free) order by h.id
    loop
      insert into tollgate.entry as e select f.* returning e.digest into digest;
      digests := digests || digest;
      n_entries := n_entries + 1;
      perform tollgate.add_to_roll_ups(f, p_node, 1, f.usage, f.amount);
      insert into tollgate.call (tenant_id, day, id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider,
        upstream_model, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, session_id, batch)
      values (f.tenant_id, tollgate.id_day(f.call_id), f.call_id, 90, f.reserved_at, f.key_id, f.project_id, f.business_unit_id, f.member_id, 'unknown', f.model,
        f.provider, f.upstream_model, 1, false, 500, 'node_lost', f.usage, f.amount, f.price_id, true, 0, -1, 0, p_session, p_batch)
      on conflict do nothing;
    end loop;
    e_hold := e_hold || x_free;
  end if;
  n_ends := cardinality(e_hold);
  if n_ends > 0 then
    with gone as (delete from tollgate.hold h where h.id = any(e_hold) returning h.id, h.amount, h.accounts)
    select array_agg(g.amount order by k.i), array_agg(g.accounts::text order by k.i),
      count(*) filter (where k.i <= n_calls and e_hold[k.i] is not null and g.id is null), count(g.id) - (select count(*) from gone)
      into e_amount, e_accounts, n_lost, j
      from generate_series(1, n_ends) k(i) left join gone g on g.id = e_hold[k.i];
    if j > 0 then
      raise exception 'a hold ends twice in one batch' using errcode = '23505';
    end if;
  end if;
  -- A settle that finds no hold: it was expired or settled before, or the hold was lost with a fail-over.
  if n_lost > 0 then
    missing := array(select e_hold[k.i] from generate_series(1, n_calls) k(i) where e_hold[k.i] is not null and e_amount[k.i] is null);
    perform pg_advisory_xact_lock(7003, hashtext(x.h::text)) from (select u.h from unnest(missing) u(h) order by 1) x;
    late := array(select e.hold_id from generate_series(1, n_calls) k(i) join tollgate.entry e
      on e.tenant_id = c_u[7 * k.i - 5] and e.day = tollgate.id_day(e_hold[k.i]) and e.hold_id = e_hold[k.i] and e.n = 0
      where e_hold[k.i] = any(missing) order by e.hold_id);
    if cardinality(late) < n_lost and not p_every then
      raise exception 'a hold was lost; the budgets of its call are needed' using errcode = 'TG002';
    end if;
  end if;

  -- A call settles where its hold was made. Only one that has none, or whose hold was lost, counts where its budgets are now.
  if p_every then
    select coalesce(array_agg(u.c order by u.i), '{}'), coalesce(array_agg(u.b order by u.i), '{}') into p_call, p_budget
      from unnest(p_call, p_budget) with ordinality u(c, b, i)
      where e_hold[u.c] is null or (e_hold[u.c] = any(missing) and e_hold[u.c] <> all(late));
  end if;
  fresh := cardinality(b_hold) > cardinality(b_account) or b_from > now() or b_until <= now();
  if fresh or cardinality(p_call) > 0 then
    p_account := tollgate.accounts_at(p_budget || case when fresh then b_budget else '{}' end,
      array(select tollgate.at_micros(c_n[29 * u.c - 25]) from unnest(p_call) with ordinality u(c, i) order by u.i)
      || case when fresh then array_fill(null::timestamptz, array[cardinality(b_hold)]) else '{}' end);
    if fresh then
      b_account := p_account[cardinality(p_call) + 1:];
      o_account := b_account;
      p_account := p_account[:cardinality(p_call)];
    end if;
  end if;

  if n_calls > 0 then
    with written as (insert into tollgate.entry as e (tenant_id, day, hold_id, n, kind, call_id, key_id, project_id, business_unit_id, member_id, model, provider,
        upstream_model, service_tier, price_id, usage, amount, estimated, accounts, reserved_at, at, session_id, batch, digest)
      select u.tenant, u.day, u.hold, 0, 0, u.call, u.key, u.project, u.unit, u.member, u.model, u.provider, u.upstream, u.tier, u.price, u.usage, u.cost, u.estimated,
        u.accounts, u.accounted, now(), p_session, p_batch,
        tollgate.entry_digest(row(u.tenant, u.day, u.hold, 0::smallint, 0::smallint, u.call, u.key, u.project, u.unit, u.member, u.model, u.provider, u.upstream, u.tier,
          u.price, u.usage, u.cost, u.estimated, null::text, u.accounts, u.accounted, now(), p_session, p_batch, ''::bytea)::tollgate.entry)
      from (select c_u[7 * i - 5] as tenant, date '1970-01-01' + c_n[29 * i - 16]::int as day, coalesce(e_hold[i], c_u[7 * i - 6]) as hold, c_u[7 * i - 6] as call, c_u[7 * i - 4] as key,
          c_u[7 * i - 3] as project, c_u[7 * i - 2] as unit, c_u[7 * i - 1] as member, coalesce(c_t[13 * i - 11], '') as model, coalesce(c_t[13 * i - 10], '') as provider,
          coalesce(c_t[13 * i - 9], '') as upstream, c_t[13 * i - 8] as tier, c_u[7 * i] as price,
          array[c_n[29 * i - 15], c_n[29 * i - 14], c_n[29 * i - 13], c_n[29 * i - 12], c_n[29 * i - 11], c_n[29 * i - 10], c_n[29 * i - 9], c_n[29 * i - 8], c_n[29 * i - 7], c_n[29 * i - 6], c_n[29 * i - 5], c_n[29 * i - 4], c_n[29 * i - 3], c_n[29 * i - 2], c_n[29 * i - 1], c_n[29 * i]] as usage,
          c_n[29 * i - 21] as cost, c_n[29 * i - 20] = 1 as estimated,
          coalesce(case when e_hold[i] is not null then e_accounts[i]::bigint[] end,
            case when cardinality(p_call) > 0 then array(select p_account[q.k] from generate_series(1, cardinality(p_call)) q(k) where p_call[q.k] = i) end, '{}') as accounts,
          tollgate.at_micros(c_n[29 * i - 25]) as accounted
        from generate_series(1, n_calls) i
        where c_n[29 * i - 21] >= 0 and c_u[7 * i - 4] is not null and (n_lost = 0 or e_hold[i] is null or e_hold[i] <> all(late))
        offset 0) u
      returning e.hold_id, e.digest)
    select n_entries + count(*), digests || coalesce(string_agg(written.digest, ''::bytea order by written.hold_id), ''::bytea) into n_entries, digests from written;
    -- The row of a call that expired stays as it is; its cost is read from the entries.
    insert into tollgate.call (day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model,
      service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags,
      client_address, user_agent, sdk, session, caller_user, metadata, session_id, batch)
    select date '1970-01-01' + c_n[29 * i - 28]::int, c_u[7 * i - 6], c_u[7 * i - 5], c_n[29 * i - 27]::smallint, tollgate.at_micros(c_n[29 * i - 26]), c_u[7 * i - 4], c_u[7 * i - 3], c_u[7 * i - 2], c_u[7 * i - 1],
      c_t[13 * i - 12], c_t[13 * i - 11], c_t[13 * i - 10], c_t[13 * i - 9], c_t[13 * i - 8], c_n[29 * i - 24]::smallint, c_n[29 * i - 23] = 1, c_n[29 * i - 22]::smallint, c_t[13 * i - 7],
      array[c_n[29 * i - 15], c_n[29 * i - 14], c_n[29 * i - 13], c_n[29 * i - 12], c_n[29 * i - 11], c_n[29 * i - 10], c_n[29 * i - 9], c_n[29 * i - 8], c_n[29 * i - 7], c_n[29 * i - 6], c_n[29 * i - 5], c_n[29 * i - 4], c_n[29 * i - 3], c_n[29 * i - 2], c_n[29 * i - 1], c_n[29 * i]],
      nullif(c_n[29 * i - 21], -1), c_u[7 * i], c_n[29 * i - 20] = 1, c_n[29 * i - 19], c_n[29 * i - 18], c_n[29 * i - 17], c_t[13 * i - 6]::jsonb,
      c_t[13 * i - 5], c_t[13 * i - 4], c_t[13 * i - 3], c_t[13 * i - 2], c_t[13 * i - 1], c_t[13 * i], p_session, p_batch
    from generate_series(1, n_calls) i where n_lost = 0 or e_hold[i] is null or e_hold[i] <> all(late);
    zeros := array_fill(0::bigint, array[66]);
    insert into tollgate.usage_minute as r (tenant_id, bucket, project_id, key_id, model, provider, node, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token)
    select r_u[4 * i - 3], to_timestamp(r_n[20 * i - 19]), r_u[4 * i - 2], r_u[4 * i - 1], r_t[2 * i - 1], r_t[2 * i], p_node, r_u[4 * i], r_n[20 * i - 18], r_n[20 * i - 17],
      array[r_n[20 * i - 15], r_n[20 * i - 14], r_n[20 * i - 13], r_n[20 * i - 12], r_n[20 * i - 11], r_n[20 * i - 10], r_n[20 * i - 9], r_n[20 * i - 8], r_n[20 * i - 7], r_n[20 * i - 6], r_n[20 * i - 5], r_n[20 * i - 4], r_n[20 * i - 3], r_n[20 * i - 2], r_n[20 * i - 1], r_n[20 * i]], r_n[20 * i - 16], zeros, zeros
    from generate_series(1, r_minutes) i
    on conflict (tenant_id, bucket, project_id, key_id, model, provider, node) do update set
      calls = r.calls + excluded.calls, errors = r.errors + excluded.errors, usage = tollgate.add_usage(r.usage, excluded.usage), cost_nanos = r.cost_nanos + excluded.cost_nanos;
    insert into tollgate.usage_quarter as r (tenant_id, bucket, project_id, key_id, model, provider, node, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token)
    select r_u[4 * i - 3], to_timestamp(r_n[20 * i - 19]), r_u[4 * i - 2], r_u[4 * i - 1], r_t[2 * i - 1], r_t[2 * i], p_node, r_u[4 * i], r_n[20 * i - 18], r_n[20 * i - 17],
      array[r_n[20 * i - 15], r_n[20 * i - 14], r_n[20 * i - 13], r_n[20 * i - 12], r_n[20 * i - 11], r_n[20 * i - 10], r_n[20 * i - 9], r_n[20 * i - 8], r_n[20 * i - 7], r_n[20 * i - 6], r_n[20 * i - 5], r_n[20 * i - 4], r_n[20 * i - 3], r_n[20 * i - 2], r_n[20 * i - 1], r_n[20 * i]], r_n[20 * i - 16], zeros, zeros
    from generate_series(r_minutes + 1, cardinality(r_n) / 20) i
    on conflict (tenant_id, bucket, project_id, key_id, model, provider, node) do update set
      calls = r.calls + excluded.calls, errors = r.errors + excluded.errors, usage = tollgate.add_usage(r.usage, excluded.usage), cost_nanos = r.cost_nanos + excluded.cost_nanos;
  end if;

  if n_holds > 0 then
    insert into tollgate.hold (id, tenant_id, call_id, attempt, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, price_id,
      amount, accounts, reserved_at, deadline, session_id, batch)
    select h_u[8 * i - 7], h_u[8 * i - 6], h_u[8 * i - 5], h_n[5 * i - 4]::smallint, h_u[8 * i - 4], h_u[8 * i - 3], h_u[8 * i - 2], h_u[8 * i - 1],
      h_t[3 * i - 2], h_t[3 * i - 1], h_t[3 * i], h_u[8 * i], h_n[5 * i - 3],
      b_account[coalesce(h_n[5 * i - 5], 0) + 1:h_n[5 * i]],
      now(), now() + make_interval(secs => h_n[5 * i - 1]), p_session, p_batch
    from generate_series(1, n_holds) i;
  end if;

  -- What changes in each account: holds that end, with what they cost; calls without a hold; new holds.
  select coalesce(array_agg(x.account), '{}'), array_agg(x.rel), array_agg(x.post), array_agg(x.want), array_agg(x.unchecked), array_agg(x.moved)
    into s_id, s_rel, s_post, s_want, s_free, s_moved
  from (
    select y.account, sum(y.rel)::bigint as rel, sum(y.post)::bigint as post, sum(y.want)::bigint as want, bool_or(y.unchecked) as unchecked, bool_or(y.moved) as moved from (
      select unnest(z.accounts) as account, z.amount as rel, z.cost as post, 0 as want, z.cost > z.amount as unchecked, true as moved
      from (select e_accounts[i]::bigint[] as accounts, e_amount[i] as amount,
          case when i <= n_calls then greatest(c_n[29 * i - 21], 0) when e_hold[i] = any(x_free) then e_amount[i] else 0 end as cost
        from generate_series(1, n_ends) i where e_amount[i] is not null offset 0) z
      union all
      select p_account[k], 0, c_n[29 * p_call[k] - 21], 0, true, true from generate_series(1, cardinality(p_call)) k where c_n[29 * p_call[k] - 21] >= 0
      union all
      select b_account[k], 0, 0, h_n[5 * b_hold[k] - 3], false, false from generate_series(1, cardinality(b_hold)) k
    ) y group by y.account
  ) x;

  -- Account rows last, in one order everywhere: keys first, the tenant last.
  if cardinality(late) > 0 then
    perform 1 from tollgate.account c where c.id = any(s_id || array(select unnest(e.accounts) from generate_series(1, n_calls) i join tollgate.entry e
      on e.tenant_id = c_u[7 * i - 5] and e.day = tollgate.id_day(e_hold[i]) and e.hold_id = e_hold[i] and e.n = 0 where e_hold[i] = any(late)))
      order by c.rank, c.id for no key update;
    for i in 1..cardinality(late) loop
      j := array_position(e_hold, late[i]);
      select e.* into f from tollgate.entry e where e.tenant_id = c_u[7 * j - 5] and e.day = tollgate.id_day(late[i]) and e.hold_id = late[i] and e.n = 0;
      select sum(e.amount)::bigint, max(e.n) + 1, tollgate.sum_arrays(e.usage order by e.n) into t_amount, t_n, t_usage
        from tollgate.entry e where e.tenant_id = f.tenant_id and e.day = f.day and e.hold_id = late[i];
      -- The roll-ups of this batch count the call whole; what was counted before goes out again.
      perform tollgate.add_to_roll_ups(f, p_node, -1, array(select -x from unnest(t_usage) with ordinality q(x, k) order by q.k), -t_amount);
      if c_n[29 * j - 21] not in (-1, t_amount) then
        f.n := t_n; f.kind := 2; f.amount := c_n[29 * j - 21] - t_amount; f.usage := c_n[29 * j - 15:29 * j]; f.estimated := c_n[29 * j - 20] = 1; f.reason := 'late truth';
        f.at := now(); f.session_id := p_session; f.batch := p_batch;
        insert into tollgate.entry as e select f.* returning e.digest into digest;
        digests := digests || digest;
        n_entries := n_entries + 1;
        foreach a in array f.accounts loop
          if array_position(s_id, a) is null then
            s_id := s_id || a; s_rel := s_rel || 0::bigint; s_post := s_post || 0::bigint; s_want := s_want || 0::bigint; s_free := s_free || false; s_moved := s_moved || true;
          end if;
          j := array_position(s_id, a);
          s_post[j] := s_post[j] + f.amount; s_free[j] := s_free[j] or f.amount > 0; s_moved[j] := true;
        end loop;
      end if;
    end loop;
  end if;
  if cardinality(s_id) > 0 then
    select array_agg(x.id), array_agg(x.budget_id), array_agg(x.starts), array_agg(x.ends), array_agg(x.lim), array_agg(x.posted), array_agg(x.held), array_agg(x.hard),
      array_agg(x.version), array_agg(x.want), array_agg(x.unchecked), array_agg(x.moved),
      bool_and(x.want = 0 or not x.hard or x.posted + x.held + x.want <= x.lim), bool_or(x.posted >= x.next_alert)
      into l_id, l_budget, l_starts, l_ends, l_limit, l_posted, l_held, l_hard, l_version, l_want, l_free, l_moved, fits, alert
    from (
      select c.id, c.budget_id, (extract(epoch from c.starts) * 1000000)::bigint as starts, (extract(epoch from c.ends) * 1000000)::bigint as ends,
        tollgate.limit_now(b) as lim, c.posted + s_post[k] as posted, c.held - s_rel[k] as held, b.policy <> 'observe' and not b.retired as hard,
        c.version + 1 as version, s_want[k] as want, s_free[k] as unchecked, s_moved[k] as moved, c.next_alert
      from generate_series(1, cardinality(s_id)) k join tollgate.account c on c.id = s_id[k] join tollgate.budget b on b.id = c.budget_id
      order by c.rank, c.id for no key update of c
    ) x;
    if n_holds > 0 and not fits then
      -- Not all fit: one by one, in order. Whoever is refused for open holds keeps those behind it on the same account waiting.
      o_kind := array_fill(1::smallint, array[n_holds]);
      o_binding := array_fill(0, array[n_holds]);
      o_amount := array_fill(0::bigint, array[n_holds]);
      l_want := array_fill(0::bigint, array[cardinality(l_id)]);
      l_blocked := array_fill(false, array[cardinality(l_id)]);
      for i in 1..n_holds loop
        granted := h_n[5 * i - 3]; narrow := 0;
        mine := b_account[coalesce(h_n[5 * i - 5], 0) + 1:h_n[5 * i]];
        foreach a in array mine loop
          j := array_position(l_id, a);
          continue when not l_hard[j];
          if l_posted[j] + h_n[5 * i - 2] > l_limit[j] then
            o_kind[i] := 4; o_binding[i] := j;
            exit;
          end if;
          if l_blocked[j] then
            granted := least(granted, -1); narrow := j;
          elsif l_limit[j] - l_posted[j] - l_held[j] - l_want[j] < granted then
            granted := l_limit[j] - l_posted[j] - l_held[j] - l_want[j]; narrow := j;
          end if;
        end loop;
        if o_kind[i] = 1 and granted < h_n[5 * i - 2] then
          o_kind[i] := 3; o_binding[i] := narrow;
          foreach a in array mine loop l_blocked[array_position(l_id, a)] := true; end loop;
        end if;
        if o_kind[i] = 1 then
          o_amount[i] := granted;
          foreach a in array mine loop
            j := array_position(l_id, a);
            l_want[j] := l_want[j] + granted;
          end loop;
        end if;
      end loop;
      delete from tollgate.hold h where h.id = any(array(select h_u[8 * k - 7] from generate_series(1, n_holds) k where o_kind[k] <> 1));
      update tollgate.hold h set amount = o_amount[k] from generate_series(1, n_holds) k where h.id = h_u[8 * k - 7] and o_kind[k] = 1 and h.amount <> o_amount[k];
      for j in 1..cardinality(l_id) loop
        if l_want[j] = 0 and not l_moved[j] then l_version[j] := l_version[j] - 1; end if;
      end loop;
    end if;
    update tollgate.account c set version = l_version[k], posted = l_posted[k], held = l_held[k] + l_want[k],
      peak = greatest(c.peak, case when l_want[k] > 0 and l_hard[k] then l_limit[k] end, case when l_free[k] or not l_hard[k] then l_posted[k] + l_held[k] + l_want[k] end)
      from generate_series(1, cardinality(l_id)) k where c.id = l_id[k] and c.version <> l_version[k];
    -- Thresholds that were reached.
    if alert then
      insert into tollgate.budget_alert (tenant_id, budget_id, starts, threshold, limit_nanos, posted, at)
      select c.tenant_id, c.budget_id, c.starts, t.percent, tollgate.limit_now(b), c.posted, now()
      from tollgate.account c join tollgate.budget b on b.id = c.budget_id and not b.retired cross join unnest(b.thresholds) t(percent)
      where c.id = any(l_id) and c.posted > 0 and c.posted::numeric * 100 >= tollgate.limit_now(b)::numeric * t.percent
      order by c.budget_id, c.starts, t.percent
      on conflict do nothing;
      update tollgate.account c set next_alert = coalesce((
        select min(ceil(b.limit_nanos::numeric * t.percent / 100)) from tollgate.budget b cross join unnest(b.thresholds) t(percent)
        where b.id = c.budget_id and b.limit_nanos::numeric * t.percent / 100 > c.posted), 9223372036854775807)
      where c.id = any(l_id) and c.posted >= c.next_alert;
    end if;
    l_held := array(select l_held[k] + l_want[k] from generate_series(1, cardinality(l_id)) k order by k);
  end if;

  if n_entries > 0 then
    s_head := sha256(s_head || digests);
    insert into tollgate.ledger_batch (session_id, batch, entries, head, at) values (p_session, p_batch, n_entries, s_head, now());
    update tollgate.writer_session w set head = s_head where w.id = p_session;
  end if;
end $$;

-- Adds times of calls to roll-ups that exist. They are no money: a node sends them every few seconds, apart from its batches.
create function tollgate.add_latencies(p_node smallint, r_minutes int, r_u uuid[], r_bucket bigint[], r_t text[], r_latency text[], r_first_token text[])
returns void language sql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
  update tollgate.usage_minute r set latency = tollgate.add_arrays(r.latency, r_latency[i]::bigint[]), first_token = tollgate.add_arrays(r.first_token, r_first_token[i]::bigint[])
  from generate_series(1, r_minutes) i
  where r.tenant_id = r_u[4 * i - 3] and r.bucket = to_timestamp(r_bucket[i]) and r.project_id = r_u[4 * i - 2] and r.key_id = r_u[4 * i - 1]
    and r.model = r_t[2 * i - 1] and r.provider = r_t[2 * i] and r.node = p_node;
  update tollgate.usage_quarter r set latency = tollgate.add_arrays(r.latency, r_latency[i]::bigint[]), first_token = tollgate.add_arrays(r.first_token, r_first_token[i]::bigint[])
  from generate_series(r_minutes + 1, cardinality(r_bucket)) i
  where r.tenant_id = r_u[4 * i - 3] and r.bucket = to_timestamp(r_bucket[i]) and r.project_id = r_u[4 * i - 2] and r.key_id = r_u[4 * i - 1]
    and r.model = r_t[2 * i - 1] and r.provider = r_t[2 * i] and r.node = p_node;
$$;
