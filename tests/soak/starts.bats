# A kernel may overlook what is offered to it at a bad moment of its boot: no start may hang.
load lib/xen

prepare() { have_image busybox; }

rounds=60
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=3

# bats test_tags=quick
@test "every start comes up, one after the other" {
  local i
  for ((i = 0; i < rounds; i++)); do
    try within 50 vdkr run --rm busybox echo "$i"
    expect_status 0
    expect_out "$i"$'\n'
  done
}
