-- What only the master keys of this installation can make, so that a node with others is refused. The migrator's alone.
create table tollgate.key_check (
  one            boolean primary key default true check (one),
  pepper_version int not null,
  proof          bytea not null,
  kek_id         text not null,
  wrapped        bytea not null
);
