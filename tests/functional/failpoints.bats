# Each point at which the code can be made to die has a test on Xen that lets it die there.
load lib/functional

# Of `for point in ONE TWO; do dies_at "relay.$point"; done`.
points_of_loops() { # FILE…
  awk '/for point in / { points = $0; sub(/.*for point in /, "", points); sub(/;.*/, "", points) }
    /_at "[a-z.]*\$point"/ {
      prefix = $0; sub(/.*_at "/, "", prefix); sub(/\$point".*/, "", prefix)
      count = split(points, names, " ")
      for (i = 1; i <= count; i++) print prefix names[i]
    }' "$@"
}

# bats test_tags=quick
@test "the kill tests know every failpoint, and none that is not there" {
  local root=$BATS_TEST_DIRNAME/../..
  grep -rhoE 'failpoint\("[a-z_.]+"\)' --include='*.cc' "$root"/{image,xen,engine,monitor,cli} |
    grep -oE '[a-z_]+\.[a-z_]+' | sort -u >points
  {
    grep -hoE '(_at |run_victim |VXN_FAILPOINT=)[a-z_]+\.[a-z_]+' "$root"/tests/kill/*.bats |
      grep -oE '[a-z_]+\.[a-z_]+$'
    points_of_loops "$root"/tests/kill/*.bats
  } | sort -u >tested
  [[ -s points ]]
  diff -u points tested
}
