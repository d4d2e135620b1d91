-- The three roles and the database, made once by a superuser: psql -v migrator=... -v app=... -v ledger=... -f roles.sql
create role tollgate_migrator login nosuperuser nobypassrls nocreatedb nocreaterole password :'migrator';
create role tollgate_app login nosuperuser nobypassrls nocreatedb nocreaterole password :'app';
create role tollgate_ledger login nosuperuser nobypassrls nocreatedb nocreaterole password :'ledger';
create database tollgate owner tollgate_migrator encoding 'UTF8' locale 'C' template template0;
