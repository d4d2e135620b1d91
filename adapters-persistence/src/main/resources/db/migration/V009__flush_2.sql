-- The ledger's function of this version, beside the one before: a node calls the one it knows (docs/decisions/0010). What is where in a
-- row is said once, by the types `hold_2`, `call_2` and those of V008; nodes read it from the catalogue.

create type tollgate.hold_2 as (id uuid, tenant_id uuid, call_id uuid, attempt smallint, key_id uuid, project_id uuid, business_unit_id uuid, member_id uuid,
  model text, provider text, upstream_model text, price_id uuid, dimension_id bigint, want bigint, floor bigint, seconds int, waits_millis int,
  touched_from int, touched_to int);
-- With `attempt_of` it is no call but an attempt at one, which another followed: it has an entry, no row.
create type tollgate.call_2 as (id uuid, attempt_of uuid, tenant_id uuid, day date, entry_day date, retention_days smallint, started_at timestamptz, accounted_at timestamptz,
  key_id uuid, project_id uuid, business_unit_id uuid, member_id uuid, endpoint text, model text, provider text, upstream_model text, service_tier text,
  region text, attempts smallint, stream boolean, status smallint, error_code text, usage bigint[], cost_nanos bigint, price_id uuid, estimated boolean, reason text,
  latency_micros bigint, first_token_micros bigint, overhead_micros bigint, tags jsonb, client_address text, user_agent text, sdk text, session text,
  caller_user text, metadata text, details jsonb, dimension_id bigint, hold_id uuid);
-- What an account changes by; several may be of one account. What is unchecked may exceed a limit.
create type tollgate.change_2 as (account bigint, released bigint, posted bigint, unchecked boolean);
-- What a batch made of an account that it touched; times in microseconds since 1970.
create type tollgate.balance_2 as (account bigint, budget uuid, starts bigint, ends bigint, lim bigint, posted bigint, held bigint, hard boolean, version bigint,
  want bigint, post bigint, moved boolean);

-- Who waits for an account while only open holds are in the way, on any node, and since when.
create unlogged table tollgate.waiter (
  tenant_id  uuid not null,
  account_id bigint not null,
  hold_id    uuid not null,
  since      timestamptz not null,
  until      timestamptz not null,
  primary key (tenant_id, account_id, hold_id)
);
create index waiter_by_hold on tollgate.waiter (hold_id);
alter table tollgate.account add column waited_until timestamptz, add column opened_at timestamptz;

-- What an account started from, beside the account itself: changed only when its window is entered again.
create table tollgate.account_opening (
  tenant_id  uuid not null,
  account_id bigint not null,
  amount     bigint not null,
  at         timestamptz not null,
  primary key (tenant_id, account_id)
);
insert into tollgate.account_opening (tenant_id, account_id, amount, at) select tenant_id, id, opening, now() from tollgate.account where opening <> 0;
do $$
declare t text;
begin
  foreach t in array array['waiter','account_opening'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I for select to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_ledger', t);
  end loop;
end $$;
grant insert, update, delete on tollgate.waiter to tollgate_ledger;
grant select (error_code) on tollgate.call to tollgate_ledger;

-- A threshold is told again when it is crossed under another limit.
alter table tollgate.budget_alert drop constraint budget_alert_pkey;
alter table tollgate.budget_alert add primary key (tenant_id, budget_id, starts, threshold, limit_nanos);

-- The account of a budget in the window that holds an instant: it starts from what the roll-ups say was spent in it, and from the open
-- holds, which count against it from now on. One that was left for another calendar and is entered again takes in what went by it. Only
-- under lock 7002 of the tenant, held alone.
create function tollgate.open_account(p_budget tollgate.budget, p_at timestamptz) returns bigint language plpgsql security definer
set search_path = tollgate, pg_temp as $$
declare v_zone text; v_month smallint; v_start timestamptz; v_end timestamptz; v_units uuid[] := '{}'; v_spent bigint; v_held bigint; v_account bigint; v_own bigint := 0;
begin
  select time_zone, fiscal_month into v_zone, v_month from tollgate.tenant where id = p_budget.tenant_id;
  v_start := tollgate.window_start(p_budget.time_window, v_zone, v_month, p_at);
  v_end := tollgate.window_end(p_budget.time_window, v_zone, v_start);
  if p_budget.scope = 'business_unit' then v_units := tollgate.units_below(p_budget.tenant_id, p_budget.scope_id); end if;
  v_spent := tollgate.spent_between(p_budget.tenant_id, p_budget.scope, p_budget.scope_id, p_budget.models, v_start, v_end);
  select a.id, a.posted - a.opening into v_account, v_own from tollgate.account a where a.budget_id = p_budget.id and a.starts = v_start for no key update;
  if v_account is null then
    v_own := 0;
    insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, peak)
    values (p_budget.tenant_id, p_budget.id, v_start, v_end, tollgate.scope_rank(p_budget.scope), 0) returning id into v_account;
  end if;
  with joined as (
    update tollgate.hold h set accounts = h.accounts || v_account
    where h.tenant_id = p_budget.tenant_id and h.reserved_at >= v_start and not v_account = any(h.accounts) and tollgate.model_counts(p_budget.models, h.model)
      and case p_budget.scope when 'tenant' then true when 'business_unit' then h.business_unit_id = any(v_units) when 'project' then h.project_id = p_budget.scope_id
        when 'key' then h.key_id = p_budget.scope_id else h.member_id = p_budget.scope_id end
    returning h.amount)
  select coalesce(sum(joined.amount), 0)::bigint into v_held from joined;
  update tollgate.account a set opening = v_spent - v_own, posted = v_spent, held = a.held + v_held, peak = greatest(a.peak, v_spent + a.held + v_held),
    opened_at = clock_timestamp() + (p_at - now()), version = a.version + 1 where a.id = v_account;
  insert into tollgate.account_opening (tenant_id, account_id, amount, at) values (p_budget.tenant_id, v_account, v_spent - v_own, p_at)
    on conflict (tenant_id, account_id) do update set amount = excluded.amount, at = excluded.at;
  return v_account;
