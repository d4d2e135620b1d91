-- Webhooks, and the outbox: what was reached in the ledger becomes one message for each receiver, in one
-- transaction; a message is claimed by one node at a time.

create table tollgate.webhook (
  tenant_id             uuid not null references tollgate.tenant,
  id                    uuid not null,
  url                   text not null,
  allow_private_network boolean not null,
  kek_id                text not null,
  wrapped_key           bytea not null,
  nonce                 bytea not null,
  ciphertext            bytea not null,
  hint                  text not null,
  created_at            timestamptz not null,
  primary key (tenant_id, id)
);

create table tollgate.notification (
  tenant_id       uuid not null,
  id              uuid not null,
  type            text not null,
  channel         text not null,
  receiver        text not null,
  subject         text not null,
  body            text not null,
  payload         text not null,
  status          text not null default 'pending',
  attempts        smallint not null default 0,
  error           text,
  created_at      timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  finished_at     timestamptz,
  primary key (tenant_id, id)
);
create index notification_due on tollgate.notification (next_attempt_at) where status = 'pending';

alter table tollgate.budget_alert add column taken boolean not null default false;
create index budget_alert_untaken on tollgate.budget_alert (at) where not taken;

do $$
declare t text;
begin
  foreach t in array array['webhook','notification'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy sender on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
  end loop;
end $$;
grant select, insert, delete on tollgate.webhook to tollgate_app;
grant select on tollgate.notification to tollgate_app;
grant select (tenant_id, id) on tollgate.webhook to tollgate_ledger;
grant select, insert, update, delete on tollgate.notification to tollgate_ledger;
grant update (taken) on tollgate.budget_alert to tollgate_ledger;

-- Budgets that will not last their window at the rate of the last seven days, noted once for each account as
-- threshold 0. Silent for three days and below a tenth of the limit, when a rate says little.
create function tollgate.note_forecasts() returns int language plpgsql set search_path = tollgate, pg_temp as $$
declare n int;
begin
  insert into tollgate.budget_alert (tenant_id, budget_id, starts, threshold, limit_nanos, posted, at)
  select c.tenant_id, c.budget_id, c.starts, 0, l.lim, c.posted, now()
  from tollgate.account c
  join tollgate.budget b on b.id = c.budget_id and not b.retired
  cross join lateral (select tollgate.limit_now(b) as lim) l
  cross join lateral (select greatest(c.starts, now() - interval '7 days') as since) s
  where c.ends > now() and c.starts <= now() - interval '3 days' and c.posted < l.lim and c.posted::numeric * 10 >= l.lim
    and not exists (select 1 from tollgate.budget_alert a where a.tenant_id = c.tenant_id and a.budget_id = c.budget_id and a.starts = c.starts and a.threshold = 0)
    and c.posted + tollgate.spent_since(c.tenant_id, b.scope, b.scope_id, b.models, s.since)::numeric
      * extract(epoch from c.ends - now()) / extract(epoch from now() - s.since) > l.lim
  on conflict do nothing;
  get diagnostics n = row_count;
  return n;
end $$;
