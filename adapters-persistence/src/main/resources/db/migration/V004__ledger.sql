-- The ledger: budgets and their accounts, open holds, immutable entries, and one function that applies
-- a batch of a node (docs/ledger.md). Times are the database's.

alter table tollgate.tenant
  add column time_zone       text not null default 'UTC',
  add column fiscal_month    smallint not null default 1,
  add column output_cap      int not null default 4096,
  add column shows_ancestors boolean not null default false,
  add column ledger_version  bigint not null default 0;

create table tollgate.budget (
  tenant_id   uuid not null references tollgate.tenant,
  id          uuid not null unique,
  scope       text not null,
  scope_id    uuid not null,
  models      text[],
  models_key  text not null,
  time_window text not null,
  policy      text not null,
  limit_nanos bigint not null check (limit_nanos >= 0),
  raise_to    bigint,
  raise_until timestamptz,
  thresholds  smallint[] not null,
  notify      text[] not null,
  created_at  timestamptz not null,
  retired     boolean not null default false,
  primary key (tenant_id, id)
);
create unique index budget_once on tollgate.budget (tenant_id, scope, scope_id, models_key, time_window) where not retired;

-- A budget in one window. `rank` and `id` are the one order in which rows are locked; `peak` is the most
-- that posted + held may be: the highest limit that a hold was admitted under, or what went in unchecked.
create table tollgate.account (
  id         bigint generated always as identity primary key,
  tenant_id  uuid not null,
  budget_id  uuid not null,
  starts     timestamptz not null,
  ends       timestamptz,
  rank       smallint not null,
  opening    bigint not null default 0,
  posted     bigint not null default 0,
  held       bigint not null default 0 check (held >= 0),
  peak       bigint not null default 0,
  next_alert bigint not null default 0,
  version    bigint not null default 0,
  unique (budget_id, starts)
) with (fillfactor = 50);

