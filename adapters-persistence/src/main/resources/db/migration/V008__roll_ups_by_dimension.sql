-- Roll-ups by what a call was when it was made: a dimension for each combination that was seen, and narrow rows for each quarter of an
-- hour, dimension and node. Times of calls are in a table of their own.

create table tollgate.dimension (
  tenant_id        uuid not null,
  id               bigint generated always as identity,
  digest           uuid not null,
  project_id       uuid not null,
  key_id           uuid not null,
  business_unit_id uuid not null,
  owner_id         uuid,
  tags             jsonb not null,
  model            text not null,
  provider         text not null,
  user_class       text,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
);
create type tollgate.dimension_2 as (tenant_id uuid, project_id uuid, key_id uuid, business_unit_id uuid, owner_id uuid, tags jsonb, model text, provider text,
  user_class text);

create table tollgate.usage_bucket (
  tenant_id       uuid not null,
  bucket          timestamptz not null,
  dimension_id    bigint not null,
  node            smallint not null,
  calls           bigint not null,
  errors          bigint not null,
  cost_nanos      bigint not null,
  estimated_nanos bigint not null,
  usage           bigint[] not null,
  primary key (tenant_id, bucket, dimension_id, node)
) with (fillfactor = 50);
create type tollgate.roll_up_2 as (tenant_id uuid, bucket timestamptz, dimension_id bigint, calls bigint, errors bigint, cost_nanos bigint, estimated_nanos bigint,
  usage bigint[]);

create table tollgate.usage_times (
  tenant_id    uuid not null,
  bucket       timestamptz not null,
  dimension_id bigint not null,
  node         smallint not null,
  latency      int[] not null,
  first_token  int[] not null,
  primary key (tenant_id, bucket, dimension_id, node)
) with (fillfactor = 50);
create type tollgate.times_2 as (tenant_id uuid, bucket timestamptz, dimension_id bigint, latency int[], first_token int[]);

