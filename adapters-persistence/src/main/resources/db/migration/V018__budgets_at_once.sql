-- The accounts of budgets of one tenant, in this order, in the windows that hold an instant: each starts from what the roll-ups say was spent in it, and
-- from the open holds, which count against it from now on. One that was left for another calendar and is entered again takes in what went by it. Only
-- under lock 7002 of the tenant, held alone: roll-ups and holds are read once for all of them, since batches wait.
create function tollgate.open_accounts_2(p_tenant uuid, p_budget tollgate.budget[], p_at timestamptz) returns void language plpgsql security definer
set search_path = tollgate, pg_temp as $$
declare v_zone text; v_month smallint; v_starts timestamptz[]; v_account bigint[];
begin
  if cardinality(p_budget) = 0 then return; end if;
  select time_zone, fiscal_month into v_zone, v_month from tollgate.tenant where id = p_tenant;
  v_starts := array(select tollgate.window_start(u.time_window, v_zone, v_month, p_at) from unnest(p_budget) with ordinality u order by u.ordinality);
  insert into tollgate.account (tenant_id, budget_id, starts, ends, rank, peak)
  select p_tenant, u.id, v_starts[u.ordinality], tollgate.window_end(u.time_window, v_zone, v_starts[u.ordinality]), tollgate.scope_rank(u.scope), 0
    from unnest(p_budget) with ordinality u
    where not exists (select from tollgate.account a where a.budget_id = u.id and a.starts = v_starts[u.ordinality])
    order by u.ordinality;
  v_account := array(select a.id from unnest(p_budget) with ordinality u
    join tollgate.account a on a.budget_id = u.id and a.starts = v_starts[u.ordinality] order by u.ordinality);
  with opened as materialized (
      select u.ordinality as i, u.scope, u.scope_id, u.models, a.starts, a.ends, a.id,
        case u.scope when 'business_unit' then tollgate.units_below(p_tenant, u.scope_id) end as units
      from unnest(p_budget) with ordinality u join tollgate.account a on a.id = v_account[u.ordinality]),
    first as materialized (select min(o.starts) as starts from opened o),
    spent as materialized (
      select s.bucket, d.model, d.project_id, d.key_id, d.business_unit_id, d.owner_id, s.cost
      from (select x.bucket, x.dimension_id, sum(x.cost_nanos) as cost from (
          select r.bucket, r.dimension_id, r.cost_nanos from tollgate.usage_bucket r, first where r.tenant_id = p_tenant and r.bucket >= first.starts
          union all select r.bucket, r.dimension_id, r.cost_nanos from tollgate.usage_day r, first where r.tenant_id = p_tenant and r.bucket >= first.starts) x
        group by 1, 2) s
      join tollgate.dimension d on d.tenant_id = p_tenant and d.id = s.dimension_id
      union all
      select q.bucket, q.model, q.project_id, q.key_id, q.business_unit_id, k.owner_id, q.cost_nanos
      from first, tollgate.usage_quarter q left join tollgate.virtual_key k on k.tenant_id = p_tenant and k.id = q.key_id
      where not q.carried and q.tenant_id = p_tenant and q.bucket >= first.starts),
    sums as materialized (
      select o.id, coalesce(sum(s.cost), 0)::bigint as spent
      from opened o left join spent s on s.bucket >= o.starts and (o.ends is null or s.bucket < o.ends) and tollgate.model_counts(o.models, s.model)
        and case o.scope when 'tenant' then true when 'business_unit' then s.business_unit_id = any(o.units) when 'project' then s.project_id = o.scope_id
          when 'key' then s.key_id = o.scope_id else s.owner_id = o.scope_id end
      group by o.id),
    holds as materialized (select h.* from tollgate.hold h where h.tenant_id = p_tenant),
    fits as materialized (
      select h.id, h.amount, o.i, o.id as account
      from holds h join opened o on h.reserved_at >= o.starts and not o.id = any(h.accounts) and tollgate.model_counts(o.models, h.model)
        and case o.scope when 'tenant' then true when 'business_unit' then h.business_unit_id = any(o.units) when 'project' then h.project_id = o.scope_id
          when 'key' then h.key_id = o.scope_id else h.member_id = o.scope_id end),
    joined as (
      update tollgate.hold h set accounts = h.accounts || f.accounts
      from (select f.id, array_agg(f.account order by f.i) as accounts from fits f group by f.id) f where h.id = f.id),
    opening as (
      update tollgate.account a set opening = s.spent - (a.posted - a.opening), posted = s.spent, held = a.held + s.held,
        peak = greatest(a.peak, s.spent + a.held + s.held), opened_at = clock_timestamp() + (p_at - now()), version = a.version + 1
      from (select x.id, x.spent, coalesce((select sum(f.amount) from fits f where f.account = x.id), 0)::bigint as held from sums x) s
      where a.id = s.id
      returning a.id, a.opening)
  insert into tollgate.account_opening (tenant_id, account_id, amount, at) select p_tenant, o.id, o.opening, p_at from opening o
    on conflict (tenant_id, account_id) do update set amount = excluded.amount, at = excluded.at;
end $$;
revoke execute on function tollgate.open_accounts_2(uuid, tollgate.budget[], timestamptz) from public;

create or replace function tollgate.open_account(p_budget tollgate.budget, p_at timestamptz) returns bigint language plpgsql security definer
set search_path = tollgate, pg_temp as $$
begin
  perform tollgate.open_accounts_2(p_budget.tenant_id, array[p_budget], p_at);
  return null;