-- Open holds only: a hold ends by leaving this table and, unless it was voided, with an entry.
create table tollgate.hold (
  id               uuid primary key,
  tenant_id        uuid not null,
  call_id          uuid not null,
  attempt          smallint not null,
  key_id           uuid not null,
  project_id       uuid not null,
  business_unit_id uuid not null,
  member_id        uuid,
  model            text not null,
  provider         text not null,
  upstream_model   text not null,
  price_id         uuid not null,
  amount           bigint not null check (amount >= 0),
  accounts         bigint[] not null,
  reserved_at      timestamptz not null,
  deadline         timestamptz not null,
  session_id       bigint not null,
  batch            bigint not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
create index hold_by_deadline on tollgate.hold (deadline);
create index hold_by_tenant on tollgate.hold (tenant_id);

-- Never changed, never deleted. n = 0 resolves a hold: 0 POST or 1 EXPIRE_POST; n > 0: 2 ADJUST. A call
-- without a hold is posted under its own id.
create table tollgate.entry (
  tenant_id        uuid not null,
  day              date not null,
  hold_id          uuid not null,
  n                smallint not null,
  kind             smallint not null,
  call_id          uuid not null,
  key_id           uuid not null,
  project_id       uuid not null,
  business_unit_id uuid not null,
  member_id        uuid,
  model            text not null,
  provider         text not null,
  upstream_model   text not null,
  service_tier     text,
  price_id         uuid,
  usage            bigint[] not null,
  amount           bigint not null,
  estimated        boolean not null,
  reason           text,
  accounts         bigint[] not null,
  reserved_at      timestamptz not null,
  at               timestamptz not null,
  session_id       bigint not null,
  batch            bigint not null,
  digest           bytea not null,
  primary key (tenant_id, day, hold_id, n)
) partition by range (day);
create index entry_by_call on tollgate.entry (tenant_id, call_id);

-- Each batch with entries is chained to the one before it in its session.
alter table tollgate.writer_session add column head bytea not null default ''::bytea;
create table tollgate.ledger_batch (
  session_id bigint not null,
  batch      bigint not null,
  entries    int not null,
  head       bytea not null,
  at         timestamptz not null,
  primary key (session_id, batch)
);
create table tollgate.ledger_anchor (
  at         timestamptz not null default now(),
  session_id bigint not null,
  batch      bigint not null,
  head       bytea not null,
  primary key (session_id, batch)
);

-- A threshold that was reached, once for each account.
create table tollgate.budget_alert (
  tenant_id   uuid not null,
  budget_id   uuid not null,
  starts      timestamptz not null,
  threshold   smallint not null,
  limit_nanos bigint not null,
  posted      bigint not null,
  at          timestamptz not null,
  primary key (tenant_id, budget_id, starts, threshold)
);

do $$
declare t text;
begin
  foreach t in array array['budget','account','hold','entry','budget_alert'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I for select to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_app, tollgate_ledger', t);
  end loop;
end $$;
grant insert, update on tollgate.account to tollgate_ledger;
grant insert, update, delete on tollgate.hold to tollgate_ledger;
grant insert on tollgate.entry, tollgate.budget_alert to tollgate_ledger;
grant select (tenant_id, day, id, key_id, cost_nanos) on tollgate.call to tollgate_ledger;
grant select, insert on tollgate.ledger_batch, tollgate.ledger_anchor to tollgate_ledger;
create policy lookup on tollgate.tenant for select to tollgate_ledger using (true);
create policy lookup on tollgate.business_unit for select to tollgate_ledger using (true);
grant select on tollgate.tenant, tollgate.business_unit to tollgate_ledger;

-- Numbers of nodes that are not given one by their configuration.
create sequence tollgate.node_number as int minvalue 1000 maxvalue 32000 cycle;
grant usage on sequence tollgate.node_number to tollgate_ledger;

-- The day (UTC) in a UUIDv7.
create function tollgate.id_day(p_id uuid) returns date language sql immutable parallel safe as $$
  select (to_timestamp((('x' || left(replace(p_id::text, '-', ''), 12))::bit(48)::bigint) / 1000) at time zone 'utc')::date
$$;

-- The instant of a local time. Where an hour is repeated the first one counts, as everywhere in the product.
create function tollgate.first_instant(p_local timestamp, p_zone text) returns timestamptz language sql stable parallel safe as $$
  select case when ((p_local at time zone p_zone) - interval '1 hour') at time zone p_zone = p_local
    then (p_local at time zone p_zone) - interval '1 hour' else p_local at time zone p_zone end
$$;

-- The first instant of the window that holds an instant.
create function tollgate.window_start(p_window text, p_zone text, p_month int, p_at timestamptz)
returns timestamptz language plpgsql stable parallel safe as $$
declare l timestamp := p_at at time zone p_zone; first timestamp; months int;
begin
  if p_window = 'total' then return 'epoch'::timestamptz; end if;
  months := (extract(month from l)::int - p_month + 12) % 12;
  first := case p_window
    when 'day' then date_trunc('day', l)
    when 'week' then date_trunc('week', l)
    when 'month' then date_trunc('month', l)
    when 'quarter' then date_trunc('month', l) - make_interval(months => months % 3)
    when 'year' then date_trunc('month', l) - make_interval(months => months)
  end;
  return tollgate.first_instant(first, p_zone);
end $$;

create function tollgate.window_end(p_window text, p_zone text, p_start timestamptz)
returns timestamptz language plpgsql stable parallel safe as $$
declare l timestamp := p_start at time zone p_zone; step interval; first timestamp;
begin
  if p_window = 'total' then return null; end if;
  step := case p_window when 'day' then interval '1 day' when 'week' then interval '7 days' when 'month' then interval '1 month'
    when 'quarter' then interval '3 months' when 'year' then interval '1 year' end;
  first := date_trunc('day', l) + step;
  return tollgate.first_instant(first, p_zone);
end $$;

create function tollgate.limit_now(b tollgate.budget) returns bigint language sql stable as $$
  select case when b.raise_until > now() then greatest(b.raise_to, b.limit_nanos) else b.limit_nanos end
$$;

create function tollgate.scope_rank(p_scope text) returns smallint language sql immutable as $$
  select array_position(array['key','member','project','business_unit','tenant'], p_scope)::smallint
$$;

-- The accounts of budgets at an instant each, made where a window has just begun.
create function tollgate.accounts_at(p_budget uuid[], p_at timestamptz[]) returns bigint[] language plpgsql
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare found bigint[];
begin
  for attempt in 1..2 loop
    select array_agg(a.id order by p.i) into found
    from unnest(p_budget, p_at) with ordinality p(budget, at, i)
    join tollgate.budget b on b.id = p.budget
    join tollgate.tenant t on t.id = b.tenant_id
    left join tollgate.account a on a.budget_id = b.id
      and a.starts = tollgate.window_start(b.time_window, t.time_zone, t.fiscal_month, least(coalesce(p.at, now()), now()));
    if cardinality(found) <> cardinality(p_budget) then
      raise exception 'a budget of the batch does not exist';
    end if;
    if array_position(found, null) is null then
      return found;
    end if;
    insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, peak)
    select b.tenant_id, b.id, w.starts, tollgate.window_end(b.time_window, t.time_zone, w.starts), tollgate.scope_rank(b.scope), 0
    from (select distinct p.budget, least(coalesce(p.at, now()), now()) as at from unnest(p_budget, p_at) p(budget, at)) p
    join tollgate.budget b on b.id = p.budget
    join tollgate.tenant t on t.id = b.tenant_id
    cross join lateral (select tollgate.window_start(b.time_window, t.time_zone, t.fiscal_month, p.at) as starts) w
    group by b.tenant_id, b.id, w.starts, b.time_window, t.time_zone, b.scope
    order by tollgate.scope_rank(b.scope), b.id, w.starts
    on conflict (budget_id, starts) do nothing;
  end loop;
  raise exception 'accounts could not be made';
end $$;

create function tollgate.entry_digest(e tollgate.entry) returns bytea language sql stable as $$
  select sha256(convert_to(concat_ws('|', e.tenant_id, e.day - date '1970-01-01', e.hold_id, e.n, e.kind, e.call_id, e.key_id, e.project_id,
    e.business_unit_id, coalesce(e.member_id::text, '-'), e.model, e.provider, e.upstream_model, coalesce(e.service_tier, '-'), coalesce(e.price_id::text, '-'), e.usage::text,
    e.amount, e.estimated::int, coalesce(e.reason, '-'), e.accounts::text, (extract(epoch from e.reserved_at) * 1000000)::bigint,
    (extract(epoch from e.at) * 1000000)::bigint, e.session_id, e.batch), 'UTF8'))
$$;
create function tollgate.digest_entry() returns trigger language plpgsql as $$
begin
  new.digest := tollgate.entry_digest(new);
  return new;
end $$;
create trigger digest_entry before insert on tollgate.entry for each row execute function tollgate.digest_entry();

-- Adds to the roll-ups of the time at which a hold was reserved: for entries that no call row brings along.
create function tollgate.add_to_roll_ups(p_entry tollgate.entry, p_node smallint, p_calls bigint, p_usage bigint[], p_cost bigint)
returns void language plpgsql set search_path = tollgate, pg_temp as $$
declare zeros bigint[] := array_fill(0::bigint, array[66]); t text; b timestamptz;
begin
  foreach t in array array['minute', 'quarter'] loop
    b := date_bin(case t when 'minute' then interval '1 minute' else interval '15 minutes' end, p_entry.reserved_at, 'epoch');
    execute format('insert into tollgate.usage_%s as r (tenant_id, bucket, project_id, key_id, model, provider, node, business_unit_id, calls, errors,
      usage, cost_nanos, latency, first_token) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,$10,$11,$12,$12)
      on conflict (tenant_id, bucket, project_id, key_id, model, provider, node) do update set calls = r.calls + excluded.calls,
      usage = tollgate.add_arrays(r.usage, excluded.usage), cost_nanos = r.cost_nanos + excluded.cost_nanos', t)
    using p_entry.tenant_id, b, p_entry.project_id, p_entry.key_id, p_entry.model, p_entry.provider, p_node, p_entry.business_unit_id,
      p_calls, p_usage, p_cost, zeros;
  end loop;
