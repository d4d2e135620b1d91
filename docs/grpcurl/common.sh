# Sourced by the scripts beside it: 'call Service/Method' sends the JSON on its input to $TOLLGATE_GRPC.
# Set TOLLGATE_TLS=1 when the gateway speaks TLS.
set -eu
: "${TOLLGATE_GRPC:?Set TOLLGATE_GRPC to host:port; './tollgate dev' leaves it in dev.env.}"
: "${TOLLGATE_ADMIN_TOKEN:?Set TOLLGATE_ADMIN_TOKEN.}"
export TOLLGATE_ADMIN_TOKEN

# A text as JSON.
text() {
  printf '"%s"' "$(printf '%s' "$1" |
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$(printf '\t')/\\\\t/g" |
    awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

call() {
  method=$1
  shift
  plain=-plaintext
  [ -z "${TOLLGATE_TLS-}" ] || plain=
  # The token is expanded by grpcurl, so that it stands in no list of processes.
  # shellcheck disable=SC2016,SC2086
  grpcurl $plain -expand-headers -H 'authorization: Bearer ${TOLLGATE_ADMIN_TOKEN}' "$@" \
    -d @ "$TOLLGATE_GRPC" "tollgate.admin.v1.$method"
}
