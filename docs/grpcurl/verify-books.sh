#!/bin/sh
# Checks the books; waits up to five minutes, then prints the operation to follow.
. "$(dirname "$0")/common.sh"
call LedgerService/VerifyLedger -H 'wait: PT5M' <<END
{}
END
