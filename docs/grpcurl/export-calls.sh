#!/bin/sh
# Prints the calls of a key, one JSON object after the other: export-calls.sh KEY
. "$(dirname "$0")/common.sh"
key=${1:?A key is needed, key_...}
call CallService/ExportCalls <<END
{"key": $(text "$key")}
END