end $$;
revoke execute on function tollgate.open_account(tollgate.budget, timestamptz) from public;

-- The accounts of budgets at an instant each, made where a window has just begun.
create or replace function tollgate.accounts_at(p_budget uuid[], p_at timestamptz[]) returns bigint[] language plpgsql
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare found bigint[]; v_now timestamptz := tollgate.at();
begin
  for attempt in 1..2 loop
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
    insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, peak)
    select b.tenant_id, b.id, w.starts, tollgate.window_end(b.time_window, t.time_zone, w.starts), tollgate.scope_rank(b.scope), 0
    from (select distinct p.budget, least(coalesce(p.at, v_now), v_now) as at from unnest(p_budget, p_at) p(budget, at)) p
    join tollgate.budget b on b.id = p.budget
    join tollgate.tenant t on t.id = b.tenant_id
    cross join lateral (select tollgate.window_start(b.time_window, t.time_zone, t.fiscal_month, p.at) as starts) w
    group by b.tenant_id, b.id, w.starts, b.time_window, t.time_zone, b.scope
    order by tollgate.scope_rank(b.scope), b.id, w.starts
    on conflict (budget_id, starts) do nothing;
  end loop;
  raise exception 'accounts could not be made';
end $$;

-- Another zone or fiscal year opens other windows: each starts from what was spent in it. Zones are names of regions, since those with
-- an offset mean the opposite elsewhere.
create or replace function tollgate.note_ledger_change() returns trigger language plpgsql security definer set search_path = tollgate, pg_temp as $$
begin
  if tg_table_name = 'tenant' then
    if (new.time_zone, new.fiscal_month, new.output_cap, new.shows_ancestors, new.captures_all)
      is not distinct from (old.time_zone, old.fiscal_month, old.output_cap, old.shows_ancestors, old.captures_all) then
      return new;
    end if;
    if new.time_zone <> old.time_zone and not exists (select 1 from pg_timezone_names z where z.name = new.time_zone) then
      raise exception 'there is no time zone %', new.time_zone using errcode = '22023';
    end if;
    if (new.time_zone, new.fiscal_month) is distinct from (old.time_zone, old.fiscal_month) then
      perform pg_advisory_xact_lock(7002, hashtext(new.id::text));
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
create function tollgate.open_changed_windows() returns trigger language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare b tollgate.budget;
begin
  for b in select x.* from tollgate.budget x where x.tenant_id = new.id and not x.retired order by tollgate.scope_rank(x.scope), x.id loop
    perform tollgate.open_account(b, tollgate.at());
  end loop;
  return null;
end $$;
create trigger open_changed_windows after update of time_zone, fiscal_month on tollgate.tenant for each row
  when ((old.time_zone, old.fiscal_month) is distinct from (new.time_zone, new.fiscal_month)) execute function tollgate.open_changed_windows();

-- Sets a budget of the current tenant. `raise` of a request is one row of origin `budget`, which replaces the one before. Null when its
-- scope does not exist.
create or replace function tollgate.set_budget(p_id uuid, p_scope text, p_scope_id uuid, p_models text[], p_window text, p_policy text, p_limit bigint,
  p_raise_to bigint, p_raise_until timestamptz, p_thresholds smallint[], p_notify text[], p_created timestamptz)
