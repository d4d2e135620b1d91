-- Whoever is refused for what is settled is told so before anything is written for it.

-- A batch as `flush_2` takes it, of which some reservations touch an account that was exhausted when the node last heard of it. Those that
-- cannot fit whatever else happens are taken out; the account is looked at without a lock, so the refusal holds for the moment of the look.
-- A batch that is sent again goes through unchanged: its holds may be there.
create function tollgate.flush_3(p_session bigint, p_batch bigint, p_node smallint, t_id uuid[], t_version bigint[],
  h tollgate.hold_2[], b_budget uuid[], b_want bigint[], b_account bigint[], b_from timestamptz, b_until timestamptz,
  c tollgate.call_2[], c_hold uuid[], c_again boolean, p_call uuid[], p_budget uuid[], p_careful boolean, r tollgate.roll_up_2[],
  v_hold uuid[], x_hold uuid[], x_silence int,
  out o_at timestamptz, out o_stale uuid[], out o_kind smallint[], out o_amount bigint[], out o_binding int[], out o_account bigint[],
  out o_balance tollgate.balance_2[])
language plpgsql set search_path = tollgate, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
  v_at timestamptz := tollgate.at(); dummy text; n int := cardinality(h); i int; j int; x tollgate.hold_2; full_at bigint[]; full_rows tollgate.balance_2[];
  kept tollgate.hold_2[] := '{}'; k_budget uuid[] := '{}'; k_want bigint[] := '{}'; k_account bigint[] := '{}'; k_kind smallint[]; k_amount bigint[]; k_binding int[];
  next int := 0;
begin
  dummy := pg_advisory_xact_lock(7004, (p_session % 2147483647)::int)::text;
  full_at := array_fill(null::bigint, array[n]);
  if cardinality(b_account) = cardinality(b_budget) and b_from <= v_at and (b_until is null or b_until > v_at)
    and exists (select from tollgate.writer_session w where w.id = p_session and w.last_batch = p_batch - 1) then
    select array_agg(row(a.id, a.budget_id, (extract(epoch from a.starts) * 1000000)::bigint, (extract(epoch from a.ends) * 1000000)::bigint, tollgate.limit_at(b, v_at),
        a.posted, a.held, true, a.version, 0, 0, false)::tollgate.balance_2) into full_rows
      from tollgate.account a join tollgate.budget b on b.id = a.budget_id where a.id = any(b_account) and b.policy <> 'observe' and not b.retired;
    for i in 1..n loop
      full_at[i] := (select f.account from unnest(full_rows) f
        where f.account = any(b_account[h[i].touched_from:h[i].touched_to]) and f.posted > f.lim - h[i].floor
        order by array_position(b_account[h[i].touched_from:h[i].touched_to], f.account) limit 1);
    end loop;
  end if;
  for i in 1..n loop
    continue when full_at[i] is not null;
    x := h[i];
    k_budget := k_budget || b_budget[x.touched_from:x.touched_to];
    k_want := k_want || b_want[x.touched_from:x.touched_to];
    if b_account <> '{}' then
      k_account := k_account || b_account[x.touched_from:x.touched_to];
    end if;
    j := x.touched_to - x.touched_from;
    x.touched_to := cardinality(k_budget);
    x.touched_from := x.touched_to - j;
    kept := kept || x;
  end loop;
  select f.* into o_at, o_stale, k_kind, k_amount, k_binding, o_account, o_balance
    from tollgate.flush_2(p_session, p_batch, p_node, t_id, t_version, kept, k_budget, k_want, k_account, b_from, b_until, c, c_hold, c_again, p_call, p_budget, p_careful, r,
      v_hold, x_hold, x_silence) f;
  if o_stale <> '{}' or cardinality(kept) = n then
    o_kind := k_kind; o_amount := k_amount; o_binding := k_binding;
    return;
  end if;
  delete from tollgate.waiter w where w.hold_id = any(array(select u.id from unnest(h) with ordinality u where full_at[u.ordinality] is not null));
  o_balance := coalesce(o_balance, '{}');
  o_kind := '{}'; o_amount := '{}'; o_binding := '{}';
  for i in 1..n loop
    if full_at[i] is null then
      next := next + 1;
      o_kind := o_kind || case when k_kind is null or k_kind = '{}' then 1::smallint else k_kind[next] end;
      o_amount := o_amount || case when k_kind is null or k_kind = '{}' then h[i].want else k_amount[next] end;
      o_binding := o_binding || case when k_kind is null or k_kind = '{}' then 0 else k_binding[next] end;
      continue;
    end if;
    j := (select u.ordinality from unnest(o_balance) with ordinality u where u.account = full_at[i] limit 1);
    if j is null then
      o_balance := o_balance || (select f from unnest(full_rows) f where f.account = full_at[i] limit 1);
      j := cardinality(o_balance);
    end if;
    o_kind := o_kind || 4::smallint;
    o_amount := o_amount || 0::bigint;
    o_binding := o_binding || j;
  end loop;
end $$;
