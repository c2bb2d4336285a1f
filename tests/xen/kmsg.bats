# 5. The guest's kernel is never heard in the container's output.
load lib/xen

prepare() { have_image busybox; }

# bats test_tags=quick
@test "kernel messages of every level stay out of stdout and stderr" {
  try vdkr run --rm busybox sh -c '
    [ -e /dev/kmsg ] || mknod /dev/kmsg c 1 11 || exit 9
    i=0
    while [ $i -lt 200 ]; do
      echo "<$((i % 8))>LOUD $i" >/dev/kmsg || exit 8
      echo "line $i"
      echo "error $i" >&2
      i=$((i + 1))
    done'
  expect_status 0
  expect_same "$out" <(seq -f 'line %.0f' 0 199)
  expect_same "$err" <(seq -f 'error %.0f' 0 199)
}

@test "--debug keeps the guest's console, and shows what was done" {
  try vdkr --debug run --name talks busybox sh -c '
    [ -e /dev/kmsg ] || mknod /dev/kmsg c 1 11; echo "<0>LOUD and clear" >/dev/kmsg; echo out'
  expect_status 0
  expect_out $'out\n'
  expect_err_has '.'
  grep -qa 'LOUD and clear' "$data_root"/containers/*/console.log
  vdkr rm talks
}
