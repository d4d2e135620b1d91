-- Partitions are made standalone and then attached, which waits for no reader, and dropped one at a time when nobody is in the way.
-- `create table ... partition of` and `drop table` take the parent alone: whoever came after them waited behind the slowest reader.

-- Makes the partitions of a span of days: of calls and content a day in every class, of entries a month. Answers how many were missing.
create function tollgate.ensure_days_2(p_from date, p_to date) returns int language plpgsql security definer
set search_path = tollgate, pg_temp set lock_timeout = '2s' as $$
declare x record; made int := 0;
begin
  if not exists (select from tollgate.partitions_of(p_from, p_to) q where to_regclass('tollgate.' || q.name) is null) then
    return 0;
  end if;
  perform pg_advisory_xact_lock(7001);
  for x in select q.* from tollgate.partitions_of(p_from, p_to) q where to_regclass('tollgate.' || q.name) is null order by q.name loop
    execute format('create table tollgate.%I (like tollgate.%I including all)', x.name, x.parent);
    execute format('alter table tollgate.%I attach partition tollgate.%I for values from (%L) to (%L)', x.parent, x.name, x.from_day, x.to_day);
    made := made + 1;
  end loop;
  return made;
end $$;

create function tollgate.partitions_of(p_from date, p_to date) returns table (name text, parent text, from_day date, to_day date) language sql stable as $$
  select format('%s_%s_%s', t, c, to_char(d, 'YYYYMMDD')), t || '_' || c, d::date, d::date + 1
  from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') d, unnest(array['call','call_content']) t, unnest(array[7,30,90,400]) c
  union all
  select 'entry_' || to_char(d, 'YYYYMM'), 'entry', d::date, (d + interval '1 month')::date
  from generate_series(date_trunc('month', p_from::timestamp), date_trunc('month', p_to::timestamp), interval '1 month') d
$$;

-- What nodes of the version before call.
create or replace function tollgate.ensure_days(p_from date, p_to date) returns void language sql security definer set search_path = tollgate, pg_temp as $$
  select tollgate.ensure_days_2(p_from, p_to)
$$;

-- Drops one day that is past the time of its class, and answers its name; null when there is none, or somebody is in the way. A node may ask
-- for less than the database's own day allows, never for more: one whose clock is ahead must not drop what is still to be kept.
create function tollgate.drop_one_expired_2(p_today date, p_not text[]) returns text language plpgsql security definer
set search_path = tollgate, pg_temp set lock_timeout = '100ms' as $$
declare v_name text;
begin
  if not pg_try_advisory_xact_lock(7001) then
    return null;
  end if;
  select c.relname into v_name
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent join pg_namespace s on s.oid = c.relnamespace
  where s.nspname = 'tollgate' and p.relname ~ '^call(_content)?_[0-9]+$' and c.relname <> all(p_not)
    and to_date(right(c.relname, 8), 'YYYYMMDD') < least(p_today, (now() at time zone 'utc')::date)
      - split_part(p.relname, '_', case when p.relname like 'call_content%' then 3 else 2 end)::int
  order by right(c.relname, 8), c.relname limit 1;
  if v_name is null then
    return null;
  end if;
  begin
    execute format('drop table tollgate.%I', v_name);
  exception when lock_not_available then
    return '-' || v_name;
  end;
  return v_name;
end $$;

-- A node of the version before leaves it to those of this one.
create or replace function tollgate.drop_expired(p_today date) returns int language sql as 'select 0';

-- For how many days from today on there are partitions of every kind.
create function tollgate.days_ahead_2(p_today date) returns int language sql stable security definer set search_path = tollgate, pg_temp as $$
  select count(*)::int from generate_series(0, 60) n
  where not exists (select from generate_series(0, n) m, tollgate.partitions_of(p_today + m, p_today + m) q where to_regclass('tollgate.' || q.name) is null)
$$;

revoke execute on function tollgate.ensure_days_2(date, date), tollgate.drop_one_expired_2(date, text[]), tollgate.days_ahead_2(date) from public;
grant execute on function tollgate.ensure_days_2(date, date), tollgate.drop_one_expired_2(date, text[]), tollgate.days_ahead_2(date) to tollgate_ledger;
