# Each point at which the code can be made to die has a test on Xen that lets it die there.
load lib/functional

# bats test_tags=quick
@test "the kill tests know every failpoint, and none that is not there" {
  local root=$BATS_TEST_DIRNAME/../..
  grep -rhoE 'failpoint\("[a-z_.]+"\)' --include='*.cc' "$root"/{image,xen,engine,monitor,cli} |
    grep -oE '[a-z_]+\.[a-z_]+' | sort -u >points
  grep -hoE '(_at|run_victim) [a-z_]+\.[a-z_]+' "$root"/tests/kill/*.bats |
    grep -oE '[a-z_]+\.[a-z_]+$' | sort -u >tested
  [[ -s points ]]
  diff -u points tested
}