end $$;

do $$
declare f text;
begin
  select p.oid::regprocedure::text into f from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'tollgate' and p.proname = 'flush';
  execute 'drop function ' || f;
end $$;

create function tollgate.flush(p_session bigint, p_batch bigint, p_node smallint,
  c_day date[],
  c_id uuid[],
  c_tenant_id uuid[],
  c_retention_days smallint[],
  c_started_at timestamptz[],
  c_key_id uuid[],
  c_project_id uuid[],
  c_business_unit_id uuid[],
  c_member_id uuid[],
  c_endpoint text[],
  c_model text[],
  c_provider text[],
  c_upstream_model text[],
  c_service_tier text[],
  c_attempts smallint[],
  c_stream boolean[],
  c_status smallint[],
  c_error_code text[],
  c_usage text[],
  c_cost_nanos bigint[],
  c_price_id uuid[],
  c_estimated boolean[],
  c_latency_micros bigint[],
  c_first_token_micros bigint[],
  c_overhead_micros bigint[],
  c_tags text[],
  c_client_address text[],
  c_user_agent text[],
  c_sdk text[],
  c_session text[],
  c_caller_user text[],
  c_metadata text[],
  r_minute boolean[],
  r_tenant_id uuid[],
  r_bucket timestamptz[],
  r_project_id uuid[],
  r_key_id uuid[],
  r_model text[],
  r_provider text[],
  r_business_unit_id uuid[],
  r_calls bigint[],
  r_errors bigint[],
  r_usage text[],
  r_cost_nanos bigint[],
  r_latency text[],
  r_first_token text[],
  c_hold uuid[], c_accounted_at timestamptz[],
  t_id uuid[], t_version bigint[],
  h_id uuid[], h_tenant uuid[], h_call uuid[], h_attempt smallint[], h_key uuid[], h_project uuid[], h_unit uuid[], h_member uuid[],
  h_model text[], h_provider text[], h_upstream text[], h_price uuid[], h_want bigint[], h_floor bigint[], h_seconds int[],
  p_hold int[], p_call int[], p_budget uuid[],
  v_hold uuid[], x_hold uuid[], x_silence int)
returns table (kind smallint, idx int, amount bigint, budget_id uuid, starts timestamptz, ends timestamptz, limit_nanos bigint, posted bigint, held bigint, hard boolean, version bigint)
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
  s_last bigint; s_head bytea;
  acc bigint[] := '{}';                                     -- the account of each (hold or call, budget)
  x_free uuid[] := '{}'; late uuid[] := '{}'; missing uuid[];
  g_id uuid[] := '{}'; g_amount bigint[] := '{}'; g_accounts text[] := '{}';   -- holds that end here
  d_acc bigint[] := '{}'; d_rel bigint[] := '{}'; d_post bigint[] := '{}'; d_free boolean[] := '{}';  -- what that changes, by account
  a_all bigint[]; l_id bigint[]; l_limit bigint[]; l_posted bigint[]; l_held bigint[]; l_hard boolean[]; l_blocked boolean[];
  o_kind smallint[]; o_amount bigint[]; o_binding int[];
  n_entries int := 0; digests bytea := ''; digest bytea; f tollgate.entry; t_amount bigint; t_n int; t_usage bigint[]; mine bigint[];
  i int; j int; granted bigint; narrow int; a bigint;
