# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What bench/host/pull compares with: each fetches the image into a store of its own in a new directory. The floor
# keeps nothing. They run as Debian has them; PEERS_PATH names where they are, if elsewhere. `runtime` is a directory.

peers=(skopeo podman containerd)
export PATH=${PEERS_PATH:+$PEERS_PATH:}$PATH:/usr/sbin

commands_of() {
  local registry='127.0.0.1:PORT'
  cat <<END
skopeo	skopeo copy docker://$registry/pull oci:image:pull && umoci unpack --image image:pull bundle
podman	podman --storage-driver overlay pull $registry/pull
containerd	ctr image pull --plain-http $registry/pull:latest
floor	of each layer, two at a time: curl URL | igzip -dc | openssl dgst -sha256
END
}

versions() {
  skopeo --version
  umoci --version | head -n 1
  podman --version
  containerd --version
  curl --version | head -n 1 | cut -d ' ' -f 1,2
  dpkg-query -W -f 'igzip ${Version}\n' isal 2>/dev/null || igzip --version
  openssl version
  docker-registry --version
}

pull_by_skopeo() { # DIRECTORY
  skopeo copy -q --src-tls-verify=false "docker://$registry/pull" "oci:$1/image:pull"
  umoci --log=error unpack --image "$1/image:pull" "$1/bundle"
}

pull_by_podman() { # DIRECTORY
  podman --root "$1/root" --runroot "$runtime/run" --tmpdir "$runtime/tmp" --storage-driver overlay \
    pull -q --tls-verify=false "$registry/pull"
}

pull_by_containerd() { # DIRECTORY; prepare_containerd has started it
  ctr -a "$1/socket" image pull --plain-http "$registry/pull:latest"
}

# It runs before the clock does.
prepare_containerd() { # DIRECTORY
  cat >"$1/config.toml" <<END
version = 2
root = "$1/root"
state = "$1/state"
[grpc]
address = "$1/socket"
END
  containerd --config "$1/config.toml" >"$1/log" 2>&1 &
  containerd_pid=$!
  until ctr -a "$1/socket" version >/dev/null 2>&1; do
    kill -0 "$containerd_pid" || { cat "$1/log" >&2 && return 1; }
    sleep 0.1
  done
}

end_containerd() {
  [[ -n ${containerd_pid-} ]] || return 0
  kill "$containerd_pid"
  wait "$containerd_pid" || true
  containerd_pid=
}

pull_by_floor() {
  export registry
  layer_digests |
    xargs -P 2 -I{} bash -c \
      'set -o pipefail; curl -fsS "http://$registry/v2/pull/blobs/{}" | igzip -dc | openssl dgst -sha256'
}
