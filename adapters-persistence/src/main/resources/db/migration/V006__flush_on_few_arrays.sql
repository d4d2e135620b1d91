-- `tollgate.flush` is now kept in R__flush.sql, where it is changed in place.

-- The flush brings the digests of its POST entries along; the trigger makes all others.
drop trigger digest_entry on tollgate.entry;
create trigger digest_entry before insert on tollgate.entry for each row when (new.digest = '' or new.n > 0) execute function tollgate.digest_entry();

-- Open holds are few and short-lived; two indexes to find one by its tenant cost more than they gave.
drop index tollgate.hold_by_tenant;
