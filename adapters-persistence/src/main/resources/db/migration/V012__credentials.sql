-- A provider's credential can be changed. Nodes notice by the version, and open the account anew.
alter table tollgate.provider add column credential_version int not null default 0;

-- Changes the credential of a provider of the current tenant; false when there is no such provider.
create function tollgate.set_credential_2(p_provider uuid, p_kek text, p_key bytea, p_nonce bytea, p_ciphertext bytea, p_hint text) returns boolean language plpgsql
security definer set search_path = tollgate, pg_temp as $$
declare v_tenant uuid := current_setting('app.tenant')::uuid;
begin
  update tollgate.provider p set credential_version = p.credential_version + 1 where p.tenant_id = v_tenant and p.id = p_provider;
  if not found then return false; end if;
  insert into tollgate.provider_credential as c (tenant_id, provider_id, kek_id, wrapped_key, nonce, ciphertext, hint)
  values (v_tenant, p_provider, p_kek, p_key, p_nonce, p_ciphertext, p_hint)
  on conflict (tenant_id, provider_id) do update set kek_id = excluded.kek_id, wrapped_key = excluded.wrapped_key, nonce = excluded.nonce,
    ciphertext = excluded.ciphertext, hint = excluded.hint;
  return true;
end $$;
revoke execute on function tollgate.set_credential_2(uuid, text, bytea, bytea, bytea, text) from public;
grant execute on function tollgate.set_credential_2(uuid, text, bytea, bytea, bytea, text) to tollgate_app;
