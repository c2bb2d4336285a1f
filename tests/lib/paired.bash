# shellcheck shell=bash
# Runs a line by our program and by the one that it stands for, and compares what they print, how they end and
# what they leave. In a file of lines, `docker` and `podman` are first ours, then the reference's; a line that
# begins with "!" and a reason in brackets is known to differ, and must. A suite says:
#   run_ours, run_theirs PROGRAM ARGUMENT…   one command
#   clear_ours, clear_theirs                 takes away what a line has left
#   before_line SIDE                         sets what is the line's own; optional
#   left_by SIDE                             prints what it has left, to be compared, too; optional
#   settled                                  a filter that takes out what differs from run to run

# The line's output, its last status and what it leaves. The line has a directory of its own.
outcome() { # LINE SIDE
  local code=0
  mkdir -p work
  (cd work && eval "$1") >"$2.raw" 2>"$2.err" </dev/null || code=$?
  rm -rf work
  {
    cat "$2.raw"
    echo "status $code"
    ! declare -F left_by >/dev/null || left_by "$2"
  } | settled >"$2.settled"
}

# Both, one after the other, with nothing left of either. False where they differ.
same_outcome() { # LINE
  local side
  docker() { "run_$side" docker "$@"; }
  podman() { "run_$side" podman "$@"; }
  for side in ours theirs; do
    ! declare -F before_line >/dev/null || before_line "$side"
    outcome "$1" "$side"
    "clear_$side" >/dev/null 2>&1 || true
  done
  unset -f podman docker
  cmp -s ours.settled theirs.settled
}

compare() { # LINE
  local line=$1
  if [[ $line == '!['* ]]; then
    ! same_outcome "${line#*] }" || { printf 'no longer different: %s\n' "$line" && return 1; }
    return 0
  fi
  same_outcome "$line" && return
  printf '%s\n' "$line"
  diff theirs.settled ours.settled | sed 's/^</  theirs: /; s/^>/  ours:   /; /^[0-9-]/d'
  sed 's/^/  ours, stderr:   /' ours.err
  sed 's/^/  theirs, stderr: /' theirs.err
  return 1
}

# Every STEP-th line of FILE from FIRST on, up to END; says which differ.
compare_lines() { # FILE FIRST STEP [END]
  local status=0 at
  local -a lines
  mapfile -t lines < <(grep -v '^#' "$BATS_TEST_DIRNAME/$1")
  for ((at = $2; at < ${4:-${#lines[@]}}; at += $3)); do
    compare "${lines[at]}" || status=1
  done
  return "$status"
}

# One part of several that are as long as each other.
compare_part() { # FILE PART PARTS
  local all
  all=$(grep -cv '^#' "$BATS_TEST_DIRNAME/$1")
  compare_lines "$1" $((all * ($2 - 1) / $3)) 1 $((all * $2 / $3))
}