do $$
declare t text;
begin
  foreach t in array array['dimension','usage_bucket','usage_times'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I for select to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_app', t);
    execute format('grant select, insert on tollgate.%I to tollgate_ledger', t);
  end loop;
end $$;
grant update on tollgate.usage_bucket, tollgate.usage_times to tollgate_ledger;

alter table tollgate.hold add column dimension_id bigint;
alter table tollgate.call add column dimension_id bigint, add column details jsonb;
grant select (dimension_id, usage, details, started_at) on tollgate.call to tollgate_ledger;

create function tollgate.dimension_digest(d tollgate.dimension_2) returns uuid language sql immutable parallel safe as 'select md5(d::text)::uuid';

-- The ids of dimensions, in order; those that were never seen are made.
create function tollgate.dimension_ids_2(p_dimensions tollgate.dimension_2[]) returns bigint[] language plpgsql set search_path = tollgate, pg_temp
set enable_seqscan = off as $$
declare found bigint[];
begin
  for attempt in 1..2 loop
    select array_agg(d.id order by i) into found from generate_subscripts(p_dimensions, 1) i
    left join tollgate.dimension d on d.tenant_id = p_dimensions[i].tenant_id and d.digest = tollgate.dimension_digest(p_dimensions[i]);
    exit when array_position(found, null) is null;
    insert into tollgate.dimension (tenant_id, digest, project_id, key_id, business_unit_id, owner_id, tags, model, provider, user_class)
    select distinct on (u.tenant_id, g.digest) u.tenant_id, g.digest, u.project_id, u.key_id, u.business_unit_id, u.owner_id, u.tags, u.model, u.provider, u.user_class
    from unnest(p_dimensions) u cross join lateral (select tollgate.dimension_digest(u) as digest) g
    order by u.tenant_id, g.digest
    on conflict (tenant_id, digest) do nothing;
  end loop;
  return found;
end $$;

-- The dimension of an entry: that of its call, else the newest that it fits.
create function tollgate.dimension_of(p_entry tollgate.entry) returns bigint language plpgsql set search_path = tollgate, pg_temp as $$
declare found bigint;
begin
  select c.dimension_id into found from tollgate.call c where c.tenant_id = p_entry.tenant_id and c.day = tollgate.id_day(p_entry.call_id) and c.id = p_entry.call_id;
  if found is null then
    select max(d.id) into found from tollgate.dimension d where d.tenant_id = p_entry.tenant_id and d.key_id = p_entry.key_id and d.project_id = p_entry.project_id
      and d.business_unit_id = p_entry.business_unit_id and d.owner_id is not distinct from p_entry.member_id and d.model = p_entry.model
      and d.provider = p_entry.provider;
  end if;
  if found is null then
    found := (tollgate.dimension_ids_2(array[row(p_entry.tenant_id, p_entry.project_id, p_entry.key_id, p_entry.business_unit_id, p_entry.member_id, '[]'::jsonb,
      p_entry.model, p_entry.provider, null)::tollgate.dimension_2]))[1];
  end if;
  return found;
end $$;
create index dimension_by_key on tollgate.dimension (tenant_id, key_id);

create function tollgate.add_usage_2(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as $$
  select array[coalesce(a[1], 0) + coalesce(b[1], 0), coalesce(a[2], 0) + coalesce(b[2], 0), coalesce(a[3], 0) + coalesce(b[3], 0), coalesce(a[4], 0) + coalesce(b[4], 0),
    coalesce(a[5], 0) + coalesce(b[5], 0), coalesce(a[6], 0) + coalesce(b[6], 0), coalesce(a[7], 0) + coalesce(b[7], 0), coalesce(a[8], 0) + coalesce(b[8], 0),
    coalesce(a[9], 0) + coalesce(b[9], 0), coalesce(a[10], 0) + coalesce(b[10], 0), coalesce(a[11], 0) + coalesce(b[11], 0), coalesce(a[12], 0) + coalesce(b[12], 0),
    coalesce(a[13], 0) + coalesce(b[13], 0), coalesce(a[14], 0) + coalesce(b[14], 0), coalesce(a[15], 0) + coalesce(b[15], 0), coalesce(a[16], 0) + coalesce(b[16], 0)]
$$;

-- Adds to the roll-up of the time at which a hold was reserved: for entries that no call row brings along.
create function tollgate.add_to_bucket(p_entry tollgate.entry, p_dimension bigint, p_node smallint, p_calls bigint, p_usage bigint[], p_cost bigint, p_estimated bigint)
returns void language sql set search_path = tollgate, pg_temp as $$
  insert into tollgate.usage_bucket as r (tenant_id, bucket, dimension_id, node, calls, errors, cost_nanos, estimated_nanos, usage)
  values (p_entry.tenant_id, date_bin(interval '15 minutes', p_entry.reserved_at, 'epoch'), p_dimension, p_node, p_calls, 0, p_cost, p_estimated, p_usage)
  on conflict (tenant_id, bucket, dimension_id, node) do update set calls = r.calls + excluded.calls, cost_nanos = r.cost_nanos + excluded.cost_nanos,
    estimated_nanos = r.estimated_nanos + excluded.estimated_nanos, usage = tollgate.add_usage_2(r.usage, excluded.usage)
$$;

-- Distributions are kept as pairs, the place of a bucket and its count, since few of their buckets are ever met.
create function tollgate.pairs(p_counts bigint[]) returns int[] language sql immutable parallel safe as $$
  select coalesce(array_agg(v.x order by u.i, v.k), '{}') from unnest(p_counts) with ordinality u(n, i)
  cross join lateral (values (1, u.i::int), (2, u.n::int)) v(k, x) where u.n <> 0
$$;
create function tollgate.counts(p_pairs int[]) returns bigint[] language sql immutable parallel safe as $$
  select coalesce(array_agg(coalesce(p.n, 0)::bigint order by g.i), '{}') from generate_series(1, p_pairs[cardinality(p_pairs) - 1]) g(i)
  left join (select p_pairs[2 * k - 1] as i, p_pairs[2 * k] as n from generate_series(1, cardinality(p_pairs) / 2) k) p on p.i = g.i
$$;

-- Adds times of calls. They are no money: a node sends them every few seconds, apart from its batches.
create function tollgate.add_times_2(p_node smallint, p_times tollgate.times_2[]) returns void language sql set search_path = tollgate, pg_temp as $$
  insert into tollgate.usage_times as r (tenant_id, bucket, dimension_id, node, latency, first_token)
  select t.tenant_id, t.bucket, t.dimension_id, p_node, tollgate.pairs(t.latency::bigint[]), tollgate.pairs(t.first_token::bigint[])
  from unnest(p_times) t order by t.tenant_id, t.bucket, t.dimension_id
  on conflict (tenant_id, bucket, dimension_id, node) do update set
    latency = tollgate.pairs(tollgate.add_arrays(tollgate.counts(r.latency), tollgate.counts(excluded.latency))),
    first_token = tollgate.pairs(tollgate.add_arrays(tollgate.counts(r.first_token), tollgate.counts(excluded.first_token)))
$$;

-- What a node of the version before still writes, and what there is from before, is carried over. A row that is carried is counted in
-- `usage_bucket` and nowhere else.
alter table tollgate.usage_quarter add column carried boolean not null default false;
create index usage_quarter_to_carry on tollgate.usage_quarter (tenant_id, bucket) where not carried;

create function tollgate.carry(q tollgate.usage_quarter, p_calls bigint, p_errors bigint, p_cost bigint, p_usage bigint[], p_latency bigint[], p_first_token bigint[])
returns void language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare k tollgate.virtual_key; d bigint;
begin
  select v.* into k from tollgate.virtual_key v where v.tenant_id = q.tenant_id and v.id = q.key_id;
  d := (tollgate.dimension_ids_2(array[row(q.tenant_id, q.project_id, q.key_id, q.business_unit_id, k.owner_id, coalesce(k.tags, '[]'::jsonb), q.model, q.provider,
    null)::tollgate.dimension_2]))[1];
  insert into tollgate.usage_bucket as r (tenant_id, bucket, dimension_id, node, calls, errors, cost_nanos, estimated_nanos, usage)
  values (q.tenant_id, q.bucket, d, q.node, p_calls, p_errors, p_cost, 0, p_usage)
  on conflict (tenant_id, bucket, dimension_id, node) do update set calls = r.calls + excluded.calls, errors = r.errors + excluded.errors,
    cost_nanos = r.cost_nanos + excluded.cost_nanos, usage = tollgate.add_usage_2(r.usage, excluded.usage);
  perform tollgate.add_times_2(q.node, array[row(q.tenant_id, q.bucket, d, p_latency::int[], p_first_token::int[])::tollgate.times_2]);
end $$;
create function tollgate.minus_arrays(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as $$
  select tollgate.add_arrays(a, array(select -x from unnest(b) with ordinality q(x, i) order by q.i))
$$;

create function tollgate.mark_carried() returns trigger language plpgsql as $$
begin
  new.carried := true;
  return new;
end $$;
create function tollgate.carry_on() returns trigger language plpgsql security definer set search_path = tollgate, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform tollgate.carry(new, new.calls, new.errors, new.cost_nanos, new.usage, new.latency, new.first_token);
  elsif old.carried then
    perform tollgate.carry(new, new.calls - old.calls, new.errors - old.errors, new.cost_nanos - old.cost_nanos, tollgate.minus_arrays(new.usage, old.usage),
      tollgate.minus_arrays(new.latency, old.latency), tollgate.minus_arrays(new.first_token, old.first_token));
  end if;
  return null;
end $$;
create trigger mark_carried before insert on tollgate.usage_quarter for each row execute function tollgate.mark_carried();
create trigger carry_on after insert or update on tollgate.usage_quarter for each row execute function tollgate.carry_on();

-- Carries over some of the rows from before. May be repeated, by any node; answers how many it found.
create function tollgate.carry_history_2(p_most int) returns int language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare q tollgate.usage_quarter; n int := 0;
begin
  for q in select u.* from tollgate.usage_quarter u where not u.carried order by u.tenant_id, u.bucket limit p_most for no key update skip locked loop
    perform tollgate.carry(q, q.calls, q.errors, q.cost_nanos, q.usage, q.latency, q.first_token);
    update tollgate.usage_quarter u set carried = true where u.tenant_id = q.tenant_id and u.bucket = q.bucket and u.project_id = q.project_id and u.key_id = q.key_id
      and u.model = q.model and u.provider = q.provider and u.node = q.node;
    n := n + 1;
  end loop;
  return n;
end $$;
revoke execute on function tollgate.carry(tollgate.usage_quarter, bigint, bigint, bigint, bigint[], bigint[], bigint[]), tollgate.carry_history_2(int) from public;
grant execute on function tollgate.carry_history_2(int) to tollgate_ledger;

-- `*` stands for any text, wherever it is.
create or replace function tollgate.model_counts(p_models text[], p_model text) returns boolean language sql immutable parallel safe as $$
  select p_models is null or exists (select 1 from unnest(p_models) m
    where p_model like replace(replace(replace(replace(m, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
$$;

-- What a scope has spent in a span of time, by the roll-ups, those included that are not carried over yet.
create function tollgate.spent_between(p_tenant uuid, p_scope text, p_scope_id uuid, p_models text[], p_from timestamptz, p_to timestamptz) returns bigint language sql
stable as $$
  with units as (select case p_scope when 'business_unit' then tollgate.units_below(p_tenant, p_scope_id) end as ids)
  select coalesce((select sum(r.cost_nanos) from tollgate.usage_bucket r join tollgate.dimension d on d.tenant_id = r.tenant_id and d.id = r.dimension_id, units
      where r.tenant_id = p_tenant and r.bucket >= p_from and (p_to is null or r.bucket < p_to) and tollgate.model_counts(p_models, d.model)
        and case p_scope when 'tenant' then true when 'business_unit' then d.business_unit_id = any(units.ids) when 'project' then d.project_id = p_scope_id
          when 'key' then d.key_id = p_scope_id else d.owner_id = p_scope_id end), 0)::bigint
    + coalesce((select sum(q.cost_nanos) from tollgate.usage_quarter q, units
      where not q.carried and q.tenant_id = p_tenant and q.bucket >= p_from and (p_to is null or q.bucket < p_to) and tollgate.model_counts(p_models, q.model)
        and case p_scope when 'tenant' then true when 'business_unit' then q.business_unit_id = any(units.ids) when 'project' then q.project_id = p_scope_id
          when 'key' then q.key_id = p_scope_id
          else q.key_id in (select k.id from tollgate.virtual_key k where k.tenant_id = p_tenant and k.owner_id = p_scope_id) end), 0)::bigint
$$;
create or replace function tollgate.spent_since(p_tenant uuid, p_scope text, p_scope_id uuid, p_models text[], p_since timestamptz) returns bigint language sql stable as $$
  select tollgate.spent_between(p_tenant, p_scope, p_scope_id, p_models, p_since, null)
$$;
