# shellcheck shell=bash
# Starts what outlives the caller.

# start_detached "FD…" LOG COMMAND…: in a session of its own and, of the caller's descriptors, with
# only those named: a test runner waits for whoever holds its pipes. Sets detached_pid.
start_detached() {
  local keep=$1 log=$2
  shift 2
  (
    for fd in /proc/"$BASHPID"/fd/*; do
      fd=${fd##*/}
      [[ " 0 1 2 255 $keep " == *" $fd "* ]] || eval "exec $fd>&-"
    done
    exec setsid "$@"
  ) </dev/null >"$log" 2>&1 &
  # shellcheck disable=SC2034
  detached_pid=$!
}
