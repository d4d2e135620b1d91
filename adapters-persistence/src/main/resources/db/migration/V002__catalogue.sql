create table tollgate.provider (
  tenant_id             uuid not null references tollgate.tenant,
  id                    uuid not null,
  name                  text not null,
  kind                  text not null,
  base_url              text,
  allow_private_network boolean not null,
  options               jsonb not null,
  created_at            timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

create table tollgate.provider_credential (
  tenant_id   uuid not null,
  provider_id uuid not null,
  kek_id      text not null,
  wrapped_key bytea not null,
  nonce       bytea not null,
  ciphertext  bytea not null,
  hint        text not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, provider_id),
  foreign key (tenant_id, provider_id) references tollgate.provider
);

create table tollgate.model (
  tenant_id   uuid not null references tollgate.tenant,
  id          uuid not null,
  name        text not null,
  deployments jsonb not null,
  created_at  timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

create table tollgate.price (
  tenant_id             uuid not null references tollgate.tenant,
  id                    uuid not null,
  seller                text not null,
  model                 text not null,
  effective_from        timestamptz not null,
  rates                 jsonb not null,
  discount_basis_points smallint not null default 0,
  created_at            timestamptz not null default now(),
  superseded_at         timestamptz,
  primary key (tenant_id, id)
);
create unique index price_in_force on tollgate.price (tenant_id, seller, model, effective_from)
  where superseded_at is null;

do $$
declare t text;
begin
  foreach t in array array['provider','provider_credential','model','price'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
  end loop;
end $$;
grant select, insert on tollgate.provider, tollgate.model, tollgate.provider_credential to tollgate_app;
grant select, insert on tollgate.price to tollgate_app;
grant update (superseded_at) on tollgate.price to tollgate_app;

-- What the caches of all nodes must forget. Written by triggers, read by every node's poll.
create table tollgate.change (
  at        timestamptz not null default clock_timestamp(),
  id        bigint generated always as identity,
  tenant_id uuid not null,
  kind      text not null,
  subject   text not null,
  primary key (at, id)
);
alter table tollgate.change enable row level security;
alter table tollgate.change force row level security;
create policy migrator on tollgate.change to current_user using (true);
create policy poll on tollgate.change to tollgate_ledger using (true);
grant select, delete on tollgate.change to tollgate_ledger;

create function tollgate.note_change() returns trigger language plpgsql security definer
set search_path = tollgate, pg_temp as $$
begin
  if tg_table_name = 'key_secret' then
    insert into tollgate.change (tenant_id, kind, subject) values (new.tenant_id, 'key', new.key_id::text);
  elsif tg_table_name = 'virtual_key' then
    insert into tollgate.change (tenant_id, kind, subject) values (new.tenant_id, 'key', new.id::text);
  elsif tg_table_name = 'project' then
    insert into tollgate.change (tenant_id, kind, subject) values (new.tenant_id, 'project', new.id::text);
  else
    insert into tollgate.change (tenant_id, kind, subject) values (new.tenant_id, 'catalogue', tg_table_name);
  end if;
  return null;
end $$;

create trigger note_change after insert or update on tollgate.key_secret for each row execute function tollgate.note_change();
-- Use is noted every minute and changes nothing that a cache holds.
create trigger note_change after update of state, expires_at, policy, metadata, tags, name, hint on tollgate.virtual_key
  for each row execute function tollgate.note_change();
create trigger note_change after update on tollgate.project for each row execute function tollgate.note_change();
create trigger note_change after insert or update on tollgate.provider for each row execute function tollgate.note_change();
create trigger note_change after insert or update on tollgate.model for each row execute function tollgate.note_change();
create trigger note_change after insert or update on tollgate.price for each row execute function tollgate.note_change();