begin
  select w.last_batch, w.head into s_last, s_head from tollgate.writer_session w where w.id = p_session for no key update;
  if s_last = p_batch then
    update tollgate.writer_session set beat = clock_timestamp() where id = p_session;
    return query select 0::smallint, 1, null::bigint, null::uuid, now(), null::timestamptz, null::bigint, null::bigint, null::bigint, null::boolean, null::bigint;
    return query select 1::smallint, u.i::int, h.amount, null::uuid, h.reserved_at, null::timestamptz, null::bigint, null::bigint, null::bigint, null::boolean, null::bigint
      from unnest(h_id) with ordinality u(id, i) join tollgate.hold h on h.id = u.id;
    return;
  elsif s_last is distinct from p_batch - 1 then
    raise exception 'batch % does not follow batch % of session %', p_batch, s_last, p_session using errcode = 'TG001';
  end if;

  if cardinality(t_id) > 0 then
    -- A change of budgets takes this lock alone, so it sees every hold made before and none is made by the old budgets after.
    perform pg_advisory_xact_lock_shared(7002, hashtext(x.t::text)) from (select u.t from unnest(t_id) u(t) order by 1) x;
    if exists (select 1 from unnest(t_id, t_version) u(id, version) join tollgate.tenant t on t.id = u.id where t.ledger_version <> u.version) then
      return query select 2::smallint, 0, null::bigint, u.id, now(), null::timestamptz, null::bigint, null::bigint, null::bigint, null::boolean, null::bigint
        from unnest(t_id, t_version) u(id, version) join tollgate.tenant t on t.id = u.id where t.ledger_version <> u.version;
      return;
    end if;
  end if;
  if cardinality(c_id) + cardinality(v_hold) + cardinality(x_hold) > 0 then
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
    end if;
    with gone as (delete from tollgate.hold h where h.id = any(array_remove(c_hold, null) || v_hold || x_free) returning h.id, h.amount, h.accounts::text as accounts)
    select coalesce(array_agg(gone.id), '{}'), coalesce(array_agg(gone.amount), '{}'), coalesce(array_agg(gone.accounts), '{}') into g_id, g_amount, g_accounts from gone;
    -- A settle that finds no hold: it was expired or settled before, or the hold was lost with a fail-over.
    missing := array(select u.h from unnest(c_hold) u(h) where u.h is not null and u.h <> all(g_id));
    if cardinality(missing) > 0 then
      perform pg_advisory_xact_lock(7003, hashtext(x.h::text)) from (select u.h from unnest(missing) u(h) order by 1) x;
      late := array(select e.hold_id from unnest(c_hold, c_tenant_id) u(hold, tenant)
        join tollgate.entry e on e.tenant_id = u.tenant and e.day = tollgate.id_day(u.hold) and e.hold_id = u.hold and e.n = 0
        where u.hold = any(missing) order by e.hold_id);
    end if;

    -- A call settles where its hold was made. Only one that has none, or whose hold was lost, counts where its budgets are now.
    select coalesce(array_agg(u.h order by u.i), '{}'), coalesce(array_agg(u.c order by u.i), '{}'), coalesce(array_agg(u.b order by u.i), '{}')
      into p_hold, p_call, p_budget
      from unnest(p_hold, p_call, p_budget) with ordinality u(h, c, b, i)
      where u.c is null or c_hold[u.c] is null or (c_hold[u.c] = any(missing) and c_hold[u.c] <> all(late));
  end if;
  if cardinality(p_budget) > 0 then
    acc := tollgate.accounts_at(p_budget, (select array_agg(case when u.c is null then null else c_accounted_at[u.c] end order by u.i) from unnest(p_call) with ordinality u(c, i)));
  end if;

  if cardinality(c_id) + cardinality(v_hold) + cardinality(x_hold) > 0 then
    if cardinality(c_id) > 0 then
      with written as (insert into tollgate.entry as e (tenant_id, day, hold_id, n, kind, call_id, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, service_tier,
        price_id, usage, amount, estimated, accounts, reserved_at, at, session_id, batch)
      select u.tenant_id, case when u.hold is null then u.day else tollgate.id_day(u.hold) end, coalesce(u.hold, u.id), 0, 0, u.id, u.key_id, u.project_id, u.business_unit_id, u.member_id,
        coalesce(u.model, ''), coalesce(u.provider, ''), coalesce(u.upstream_model, ''), u.service_tier, u.price_id, u.usage::bigint[], u.cost_nanos, u.estimated,
        coalesce(g.accounts::bigint[], b.accounts, '{}'), u.accounted_at, now(), p_session, p_batch
      from unnest(c_id, c_day, c_tenant_id, c_key_id, c_project_id, c_business_unit_id, c_member_id, c_model, c_provider, c_upstream_model, c_service_tier, c_price_id, c_usage,
        c_cost_nanos, c_estimated, c_hold, c_accounted_at) with ordinality
        as u(id, day, tenant_id, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, service_tier, price_id, usage, cost_nanos, estimated, hold, accounted_at, i)
      left join unnest(g_id, g_accounts) g(id, accounts) on g.id = u.hold
      left join (select x.c, array_agg(x.account) as accounts from unnest(p_call, acc) x(c, account) where x.c is not null group by x.c) b on b.c = u.i
      where u.cost_nanos is not null and u.key_id is not null and (u.hold is null or u.hold <> all(late))
      returning e.hold_id, e.digest)
      select n_entries + count(*), digests || coalesce(string_agg(written.digest, ''::bytea order by written.hold_id), ''::bytea) into n_entries, digests from written;
      insert into tollgate.call (day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags, client_address, user_agent, sdk, session, caller_user, metadata, session_id, batch)
      select day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage::bigint[], cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags::jsonb, client_address, user_agent, sdk, session, caller_user, metadata, p_session, p_batch
      from unnest(c_day, c_id, c_tenant_id, c_retention_days, c_started_at, c_key_id, c_project_id, c_business_unit_id, c_member_id, c_endpoint, c_model, c_provider, c_upstream_model, c_service_tier, c_attempts, c_stream, c_status, c_error_code, c_usage, c_cost_nanos, c_price_id, c_estimated, c_latency_micros, c_first_token_micros, c_overhead_micros, c_tags, c_client_address, c_user_agent, c_sdk, c_session, c_caller_user, c_metadata, c_hold) as u(day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags, client_address, user_agent, sdk, session, caller_user, metadata, hold)
      -- The row of a call that expired stays as it is; its cost is read from the entries.
      where u.hold is null or u.hold <> all(late);
      insert into tollgate.usage_minute as r (tenant_id, bucket, project_id, key_id, model, provider, node, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token)
      select tenant_id, bucket, project_id, key_id, model, provider, p_node, business_unit_id, calls, errors, usage::bigint[], cost_nanos, latency::bigint[], first_token::bigint[]
      from unnest(r_minute, r_tenant_id, r_bucket, r_project_id, r_key_id, r_model, r_provider, r_business_unit_id, r_calls, r_errors, r_usage, r_cost_nanos, r_latency, r_first_token) as u(minute, tenant_id, bucket, project_id, key_id, model, provider, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token) where minute
      on conflict (tenant_id, bucket, project_id, key_id, model, provider, node) do update set
        calls = r.calls + excluded.calls, errors = r.errors + excluded.errors, usage = tollgate.add_arrays(r.usage, excluded.usage),
        cost_nanos = r.cost_nanos + excluded.cost_nanos, latency = tollgate.add_arrays(r.latency, excluded.latency),
        first_token = tollgate.add_arrays(r.first_token, excluded.first_token);
      insert into tollgate.usage_quarter as r (tenant_id, bucket, project_id, key_id, model, provider, node, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token)
      select tenant_id, bucket, project_id, key_id, model, provider, p_node, business_unit_id, calls, errors, usage::bigint[], cost_nanos, latency::bigint[], first_token::bigint[]
      from unnest(r_minute, r_tenant_id, r_bucket, r_project_id, r_key_id, r_model, r_provider, r_business_unit_id, r_calls, r_errors, r_usage, r_cost_nanos, r_latency, r_first_token) as u(minute, tenant_id, bucket, project_id, key_id, model, provider, business_unit_id, calls, errors, usage, cost_nanos, latency, first_token) where not minute
      on conflict (tenant_id, bucket, project_id, key_id, model, provider, node) do update set
        calls = r.calls + excluded.calls, errors = r.errors + excluded.errors, usage = tollgate.add_arrays(r.usage, excluded.usage),
        cost_nanos = r.cost_nanos + excluded.cost_nanos, latency = tollgate.add_arrays(r.latency, excluded.latency),
        first_token = tollgate.add_arrays(r.first_token, excluded.first_token);

    end if;

    select coalesce(array_agg(x.account), '{}'), coalesce(array_agg(x.rel), '{}'), coalesce(array_agg(x.post), '{}'), coalesce(array_agg(x.unchecked), '{}')
      into d_acc, d_rel, d_post, d_free
    from (
      select y.account, sum(y.rel)::bigint as rel, sum(y.post)::bigint as post, bool_or(y.unchecked) as unchecked from (
        select unnest(g.accounts::bigint[]) as account, g.amount as rel, coalesce(u.cost, case when g.id = any(x_free) then g.amount else 0 end) as post,
          coalesce(u.cost, 0) > g.amount as unchecked
        from unnest(g_id, g_amount, g_accounts) g(id, amount, accounts)
        left join unnest(c_hold, c_cost_nanos) u(hold, cost) on u.hold = g.id
        union all
        select x.account, 0, c_cost_nanos[x.c], true from unnest(p_call, acc) x(c, account)
        where x.c is not null and c_cost_nanos[x.c] is not null
      ) y group by y.account
    ) x;
  end if;

  if cardinality(h_id) > 0 then
    insert into tollgate.hold (id, tenant_id, call_id, attempt, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, price_id,
      amount, accounts, reserved_at, deadline, session_id, batch)
    select u.id, u.tenant, u.call, u.attempt, u.key, u.project, u.unit, u.member, u.model, u.provider, u.upstream, u.price, u.want, coalesce(b.accounts, '{}'),
      now(), now() + make_interval(secs => u.seconds), p_session, p_batch
    from unnest(h_id, h_tenant, h_call, h_attempt, h_key, h_project, h_unit, h_member, h_model, h_provider, h_upstream, h_price, h_want, h_seconds) with ordinality
      as u(id, tenant, call, attempt, key, project, unit, member, model, provider, upstream, price, want, seconds, i)
    left join (select x.h, array_agg(x.account) as accounts from unnest(p_hold, acc) x(h, account) where x.h is not null group by x.h) b on b.h = u.i;
  end if;

  -- Account rows last, in one order everywhere: keys first, the tenant last.
  a_all := array(select distinct u.x from unnest(d_acc || acc) u(x));
  if cardinality(late) > 0 then
    a_all := array(select distinct u.x from unnest(a_all || array(select unnest(e.accounts) from unnest(late) u(hold)
      join tollgate.entry e on e.tenant_id = c_tenant_id[array_position(c_hold, u.hold)] and e.day = tollgate.id_day(u.hold) and e.hold_id = u.hold and e.n = 0)) u(x));
  end if;
  if cardinality(a_all) > 0 then
    perform 1 from tollgate.account c where c.id = any(a_all) order by c.rank, c.id for no key update;
    for i in 1..cardinality(late) loop
      j := array_position(c_hold, late[i]);
      select e.* into f from tollgate.entry e where e.tenant_id = c_tenant_id[j] and e.day = tollgate.id_day(late[i]) and e.hold_id = late[i] and e.n = 0;
      select sum(e.amount)::bigint, max(e.n) + 1, tollgate.sum_arrays(e.usage order by e.n) into t_amount, t_n, t_usage
        from tollgate.entry e where e.tenant_id = f.tenant_id and e.day = f.day and e.hold_id = late[i];
      -- The roll-ups of this batch count the call whole; what was counted before goes out again.
      perform tollgate.add_to_roll_ups(f, p_node, -1, array(select -x from unnest(t_usage) with ordinality q(x, k) order by q.k), -t_amount);
      if c_cost_nanos[j] <> t_amount then
        f.n := t_n; f.kind := 2; f.amount := c_cost_nanos[j] - t_amount; f.usage := c_usage[j]::bigint[]; f.estimated := c_estimated[j]; f.reason := 'late truth';
        f.at := now(); f.session_id := p_session; f.batch := p_batch;
        insert into tollgate.entry as e select f.* returning e.digest into digest;
        digests := digests || digest;
        n_entries := n_entries + 1;
        d_acc := d_acc || f.accounts;
        d_rel := d_rel || array_fill(0::bigint, array[cardinality(f.accounts)]);
        d_post := d_post || array_fill(f.amount, array[cardinality(f.accounts)]);
        d_free := d_free || array_fill(f.amount > 0, array[cardinality(f.accounts)]);
      end if;
    end loop;
    select array_agg(x.id), array_agg(x.lim), array_agg(x.posted), array_agg(x.held), array_agg(x.hard), array_agg(false)
      into l_id, l_limit, l_posted, l_held, l_hard, l_blocked
    from (
      select c.id, tollgate.limit_now(b) as lim, c.posted + coalesce(d.post, 0) as posted, c.held - coalesce(d.rel, 0) as held, b.policy <> 'observe' and not b.retired as hard
      from tollgate.account c join tollgate.budget b on b.id = c.budget_id
      left join (select u.account, sum(u.post)::bigint as post, sum(u.rel)::bigint as rel from unnest(d_acc, d_post, d_rel) u(account, post, rel) group by u.account) d on d.account = c.id
      where c.id = any(a_all) order by c.rank, c.id
    ) x;
    if cardinality(h_id) > 0 then
      o_kind := array_fill(1::smallint, array[cardinality(h_id)]);
      o_amount := h_want;
      o_binding := array_fill(0, array[cardinality(h_id)]);
      if exists (
        select 1 from (select x.account, sum(h_want[x.h]) as want from unnest(p_hold, acc) x(h, account) where x.h is not null group by x.account) w
        join unnest(l_id, l_limit, l_posted, l_held, l_hard) l(id, lim, posted, held, hard) on l.id = w.account
        where l.hard and l.posted + l.held + w.want > l.lim)
      then
        -- Not all fit: one by one, in order. Whoever is refused for open holds keeps those behind it on the same account waiting.
        for i in 1..cardinality(h_id) loop
          granted := h_want[i]; narrow := 0;
          mine := array(select x.account from unnest(p_hold, acc) x(h, account) where x.h = i);
          foreach a in array mine loop
            j := array_position(l_id, a);
            continue when not l_hard[j];
            if l_posted[j] + h_floor[i] > l_limit[j] then
              o_kind[i] := 4; o_binding[i] := j;
              exit;
            end if;
            if l_blocked[j] then
              granted := least(granted, -1); narrow := j;
            elsif l_limit[j] - l_posted[j] - l_held[j] < granted then
              granted := l_limit[j] - l_posted[j] - l_held[j]; narrow := j;
            end if;
          end loop;
          if o_kind[i] = 1 and granted < h_floor[i] then
            o_kind[i] := 3; o_binding[i] := narrow;
            foreach a in array mine loop l_blocked[array_position(l_id, a)] := true; end loop;
          end if;
          if o_kind[i] = 1 then
            o_amount[i] := granted;
            foreach a in array mine loop
              j := array_position(l_id, a);
              l_held[j] := l_held[j] + granted;
            end loop;
          end if;
        end loop;
        delete from tollgate.hold h where h.id = any(array(select u.id from unnest(h_id, o_kind) u(id, k) where u.k <> 1));
        update tollgate.hold h set amount = u.amount from unnest(h_id, o_kind, o_amount) u(id, k, amount) where h.id = u.id and u.k = 1 and h.amount <> u.amount;
      end if;
    end if;
    update tollgate.account c set version = c.version + 1, posted = c.posted + x.post, held = c.held - x.rel + x.res,
      peak = greatest(c.peak, case when x.res > 0 and x.hard then x.lim end, case when x.unchecked or not x.hard then c.posted + x.post + c.held - x.rel + x.res end)
    from (
      select y.account, sum(y.rel)::bigint as rel, sum(y.post)::bigint as post, sum(y.res)::bigint as res, bool_or(y.unchecked) as unchecked, min(l.lim) as lim, bool_or(l.hard) as hard
      from (
        select u.account, u.rel, u.post, 0 as res, u.unchecked from unnest(d_acc, d_rel, d_post, d_free) u(account, rel, post, unchecked)
        union all
        select u.account, 0, 0, o_amount[u.h], false from unnest(p_hold, acc) u(h, account) where u.h is not null and o_kind[u.h] = 1
      ) y join unnest(l_id, l_limit, l_hard) l(id, lim, hard) on l.id = y.account
      group by y.account
    ) x where c.id = x.account;
    -- Thresholds that were reached.
    if exists (select 1 from tollgate.account c where c.id = any(a_all) and c.posted >= c.next_alert) then
      insert into tollgate.budget_alert (tenant_id, budget_id, starts, threshold, limit_nanos, posted, at)
      select c.tenant_id, c.budget_id, c.starts, t.percent, tollgate.limit_now(b), c.posted, now()
      from tollgate.account c join tollgate.budget b on b.id = c.budget_id and not b.retired cross join unnest(b.thresholds) t(percent)
      where c.id = any(a_all) and c.posted > 0 and c.posted::numeric * 100 >= tollgate.limit_now(b)::numeric * t.percent
      order by c.budget_id, c.starts, t.percent
      on conflict do nothing;
      update tollgate.account c set next_alert = coalesce((
        select min(ceil(b.limit_nanos::numeric * t.percent / 100)) from tollgate.budget b cross join unnest(b.thresholds) t(percent)
        where b.id = c.budget_id and b.limit_nanos::numeric * t.percent / 100 > c.posted), 9223372036854775807)
      where c.id = any(a_all) and c.posted >= c.next_alert;
    end if;
  end if;

  if n_entries > 0 then
    s_head := sha256(s_head || digests);
    insert into tollgate.ledger_batch (session_id, batch, entries, head, at) values (p_session, p_batch, n_entries, s_head, now());
  end if;
  update tollgate.writer_session set last_batch = p_batch, beat = clock_timestamp(), head = s_head where id = p_session;

  return query select 0::smallint, 0, null::bigint, null::uuid, now(), null::timestamptz, null::bigint, null::bigint, null::bigint, null::boolean, null::bigint;
  if o_kind is null then
    return query select 1::smallint, u.i::int, u.want, null::uuid, now(), null::timestamptz, null::bigint, null::bigint, null::bigint, null::boolean, null::bigint
      from unnest(h_want) with ordinality u(want, i);
  else
    return query select u.k, u.i::int, u.amount, c.budget_id, coalesce(c.starts, now()), c.ends, l_limit[u.b], l_posted[u.b], l_held[u.b], true, c.version
      from unnest(o_kind, o_amount, o_binding) with ordinality u(k, amount, b, i) left join tollgate.account c on c.id = l_id[u.b];
  end if;
  if cardinality(a_all) > 0 then
    return query select 5::smallint, 0, null::bigint, c.budget_id, c.starts, c.ends, l.lim, c.posted, c.held, l.hard, c.version
      from unnest(l_id, l_limit, l_hard) l(id, lim, hard) join tollgate.account c on c.id = l.id;
  end if;
