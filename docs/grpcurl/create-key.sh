#!/bin/sh
# Creates a key in a project and prints it: create-key.sh PROJECT NAME [DOLLARS_A_DAY]
. "$(dirname "$0")/common.sh"
project=${1:?A project is needed, prj_...} name=${2:?A name is needed.}
budget=
[ -z "${3-}" ] || budget=", \"budget\": {\"limit\": $(text "$3"), \"window\": \"BUDGET_WINDOW_DAY\"}"
# Of the same project and name it makes one key a day, however often it is run.
once=$(printf '%s' "$project $name" | cksum | tr ' ' -)
call KeyService/CreateKey -H "idempotency-key: create-key-$once" <<END
{"name": $(text "$name"), "project": $(text "$project")$budget}
END
