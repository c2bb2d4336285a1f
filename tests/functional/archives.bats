# Images to archives and back, to registries and between tools.
# shellcheck disable=SC2030,SC2031
load lib/functional
load lib/own_registry

# What an image is, apart from its names.
identity() { vdkr images -q --no-trunc --digests "$@"; }

# A repository of the test's own.
prepare() {
  repository=$TEST_REGISTRY/archives-$BATS_TEST_NUMBER-$$
}

# bats test_tags=quick
@test "what is saved is loaded elsewhere as it was, and skopeo reads it" {
  vdkr pull -q "$TEST_REGISTRY/layers"
  vdkr tag "$TEST_REGISTRY/layers" kept:1
  local id
  id=$(identity kept:1)
  try vdkr save -o layers.tar kept:1
  expect_status 0
  expect_out ''
  vdkr save kept:1 >again.tar
  expect_same layers.tar again.tar
  VXN_DATA_ROOT=$BATS_TEST_TMPDIR/other try vdkr load -i layers.tar
  expect_status 0
  expect_out $'Loaded image: kept:1\n'
  [[ $(VXN_DATA_ROOT=$BATS_TEST_TMPDIR/other identity kept:1) == "$id" ]] || not_as_expected "the same image"
  try skopeo inspect --config docker-archive:layers.tar:kept:1
  expect_status 0
  expect_out_has '"architecture": "amd64"'
  [[ $(skopeo inspect --raw "docker://$TEST_REGISTRY/layers" --tls-verify=false | sha256sum) == \
    $(tar -xOf layers.tar "blobs/sha256/$(tar -xOf layers.tar index.json | jq -r '.manifests[0].digest' | cut -d : -f 2)" | sha256sum) ]] ||
    not_as_expected "the manifest that the registry has"
}

@test "archives that skopeo writes are loaded, compressed, from a pipe, of both kinds" {
  local id
  vdkr pull -q "$TEST_REGISTRY/layers"
  id=$(vdkr images -q --no-trunc "$TEST_REGISTRY/layers")
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers" docker-archive:d.tar:theirs:1
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers" oci-archive:o.tar:localhost/theirs:2
  vdkr rmi -f "$id"
  try vdkr load <d.tar
  expect_out $'Loaded image: theirs:1\n'
  gzip -k o.tar
  try vdkr load <o.tar.gz
  expect_out $'Loaded image: localhost/theirs:2\n'
  zstd -q o.tar
  try bash -c 'cat o.tar.zst | vpdmn load'
  expect_out $'Loaded image: localhost/theirs:2\n'
  xz -k1 d.tar
  bzip2 -k1 d.tar
  try vdkr load -i d.tar.xz
  expect_out $'Loaded image: theirs:1\n'
  try vdkr load -i d.tar.bz2
  expect_out $'Loaded image: theirs:1\n'
  [[ $(vdkr images -q --no-trunc | sort -u) == "$id" ]] || not_as_expected "one image"
}

# bats test_tags=quick
@test "a push arrives, is not sent twice, and mounts what the registry has" {
  vdkr pull -q "$TEST_REGISTRY/layers"
  vdkr tag "$TEST_REGISTRY/layers" "$repository:1"
  try vdkr push "$repository:1"
  expect_status 0
  expect_out_has "The push refers to repository .$repository"
  expect_out_has 'Mounted from layers'
  expect_out_has '1: digest: sha256:'
  try vdkr push "$repository:1"
  expect_out_has 'Layer already exists'
  expect_same <(skopeo inspect --raw --tls-verify=false "docker://$repository:1") \
    <(skopeo inspect --raw --tls-verify=false "docker://$TEST_REGISTRY/layers")
  try vpdmn push "$repository:1" "docker://$repository:2"
  expect_status 0
  expect_out ''
  vdkr rmi -f "$(vdkr images -q "$repository:1")" >/dev/null
  try vdkr pull -q "$repository:2"
  expect_status 0
}

@test "an image that no registry had is pushed whole" {
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers" docker-archive:d.tar:theirs:1
  vdkr load -q -i d.tar
  try vdkr push -q "$repository"
  expect_refused 1 "An image does not exist locally with the tag: $repository"
  vdkr tag theirs:1 "$repository"
  try vdkr push -q "$repository"
  expect_status 0
  expect_out "$repository:latest"$'\n'
  skopeo copy -q --src-tls-verify=false "docker://$repository" docker-archive:back.tar:x:1
}

# bats test_tags=quick
@test "archives and pushes that cannot be are one line and leave nothing" {
  try vdkr save none
  expect_refused 1 'No such image: none:latest'
  try vdkr save -o file.tar none
  [[ ! -e file.tar ]] || not_as_expected "no file"
  head -c 3000 /dev/urandom >noise
  try vdkr load -i noise
  expect_refused 1 '.'
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr save "$TEST_REGISTRY/busybox" | head -c 20000 >cut.tar
  try vdkr load -i cut.tar
  expect_refused 1 '.'
  vdkr tag "$TEST_REGISTRY/busybox" 127.0.0.1:1/busybox
  try vdkr push -q 127.0.0.1:1/busybox
  expect_refused 1 'pushing 127.0.0.1:1/busybox:latest: GET http://127.0.0.1:1/v2/: .*[Cc]onnect'
}

@test "an image for several platforms is mirrored as it is, and another one's is not run here" {
  start_registry ''
  vdkr pull -q --all-platforms "$TEST_REGISTRY/multi"
  vdkr tag "$TEST_REGISTRY/multi" "$registry/copy"
  try vdkr push -q "$registry/copy"
  expect_status 0
  expect_same <(skopeo inspect --raw --tls-verify=false "docker://$TEST_REGISTRY/multi") \
    <(skopeo inspect --raw --tls-verify=false "docker://$registry/copy")
  try vpdmn pull -q --tls-verify=false --platform linux/arm64 "$registry/copy"
  expect_status 0
  # The name has moved on from the first image, which keeps what the registry calls it.
  vdkr rmi "$TEST_REGISTRY/multi" "$registry/copy"
  vdkr rmi -f "$(vdkr images -q)"
  [[ -z $(ls "$VXN_DATA_ROOT/images/blobs/sha256") ]] || not_as_expected "nothing left"
}
