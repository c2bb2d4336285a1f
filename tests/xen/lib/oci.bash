# shellcheck shell=bash disable=SC2154
# Who drives vxn-oci-runtime: podman as $storage/engine, with a storage that the files share. After each
# test nothing of the runtime's is left either.

storage=/var/tmp/oci-tests # podman's and containerd's, kept for the cases of this file
image=registry.test:5000/busybox:latest

# podman with a storage of its own, as a program: for those who start it in their turn.
install_engine() {
  cat >"$storage/engine" <<SH
#!/bin/sh
exec podman --root $storage/podman --runroot $storage/podman-run --storage-driver overlay \
  --cgroup-manager cgroupfs --events-backend none --runtime /usr/bin/vxn-oci-runtime "\$@"
SH
  chmod +x "$storage/engine"
}

by_podman() { "$storage/engine" "$@" </dev/null; }

setup_file() {
  mkdir -p /etc/containers/registries.conf.d "$storage"
  printf '[[registry]]\nlocation="registry.test:5000"\ninsecure=true\n' \
    >/etc/containers/registries.conf.d/registry.test.conf
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
  install_engine
  by_podman image exists "$image" || by_podman pull -q "$image" >&2
}

prepare() { cd "$BATS_TEST_TMPDIR" || return; }

clean_up() {
  local id
  by_podman rm -af -t 0 >/dev/null 2>&1 || true # what it leaves is told below
  for id in /run/vxn/oci/*; do
    [[ ! -e $id ]] || vxn-oci-runtime delete --force "${id##*/}"
  done
  remove_containers
  expect_nothing_of_cgroups
}
expect_nothing_of_cgroups() {
  [[ -z $(find /sys/fs/cgroup/vxn-tests -mindepth 1 -type d 2>/dev/null) ]] ||
    not_as_expected "no cgroup left behind"
}
