-- Calls, their content and their roll-ups. Calls and content are partitioned by retention class, then
-- by the day inside the call's id; a day that is over its time is dropped whole.

create table tollgate.call (
  tenant_id          uuid not null,
  day                date not null,
  id                 uuid not null,
  retention_days     smallint not null,
  started_at         timestamptz not null,
  key_id             uuid,
  project_id         uuid,
  business_unit_id   uuid,
  member_id          uuid,
  endpoint           text not null,
  model              text,
  provider           text,
  upstream_model     text,
  service_tier       text,
  attempts           smallint not null,
  stream             boolean not null,
  status             smallint not null,
  error_code         text,
  usage              bigint[] not null,
  cost_nanos         bigint,
  price_id           uuid,
  estimated          boolean not null,
  latency_micros     bigint not null,
  first_token_micros bigint not null,
  overhead_micros    bigint not null,
  tags               jsonb,
  client_address     text,
  user_agent         text,
  sdk                text,
  session            text,
  caller_user        text,
  metadata           text,
  session_id         bigint not null,
  batch              bigint not null,
  primary key (tenant_id, day, id, retention_days)
) partition by list (retention_days);

create table tollgate.call_content (
  tenant_id      uuid not null,
  day            date not null,
  call_id        uuid not null,
  retention_days smallint not null,
  request        bytea not null,
  response       bytea not null,
  truncated      boolean not null,
  primary key (tenant_id, day, call_id, retention_days)
) partition by list (retention_days);

do $$
declare d int; t text;
begin
  foreach t in array array['call','call_content'] loop
    foreach d in array array[7,30,90,400] loop
      execute format('create table tollgate.%I partition of tollgate.%I for values in (%s) partition by range (day)', t||'_'||d, t, d);
    end loop;
  end loop;
end $$;
create index call_by_key on tollgate.call (tenant_id, key_id, id desc);

-- Makes the daily partitions of a span of days, in every class. Called by the writer, which owns nothing.
create function tollgate.ensure_days(p_from date, p_to date) returns void language plpgsql security definer
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
  end loop;
end $$;

-- Drops days that are past the time of their class. A node may ask for less than the database's own day
-- allows, never for more: one whose clock is ahead must not drop what is still to be kept.
create function tollgate.drop_expired(p_today date) returns int language plpgsql security definer
set search_path = tollgate, pg_temp as $$
declare r record; dropped int := 0;
begin
  perform pg_advisory_xact_lock(7001);
  for r in
    select c.relname, split_part(p.relname, '_', case when p.relname like 'call_content%' then 3 else 2 end)::int as days,
           to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    join pg_namespace s on s.oid = c.relnamespace
    where s.nspname = 'tollgate' and p.relname ~ '^call(_content)?_[0-9]+$'
  loop
    if r.day < least(p_today, (now() at time zone 'utc')::date) - r.days then
      execute format('drop table tollgate.%I', r.relname);
      dropped := dropped + 1;
    end if;
  end loop;
  return dropped;
end $$;

revoke execute on function tollgate.ensure_days(date, date), tollgate.drop_expired(date) from public;
grant execute on function tollgate.ensure_days(date, date), tollgate.drop_expired(date) to tollgate_ledger;

-- Sums over minutes (kept for 8 days) and over quarters of an hour (kept), by the time a call began.
-- A quarter suits every time zone. The node is part of the key, so that two nodes never wait for one row.
create table tollgate.usage_minute (
  tenant_id        uuid not null,
  bucket           timestamptz not null,
  project_id       uuid not null,
  key_id           uuid not null,
  model            text not null,
  provider         text not null,
  node             smallint not null,
  business_unit_id uuid not null,
  calls            bigint not null,
  errors           bigint not null,
  usage            bigint[] not null,
  cost_nanos       bigint not null,
  latency          bigint[] not null,
  first_token      bigint[] not null,
  primary key (tenant_id, bucket, project_id, key_id, model, provider, node)
) with (fillfactor = 50);
create table tollgate.usage_quarter (
  tenant_id        uuid not null,
  bucket           timestamptz not null,
  project_id       uuid not null,
  key_id           uuid not null,
  model            text not null,
  provider         text not null,
  node             smallint not null,
  business_unit_id uuid not null,
  calls            bigint not null,
  errors           bigint not null,
  usage            bigint[] not null,
  cost_nanos       bigint not null,
  latency          bigint[] not null,
  first_token      bigint[] not null,
  primary key (tenant_id, bucket, project_id, key_id, model, provider, node)
) with (fillfactor = 50);

create table tollgate.writer_session (
  id         bigint generated always as identity primary key,
  node       smallint not null,
  last_batch bigint not null default 0,
  beat       timestamptz not null default now()
) with (fillfactor = 20);

do $$
declare t text;
begin
  foreach t in array array['call','call_content','usage_minute','usage_quarter'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I for select to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_app', t);
  end loop;
end $$;
grant insert on tollgate.call, tollgate.call_content to tollgate_ledger;
grant select, insert, update on tollgate.usage_minute, tollgate.usage_quarter to tollgate_ledger;
grant delete on tollgate.usage_minute to tollgate_ledger;
grant select, insert, update on tollgate.writer_session to tollgate_ledger;

create function tollgate.add_arrays(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as $$
  select array_agg(coalesce(x, 0) + coalesce(y, 0) order by i) from unnest(a, b) with ordinality as u(x, y, i)
$$;

-- Adds arrays up element by element.
create aggregate tollgate.sum_arrays(bigint[]) (sfunc = tollgate.add_arrays, stype = bigint[], initcond = '{}');

-- One batch of one node, one transaction: session and sequence, call rows, roll-ups. Roll-ups come
-- added up and in the order of their key, so that all nodes lock in the same order. False when the batch
-- was committed before, so that a lost acknowledgement can be asked for again; it writes even then, so
-- that the answer waits for the same standby as the batch did.
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
  r_first_token text[])
returns boolean language plpgsql set search_path = tollgate, pg_temp as $$
declare v_last bigint;
begin
  update tollgate.writer_session set last_batch = p_batch, beat = now() where id = p_session and last_batch = p_batch - 1;
  if not found then
    update tollgate.writer_session set beat = now() where id = p_session returning last_batch into v_last;
    if v_last is distinct from p_batch then
      raise exception 'batch % does not follow batch % of session %', p_batch, v_last, p_session;
    end if;
    return false;
  end if;
  insert into tollgate.call (day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags, client_address, user_agent, sdk, session, caller_user, metadata, session_id, batch)
  select day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage::bigint[], cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags::jsonb, client_address, user_agent, sdk, session, caller_user, metadata, p_session, p_batch
  from unnest(c_day, c_id, c_tenant_id, c_retention_days, c_started_at, c_key_id, c_project_id, c_business_unit_id, c_member_id, c_endpoint, c_model, c_provider, c_upstream_model, c_service_tier, c_attempts, c_stream, c_status, c_error_code, c_usage, c_cost_nanos, c_price_id, c_estimated, c_latency_micros, c_first_token_micros, c_overhead_micros, c_tags, c_client_address, c_user_agent, c_sdk, c_session, c_caller_user, c_metadata) as u(day, id, tenant_id, retention_days, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model, provider, upstream_model, service_tier, attempts, stream, status, error_code, usage, cost_nanos, price_id, estimated, latency_micros, first_token_micros, overhead_micros, tags, client_address, user_agent, sdk, session, caller_user, metadata);
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
  return true;
end $$;
