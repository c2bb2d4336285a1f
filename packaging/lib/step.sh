# shellcheck shell=bash disable=SC2154
# Steps of a long job, for people: what is going on, for how long, and what went wrong. Sourced.
#   step_log   directory for the logs of the steps; set by who sources this
#   steps      how many there will be (0: not numbered)

steps=${steps-0}
step_number=0

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 1
}

seconds_since() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - $1) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# step TEXT COMMAND…: runs COMMAND with its output in a log; the present state is shown meanwhile,
# the log's end where it fails. Gives COMMAND's status.
step() {
  local title=$1 log start=${EPOCHREALTIME/[.,]/} ticker status=0
  shift
  step_number=$((step_number + 1))
  ((steps == 0)) || title="[$step_number/$steps] $title"
  mkdir -p "$step_log"
  log=$step_log/$(printf '%02d' "$step_number").log
  : >"$log"
  if [[ -t 2 ]]; then tick_terminal "$title" "$log" & else tick_lines "$title" "$log" & fi
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  # Its status is that of a killed process: not ours, and no reason to end under set -e. By a signal that cannot
  # be caught: one that has just begun still has the traps of ours, and would clean up in our place.
  { kill -KILL "$ticker" && wait "$ticker"; } 2>/dev/null || :
  [[ ! -t 2 ]] || printf '\r\e[K' >&2
  if ((status == 0)); then
    say "$title: done in $(seconds_since "$start")"
  else
    say "$title: FAILED after $(seconds_since "$start"), status $status; the end of $log:"
    tail -n 25 "$log" | sed 's/^/  | /' >&2
  fi
  return "$status"
}

last_line() { tail -c 400 "$1" | tr '\r' '\n' | tr -cd '[:print:]\n' | grep -v '^ *$' | tail -n 1; }

# The line is drawn anew twice a second.
tick_terminal() {
  local begin=$SECONDS columns line
  columns=$(tput cols 2>/dev/null) || columns=80
  while kill -0 $$ 2>/dev/null; do
    line="$1: $((SECONDS - begin)) s  $(last_line "$2")"
    printf '\r\e[K%s' "${line:0:columns-1}" >&2
    sleep 0.5
  done
}

# No terminal: a line at the start and one every 20 s. The sleep outlives us: who reads our outputs
# to their end, or waits for a lock of ours, must not wait for it.
tick_lines() {
  local begin=$SECONDS descriptor
  for descriptor in "/proc/$BASHPID/fd"/*; do
    descriptor=${descriptor##*/}
    ((descriptor < 3 || descriptor == 255)) || exec {descriptor}>&- # 255 is the script itself
  done
  say "$1 …"
  while sleep 20 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    say "$1: $((SECONDS - begin)) s  $(last_line "$2")"
  done
}