returns uuid language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid; b tollgate.budget; v_key text := coalesce(array_to_string(p_models, ','), '*'); v_known boolean;
begin
  v_known := case p_scope
    when 'tenant' then p_scope_id = v_tenant
    when 'business_unit' then exists (select 1 from tollgate.business_unit where tenant_id = v_tenant and id = p_scope_id)
    when 'project' then exists (select 1 from tollgate.project where tenant_id = v_tenant and id = p_scope_id)
    when 'key' then exists (select 1 from tollgate.virtual_key where tenant_id = v_tenant and id = p_scope_id)
    else false end;
  if not v_known then
    return null;
  end if;
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  select x.* into b from tollgate.budget x
    where x.tenant_id = v_tenant and x.scope = p_scope and x.scope_id = p_scope_id and x.models_key = v_key and x.time_window = p_window and not x.retired;
  if found then
    update tollgate.budget x set policy = p_policy, limit_nanos = p_limit, raise_to = p_raise_to, raise_until = p_raise_until, thresholds = p_thresholds, notify = p_notify
      where x.tenant_id = v_tenant and x.id = b.id;
    update tollgate.account set next_alert = 0, version = version + 1 where budget_id = b.id;
  else
    insert into tollgate.budget (tenant_id, id, scope, scope_id, models, models_key, time_window, policy, limit_nanos, raise_to, raise_until, thresholds, notify, created_at)
    values (v_tenant, p_id, p_scope, p_scope_id, p_models, v_key, p_window, p_policy, p_limit, p_raise_to, p_raise_until, p_thresholds, p_notify, p_created)
    returning * into b;
    perform tollgate.open_account(b, tollgate.at());
  end if;
  update tollgate.raise r set retired = true where r.tenant_id = v_tenant and r.budget_id = b.id and r.origin = 'budget' and not r.retired;
  if p_raise_to > p_limit then
    insert into tollgate.raise (tenant_id, id, budget_id, amount, starts, ends, reason, origin, created_at)
    values (v_tenant, gen_random_uuid(), b.id, p_raise_to - p_limit, tollgate.at(), p_raise_until, '', 'budget', tollgate.at());
  end if;
  perform tollgate.budget_changed(v_tenant, b.id);
  return b.id;
end $$;

create function tollgate.budget_changed(p_tenant uuid, p_budget uuid) returns void language plpgsql set search_path = tollgate, pg_temp as $$
begin
  update tollgate.budget b set raised = exists (select 1 from tollgate.raise r where r.tenant_id = p_tenant and r.budget_id = p_budget and not r.retired)
    where b.tenant_id = p_tenant and b.id = p_budget;
  update tollgate.tenant set ledger_version = ledger_version + 1 where id = p_tenant;
  insert into tollgate.change (tenant_id, kind, subject) values (p_tenant, 'budget', p_budget::text);
end $$;
revoke execute on function tollgate.budget_changed(uuid, uuid) from public;

-- Adds a raise to a budget of the current tenant; false when there is no such budget.
create function tollgate.add_raise_2(p_id uuid, p_budget uuid, p_amount bigint, p_starts timestamptz, p_ends timestamptz, p_reason text, p_origin text)
returns boolean language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid;
begin
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  if not exists (select 1 from tollgate.budget b where b.tenant_id = v_tenant and b.id = p_budget and not b.retired) then
    return false;
  end if;
  insert into tollgate.raise (tenant_id, id, budget_id, amount, starts, ends, reason, origin, created_at)
  values (v_tenant, p_id, p_budget, p_amount, coalesce(p_starts, tollgate.at()), p_ends, p_reason, p_origin, tollgate.at());
  update tollgate.account set next_alert = 0, version = version + 1 where budget_id = p_budget;
  perform tollgate.budget_changed(v_tenant, p_budget);
  return true;
end $$;

-- Ends a raise of the current tenant; false when there is none.
create function tollgate.end_raise_2(p_budget uuid, p_id uuid) returns boolean language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid;
begin
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  update tollgate.raise r set retired = true where r.tenant_id = v_tenant and r.budget_id = p_budget and r.id = p_id and not r.retired;
  if not found then return false; end if;
  update tollgate.account set next_alert = 0, version = version + 1 where budget_id = p_budget;
  perform tollgate.budget_changed(v_tenant, p_budget);
  return true;
end $$;
revoke execute on function tollgate.add_raise_2(uuid, uuid, bigint, timestamptz, timestamptz, text, text), tollgate.end_raise_2(uuid, uuid) from public;
grant execute on function tollgate.add_raise_2(uuid, uuid, bigint, timestamptz, timestamptz, text, text), tollgate.end_raise_2(uuid, uuid) to tollgate_app;

