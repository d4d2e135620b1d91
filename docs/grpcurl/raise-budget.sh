#!/bin/sh
# Raises a budget until a time: raise-budget.sh BUDGET DOLLARS UNTIL REASON
. "$(dirname "$0")/common.sh"
budget=${1:?A budget is needed, bud_...} amount=${2:?An amount is needed, 10.00}
until=${3:?An end is needed, 2027-01-31T00:00:00Z} reason=${4:?A reason is needed.}
call BudgetService/AddRaise <<END
{"id": $(text "$budget"), "amount": $(text "$amount"), "until": $(text "$until"), "reason": $(text "$reason")}
END
