-- The management side: the audit log, operations that run on their own, and units of work in which
-- an idempotent request, its effect and its audit event are kept together.

create table tollgate.audit_event (
  tenant_id  uuid not null references tollgate.tenant,
  id         uuid not null,
  at         timestamptz not null,
  actor      text not null,
  action     text not null,
  object     text,
  before     jsonb,
  after      jsonb,
  surface    text not null,
  request_id text not null,
  primary key (tenant_id, id)
);
create index audit_event_by_object on tollgate.audit_event (tenant_id, object, id);

create table tollgate.operation (
  tenant_id   uuid not null references tollgate.tenant,
  id          uuid not null,
  method      text not null,
  actor       text not null,
  surface     text not null,
  request_id  text not null,
  input       bytea,
  progress    text,
  state       text not null default 'RUNNING',
  answer      bytea,
  reason      text,
  field       text,
  detail      text,
  -- Who runs it, and when it last said so.
  runner      uuid not null,
  beat        timestamptz not null default tollgate.at(),
  created_at  timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create index operation_running on tollgate.operation (beat) where state = 'RUNNING';

do $$
declare t text;
begin
  foreach t in array array['audit_event','operation'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
  end loop;
end $$;
create policy runner on tollgate.operation to tollgate_ledger using (true);
grant select, insert on tollgate.audit_event to tollgate_app;
grant select, insert, update on tollgate.operation to tollgate_app;
grant select on tollgate.operation to tollgate_ledger;
grant update (runner, beat) on tollgate.operation to tollgate_ledger;

-- What an answer was kept as: nothing is JSON, as nodes of the version before keep it; 1 is a message of the contract.
alter table tollgate.idempotency add column form smallint;

-- Providers and models can be changed and removed.
grant update (name, base_url, allow_private_network, options), delete on tollgate.provider to tollgate_app;
grant delete on tollgate.provider_credential to tollgate_app;
grant update (name, deployments), delete on tollgate.model to tollgate_app;

create function tollgate.note_removal() returns trigger language plpgsql security definer
set search_path = tollgate, pg_temp as $$
begin
  insert into tollgate.change (tenant_id, kind, subject) values (old.tenant_id, 'catalogue', tg_table_name);
  return null;
end $$;
create trigger note_removal after delete on tollgate.provider for each row execute function tollgate.note_removal();
create trigger note_removal after delete on tollgate.model for each row execute function tollgate.note_removal();

-- A price that is not in force yet can be changed and removed; what calls were priced by stays as it is.
create function tollgate.change_future_price_2(p_id uuid, p_from timestamptz, p_rates jsonb, p_discount smallint) returns text language plpgsql
security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid; p tollgate.price;
begin
  select x.* into p from tollgate.price x where x.tenant_id = v_tenant and x.id = p_id and x.superseded_at is null for update;
  if not found then return 'missing'; end if;
  if p.effective_from <= tollgate.at() or p_from <= tollgate.at() then return 'in_force'; end if;
  if exists (select from tollgate.price x where x.tenant_id = v_tenant and x.seller = p.seller and x.model = p.model
    and x.effective_from = p_from and x.superseded_at is null and x.id <> p_id) then return 'date_taken'; end if;
  update tollgate.price x set effective_from = p_from, rates = p_rates, discount_basis_points = p_discount
    where x.tenant_id = v_tenant and x.id = p_id;
  return 'changed';
end $$;
create function tollgate.remove_future_price_2(p_id uuid) returns text language plpgsql
security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid; p tollgate.price;
begin
  select x.* into p from tollgate.price x where x.tenant_id = v_tenant and x.id = p_id and x.superseded_at is null for update;
  if not found then return 'missing'; end if;
  if p.effective_from <= tollgate.at() then return 'in_force'; end if;
  update tollgate.price x set superseded_at = tollgate.at() where x.tenant_id = v_tenant and x.id = p_id;
  return 'removed';
end $$;
revoke execute on function tollgate.change_future_price_2(uuid, timestamptz, jsonb, smallint), tollgate.remove_future_price_2(uuid) from public;
grant execute on function tollgate.change_future_price_2(uuid, timestamptz, jsonb, smallint), tollgate.remove_future_price_2(uuid) to tollgate_app;