-- Thresholds that accounts have crossed: those that were never told in the window, and those that are crossed now under another limit.
create function tollgate.note_thresholds(p_accounts bigint[], p_posted_now bigint[]) returns void language plpgsql set search_path = tollgate, pg_temp as $$
begin
  insert into tollgate.budget_alert (tenant_id, budget_id, starts, threshold, limit_nanos, posted, at)
  select c.tenant_id, c.budget_id, c.starts, t.percent, l.lim, c.posted, tollgate.at()
  from unnest(p_accounts, p_posted_now) u(id, posted_now)
  join tollgate.account c on c.id = u.id
  join tollgate.budget b on b.id = c.budget_id and not b.retired
  cross join lateral (select tollgate.limit_now(b) as lim) l
  cross join unnest(b.thresholds) t(percent)
  where c.posted > 0 and c.posted::numeric * 100 >= l.lim::numeric * t.percent
    and ((c.posted - u.posted_now)::numeric * 100 < l.lim::numeric * t.percent
      or not exists (select 1 from tollgate.budget_alert a where a.tenant_id = c.tenant_id and a.budget_id = c.budget_id and a.starts = c.starts and a.threshold = t.percent))
  order by c.budget_id, c.starts, t.percent
  on conflict do nothing;
  update tollgate.account c set next_alert = coalesce((
    select min(ceil(l.lim::numeric * t.percent / 100)) from tollgate.budget b cross join lateral (select tollgate.limit_now(b) as lim) l cross join unnest(b.thresholds) t(percent)
    where b.id = c.budget_id and l.lim::numeric * t.percent / 100 > c.posted), 9223372036854775807)
  where c.id = any(p_accounts) and c.posted >= c.next_alert;
end $$;

-- Makes room for the row of a call at this attempt: one that was put down for an earlier attempt, whose hold expired, goes, since that was
-- not the last and so no call. False when the call has a row that stays.
create function tollgate.make_room_2(p_tenant uuid, p_call uuid, p_attempt smallint, p_node smallint) returns boolean language plpgsql security definer
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare v_attempts smallint; v_code text; v_dimension bigint; f tollgate.entry;
begin
  select c.attempts, c.error_code, c.dimension_id into v_attempts, v_code, v_dimension
    from tollgate.call c where c.tenant_id = p_tenant and c.day = tollgate.id_day(p_call) and c.id = p_call;
  if not found then return true; end if;
  if v_code is distinct from 'node_lost' or v_attempts >= p_attempt then return false; end if;
  delete from tollgate.call c where c.tenant_id = p_tenant and c.day = tollgate.id_day(p_call) and c.id = p_call and c.error_code = 'node_lost';
  select e.* into f from tollgate.entry e where e.tenant_id = p_tenant and e.call_id = p_call and e.kind = 1 order by e.reserved_at desc limit 1;
  perform tollgate.add_to_bucket(f, coalesce(v_dimension, tollgate.dimension_of(f)), p_node, -1, array_fill(0::bigint, array[16]), 0, 0);
  return true;
end $$;
revoke execute on function tollgate.make_room_2(uuid, uuid, smallint, smallint) from public;
grant execute on function tollgate.make_room_2(uuid, uuid, smallint, smallint) to tollgate_ledger;

-- Holds whose deadline has passed while their session is silent end at their bound. A hold of several ends in one batch has the first of
-- these: it is settled, it ends at nothing, it expires. That of a call's last attempt stands for the call.
create function tollgate.expire_holds_2(p_session bigint, p_batch bigint, p_node smallint, c_hold uuid[], v_hold uuid[], x_hold uuid[], x_silence int,
  out o_free uuid[], out o_digests bytea, out o_entries int)
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare v_at timestamptz := tollgate.at(); zeros bigint[] := array_fill(0::bigint, array[16]); x record; f tollgate.entry; v_tenant uuid; v_last boolean;
begin
  o_digests := ''; o_entries := 0;
  for v_tenant in select distinct h.tenant_id from tollgate.hold h where h.id = any(x_hold) order by 1 loop
    perform pg_advisory_xact_lock_shared(7002, hashtext(v_tenant::text));
  end loop;
  select coalesce(array_agg(q.id), '{}') into o_free from (
    select h.id from tollgate.hold h join tollgate.writer_session w on w.id = h.session_id
    where h.id = any(x_hold) and h.id <> all(c_hold || v_hold) and h.deadline < v_at
      and (w.beat < v_at - make_interval(secs => x_silence) or h.deadline < v_at - interval '10 minutes')
    for update of h skip locked) q;
  for x in select h.* from tollgate.hold h where h.id = any(o_free) order by h.id loop
    v_last := not exists (select from tollgate.hold l where l.tenant_id = x.tenant_id and l.call_id = x.call_id and l.attempt > x.attempt)
      and tollgate.make_room_2(x.tenant_id, x.call_id, x.attempt, p_node);
    insert into tollgate.entry (tenant_id, day, hold_id, n, kind, call_id, key_id, project_id, business_unit_id, member_id, model, provider, upstream_model, service_tier,
      price_id, usage, amount, estimated, reason, accounts, reserved_at, at, session_id, batch, digest)
    values (x.tenant_id, tollgate.id_day(x.id), x.id, 0, 1, x.call_id, x.key_id, x.project_id, x.business_unit_id, x.member_id,
      x.model, x.provider, x.upstream_model, null, x.price_id, zeros, x.amount, true, case when v_last then 'expired' else 'attempt_expired' end, x.accounts, x.reserved_at, v_at, p_session, p_batch, '')
    returning * into f;
    o_digests := o_digests || f.digest;
    o_entries := o_entries + 1;
    x.dimension_id := coalesce(x.dimension_id, tollgate.dimension_of(f));
    perform tollgate.add_to_bucket(f, x.dimension_id, p_node, case when v_last then 1 else 0 end, zeros, x.amount, x.amount);
    continue when not v_last;
    insert into tollgate.call (tenant_id, day, id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider,
      upstream_model, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, session_id, batch,
      dimension_id)
    values (x.tenant_id, tollgate.id_day(x.call_id), x.call_id, 90, x.reserved_at, x.key_id, x.project_id, x.business_unit_id, x.member_id, 'unknown', x.model,
      x.provider, x.upstream_model, x.attempt, false, 500, 'node_lost', zeros, x.amount, x.price_id, true, 0, -1, 0, p_session, p_batch, x.dimension_id);
  end loop;
