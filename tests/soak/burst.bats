# 3. A burst of 1 MiB and an immediate exit, again and again: complete every time.
load lib/xen

prepare() { have_image busybox; }

rounds=50
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=2

# bats test_tags=quick
@test "bursts at the end are complete every time" {
  local i
  for ((i = 0; i < rounds; i++)); do
    try vdkr run --rm busybox sh -c "head -c 1048576 /dev/zero | tr '\\0' '\\$((60 + i % 40))'; exit $i"
    expect_status "$i"
    (($(stat -c %s "$out") == 1048576)) || not_as_expected "1048576 bytes in round $i"
  done
}