end $$;

-- Sets what calls cost to new amounts by ADJUST entries; entries are never edited. Targets are absolute, so
-- several sources may correct the same call. False when the batch was applied before.
create function tollgate.adjust(p_session bigint, p_batch bigint, p_tenant uuid, a_hold uuid[], a_day date[], a_target bigint[], a_price uuid[], p_reason text)
returns boolean language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare s_last bigint; s_head bytea; f tollgate.entry; t_amount bigint; t_n int; digest bytea; digests bytea := ''; n_entries int := 0; zeros bigint[] := array_fill(0::bigint, array[16]);
  d_acc bigint[] := '{}'; d_post bigint[] := '{}'; i int;
begin
  select w.last_batch, w.head into s_last, s_head from tollgate.writer_session w where w.id = p_session for no key update;
  if s_last = p_batch then
    update tollgate.writer_session set beat = clock_timestamp() where id = p_session;
    return false;
  elsif s_last is distinct from p_batch - 1 then
    raise exception 'batch % does not follow batch % of session %', p_batch, s_last, p_session using errcode = 'TG001';
  end if;
  perform pg_advisory_xact_lock(7003, hashtext(x.h::text)) from (select u.h from unnest(a_hold) u(h) order by 1) x;
  perform 1 from tollgate.account c where c.id = any(array(select unnest(e.accounts) from unnest(a_hold, a_day) u(hold, day)
    join tollgate.entry e on e.tenant_id = p_tenant and e.day = u.day and e.hold_id = u.hold and e.n = 0)) order by c.rank, c.id for no key update;
  for i in select u.i from unnest(a_hold) with ordinality u(h, i) order by u.h loop
    select e.* into f from tollgate.entry e where e.tenant_id = p_tenant and e.day = a_day[i] and e.hold_id = a_hold[i] and e.n = 0;
    select sum(e.amount)::bigint, max(e.n) + 1 into t_amount, t_n from tollgate.entry e where e.tenant_id = p_tenant and e.day = a_day[i] and e.hold_id = a_hold[i];
    continue when t_amount is null or t_amount = a_target[i];
    f.n := t_n; f.kind := 2; f.amount := a_target[i] - t_amount; f.usage := zeros; f.price_id := a_price[i]; f.reason := p_reason; f.at := now();
    f.session_id := p_session; f.batch := p_batch;
    insert into tollgate.entry as e select f.* returning e.digest into digest;
    digests := digests || digest;
    n_entries := n_entries + 1;
    perform tollgate.add_to_roll_ups(f, 0::smallint, 0, zeros, f.amount);
    d_acc := d_acc || f.accounts;
    d_post := d_post || array_fill(f.amount, array[cardinality(f.accounts)]);
  end loop;
  update tollgate.account c set version = c.version + 1, posted = c.posted + x.post, peak = greatest(c.peak, c.posted + x.post + c.held)
    from (select u.account, sum(u.post)::bigint as post from unnest(d_acc, d_post) u(account, post) group by u.account) x where c.id = x.account;
  if n_entries > 0 then
    s_head := sha256(s_head || digests);
    insert into tollgate.ledger_batch (session_id, batch, entries, head, at) values (p_session, p_batch, n_entries, s_head, now());
  end if;
  update tollgate.writer_session set last_batch = p_batch, beat = clock_timestamp(), head = s_head where id = p_session;
  return true;
