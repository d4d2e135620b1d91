-- The one clock of everything that decides, raises as rows, facts of models and how fast deployments are.

-- The time by which everything is decided. A test database may shift it; in a running installation nobody but the migrator can
-- replace it, and nodes look at it when they start.
create function tollgate.at() returns timestamptz language sql stable parallel safe as 'select now()';

alter table tollgate.notification alter column created_at set default tollgate.at(), alter column next_attempt_at set default tollgate.at();
alter table tollgate.idempotency alter column created_at set default tollgate.at();
alter table tollgate.ledger_anchor alter column at set default tollgate.at();

-- An addition to one budget, for a time or for good. Never changed: it ends by being retired.
create table tollgate.raise (
  tenant_id  uuid not null references tollgate.tenant,
  id         uuid not null,
  budget_id  uuid not null,
  amount     bigint not null check (amount > 0),
  starts     timestamptz not null,
  ends       timestamptz,
  reason     text not null,
  origin     text not null,
  created_at timestamptz not null,
  retired    boolean not null default false,
  primary key (tenant_id, id)
);
create index raise_by_budget on tollgate.raise (tenant_id, budget_id) where not retired;
-- Whether a budget has raises at all, so that most need not look for any.
alter table tollgate.budget add column raised boolean not null default false;

insert into tollgate.raise (tenant_id, id, budget_id, amount, starts, ends, reason, origin, created_at)
select tenant_id, gen_random_uuid(), id, raise_to - limit_nanos, created_at, raise_until, '', 'budget', now()
from tollgate.budget where raise_until > now() and raise_to > limit_nanos and not retired;
update tollgate.budget b set raised = true where exists (select 1 from tollgate.raise r where r.tenant_id = b.tenant_id and r.budget_id = b.id);

-- The limit in force at an instant: the limit and the raises in force; at most a billion dollars.
create function tollgate.limit_at(b tollgate.budget, p_at timestamptz) returns bigint language sql stable as $$
  select case when not b.raised then b.limit_nanos else least(1000000000000000000, b.limit_nanos + coalesce((select sum(r.amount) from tollgate.raise r
    where r.tenant_id = b.tenant_id and r.budget_id = b.id and not r.retired and r.starts <= p_at and (r.ends is null or r.ends > p_at)), 0))::bigint end
$$;
create or replace function tollgate.limit_now(b tollgate.budget) returns bigint language sql stable as $$
  select tollgate.limit_at(b, tollgate.at())
$$;

-- What is known of a canonical model, dated like prices.
create table tollgate.model_facts (
  tenant_id      uuid not null references tollgate.tenant,
  id             uuid not null,
  model          text not null,
  effective_from timestamptz not null,
  facts          jsonb not null,
  created_at     timestamptz not null default now(),
  superseded_at  timestamptz,
  primary key (tenant_id, id)
);
create unique index model_facts_in_force on tollgate.model_facts (tenant_id, model, effective_from) where superseded_at is null;
create trigger note_change after insert or update on tollgate.model_facts for each row execute function tollgate.note_change();

-- The fastest complete stream that a deployment showed lately.
create table tollgate.deployment_speed (
  tenant_id         uuid not null,
  provider_id       uuid not null,
  model             text not null,
  tokens_per_second bigint not null,
  seen_at           timestamptz not null,
  primary key (tenant_id, provider_id, model)
);

alter table tollgate.tenant add column captures_all boolean not null default false;
grant update (captures_all) on tollgate.tenant to tollgate_app;

do $$
declare t text;
begin
  foreach t in array array['raise','model_facts','deployment_speed'] loop
    execute format('alter table tollgate.%I enable row level security', t);
    execute format('alter table tollgate.%I force row level security', t);
    execute format('create policy own_tenant on tollgate.%I to tollgate_app using (tenant_id = current_setting(''app.tenant'', true)::uuid)', t);
    execute format('create policy writer on tollgate.%I to tollgate_ledger using (true)', t);
    execute format('create policy migrator on tollgate.%I to current_user using (true)', t);
    execute format('grant select on tollgate.%I to tollgate_app', t);
  end loop;
end $$;
grant select on tollgate.raise to tollgate_ledger;
grant insert on tollgate.model_facts to tollgate_app;
grant update (superseded_at) on tollgate.model_facts to tollgate_app;
grant select, insert, update on tollgate.deployment_speed to tollgate_ledger;