end $$;

create or replace function tollgate.open_changed_windows() returns trigger language plpgsql security definer set search_path = tollgate, pg_temp as $$
begin
  perform tollgate.open_accounts_2(new.id, array(select x from tollgate.budget x where x.tenant_id = new.id and not x.retired
    order by tollgate.scope_rank(x.scope), x.id), tollgate.at());
  return null;
end $$;

-- Sets budgets of the current tenant: `p_budgets` has the columns of each. Answers their numbers in the same order, null where the scope does not
-- exist; of rows for one budget the last counts. Batches of the tenant wait from the lock on, so what can be looked up is looked up before it, and
-- all are written together. Nodes of the version before call `set_budget`, one budget a time.
create function tollgate.set_budgets_2(p_budgets jsonb) returns uuid[] language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid; a tollgate.budget[]; v_counts boolean[]; v_set uuid[]; v_made tollgate.budget[];
begin
  a := array(select jsonb_populate_record(null::tollgate.budget, e.row || jsonb_build_object('tenant_id', v_tenant, 'retired', false, 'raised', false, 'models_key',
      coalesce((select string_agg(m.name, ',' order by m.n) from jsonb_array_elements_text(nullif(e.row -> 'models', 'null')) with ordinality m(name, n)), '*')))
    from jsonb_array_elements(p_budgets) with ordinality e(row, i) order by e.i);
  v_counts := array(select k.known and k.i = max(k.i) over (partition by k.scope, k.scope_id, k.models_key, k.time_window)
    from (select u.scope, u.scope_id, u.models_key, u.time_window, u.ordinality as i, case u.scope
        when 'tenant' then u.scope_id = v_tenant
        when 'business_unit' then exists (select from tollgate.business_unit o where o.tenant_id = v_tenant and o.id = u.scope_id)
        when 'project' then exists (select from tollgate.project o where o.tenant_id = v_tenant and o.id = u.scope_id)
        when 'key' then exists (select from tollgate.virtual_key o where o.tenant_id = v_tenant and o.id = u.scope_id)
        else false end as known
      from unnest(a) with ordinality u) k
    order by k.i);
  if not true = any(v_counts) then
    return array(select null::uuid from unnest(a));
  end if;
  perform pg_advisory_xact_lock(7002, hashtext(v_tenant::text));
  with changed as (
    update tollgate.budget x set policy = u.policy, limit_nanos = u.limit_nanos, raise_to = u.raise_to, raise_until = u.raise_until,
      thresholds = u.thresholds, notify = u.notify
    from unnest(a) with ordinality u
    where v_counts[u.ordinality] and x.tenant_id = v_tenant and x.scope = u.scope and x.scope_id = u.scope_id and x.models_key = u.models_key
      and x.time_window = u.time_window and not x.retired
    returning x.id)
  update tollgate.account c set next_alert = 0, version = c.version + 1 from changed where c.budget_id = changed.id;
  with made as (
    insert into tollgate.budget (tenant_id, id, scope, scope_id, models, models_key, time_window, policy, limit_nanos, raise_to, raise_until, thresholds, notify, created_at)
    select v_tenant, u.id, u.scope, u.scope_id, u.models, u.models_key, u.time_window, u.policy, u.limit_nanos, u.raise_to, u.raise_until, u.thresholds, u.notify, u.created_at
    from unnest(a) with ordinality u
    where v_counts[u.ordinality] and not exists (select from tollgate.budget x where x.tenant_id = v_tenant and x.scope = u.scope and x.scope_id = u.scope_id
      and x.models_key = u.models_key and x.time_window = u.time_window and not x.retired)
    order by u.ordinality
    returning *)
  select coalesce(array_agg(made::tollgate.budget order by tollgate.scope_rank(made.scope), made.id), '{}') into v_made from made;
  perform tollgate.open_accounts_2(v_tenant, v_made, tollgate.at());
  v_set := array(select x.id from unnest(a) with ordinality u
    left join tollgate.budget x on x.tenant_id = v_tenant and x.scope = u.scope and x.scope_id = u.scope_id and x.models_key = u.models_key
      and x.time_window = u.time_window and not x.retired
    order by u.ordinality);
  update tollgate.raise r set retired = true where r.tenant_id = v_tenant and r.budget_id = any(v_set) and r.origin = 'budget' and not r.retired;
  insert into tollgate.raise (tenant_id, id, budget_id, amount, starts, ends, reason, origin, created_at)
  select v_tenant, gen_random_uuid(), v_set[u.ordinality], u.raise_to - u.limit_nanos, tollgate.at(), u.raise_until, '', 'budget', tollgate.at()
    from unnest(a) with ordinality u where v_counts[u.ordinality] and u.raise_to > u.limit_nanos;
  update tollgate.budget x set raised = not x.raised where x.tenant_id = v_tenant and x.id = any(v_set)
    and x.raised <> exists (select from tollgate.raise r where r.tenant_id = v_tenant and r.budget_id = x.id and not r.retired);
  update tollgate.tenant set ledger_version = ledger_version + 1 where id = v_tenant;
  -- Whoever reads it reads all budgets of the tenant again.
  insert into tollgate.change (tenant_id, kind, subject) select v_tenant, 'budget', x.id::text from unnest(v_set) x(id) where x.id is not null limit 1;
  return v_set;
end $$;
revoke execute on function tollgate.set_budgets_2(jsonb) from public;
grant execute on function tollgate.set_budgets_2(jsonb) to tollgate_app;
