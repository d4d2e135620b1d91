#!/bin/sh
# Run once by the PostgreSQL image: roles and database.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v migrator="$MIGRATOR_PASSWORD" -v app="$APP_PASSWORD" -v ledger="$LEDGER_PASSWORD" -f /roles.sql
