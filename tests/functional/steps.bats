# How scripts show a long job step by step (packaging/lib/step.sh).
load lib/functional

prepare() {
  cat >job <<'JOB'
set -euo pipefail
step_log=$PWD/log
. "$1/packaging/lib/step.sh"
trap 'echo "cleaned up after $number" >>ends' EXIT
steps=2
number=0
for ((number = 1; number <= 100; number++)); do step "quick $number" true; done
step "bad" sh -c 'echo why; exit 3' || die "given up"
JOB
}

# bats test_tags=quick
@test "a script cleans up once, at its own end, however short its steps are" {
  try bash job "$BATS_TEST_DIRNAME/../.."
  expect_status 1
  expect_out ''
  expect_err_has 'bad: FAILED after 0\.[0-9] s, status 3'
  expect_err_has '^  \| why$'
  expect_err_has '^job: given up$'
  [[ $(cat ends) == 'cleaned up after 101' ]] || not_as_expected "one end, not $(wc -l <ends)"
}
