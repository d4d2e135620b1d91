#!/bin/sh
# Asks for an operation every two seconds until it has ended: follow-operation.sh OPERATION
. "$(dirname "$0")/common.sh"
id=${1:?An operation is needed, op_...}
while :; do
  answer=$(call OperationService/GetOperation <<END
{"id": $(text "$id")}
END
  )
  case $answer in
    *OPERATION_STATE_RUNNING*) sleep 2 ;;
    *)
      printf '%s\n' "$answer"
      break
      ;;
  esac
done
