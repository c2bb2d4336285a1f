# Pulling: what arrives in the store, what is refused, and that nothing stays of what failed.
# Each case runs in a shell of its own, with a data root of its own.
# shellcheck disable=SC2030,SC2031
load lib/functional

blobs() { find "$VXN_DATA_ROOT/images/blobs" "$VXN_DATA_ROOT/images/disks" -type f | sort; }

# Nothing of an image is there.
expect_empty_store() {
  [[ ! -d $VXN_DATA_ROOT/images || -z $(blobs) ]] || not_as_expected "an empty store"
}

slow_pull_is_under_way() {
  find "$VXN_DATA_ROOT/images/staging" -name 'blob-*' -size +64k 2>/dev/null | grep -q .
}

# bats test_tags=quick
@test "the store is an OCI layout with the blobs that skopeo fetches" {
  vdkr pull -q "$TEST_REGISTRY/layers"
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers:latest" oci:theirs:layers
  expect_same <(ls theirs/blobs/sha256) <(ls "$VXN_DATA_ROOT/images/blobs/sha256")
  local blob
  for blob in theirs/blobs/sha256/*; do
    expect_same "$blob" "$VXN_DATA_ROOT/images/blobs/sha256/${blob##*/}"
  done
  try skopeo inspect "oci:$VXN_DATA_ROOT/images:$TEST_REGISTRY/layers:latest"
  expect_status 0
  expect_out_has '"Architecture": "amd64"'
}

@test "a layer in zstd, an image of docker's schema 2 and one out of an index arrive" {
  local name
  for name in zstd busybox multi debian; do
    try vdkr pull -q "$TEST_REGISTRY/$name"
    expect_status 0
  done
}

@test "what is there is not fetched again, and what others need stays" {
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr pull -q "$TEST_REGISTRY/layers"
  blobs >before
  vdkr pull -q "$TEST_REGISTRY/busybox"
  expect_same before <(blobs)
  vdkr rmi "$TEST_REGISTRY/layers"
  try vdkr pull -q "$TEST_REGISTRY/busybox"
  expect_status 0
  vdkr rmi "$TEST_REGISTRY/busybox"
  expect_empty_store
}

# bats test_tags=quick
@test "a damaged layer and a manifest that is none leave nothing" {
  try vdkr pull -q "$FAULTY_REGISTRY/corrupt/busybox"
  expect_refused 1 "layer [0-9a-f]{12}: its digest is sha256:[0-9a-f]{64} instead of sha256:"
  try vdkr pull -q "$FAULTY_REGISTRY/bad-manifest/busybox"
  expect_refused 1 'the manifest: not JSON'
  expect_empty_store
}

# bats test_tags=quick
@test "refusals and failures of a registry are one line in docker's words" {
  try vdkr pull -q "$FAULTY_REGISTRY/401/busybox"
  expect_refused 1 "pull access denied for $FAULTY_REGISTRY/401/busybox, repository does not exist or may require 'docker login': unauthorized: authentication required"
  try vdkr pull -q "$FAULTY_REGISTRY/403/busybox"
  expect_refused 1 'denied: requested access to the resource is denied'
  try vdkr pull -q "$TEST_REGISTRY/busybox:nope"
  expect_refused 1 "manifest for $TEST_REGISTRY/busybox:nope not found: manifest unknown: manifest unknown"
  try vdkr pull -q --platform linux/s390x "$TEST_REGISTRY/multi"
  expect_refused 1 'no matching manifest for linux/s390x in the manifest list entries'
  try vdkr pull -q 127.0.0.1:1/busybox
  expect_refused 1 "GET http://127.0.0.1:1/v2/: .*[Cc]onnect"
  expect_empty_store
}

@test "a registry that fails twice is asked again, one that always fails is told" {
  try vdkr pull -q "$FAULTY_REGISTRY/500-twice-pull/busybox"
  expect_status 0
  try vdkr pull -q "$FAULTY_REGISTRY/500/busybox"
  expect_refused 1 '500 Internal Server Error'
}

@test "a full disk is told and leaves nothing" {
  ((EUID == 0)) || skip "needs root"
  export VXN_DATA_ROOT=$BATS_TEST_TMPDIR/small
  mkdir "$VXN_DATA_ROOT"
  mount -t tmpfs -o size=20m none "$VXN_DATA_ROOT"
  try vdkr pull -q "$TEST_REGISTRY/debian"
  local left
  left=$(find "$VXN_DATA_ROOT"/images/{blobs,disks,records,staging} -mindepth 1 -type f)
  umount "$VXN_DATA_ROOT"
  expect_refused 1 'No space left on device'
  [[ -z $left ]] || not_as_expected "nothing left, not $left"
}

@test "interrupted, a pull ends at once and leaves nothing" {
  vdkr pull -q "$FAULTY_REGISTRY/slow/debian" >out 2>err &
  local pull=$!
  eventually 20 slow_pull_is_under_way
  kill -INT "$pull"
  eventually 5 eval "! kill -0 $pull"
  wait "$pull" && false
  expect_empty_store
}

@test "killed, a pull takes its worker along, and the next change clears up" {
  vdkr pull -q "$FAULTY_REGISTRY/slow/debian" >out 2>err &
  local pull=$! worker
  eventually 20 slow_pull_is_under_way
  worker=$(pgrep -P "$pull" -f vxn-image-worker)
  kill -KILL "$pull"
  wait "$pull" || true
  eventually 5 eval "! grep -qs '^State:.[^Z]' /proc/$worker/status"
  try vdkr pull -q "$TEST_REGISTRY/busybox"
  expect_status 0
  [[ -z $(ls "$VXN_DATA_ROOT/images/staging") ]] || not_as_expected "nothing left of the killed pull"
}

@test "the worker is nobody, holds nothing and can start nothing" {
  ((EUID == 0)) || skip "needs root"
  vdkr pull -q "$FAULTY_REGISTRY/slow/debian" >out 2>err &
  local pull=$! worker
  eventually 20 slow_pull_is_under_way
  worker=$(pgrep -P "$pull" -f vxn-image-worker)
  try cat "/proc/$worker/status"
  kill -INT "$pull"
  wait "$pull" || true
  expect_out_has "^Uid:(.$(id -u nobody)){4}$"
  expect_out_has '^Groups:.?.?$'
  expect_out_has '^NoNewPrivs:.1$'
  expect_out_has '^Seccomp:.2$'
  local set
  for set in Inh Prm Eff Bnd Amb; do expect_out_has "^Cap$set:.0{16}$"; done
}
