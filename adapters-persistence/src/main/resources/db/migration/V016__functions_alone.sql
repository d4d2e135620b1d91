-- A batch that began before V014 runs with the rights of the ledger's role to its end, so these are taken when all of that time are over.
-- Nobody waits for this one meanwhile.
do $$
declare v_running text[] := array(select l.virtualtransaction from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'virtualxid' and a.usename = 'tollgate_ledger');
begin
  for i in 1..9000 loop
    exit when not exists (select from pg_locks l where l.locktype = 'virtualxid' and l.virtualtransaction = any(v_running));
    perform pg_sleep(0.01);
  end loop;
end $$;

-- What a session is begun with and its beat may be written directly for one more version: nodes of the version before do.
revoke insert, update, delete on tollgate.account, tollgate.hold, tollgate.usage_bucket, tollgate.usage_minute, tollgate.usage_quarter from tollgate_ledger;
revoke insert on tollgate.entry, tollgate.call, tollgate.ledger_batch from tollgate_ledger;
revoke insert, update on tollgate.writer_session from tollgate_ledger;
grant insert (node, beat), update (beat) on tollgate.writer_session to tollgate_ledger;
grant delete on tollgate.usage_minute to tollgate_ledger;
