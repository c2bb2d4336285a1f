# shellcheck shell=bash disable=SC2154
# podman as Debian has it, with a store of its own. REFERENCE_PATH says where it and docker are, if elsewhere.

theirs_path=${REFERENCE_PATH:-/usr/sbin:/usr/bin:/sbin:/bin}

podman_in() { # DIRECTORY ARGUMENT…
  CONTAINERS_REGISTRIES_CONF=$1/registries.conf PATH=$theirs_path within 60 podman \
    --root "$1/podman/root" --runroot "$1/podman/run" --tmpdir "$1/podman/tmp" --storage-driver vfs \
    --cgroup-manager cgroupfs --events-backend file "${@:2}"
}

# That it may speak plain HTTP to them.
allow_registries() { # DIRECTORY REGISTRY…
  printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "${@:2}" >"$1/registries.conf"
}
