-- The platform's catalogue: rows of a tenant that has nothing else. Every tenant reads them, none writes them but in the platform's own name. The
-- credentials of its providers are not among what is read.
insert into tollgate.tenant (id, name) values ('00000000-0000-8000-8000-000000000000', 'platform');

do $$
declare t text;
begin
  foreach t in array array['provider','model','price','model_facts'] loop
    execute format('create policy platform on tollgate.%I for select to tollgate_app using (tenant_id = ''00000000-0000-8000-8000-000000000000''
      and nullif(current_setting(''app.tenant'', true), '''') is not null)', t);
  end loop;
end $$;