end $$;

create function tollgate.model_counts(p_models text[], p_model text) returns boolean language sql immutable parallel safe as $$
  select p_models is null or exists (select 1 from unnest(p_models) m where case when right(m, 1) = '*' then starts_with(p_model, left(m, -1)) else p_model = m end)
$$;

create function tollgate.units_below(p_tenant uuid, p_unit uuid) returns uuid[] language sql stable as $$
  with recursive below as (
    select id from tollgate.business_unit where tenant_id = p_tenant and id = p_unit
    union all
    select b.id from tollgate.business_unit b join below on b.tenant_id = p_tenant and b.parent_id = below.id)
  select coalesce(array_agg(id), '{}') from below
$$;

-- What a scope has spent since an instant, by the roll-ups.
create function tollgate.spent_since(p_tenant uuid, p_scope text, p_scope_id uuid, p_models text[], p_since timestamptz) returns bigint language sql stable as $$
  select coalesce(sum(q.cost_nanos), 0)::bigint from tollgate.usage_quarter q
  where q.tenant_id = p_tenant and q.bucket >= p_since and tollgate.model_counts(p_models, q.model)
    and case p_scope when 'tenant' then true
      when 'business_unit' then q.business_unit_id = any(tollgate.units_below(p_tenant, p_scope_id))
      when 'project' then q.project_id = p_scope_id
      when 'key' then q.key_id = p_scope_id
      else q.key_id in (select k.id from tollgate.virtual_key k where k.tenant_id = p_tenant and k.owner_id = p_scope_id) end