end $$;

-- Of the calls of a batch, those whose hold was resolved before: by expiry, or by a settle whose answer was lost.
create function tollgate.part_late_2(c tollgate.call_2[], out o_calls tollgate.call_2[], out o_late tollgate.call_2[]) language plpgsql
set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare missing uuid[]; late uuid[];
begin
  missing := array(select u.hold_id from unnest(c) u where u.hold_id is not null and not exists (select 1 from tollgate.hold h where h.id = u.hold_id) order by 1);
  perform pg_advisory_xact_lock(7003, hashtext(x.h::text)) from (select u.h from unnest(missing) u(h) order by 1) x;
  late := array(select u.hold_id from unnest(c) u join tollgate.entry e on e.tenant_id = u.tenant_id and e.day = u.entry_day and e.hold_id = u.hold_id and e.n = 0
    where u.hold_id = any(missing));
  o_calls := array(select u from unnest(c) u where u.hold_id is null or u.hold_id <> all(late));
  o_late := array(select u from unnest(c) u where u.hold_id = any(late));
end $$;

-- The late truth of calls whose hold was resolved before becomes an ADJUST; what their accounts change by is put behind the others' changes.
-- A late estimate is no truth and leaves what was posted, but that of a complete answer.
-- It takes the accounts of the whole batch first, those of its holds too, so that they are locked in one order.
create function tollgate.adjust_late_2(p_session bigint, p_batch bigint, p_node smallint, c tollgate.call_2[], b_account bigint[], inout s tollgate.change_2[],
  inout digests bytea, inout n_entries int) language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare x tollgate.call_2; f tollgate.entry; t_amount bigint; t_n int; t_usage bigint[]; digest bytea; v_estimated bigint;
begin
  perform 1 from tollgate.account k where k.id = any(b_account || array(select u.account from unnest(s) u) || array(select unnest(e.accounts) from unnest(c) u
    join tollgate.entry e on e.tenant_id = u.tenant_id and e.day = u.entry_day and e.hold_id = u.hold_id and e.n = 0)) order by k.rank, k.id for no key update;
  for x in select u.* from unnest(c) u order by u.hold_id loop
    select e.* into f from tollgate.entry e where e.tenant_id = x.tenant_id and e.day = x.entry_day and e.hold_id = x.hold_id and e.n = 0;
    select sum(e.amount)::bigint, max(e.n) + 1, tollgate.sum_arrays(e.usage order by e.n) into t_amount, t_n, t_usage
      from tollgate.entry e where e.tenant_id = f.tenant_id and e.day = f.day and e.hold_id = f.hold_id;
    -- The roll-ups of this batch count the call whole: it goes out again, or else what was counted before.
    if x.estimated and x.reason <> 'no_usage' then
      perform tollgate.add_to_bucket(f, coalesce(x.dimension_id, tollgate.dimension_of(f)), p_node, case when x.attempt_of is null then -1 else 0 end,
        array(select -y from unnest(x.usage) with ordinality q(y, k) order by q.k), -x.cost_nanos, -x.cost_nanos);
      continue;
    end if;
    v_estimated := case when f.estimated and t_n = 1 then t_amount else 0 end;
    perform tollgate.add_to_bucket(f, tollgate.dimension_of(f), p_node, -1, array(select -y from unnest(t_usage) with ordinality q(y, k) order by q.k), -t_amount, -v_estimated);
    -- What has no cost was certainly not billed.
    x.cost_nanos := coalesce(x.cost_nanos, 0);
    if x.cost_nanos <> t_amount or x.usage <> t_usage then
      f.n := t_n; f.kind := 2; f.amount := x.cost_nanos - t_amount; f.usage := tollgate.minus_arrays(x.usage, t_usage); f.estimated := x.estimated; f.reason := 'late truth';
      f.at := tollgate.at(); f.session_id := p_session; f.batch := p_batch;
      insert into tollgate.entry as e select f.* returning e.digest into digest;
      digests := digests || digest;
      n_entries := n_entries + 1;
      s := s || array(select row(u.account, 0, f.amount, f.amount > 0)::tollgate.change_2 from unnest(f.accounts) u(account));
    end if;
  end loop;
