# From where an image is fetched: what registries.conf, docker's daemon.json and certs.d say.
# shellcheck disable=SC2030,SC2031
load lib/functional
load lib/own_registry

registries_conf() {
  mkdir -p "$XDG_CONFIG_HOME/containers"
  cat >"$XDG_CONFIG_HOME/containers/registries.conf"
}

daemon_json() {
  mkdir -p "$XDG_CONFIG_HOME/docker"
  cat >"$XDG_CONFIG_HOME/docker/daemon.json"
}

copied() { # IMAGE NAME
  skopeo copy -q --src-tls-verify=false --dest-tls-verify=false \
    "docker://$TEST_REGISTRY/$1" "docker://$2"
}

# bats test_tags=quick
@test "registries.conf: another place stands for a prefix, mirrors go first, a blocked one is none" {
  registries_conf <<EOF
[[registry]]
prefix = "example.test/lib"
location = "$TEST_REGISTRY"
insecure = true
[[registry.mirror]]
location = "$FAULTY_REGISTRY/403"
insecure = true
[[registry]]
location = "blocked.test"
blocked = true
EOF
  try vpdmn pull -q example.test/lib/busybox
  expect_status 0
  try vpdmn images --format '{{.Repository}}:{{.Tag}}'
  expect_out $'example.test/lib/busybox:latest\n'
  try vpdmn pull -q example.test/lib/nothing
  expect_status 125
  expect_err_has "manifest unknown.*mirrors also failed: $FAULTY_REGISTRY/403/nothing:latest: .*denied"
  try vpdmn pull -q blocked.test/app
  expect_status 125
  expect_err_has '^Error: .*registry blocked.test is blocked in registries.conf'
  try vdkr pull -q example.test/lib/layers
  expect_refused 1 'example.test'
}

@test "registries.conf: a mirror that loses a layer on the way does not lose the pull" {
  registries_conf <<EOF
[[registry]]
location = "example.test"
[[registry.mirror]]
location = "$FAULTY_REGISTRY/truncated"
[[registry.mirror]]
location = "$TEST_REGISTRY"
EOF
  try vpdmn pull -q example.test/layers
  expect_status 0
}

@test "short names: an alias, a search in order, and names that were made here" {
  registries_conf <<EOF
unqualified-search-registries = ["$FAULTY_REGISTRY", "$TEST_REGISTRY"]
[aliases]
"bb" = "$TEST_REGISTRY/busybox"
EOF
  try vpdmn pull bb
  expect_status 0
  expect_err_has "^Resolved \"bb\" as an alias \\($XDG_CONFIG_HOME/containers/registries.conf\\)$"
  expect_err_has "^Trying to pull $TEST_REGISTRY/busybox:latest...$"
  try vpdmn pull layers
  expect_status 0
  expect_err_has "^Trying to pull $FAULTY_REGISTRY/layers:latest...$"
  expect_err_has "^Trying to pull $TEST_REGISTRY/layers:latest...$"
  vpdmn tag bb mine
  vpdmn rmi bb
  try vpdmn images --format '{{.Repository}}' mine
  expect_out $'localhost/mine\n'
  try vpdmn rmi mine
  expect_status 0
  try vpdmn inspect layers --format '{{.RepoTags}}'
  expect_out "[$TEST_REGISTRY/layers:latest]"$'\n'
  try vpdmn pull nothing
  expect_status 125
  expect_err_has "no registry that is searched has nothing: "
  registries_conf <<EOF
unqualified-search-registries = ["$FAULTY_REGISTRY", "$TEST_REGISTRY"]
short-name-mode = "enforcing"
EOF
  try vpdmn pull -q zstd
  expect_status 125
  expect_err_has 'short-name "zstd" may be of several registries'
}

@test "docker's daemon.json: a mirror of Docker Hub, and what is wrong in it" {
  start_registry ''
  copied busybox "$registry/library/busybox"
  daemon_json <<<"{\"registry-mirrors\": [\"http://$registry\"]}"
  try vdkr pull -q busybox
  expect_status 0
  expect_out $'docker.io/library/busybox:latest\n'
  daemon_json <<<'{"registry-mirrors": ["mirror.test"]}'
  try vdkr pull -q busybox
  expect_refused 1 "$XDG_CONFIG_HOME/docker/daemon.json: registry-mirrors: \"mirror.test\" is not http"
}

# A certificate for NAME, signed by ca.
certificate() { # NAME SUBJECT
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$1.crt" \
    -extfile <(echo "subjectAltName=DNS:$2") 2>/dev/null
}

# `*.localhost` is this machine (RFC 6761) and yet not trusted as "localhost" is.
@test "certs.d: a registry of an authority of its own that wants to know who we are" {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=ca \
    2>/dev/null
  certificate server registry.localhost
  certificate client client
  start_registry "tls: {certificate: $PWD/server.crt, key: $PWD/server.key, clientcas: [$PWD/ca.crt]}"
  local there=registry.localhost:$registry_port
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr tag "$TEST_REGISTRY/busybox" "$there/busybox"
  try vdkr push -q "$there/busybox"
  expect_refused 1 "$there.*certificate"
  local ours=$XDG_CONFIG_HOME/docker/certs.d/$there
  mkdir -p "$ours"
  cp ca.crt "$ours/ca.crt"
  try vdkr push -q "$there/busybox"
  expect_refused 1 "$there.*"
  cp client.crt "$ours/client.cert"
  try vdkr push -q "$there/busybox"
  expect_refused 1 "$ours: missing key client.key for certificate client.cert"
  cp client.key "$ours/client.key"
  try vdkr push -q "$there/busybox"
  expect_status 0
  try vpdmn pull -q "$there/busybox"
  expect_status 125
  try vpdmn pull -q --cert-dir "$ours" "$there/busybox"
  expect_status 0
}

@test "two that pull the same share the work" {
  vdkr pull -q "$FAULTY_REGISTRY/slow/busybox" >first 2>&1 &
  local first=$!
  eventually 20 eval "find '$VXN_DATA_ROOT/images/staging' -name 'blob-*' -size +64k | grep -q ."
  try vdkr pull "$FAULTY_REGISTRY/slow/busybox"
  expect_status 0
  expect_out_has "^Waiting for another pull of $FAULTY_REGISTRY/slow/busybox:latest$"
  expect_out_has '^Status: Image is up to date'
  wait "$first"
}
