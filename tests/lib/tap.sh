# shellcheck shell=bash disable=SC2154
# TAP, as every suite writes it: made here for what is not bats, and shown to people here.

shopt -s extglob
tap_number=0

tap_plan() { printf '1..%d\n' "$1"; }

tap_result() { # "ok" | "not ok", NAME; diagnostics of a failure on stdin
  tap_number=$((tap_number + 1))
  printf '%s %d %s\n' "$1" "$tap_number" "${2//#/}"
  [[ $1 == ok ]] || sed 's/^/# /'
}

# A case that is a command: its output is shown where it fails.
tap_case() { # NAME COMMAND…
  local name=$1 output
  shift
  output=$(mktemp)
  if "$@" >"$output" 2>&1 </dev/null; then
    tap_result ok "$name" </dev/null
  else
    tail -n 60 "$output" | tap_result 'not ok' "$name"
  fi
  rm -f "$output"
}

# Reads TAP, shows it, and appends "ok NAME" and "failed NAME" to the file TALLY. A case that was
# skipped or that never ran has failed.
tap_show() { # SUITE TALLY
  local suite=$1 tally=$2 line name planned=0 seen=0 start=${EPOCHREALTIME/[.,]/}
  while IFS= read -r line; do
    case $line in
      'ok '*'# skip'* | 'ok '*'# SKIP'*) tap_failed "$line" "skipped" ;;
      'ok '[0-9]*)
        name=${line#ok +([0-9]) }
        seen=$((seen + 1))
        printf '  ok      %-86s %8s\n' "$name" "$(seconds_since "$start")"
        printf 'ok %s: %s\n' "$suite" "$name" >>"$tally"
        start=${EPOCHREALTIME/[.,]/}
        ;;
      'not ok '[0-9]*) tap_failed "$line" FAILED ;;
      1..*([0-9])) planned=$((planned + ${line#1..})) ;;
      '#'*) printf '          %s\n' "${line#\# }" ;;
      *) [[ -z $line ]] || printf '      | %s\n' "$line" ;;
    esac
  done
  if ((planned > seen)); then
    printf '  FAILED  %d of %d cases did not run\n' $((planned - seen)) "$planned"
    for ((; seen < planned; seen++)); do
      printf 'failed %s: a case that did not run\n' "$suite" >>"$tally"
    done
  fi
}

tap_failed() { # LINE WHY; the caller's variables
  name=${1#not }
  name=${name#ok +([0-9]) }
  seen=$((seen + 1))
  printf '  %-8s%-86s %8s\n' "$2" "$name" "$(seconds_since "$start")"
  printf 'failed %s: %s\n' "$suite" "$name" >>"$tally"
  start=${EPOCHREALTIME/[.,]/}
}
