# A registry that wants to know who is there: docker-registry with htpasswd.
# shellcheck disable=SC2030,SC2031
load lib/functional
load lib/secure_registry

prepare() {
  start_secure_registry "$PWD/registry"
  registry=$secure
  export VXN_INSECURE_REGISTRIES=$VXN_INSECURE_REGISTRIES,$registry
}

clean_up() {
  kill "$secure_pid"
  wait "$secure_pid" || true
}

# bats test_tags=quick
@test "who is not logged in is told so; who is pushes and pulls; who has left is told again" {
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr tag "$TEST_REGISTRY/busybox" "$registry/busybox"
  try vdkr push -q "$registry/busybox"
  expect_refused 1 "pushing $registry/busybox:latest: .*401 Unauthorized"
  try vdkr login -u me --password-stdin "$registry" <<<wrong
  expect_refused 1 "login attempt to http://$registry/v2/ failed with status: 401 Unauthorized"
  [[ ! -e .docker/config.json ]] || not_as_expected "no file of what was refused"
  try vdkr login -u me --password-stdin "$registry" <<<secret
  expect_status 0
  expect_out $'Login Succeeded\n'
  [[ $(stat -c %a .docker/config.json) == 600 ]] || not_as_expected "a file of its owner's"
  ! grep -q secret .docker/config.json || not_as_expected "no password in plain text"
  try vdkr push -q "$registry/busybox"
  expect_status 0
  vdkr rmi "$registry/busybox"
  try vdkr pull -q "$registry/busybox"
  expect_status 0
  vdkr logout "$registry"
  try vdkr pull -q "$registry/busybox:latest"
  expect_refused 1 'pull access denied'
}

@test "vpdmn has a file of its own, skopeo reads it" {
  try vpdmn login -u me -p secret --tls-verify=false "$registry"
  expect_out $'Login Succeeded!\n'
  [[ -f $XDG_RUNTIME_DIR/containers/auth.json ]] || not_as_expected "podman's file"
  try vpdmn login --get-login "$registry"
  expect_out $'me\n'
  skopeo copy -q --src-tls-verify=false --dest-tls-verify=false \
    --dest-authfile "$XDG_RUNTIME_DIR/containers/auth.json" \
    "docker://$TEST_REGISTRY/busybox" "docker://$registry/theirs"
  try vpdmn pull -q --tls-verify=false "$registry/theirs"
  expect_status 0
  try vpdmn logout "$registry"
  expect_out "Removed login credentials for $registry"$'\n'
}

@test "a program keeps the login where the configuration names one" {
  mkdir -p bin .docker
  cat >bin/docker-credential-test <<'EOF'
#!/bin/sh
case $1 in
  store) cat >"$HOME/kept" ;;
  get) cat >/dev/null; [ -f "$HOME/kept" ] || { echo "credentials not found in native keychain"; exit 1; }; cat "$HOME/kept" ;;
  erase) rm "$HOME/kept" ;;
esac
EOF
  chmod +x bin/docker-credential-test
  export PATH=$PWD/bin:$PATH
  echo '{"credsStore": "test"}' >.docker/config.json
  try vdkr login -u me --password-stdin "$registry" <<<secret
  expect_status 0
  expect_err ''
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr tag "$TEST_REGISTRY/busybox" "$registry/busybox"
  try vdkr push -q "$registry/busybox"
  expect_status 0
  vdkr logout "$registry"
  [[ ! -e kept ]] || not_as_expected "the program was told"
}
