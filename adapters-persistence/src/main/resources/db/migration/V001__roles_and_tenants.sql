-- Three roles (docs/decisions/0003): the migrator owns everything and runs this; the application
-- role manages one tenant at a time under row-level security; the ledger role looks up keys and
-- writes calls across tenants. The roles themselves are made by whoever sets up the database.

grant usage on schema tollgate to tollgate_app, tollgate_ledger;

create table tollgate.tenant (
  id         uuid primary key,
  name       text not null,
  created_at timestamptz not null default now()
);

create table tollgate.business_unit (
  tenant_id  uuid not null references tollgate.tenant,
  id         uuid not null,
  parent_id  uuid,
  name       text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references tollgate.business_unit
);
create unique index business_unit_root on tollgate.business_unit (tenant_id) where parent_id is null;

create table tollgate.project (
  tenant_id        uuid not null references tollgate.tenant,
  id               uuid not null,
  business_unit_id uuid not null,
  name             text not null,
  capture          text not null,
  retention_days   smallint not null,
  archived         boolean not null default false,
  created_at       timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, business_unit_id) references tollgate.business_unit
);

create table tollgate.virtual_key (
  tenant_id        uuid not null references tollgate.tenant,
  id               uuid not null,
  project_id       uuid not null,
  business_unit_id uuid not null,
  owner_id         uuid,
  name             text not null,
  state            text not null,
  expires_at       timestamptz,
  policy           jsonb not null,
  metadata         jsonb not null,
  tags             jsonb not null,
  hint             text not null,
  created_at       timestamptz not null,
  last_used_at     timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, project_id) references tollgate.project
);
create index virtual_key_by_project on tollgate.virtual_key (tenant_id, project_id, id);

-- The one table whose key does not begin with the tenant: a presented secret names only itself.
create table tollgate.key_secret (
  id             bigint primary key,
  tenant_id      uuid not null,
  key_id         uuid not null,
  hmac           bytea not null,
  pepper_version smallint not null,
  valid_until    timestamptz,
  created_at     timestamptz not null default now(),
  foreign key (tenant_id, key_id) references tollgate.virtual_key
);
create index key_secret_by_key on tollgate.key_secret (tenant_id, key_id);

-- Tokens of administrators and, later, of service accounts.
create table tollgate.admin_token (
  tenant_id      uuid not null references tollgate.tenant,
  id             bigint not null,
  name           text not null,
  hmac           bytea not null,
  pepper_version smallint not null,
  created_at     timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table tollgate.idempotency (
  tenant_id  uuid not null references tollgate.tenant,
  key        text not null,
  request    bytea not null,
  status     smallint,
  body       bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index idempotency_by_age on tollgate.idempotency (created_at);

do $$
declare t text;
begin
  foreach t in array array['business_unit','project','virtual_key','key_secret','admin_token','idempotency'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
  end loop;
end $$;

alter table tollgate.tenant enable row level security;
alter table tollgate.tenant force row level security;
create policy own_tenant on tollgate.tenant for select to tollgate_app using (id = current_setting('app.tenant', true)::uuid);
create policy migrator on tollgate.tenant to current_user using (true);

grant select on tollgate.tenant, tollgate.business_unit to tollgate_app;
grant select, insert, update on tollgate.project, tollgate.virtual_key, tollgate.key_secret to tollgate_app;
grant select, insert, update, delete on tollgate.idempotency to tollgate_app;

-- Key look-up crosses tenants, on the columns it needs.
create policy lookup on tollgate.virtual_key for select to tollgate_ledger using (true);
create policy touch on tollgate.virtual_key for update to tollgate_ledger using (true);
create policy lookup on tollgate.project for select to tollgate_ledger using (true);
create policy lookup on tollgate.key_secret for select to tollgate_ledger using (true);
create policy lookup on tollgate.admin_token for select to tollgate_ledger using (true);
create policy expire on tollgate.idempotency for all to tollgate_ledger using (true);
grant select on tollgate.virtual_key, tollgate.project, tollgate.key_secret, tollgate.admin_token to tollgate_ledger;
grant update (last_used_at) on tollgate.virtual_key to tollgate_ledger;
grant select, delete on tollgate.idempotency to tollgate_ledger;
