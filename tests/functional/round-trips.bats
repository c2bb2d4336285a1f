# What went to a registry or into an archive, by way of others, comes back as the same image.
# shellcheck disable=SC2030,SC2031
load lib/functional
load lib/podman

prepare() {
  repository=$TEST_REGISTRY/trips-$BATS_TEST_NUMBER-$$
  allow_registries "$PWD" "$TEST_REGISTRY"
}

manifest() { skopeo inspect --raw --tls-verify=false "docker://$1" | sha256sum; } # NAME
id_of() { vdkr images -q --no-trunc "$1"; }                                       # NAME
forget() { rm -rf "$VXN_DATA_ROOT"; }
blobs() { (cd "$VXN_DATA_ROOT/images/blobs/sha256" && ls); }

# bats test_tags=quick
@test "pull, push and pull: manifests, identities and blobs stay" {
  local name id
  for name in busybox layers zstd multi; do
    vdkr pull -q "$TEST_REGISTRY/$name"
    id=$(id_of "$TEST_REGISTRY/$name")
    blobs >before
    vdkr tag "$TEST_REGISTRY/$name" "$repository:$name"
    try vdkr push -q "$repository:$name"
    expect_status 0
    # Of an index the image for one platform is pushed.
    [[ $name == multi || $(manifest "$repository:$name") == $(manifest "$TEST_REGISTRY/$name") ]] ||
      not_as_expected "the same manifest of $name"
    forget
    try vdkr pull -q "$repository:$name"
    expect_status 0
    [[ $(id_of "$repository:$name") == "$id" ]] || not_as_expected "the same image of $name"
    expect_same before <(blobs)
    forget
  done
}

@test "save, podman load, podman save and load: the same image, and its disks" {
  local id format back=$BATS_TEST_TMPDIR/back
  vdkr pull -q "$TEST_REGISTRY/layers"
  vdkr tag "$TEST_REGISTRY/layers" "$repository:1"
  id=$(id_of "$repository:1")
  for format in docker-archive oci-archive; do
    vdkr save --format "$format" -o ours.tar "$repository:1"
    podman_in "$PWD" load -q -i ours.tar
    [[ sha256:$(podman_in "$PWD" inspect -f '{{.Id}}' "$repository:1") == "$id" ]] ||
      { echo "podman has another image, by $format" && return 1; }
    rm -f theirs.tar
    podman_in "$PWD" save -q --format "$format" -o theirs.tar "$repository:1"
    podman_in "$PWD" rmi -f "$repository:1"
    VXN_DATA_ROOT=$back try vdkr load -i theirs.tar
    expect_out "Loaded image: $repository:1"$'\n'
    [[ $(VXN_DATA_ROOT=$back id_of "$repository:1") == "$id" ]] ||
      not_as_expected "the same image, by $format"
    diff <(cd "$VXN_DATA_ROOT/images/disks" && sha256sum -- *) \
      <(cd "$back/images/disks" && sha256sum -- *)
    rm -rf "$back"
  done
}

@test "an archive goes to a registry by skopeo and has the same manifest there" {
  local format
  vdkr pull -q "$TEST_REGISTRY/layers"
  for format in docker-archive oci-archive; do
    rm -rf layout && mkdir layout
    vdkr save --format "$format" "$TEST_REGISTRY/layers" | tar -C layout -x
    skopeo copy -q --dest-tls-verify=false oci:layout "docker://$repository:$format"
    [[ $(manifest "$repository:$format") == $(manifest "$TEST_REGISTRY/layers") ]] ||
      { echo "another manifest, by $format" && return 1; }
  done
}
