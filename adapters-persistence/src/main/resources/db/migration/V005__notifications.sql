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
