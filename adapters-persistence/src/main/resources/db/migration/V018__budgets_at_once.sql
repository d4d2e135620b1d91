-- Sets budgets of the current tenant: `p_budgets` has the columns of each. Answers their numbers in the same order, null where the scope does not
-- exist; of rows for one budget the last counts. Batches of the tenant wait from the lock on, so what can be looked up is looked up before it, and
-- all are written together. Nodes of the version before call `set_budget`, one budget a time.
create function tollgate.set_budgets_2(p_budgets jsonb) returns uuid[] language plpgsql security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid; a tollgate.budget[]; v_counts boolean[]; v_set uuid[]; b tollgate.budget;
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
  for b in
    insert into tollgate.budget (tenant_id, id, scope, scope_id, models, models_key, time_window, policy, limit_nanos, raise_to, raise_until, thresholds, notify, created_at)
    select v_tenant, u.id, u.scope, u.scope_id, u.models, u.models_key, u.time_window, u.policy, u.limit_nanos, u.raise_to, u.raise_until, u.thresholds, u.notify, u.created_at
    from unnest(a) with ordinality u
    where v_counts[u.ordinality] and not exists (select from tollgate.budget x where x.tenant_id = v_tenant and x.scope = u.scope and x.scope_id = u.scope_id
      and x.models_key = u.models_key and x.time_window = u.time_window and not x.retired)
    order by u.ordinality
    returning *
  loop
    perform tollgate.open_account(b, tollgate.at());
  end loop;
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