end $$;

-- Not all holds of a batch fit, or someone waits for an account: one by one, in order. Whoever is refused for open holds keeps those
-- behind it on the same accounts waiting, on this node and, by a mark on the accounts, on all others.
create function tollgate.admit_one_by_one_2(p_at timestamptz, h tollgate.hold_2[], b_account bigint[], inout l tollgate.balance_2[],
  out o_kind smallint[], out o_amount bigint[], out o_binding int[])
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare n int := cardinality(h); m int := cardinality(l); l_id bigint[] := array(select u.account from unnest(l) u); l_got bigint[]; l_blocked boolean[];
  l_until timestamptz[]; mine bigint[];
  w_account bigint[]; w_hold uuid[]; w_since timestamptz[]; since timestamptz; granted bigint; narrow int; free bigint; i int; j int; k int; a bigint;
begin
  o_kind := array_fill(1::smallint, array[n]); o_binding := array_fill(0, array[n]); o_amount := array_fill(0::bigint, array[n]);
  l_got := array_fill(0::bigint, array[m]); l_blocked := array_fill(false, array[m]); l_until := array_fill(null::timestamptz, array[m]);
  select coalesce(array_agg(w.account_id), '{}'), coalesce(array_agg(w.hold_id), '{}'), coalesce(array_agg(w.since), '{}') into w_account, w_hold, w_since
    from tollgate.waiter w where w.account_id = any(l_id) and w.until > p_at;
  for i in 1..n loop
    granted := h[i].want; narrow := 0; since := p_at;
    mine := b_account[h[i].touched_from:h[i].touched_to];
    for k in 1..cardinality(w_hold) loop
      if w_hold[k] = h[i].id then since := least(since, w_since[k]); end if;
    end loop;
    foreach a in array mine loop
      j := array_position(l_id, a);
      continue when not l[j].hard;
      if l[j].posted > l[j].lim - h[i].floor then
        o_kind[i] := 4; o_binding[i] := j;
        exit;
      end if;
      for k in 1..cardinality(w_hold) loop
        if w_account[k] = a and w_hold[k] <> h[i].id and w_since[k] < since then granted := -1; narrow := j; end if;
      end loop;
      free := l[j].lim - l[j].posted - (l[j].held - l[j].want) - l_got[j];
      if l_blocked[j] then
        granted := least(granted, -1); narrow := j;
      elsif free < granted then
        granted := free; narrow := j;
      end if;
    end loop;
    if o_kind[i] = 1 and granted < h[i].floor then
      o_kind[i] := 3; o_binding[i] := narrow;
      foreach a in array mine loop
        j := array_position(l_id, a);
        l_blocked[j] := true;
        if h[i].waits_millis > 0 and l[j].hard then
          l_until[j] := greatest(l_until[j], p_at + make_interval(secs => h[i].waits_millis / 1000.0));
          insert into tollgate.waiter (tenant_id, account_id, hold_id, since, until)
          values (h[i].tenant_id, a, h[i].id, since, p_at + make_interval(secs => h[i].waits_millis / 1000.0)) on conflict do nothing;
        end if;
      end loop;
    end if;
    if o_kind[i] = 1 then
      o_amount[i] := granted;
      foreach a in array mine loop
        j := array_position(l_id, a);
        l_got[j] := l_got[j] + granted;
      end loop;
    end if;
    if o_kind[i] <> 3 and since < p_at then
      delete from tollgate.waiter w where w.hold_id = h[i].id;
      for k in 1..cardinality(w_hold) loop
        if w_hold[k] = h[i].id then w_account[k] := -1; end if;
      end loop;
    end if;
  end loop;
  delete from tollgate.hold x where x.id = any(array(select u.id from unnest(h) with ordinality u where o_kind[u.ordinality] <> 1));
  update tollgate.hold x set amount = o_amount[u.ordinality] from unnest(h) with ordinality u
    where x.id = u.id and o_kind[u.ordinality] = 1 and x.amount <> o_amount[u.ordinality];
  for j in 1..m loop
    l[j].held := l[j].held - l[j].want + l_got[j];
    if l_got[j] = 0 and not l[j].moved then l[j].version := l[j].version - 1; end if;
  end loop;
  update tollgate.account x set held = u.held, version = u.version, waited_until = greatest(x.waited_until, l_until[u.ordinality])
    from unnest(l) with ordinality u where x.id = u.account and (u.want > 0 or l_until[u.ordinality] is not null);
