# shellcheck shell=bash disable=SC2154
# What runs on Xen goes through lanes: each has a machine of its own with one processor, and takes the
# next piece of work that no other lane has taken. Two such machines do 1.6 times the work of one that
# has both processors.

# One for each processor, up to four, where the memory is enough for their machines.
lane_count() {
  local available processors
  available=$(awk '$1 == "MemAvailable:" { print int($2 / (6 * 1024 * 1024)) }' /proc/meminfo)
  processors=$(nproc)
  ((processors <= 4)) || processors=4
  ((available < processors)) && processors=$available
  ((processors > 0)) || processors=1
  echo "${VXN_TEST_LANES:-$processors}"
}

# Whether a piece of work is ours: nobody took it before. Always, where there are no lanes.
take() { # PIECE
  [[ -z ${VXN_TEST_CLAIMS-} ]] || mkdir "$VXN_TEST_CLAIMS/$1" 2>/dev/null
}

# The setting of one lane; where there is one only, its machine is everybody's.
in_lane() { # NUMBER COMMAND…
  tally=$tally.$1
  : >"$tally"
  export VXN_MACHINE_NAME=lane-$1 VXN_MACHINE_CPUS=1 VXN_STEP_LOG=$results/steps-$1 PATIENCE=${PATIENCE:-2}
  "${@:2}"
}

# COMMAND in each lane at once; it asks `take` for each piece. What it notes in $tally is put together.
in_lanes() { # COMMAND…
  local lane lanes
  lanes=$(lane_count)
  VXN_TEST_CLAIMS=$(mktemp -d "$results/claims.XXXXXX")
  export VXN_TEST_CLAIMS
  if ((lanes == 1)); then
    "$@"
  else
    for ((lane = 1; lane <= lanes; lane++)); do (in_lane "$lane" "$@") & done
    wait
    cat "$tally".* >>"$tally"
  fi
  rm -rf "$VXN_TEST_CLAIMS" "$tally".*
  unset VXN_TEST_CLAIMS
}
