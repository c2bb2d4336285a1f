# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by ./test, ./demo, bench/run and the suites: where things are.

root=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
results=${VXN_TEST_RESULTS:-$root/test-results}
step_log=${VXN_STEP_LOG:-$results/steps}
. "$root/packaging/lib/step.sh"
. "$root/tests/lib/build.sh"