end $$;

-- One batch of one node as one transaction (docs/ledger.md). `b_*` are the budgets that a reservation touches (from `touched_from` to
-- `touched_to` of each) and what it wants, with their accounts if the node has seen all of them and they are good from `b_from` to `b_until`;
-- `c_hold` are the holds of calls, `c_again` says that one of them took several attempts; `p_*` the budgets of calls without a hold (by id), and of all calls if `p_careful`: then the batch is one
-- whose holds may be gone. What a batch of one call costs is mostly the start of its statements, which grows with the columns of their
-- steps: so there are few of both.
create function tollgate.flush_2(p_session bigint, p_batch bigint, p_node smallint, t_id uuid[], t_version bigint[],
  h tollgate.hold_2[], b_budget uuid[], b_want bigint[], b_account bigint[], b_from timestamptz, b_until timestamptz,
  c tollgate.call_2[], c_hold uuid[], c_again boolean, p_call uuid[], p_budget uuid[], p_careful boolean, r tollgate.roll_up_2[],
  v_hold uuid[], x_hold uuid[], x_silence int,
  out o_at timestamptz, out o_stale uuid[], out o_kind smallint[], out o_amount bigint[], out o_binding int[], out o_account bigint[],
  out o_balance tollgate.balance_2[])
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  n_entries int := 0; s_last bigint; s_head bytea; digests bytea := ''; dummy text; fresh boolean := false; lost boolean; flags int; i int;
  ends uuid[]; x_free uuid[] := '{}'; c_late tollgate.call_2[]; p_account bigint[]; s tollgate.change_2[];
