# 9. Without a network, and on a host that lets us write hardly anywhere.
load lib/xen

prepare() { have_image busybox; }

# bats test_tags=quick
@test "with the image present, run needs no network and opens no internet socket" {
  try unshare -n strace -f -qq -e trace=socket,connect,sendto,sendmsg -o trace \
    vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  if grep -E 'AF_INET|AF_PACKET' trace; then not_as_expected "no such socket"; fi
}

# Xen's own tools need their places; beside those only vxn's two directories can be written.
# shellcheck disable=SC2016
narrow='
  set -e
  mount --make-rprivate /
  for place in /var/lib/vxn /run/vxn /var/lib/xen /run/xen /run/lock; do
    mkdir -p $place
    mount --bind $place $place
  done
  mount -t tmpfs -o size=8m tmpfs /tmp
  mount -o remount,bind,ro /run 2>/dev/null || { mount --bind /run /run; mount -o remount,bind,ro /run; }
  mount -o remount,bind,ro /
  if touch /probe 2>/dev/null; then exit 99; fi
  if touch /run/probe 2>/dev/null; then exit 99; fi
  if touch /var/lib/probe 2>/dev/null; then exit 99; fi
  exec "$@"'

@test "a read-only root, a /tmp of 8 MiB, no udev: pull and run" {
  vdkr rmi -f busybox >/dev/null
  try unshare -m sh -c "$narrow" sh vdkr pull busybox
  expect_status 0
  try unshare -m sh -c "$narrow" sh vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  expect_err ''
}