$$;

-- Sets a budget of the current tenant. A new one starts from what the roll-ups say was spent in its window,
-- plus open holds, which from now on count against it too. Null when its scope does not exist.
create function tollgate.set_budget(p_id uuid, p_scope text, p_scope_id uuid, p_models text[], p_window text, p_policy text, p_limit bigint,
  p_raise_to bigint, p_raise_until timestamptz, p_thresholds smallint[], p_notify text[], p_created timestamptz)
returns uuid language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare
  v_tenant uuid := current_setting('app.tenant')::uuid; v_id uuid; v_key text := coalesce(array_to_string(p_models, ','), '*');
  v_zone text; v_month smallint; v_start timestamptz; v_units uuid[] := '{}'; v_posted bigint; v_held bigint; v_account bigint; v_known boolean;
begin
  v_known := case p_scope
    when 'tenant' then p_scope_id = v_tenant
    when 'business_unit' then exists (select 1 from tollgate.business_unit where tenant_id = v_tenant and id = p_scope_id)
    when 'project' then exists (select 1 from tollgate.project where tenant_id = v_tenant and id = p_scope_id)
    when 'key' then exists (select 1 from tollgate.virtual_key where tenant_id = v_tenant and id = p_scope_id)
    when 'member' then true
    else false end;
  if not v_known then
    return null;
  end if;
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  select id into v_id from tollgate.budget
    where tenant_id = v_tenant and scope = p_scope and scope_id = p_scope_id and models_key = v_key and time_window = p_window and not retired;
  if found then
    update tollgate.budget set policy = p_policy, limit_nanos = p_limit, raise_to = p_raise_to, raise_until = p_raise_until, thresholds = p_thresholds, notify = p_notify
      where tenant_id = v_tenant and id = v_id;
    update tollgate.account set next_alert = 0, version = version + 1 where budget_id = v_id;
  else
    v_id := p_id;
    insert into tollgate.budget (tenant_id, id, scope, scope_id, models, models_key, time_window, policy, limit_nanos, raise_to, raise_until, thresholds, notify, created_at)
    values (v_tenant, v_id, p_scope, p_scope_id, p_models, v_key, p_window, p_policy, p_limit, p_raise_to, p_raise_until, p_thresholds, p_notify, p_created);
    select time_zone, fiscal_month into v_zone, v_month from tollgate.tenant where id = v_tenant;
    v_start := tollgate.window_start(p_window, v_zone, v_month, now());
    if p_scope = 'business_unit' then v_units := tollgate.units_below(v_tenant, p_scope_id); end if;
    v_posted := tollgate.spent_since(v_tenant, p_scope, p_scope_id, p_models, v_start);
    insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, opening, posted)
    values (v_tenant, v_id, v_start, tollgate.window_end(p_window, v_zone, v_start), tollgate.scope_rank(p_scope), v_posted, v_posted) returning id into v_account;
    with joined as (
      update tollgate.hold h set accounts = h.accounts || v_account
      where h.tenant_id = v_tenant and h.reserved_at >= v_start and tollgate.model_counts(p_models, h.model)
        and case p_scope when 'tenant' then true when 'business_unit' then h.business_unit_id = any(v_units) when 'project' then h.project_id = p_scope_id
          when 'key' then h.key_id = p_scope_id else h.member_id = p_scope_id end
      returning h.amount)
    select coalesce(sum(joined.amount), 0)::bigint into v_held from joined;
    update tollgate.account set held = v_held, peak = v_posted + v_held where id = v_account;
  end if;
  update tollgate.tenant set ledger_version = ledger_version + 1 where id = v_tenant;
  insert into tollgate.change (tenant_id, kind, subject) values (v_tenant, 'budget', v_id::text);
  return v_id;