begin
  o_at := tollgate.at();
  dummy := pg_advisory_xact_lock(7004, (p_session % 2147483647)::int)::text;
  -- A change of budgets takes this lock alone, so it sees every hold made before and none is made by the old budgets after.
  for i in 1..cardinality(t_id) loop
    dummy := pg_advisory_xact_lock_shared(7002, hashtext(t_id[i]::text))::text;
  end loop;
  select w.last_batch, w.head, array(select t.id from tollgate.tenant t where t.id = any(t_id) and t.ledger_version <> t_version[array_position(t_id, t.id)])
    into s_last, s_head, o_stale from tollgate.writer_session w where w.id = p_session;
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
  if cardinality(r) > 0 or cardinality(ends) > 0 then
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
    with locked as (
      select k.id, d.rel, d.post, d.want, d.unchecked from (
          select u.id, sum(u.rel)::bigint as rel, sum(u.post)::bigint as post, least(sum(u.want), 4000000000000000000)::bigint as want, bool_or(u.unchecked) as unchecked
          from (select x.account, x.released, x.posted, 0::bigint, x.unchecked from unnest(s) x
            union all select x.account, 0, 0, x.want, false from unnest(b_account, b_want) x(account, want)) u(id, rel, post, want, unchecked) group by u.id) d
        join tollgate.account k on k.id = d.id order by k.rank, k.id for no key update of k),
    changed as (
      update tollgate.account k set posted = k.posted + d.post, held = k.held - d.rel + d.want, version = k.version + 1,
        peak = greatest(k.peak, case when d.want > 0 and b.policy <> 'observe' and not b.retired then case when b.raised then tollgate.limit_at(b, o_at) else b.limit_nanos end end,
          case when b.policy = 'observe' or b.retired then k.posted + d.post + k.held - d.rel + d.want
            -- What is wanted may be refused, and is within the limit if it is not.
            when d.unchecked then k.posted + d.post + k.held - d.rel end)
      from locked d, tollgate.budget b where k.id = d.id and b.id = k.budget_id
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
  update tollgate.writer_session w set last_batch = p_batch, beat = o_at, head = s_head where w.id = p_session;
end $$;


-- Sets what calls cost to new amounts by ADJUST entries; entries are never edited. Targets are absolute, so several sources may correct the
-- same call. False when the batch was applied before.
create or replace function tollgate.adjust(p_session bigint, p_batch bigint, p_tenant uuid, a_hold uuid[], a_day date[], a_target bigint[], a_price uuid[], p_reason text)
returns boolean language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
declare s_last bigint; s_head bytea; f tollgate.entry; t_amount bigint; t_n int; digest bytea; digests bytea := ''; n_entries int := 0; zeros bigint[] := array_fill(0::bigint, array[16]);
  d_acc bigint[] := '{}'; d_post bigint[] := '{}'; i int; v_at timestamptz := tollgate.at(); l_id bigint[]; l_post bigint[];
begin
  select w.last_batch, w.head into s_last, s_head from tollgate.writer_session w where w.id = p_session for no key update;
  if s_last = p_batch then
    update tollgate.writer_session set beat = v_at where id = p_session;
    return false;
  elsif s_last is distinct from p_batch - 1 then
    raise exception 'batch % does not follow batch % of session %', p_batch, s_last, p_session using errcode = 'TG001';
  end if;
  -- A budget that is made meanwhile starts from roll-ups that have this change, or not a part of it.
  perform pg_advisory_xact_lock_shared(7002, hashtext(p_tenant::text));
  perform pg_advisory_xact_lock(7003, hashtext(x.h::text)) from (select u.h from unnest(a_hold) u(h) order by 1) x;
  perform 1 from tollgate.account c where c.id = any(array(select unnest(e.accounts) from unnest(a_hold, a_day) u(hold, day)
    join tollgate.entry e on e.tenant_id = p_tenant and e.day = u.day and e.hold_id = u.hold and e.n = 0)) order by c.rank, c.id for no key update;
  for i in select u.i from unnest(a_hold) with ordinality u(h, i) order by u.h loop
    select e.* into f from tollgate.entry e where e.tenant_id = p_tenant and e.day = a_day[i] and e.hold_id = a_hold[i] and e.n = 0;
    select sum(e.amount)::bigint, max(e.n) + 1 into t_amount, t_n from tollgate.entry e where e.tenant_id = p_tenant and e.day = a_day[i] and e.hold_id = a_hold[i];
    continue when t_amount is null or t_amount = a_target[i];
    perform tollgate.add_to_bucket(f, tollgate.dimension_of(f), 0::smallint, 0, zeros, a_target[i] - t_amount, case when f.estimated and t_n = 1 then -t_amount else 0 end);
    f.n := t_n; f.kind := 2; f.amount := a_target[i] - t_amount; f.usage := zeros; f.price_id := coalesce(a_price[i], f.price_id); f.reason := p_reason; f.at := v_at;
    f.session_id := p_session; f.batch := p_batch;
    insert into tollgate.entry as e select f.* returning e.digest into digest;
    digests := digests || digest;
    n_entries := n_entries + 1;
    d_acc := d_acc || f.accounts;
    d_post := d_post || array_fill(f.amount, array[cardinality(f.accounts)]);
  end loop;
  with changed as (
    update tollgate.account c set version = c.version + 1, posted = c.posted + x.post, peak = greatest(c.peak, c.posted + x.post + c.held)
    from (select u.account, sum(u.post)::bigint as post from unnest(d_acc, d_post) u(account, post) group by u.account) x where c.id = x.account
    returning c.id, x.post)
  select array_agg(q.id), array_agg(q.post) into l_id, l_post from changed q;
  if l_id is not null then
    perform tollgate.note_thresholds(l_id, l_post);
  end if;
  if n_entries > 0 then
    s_head := sha256(s_head || digests);
    insert into tollgate.ledger_batch (session_id, batch, entries, head, at) values (p_session, p_batch, n_entries, s_head, v_at);
  end if;
  update tollgate.writer_session set last_batch = p_batch, beat = v_at, head = s_head where id = p_session;
  return true;
end $$;

create or replace function tollgate.note_forecasts() returns int language plpgsql set search_path = tollgate, pg_temp as $$
declare n int; v_at timestamptz := tollgate.at();
begin
  insert into tollgate.budget_alert (tenant_id, budget_id, starts, threshold, limit_nanos, posted, at)
  select c.tenant_id, c.budget_id, c.starts, 0, l.lim, c.posted, v_at
  from tollgate.account c
  join tollgate.budget b on b.id = c.budget_id and not b.retired
  cross join lateral (select tollgate.limit_now(b) as lim) l
  cross join lateral (select greatest(c.starts, v_at - interval '7 days') as since) s
  where c.ends > v_at and c.starts <= v_at - interval '3 days' and c.posted < l.lim and c.posted::numeric * 10 >= l.lim
    and not exists (select 1 from tollgate.budget_alert a where a.tenant_id = c.tenant_id and a.budget_id = c.budget_id and a.starts = c.starts and a.threshold = 0)
    and c.posted + tollgate.spent_since(c.tenant_id, b.scope, b.scope_id, b.models, s.since)::numeric
      * extract(epoch from c.ends - v_at) / extract(epoch from v_at - s.since) > l.lim
  on conflict do nothing;
  get diagnostics n = row_count;
  return n;
end $$;
