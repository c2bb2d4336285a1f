# shellcheck shell=bash disable=SC2034,SC2154
# The words of tests/lib/paired.bash on this host: what people do with images, by ours and by podman or docker, each
# with a store of its own. Standard output, status, and what is left are compared: names and configurations in
# the store, those in the registry that were pushed, logins. A file of cases sets `program`, vdkr or vpdmn.
# In lines: $image, its $digest, $layers, $repository ($registry/$name) of the line's own, and $secure, which wants
# "me" with "secret".
load lib/podman
load lib/secure_registry
load ../lib/paired

registry=$TEST_REGISTRY
image=$registry/busybox
layers=$registry/layers
reference=podman
[[ $program != vdkr ]] || reference=docker

setup_file() {
  export home=$BATS_FILE_TMPDIR
  start_secure_registry "$home/secure"
  export secure secure_pid
  allow_registries "$home" "$registry" "$secure"
  [[ $program != vdkr ]] || start_docker
}

teardown_file() {
  kill "$secure_pid"
  [[ $program != vdkr ]] || stop_docker
}

# docker as it comes, but that it touches nothing outside of a directory: no network, no key in /etc.
start_docker() {
  local begin=$SECONDS
  mkdir -p "$home/docker"
  cat >"$home/docker/daemon.json" <<EOF
{"data-root": "$home/docker/data", "exec-root": "$home/docker/exec", "pidfile": "$home/docker/pid",
 "deprecated-key-path": "$home/docker/key.json", "hosts": ["unix://$home/docker/socket"],
 "storage-driver": "vfs", "bridge": "none", "iptables": false, "ip-forward": false, "log-level": "error"}
EOF
  PATH=$theirs_path dockerd --config-file "$home/docker/daemon.json" >"$home/docker/log" 2>&1 </dev/null 3>&- &
  export docker_pid=$!
  until run_theirs docker version >/dev/null 2>&1; do
    ((SECONDS - begin < 30)) || { cat "$home/docker/log" && return 1; }
    sleep 0.1
  done
}

stop_docker() {
  kill "$docker_pid"
  while kill -0 "$docker_pid" 2>/dev/null; do sleep 0.1; done
}

prepare() {
  export VXN_INSECURE_REGISTRIES=$VXN_INSECURE_REGISTRIES,$secure
  digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$image")
  cd "$BATS_TEST_TMPDIR" || return
  line_number=0
}

run_ours() { within 60 "$program" "${@:2}"; }

run_theirs() { # docker|podman ARGUMENT…
  if [[ $1 == podman ]]; then
    podman_in "$home" "${@:2}"
  else
    PATH=$theirs_path within 60 docker --host "unix://$home/docker/socket" "${@:2}"
  fi
}

before_line() { # SIDE
  line_number=$((line_number + 1))
  name=lines-$BATS_TEST_NUMBER-$$-$line_number-${1:0:1}
  repository=$registry/$name
}

settled() { sed -E "s,$name,NAME,g; /^[0-9a-f]{12}: (Verifying Checksum|Waiting)$/d"; }

clear_ours() {
  forget_logins
  rm -rf "$VXN_DATA_ROOT"
}

clear_theirs() {
  local id
  forget_logins
  images theirs -aq --no-trunc | sort -u | while read -r id; do
    run_theirs "$reference" rmi -f "$id" </dev/null
  done
}

forget_logins() { rm -rf "$HOME/.docker" "$XDG_RUNTIME_DIR/containers"; }

images() { "run_$1" "$reference" images "${@:2}"; } # ours|theirs ARGUMENT…

left_by() { # SIDE
  local tag file
  images "$1" -q --no-trunc | sort -u
  images "$1" --format '{{.Repository}}:{{.Tag}}' | grep -v '<none>' | sort | while read -r tag; do
    printf 'stored %s %s\n' "$tag" "$(configuration "$1" "$tag" | sha256sum)"
  done
  pushed_tags | while read -r tag; do
    printf 'pushed %s %s\n' "$tag" \
      "$(skopeo inspect --config --raw --tls-verify=false "docker://$repository:$tag" | sha256sum)"
  done
  for file in "$HOME/.docker/config.json" "$XDG_RUNTIME_DIR/containers/auth.json"; do
    [[ ! -e $file ]] || jq -S 'select(.auths != {})' "$file"
  done
}

pushed_tags() {
  curl -sS --noproxy '*' "http://$registry/v2/$name/tags/list" | jq -r '.tags[]?' | sort
}

# An image's configuration in the store.
configuration() { # ours|theirs NAME
  case $1:$program in
    ours:*) own_configuration "$2" ;;
    theirs:vdkr)
      skopeo inspect --config --raw --daemon-host "unix://$home/docker/socket" "docker-daemon:$2"
      ;;
    theirs:vpdmn)
      skopeo inspect --config --raw "containers-storage:[vfs@$home/podman/root+$home/podman/run]$2"
      ;;
  esac
}

# skopeo passes over what docker's registries have in an OCI layout.
own_configuration() ( # NAME
  cd "$VXN_DATA_ROOT/images" || return
  manifest=$(jq -r --arg name "$1" '.manifests[]
    | select(.annotations["org.opencontainers.image.ref.name"]
        | . == $name or . == "docker.io/library/" + $name) | .digest' index.json)
  config=$(jq -r .config.digest "blobs/${manifest/://}")
  cat "blobs/${config/://}"
)
