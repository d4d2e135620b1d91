#!/bin/sh
# Creates a key in a project and prints it: create-key.sh PROJECT NAME [DOLLARS_A_DAY]
. "$(dirname "$0")/common.sh"
project=${1:?A project is needed, prj_...} name=${2:?A name is needed.}
budget=
[ -z "${3-}" ] || budget=", \"budget\": {\"limit\": \"$3\", \"window\": \"BUDGET_WINDOW_DAY\"}"
call KeyService/CreateKey -H "idempotency-key: $project-$name" <<END
{"name": "$name", "project": "$project"$budget}
END
