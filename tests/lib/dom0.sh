# shellcheck shell=bash disable=SC2154
# What tests on Xen, bench/run and ./demo need of the machine: it is up, and the builds, the tests
# and a configuration are in its dom0. MACHINE_FLAVOUR=--systemd takes the other dom0.

read -ra flavour <<<"${MACHINE_FLAVOUR-}"

dom0() { "$root/machine/run" "${flavour[@]}" -- "$@"; }

# machine/run installs the release build by itself, wherever that has changed.
ensure_machine() { step "the machine (a Xen dom0 in QEMU)" dom0 true; }

# Which kernel guests have: distribution, or own where guest-kernel/build has made one.
use_kernel() { # KIND
  dom0 sh -c 'vxn-kernel use "$(cat /var/lib/vxn-machine/kernel-'"$1"')"'
}

# The build with failpoints stands beside it, below /opt/failpoints.
install_failpoints() {
  local stage=$root/build-failpoints/stage sum
  sum=$(cd "$stage" && find . -type f -exec sha256sum {} + | sort | sha256sum)
  [[ $(dom0 cat /opt/failpoints/.sum 2>/dev/null) != "$sum" ]] || return 0
  dom0 sh -c 'rm -rf /opt/failpoints && mkdir -p /opt/failpoints' &&
    tar -C "$stage" -c . | dom0 tar -C /opt/failpoints --no-same-owner -xf - &&
    dom0 sh -c "echo '$sum' >/opt/failpoints/.sum"
}

# The tests, and bats, which is shell scripts: read over the shared directory they would be slow.
copy_tests() {
  tar -c -C / usr/bin/bats usr/lib/bats-core usr/libexec/bats-core \
    -C "$root" --transform 's,^\(tests\|bench\)/,srv/vxn/&,' tests/xen tests/kill tests/soak \
    tests/compat tests/lib bench |
    dom0 sh -c 'rm -rf /srv/vxn && tar -C / --no-same-owner -xf -'
}

# Short names come from the test registry.
configure_dom0() {
  dom0 sh -c 'mkdir -p /etc/vxn && cat >/etc/vxn/vxn.conf' <<EOF
registry=$registry_in_dom0
insecure-registries=$registry_in_dom0
EOF
}

# "with-failpoints" brings that build too.
ensure_dom0() { # release|with-failpoints
  ensure_built build && ensure_machine && ensure_registry &&
    step "tests in dom0" copy_tests && configure_dom0 &&
    step "guests' kernel: ${GUEST_KERNEL:-distribution}" use_kernel "${GUEST_KERNEL:-distribution}" ||
    return
  if [[ $1 == with-failpoints ]]; then
    ensure_staged build-failpoints &&
      step "failpoints in dom0" with_tree build-failpoints install_failpoints
  fi
}
