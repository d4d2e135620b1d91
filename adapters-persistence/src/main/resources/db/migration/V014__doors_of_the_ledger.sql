-- The ledger's role changes accounts, holds and sessions through functions alone, and so come in entries, calls and their roll-ups: these run
-- with their owner's rights from now on, and V016 takes the role's own.
do $$
declare f text;
begin
  for f in select p.oid::regprocedure::text from pg_proc p join pg_namespace s on s.oid = p.pronamespace
    where s.nspname = 'tollgate' and p.proname in ('flush_2', 'flush_3', 'adjust') loop
    execute format('alter function %s security definer', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to tollgate_ledger', f);
  end loop;
end $$;

create function tollgate.begin_session_2(p_node int) returns bigint language sql security definer set search_path = tollgate, pg_temp as $$
  insert into tollgate.writer_session (node, beat) values (p_node, tollgate.at()) returning id
$$;
create function tollgate.beat_2(p_session bigint) returns void language sql security definer set search_path = tollgate, pg_temp as $$
  update tollgate.writer_session set beat = tollgate.at() where id = p_session
$$;

-- Roll-ups of days, of what is older than 13 months. A day is that of the zone that the tenant had when it was folded; the row stands at its
-- noon, so that it lies in that day for whoever counts days of that zone, or of one that is less than twelve hours away.
create table tollgate.usage_day (
  tenant_id       uuid not null,
  bucket          timestamptz not null,
  dimension_id    bigint not null,
  zone            text not null,
  calls           bigint not null,
  errors          bigint not null,
  cost_nanos      bigint not null,
  estimated_nanos bigint not null,
  usage           bigint[] not null,
  latency         int[] not null,
  first_token     int[] not null,
  primary key (tenant_id, bucket, dimension_id, zone)
);

-- Whole months of entries that left the database (docs/ledger.md), and what they had added up to.
create table tollgate.archived_month (
  month   date primary key,
  entries bigint not null,
  sha256  bytea not null,
  at      timestamptz not null
);
create table tollgate.archived_account (
  tenant_id  uuid not null,
  account_id bigint not null,
  month      date not null,
  amount     bigint not null,
  primary key (tenant_id, account_id, month)
);
create table tollgate.archived_key (
  tenant_id uuid not null,
  key_id    uuid not null,
  month     date not null,
  amount    bigint not null,
  primary key (tenant_id, key_id, month)
);
alter table tollgate.ledger_batch add column archived int not null default 0;

do $$
declare t text;
begin
  foreach t in array array['usage_day','archived_account','archived_key'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I for select to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_app, tollgate_ledger', t);
  end loop;
end $$;
grant select on tollgate.archived_month to tollgate_ledger;

-- Folds some roll-ups that are older than 13 months, and answers how many. May be repeated, by any node.
create function tollgate.fold_usage_2(p_most int) returns int language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare n int;
begin
  if not pg_try_advisory_xact_lock(7005) then
    return 0;
  end if;
  with old as materialized (
    select u.tenant_id, u.bucket, u.dimension_id, u.node, t.time_zone as zone
    from tollgate.tenant t cross join lateral (
      select b.tenant_id, b.bucket, b.dimension_id, b.node from tollgate.usage_bucket b
      where b.tenant_id = t.id
        and b.bucket < tollgate.first_instant(date_trunc('day', (tollgate.at() - interval '13 months') at time zone t.time_zone), t.time_zone)
      order by b.bucket limit p_most for update skip locked) u
    limit p_most),
  gone as (
    delete from tollgate.usage_bucket b using old o
    where b.tenant_id = o.tenant_id and b.bucket = o.bucket and b.dimension_id = o.dimension_id and b.node = o.node returning b.*, o.zone),
  gone_times as (
    delete from tollgate.usage_times b using old o
    where b.tenant_id = o.tenant_id and b.bucket = o.bucket and b.dimension_id = o.dimension_id and b.node = o.node returning b.*),
  folded as (
    insert into tollgate.usage_day as d (tenant_id, bucket, dimension_id, zone, calls, errors, cost_nanos, estimated_nanos, usage, latency, first_token)
    select g.tenant_id, (date_trunc('day', g.bucket at time zone g.zone) + interval '12 hours') at time zone g.zone as noon, g.dimension_id, g.zone,
      sum(g.calls), sum(g.errors), sum(g.cost_nanos), sum(g.estimated_nanos), tollgate.sum_arrays(g.usage),
      tollgate.pairs(coalesce(tollgate.sum_arrays(tollgate.counts(t.latency)), '{}')), tollgate.pairs(coalesce(tollgate.sum_arrays(tollgate.counts(t.first_token)), '{}'))
    from gone g left join gone_times t on t.tenant_id = g.tenant_id and t.bucket = g.bucket and t.dimension_id = g.dimension_id and t.node = g.node
    group by g.tenant_id, noon, g.dimension_id, g.zone
    on conflict (tenant_id, bucket, dimension_id, zone) do update set calls = d.calls + excluded.calls, errors = d.errors + excluded.errors,
      cost_nanos = d.cost_nanos + excluded.cost_nanos, estimated_nanos = d.estimated_nanos + excluded.estimated_nanos,
      usage = tollgate.add_usage_2(d.usage, excluded.usage),
      latency = tollgate.pairs(tollgate.add_arrays(tollgate.counts(d.latency), tollgate.counts(excluded.latency))),
      first_token = tollgate.pairs(tollgate.add_arrays(tollgate.counts(d.first_token), tollgate.counts(excluded.first_token))))
  select count(*) into n from gone;
  return n;
end $$;
revoke execute on function tollgate.begin_session_2(int), tollgate.beat_2(bigint), tollgate.fold_usage_2(int) from public;
grant execute on function tollgate.begin_session_2(int), tollgate.beat_2(bigint), tollgate.fold_usage_2(int) to tollgate_ledger;

-- What a scope has spent in a span of time, by the roll-ups: quarters of an hour, days, and those that are not carried over yet.
create or replace function tollgate.spent_between(p_tenant uuid, p_scope text, p_scope_id uuid, p_models text[], p_from timestamptz, p_to timestamptz) returns bigint
language sql stable as $$
  with units as (select case p_scope when 'business_unit' then tollgate.units_below(p_tenant, p_scope_id) end as ids)
  select coalesce((select sum(r.cost_nanos) from (
        select b.tenant_id, b.dimension_id, b.cost_nanos from tollgate.usage_bucket b
          where b.tenant_id = p_tenant and b.bucket >= p_from and (p_to is null or b.bucket < p_to)
        union all select f.tenant_id, f.dimension_id, f.cost_nanos from tollgate.usage_day f
          where f.tenant_id = p_tenant and f.bucket >= p_from and (p_to is null or f.bucket < p_to)) r
      join tollgate.dimension d on d.tenant_id = r.tenant_id and d.id = r.dimension_id, units
      where tollgate.model_counts(p_models, d.model)
        and case p_scope when 'tenant' then true when 'business_unit' then d.business_unit_id = any(units.ids) when 'project' then d.project_id = p_scope_id
          when 'key' then d.key_id = p_scope_id else d.owner_id = p_scope_id end), 0)::bigint
    + coalesce((select sum(q.cost_nanos) from tollgate.usage_quarter q, units
      where not q.carried and q.tenant_id = p_tenant and q.bucket >= p_from and (p_to is null or q.bucket < p_to) and tollgate.model_counts(p_models, q.model)
        and case p_scope when 'tenant' then true when 'business_unit' then q.business_unit_id = any(units.ids) when 'project' then q.project_id = p_scope_id
          when 'key' then q.key_id = p_scope_id
          else q.key_id in (select k.id from tollgate.virtual_key k where k.tenant_id = p_tenant and k.owner_id = p_scope_id) end), 0)::bigint
$$;