end $$;

create function tollgate.remove_budget(p_id uuid) returns boolean language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid;
begin
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  update tollgate.budget set retired = true where tenant_id = v_tenant and id = p_id and not retired;
  if not found then return false; end if;
  update tollgate.tenant set ledger_version = ledger_version + 1 where id = v_tenant;
  insert into tollgate.change (tenant_id, kind, subject) values (v_tenant, 'budget', p_id::text);
  return true;
end $$;
revoke execute on function tollgate.set_budget(uuid, text, uuid, text[], text, text, bigint, bigint, timestamptz, smallint[], text[], timestamptz), tollgate.remove_budget(uuid) from public;
grant execute on function tollgate.set_budget(uuid, text, uuid, text[], text, text, bigint, bigint, timestamptz, smallint[], text[], timestamptz), tollgate.remove_budget(uuid) to tollgate_app;

-- What else changes how calls are counted: the tenant's settings and its tree.
create function tollgate.note_ledger_change() returns trigger language plpgsql security definer set search_path = tollgate, pg_temp as $$
begin
  if tg_table_name = 'tenant' then
    if (new.time_zone, new.fiscal_month, new.output_cap, new.shows_ancestors) is not distinct from (old.time_zone, old.fiscal_month, old.output_cap, old.shows_ancestors) then
      return new;
    end if;
    new.ledger_version := new.ledger_version + 1;
    insert into tollgate.change (tenant_id, kind, subject) values (new.id, 'budget', 'tenant');
  elsif new.parent_id is not null then
    perform pg_advisory_xact_lock(7002, hashtext(new.tenant_id::text));
    update tollgate.tenant set ledger_version = ledger_version + 1 where id = new.tenant_id;
    insert into tollgate.change (tenant_id, kind, subject) values (new.tenant_id, 'budget', new.id::text);
  end if;
  return new;
end $$;
create trigger note_ledger_change before update on tollgate.tenant for each row execute function tollgate.note_ledger_change();
create trigger note_ledger_change before insert or update of parent_id on tollgate.business_unit for each row execute function tollgate.note_ledger_change();
grant update (time_zone, fiscal_month, output_cap, shows_ancestors) on tollgate.tenant to tollgate_app;
create policy change_own on tollgate.tenant for update to tollgate_app using (id = current_setting('app.tenant', true)::uuid);
grant insert, update (name, parent_id) on tollgate.business_unit to tollgate_app;

-- Entries are kept; their partitions are months.
create or replace function tollgate.ensure_days(p_from date, p_to date) returns void language plpgsql security definer
set search_path = tollgate, pg_temp as $$
declare d date; c int; t text; n text;
begin
  perform pg_advisory_xact_lock(7001);
  for d in select generate_series(p_from, p_to, interval '1 day')::date loop
    foreach t in array array['call','call_content'] loop
      foreach c in array array[7,30,90,400] loop
        n := format('%s_%s_%s', t, c, to_char(d, 'YYYYMMDD'));
        if to_regclass('tollgate.'||n) is null then
          execute format('create table tollgate.%I partition of tollgate.%I for values from (%L) to (%L)', n, t||'_'||c, d, d + 1);
        end if;
      end loop;
    end loop;
    n := 'entry_' || to_char(d, 'YYYYMM');
    if to_regclass('tollgate.'||n) is null then
      execute format('create table tollgate.%I partition of tollgate.entry for values from (%L) to (%L)', n, date_trunc('month', d)::date,
        (date_trunc('month', d) + interval '1 month')::date);
    end if;
  end loop;
end $$;

-- Calls that were recorded before there was a ledger get their entries; budgets start from the roll-ups.
select tollgate.ensure_days(d.a, d.b) from (select min(day) as a, max(day) as b from tollgate.call where cost_nanos is not null) d where d.a is not null;
insert into tollgate.entry (tenant_id, day, hold_id, n, kind, call_id, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, service_tier,
  price_id, usage, amount, estimated, reason, accounts, reserved_at, at, session_id, batch)
select tenant_id, day, id, 0, 0, id, key_id, project_id, business_unit_id, member_id, coalesce(model, ''), coalesce(provider, ''), coalesce(upstream_model, ''), service_tier,
  price_id, usage, cost_nanos, estimated, 'imported', '{}', started_at, now(), session_id, 0
from tollgate.call where cost_nanos is not null and key_id is not null;
