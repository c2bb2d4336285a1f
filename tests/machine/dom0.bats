#!/usr/bin/env bats
# What dom0 of machine/ offers.
bats_require_minimum_version 1.5.0

setup_file() {
  export machine=$BATS_TEST_DIRNAME/../../machine
  export VXN_BUILD_DIR=/nonexistent # a build that goes on beside the test would be installed
  export flavour=${VXN_TEST_FLAVOUR:---bare}
  "$machine/run" "$flavour" true
}

in_dom0() { "$machine/run" "$flavour" "$@"; }

@test "it is the dom0 of a real Xen" {
  run -0 in_dom0 xl info
  [[ $output == *xen_version* ]]
  run -0 in_dom0 xenstore-read /local/domain/0/name
  [ "$output" = Domain-0 ]
}

@test "a domain starts, speaks on its console and ends" {
  in_dom0 mkdir -p /var/lib/vxn-machine
  in_dom0 sh -c 'cat >/var/lib/vxn-machine/vmlinux' <"$("$machine/build" "$flavour")/vmlinux"
  run -0 in_dom0 sh -s <<'EOF'
set -e
cd /var/lib/vxn-machine
rm -rf guest && mkdir -p guest/bin guest/dev
cp /bin/busybox guest/bin
mknod guest/dev/console c 5 1
printf '#!/bin/busybox sh\n/bin/busybox echo guest is up\n/bin/busybox poweroff -f\n' >guest/init
chmod +x guest/init
(cd guest && find . | busybox cpio -o -H newc) >initrd 2>/dev/null
cat >machine-test.cfg <<CONFIG
name = "machine-test"
type = "pv"
kernel = "$PWD/vmlinux"
ramdisk = "$PWD/initrd"
memory = 128
extra = "console=hvc0 quiet rdinit=/init"
CONFIG
rm -f /var/log/xen/console/guest-machine-test.log
xl create -q -e machine-test.cfg
for i in $(seq 600); do
  ! grep -q 'guest is up' /var/log/xen/console/guest-machine-test.log || break
  sleep 0.1
done
xl destroy machine-test 2>/dev/null || true
grep 'guest is up' /var/log/xen/console/guest-machine-test.log
EOF
  [[ $output == *"guest is up"* ]]
  run ! in_dom0 xl domid machine-test
}

@test "the registry answers as registry.test:5000 and has the images" {
  run -0 in_dom0 curl -fsS http://registry.test:5000/v2/_catalog
  for image in busybox layers debian multi arm64only zstd; do [[ $output == *"\"$image\""* ]]; done
}

@test "the source tree is /host, read-only, and also has the host's own path" {
  tree=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
  run -0 in_dom0 cat /host/machine/packages.txt
  [ "$output" = "$(cat "$tree/machine/packages.txt")" ]
  run -0 in_dom0 test -e "$tree/machine/run"
  run ! in_dom0 touch /host/file
}

@test "what dom0 writes in /results is on the host" {
  in_dom0 sh -c 'echo written >/results/machine-test'
  results=$("$machine/status" "$flavour" | sed 's/.* in //')/results
  [ "$(cat "$results/machine-test")" = written ]
  rm "$results/machine-test"
}

@test "dom0 asks the host's resolver and trusts its added authorities" {
  run -0 in_dom0 cat /etc/resolv.conf
  [[ $output == *"nameserver 10.0.2.3"* ]]
  for added in /usr/local/share/ca-certificates/*.crt; do
    [ -e "$added" ] || continue
    in_dom0 cat "$added" | cmp - "$added"
    line=$(sed -n 2p "$added")
    in_dom0 grep -qF "$line" /etc/ssl/certs/ca-certificates.crt
  done
}

@test "files that container programs need are there" {
  in_dom0 sh -c 'for f in /dev/fd /dev/stdin /dev/loop-control /dev/mapper/control \
    /dev/xen/xenbus /dev/xen/evtchn /dev/xen/gntdev /dev/xen/gntalloc /dev/net/tun /dev/shm \
    /dev/pts/ptmx /run/xen-hotplug /var/log/xen/console /sys/fs/cgroup/cgroup.controllers; do
    test -e $f || { echo "$f is missing"; exit 1; }
  done'
}

@test "/dev/fd works" { [ "$(in_dom0 bash -c 'cat <(echo through)')" = through ]; }
