# Docker Hub, ghcr.io and quay.io as they are. Only for machines with internet: ./test online
# shellcheck disable=SC2154
load ../functional/lib/functional

# The digest that a registry has for a name, as others see it.
digest_of() { skopeo inspect --raw "docker://$1" | sha256sum | sed 's/^/sha256:/; s/ .*//'; }

expect_digest_of() { # NAME
  [[ $(vdkr images --digests --format '{{.Digest}}' "${1#docker.io/library/}" | head -n 1) == "$(digest_of "$1")" ]] ||
    not_as_expected "the digest that skopeo sees of $1"
}

@test "the image of the documents' first line comes from Docker Hub by its short name" {
  local image
  image=$(grep -ohE -m 1 'vdkr run --rm [a-z]+ ' "$BATS_TEST_DIRNAME/../../docs/cli.md" | cut -d ' ' -f 4)
  [[ $image == alpine ]]
  try vdkr pull "$image"
  expect_status 0
  expect_out_has '^latest: Pulling from library/alpine$'
  expect_out_has '^Status: Downloaded newer image for alpine:latest$'
  expect_digest_of docker.io/library/alpine
  try vdkr pull "$image"
  expect_out_has '^Status: Image is up to date for alpine:latest$'
  try vpdmn pull -q docker.io/library/alpine
  expect_status 0
}

@test "images come from ghcr.io and quay.io, for this platform and for another" {
  local name
  for name in ghcr.io/containerd/busybox:1.36 quay.io/podman/hello:latest; do
    try vdkr pull -q "$name"
    expect_status 0
    expect_digest_of "$name"
    try vdkr pull -q --platform linux/arm64 "$name"
    expect_status 0
    [[ $(vdkr inspect --format '{{.Architecture}}' "$name") == arm64 ]] || not_as_expected "an image for arm64"
  done
}

@test "what is not there is told in docker's words" {
  try vdkr pull -q alpine:no-such-tag
  expect_refused 1 'manifest for alpine:no-such-tag not found: manifest unknown'
  try vdkr pull -q vxn-no-such-user/no-such-image
  expect_refused 1 "pull access denied for vxn-no-such-user/no-such-image, repository does not exist or may require 'docker login'"
  try vdkr pull -q ghcr.io/containerd/no-such-image
  expect_refused 1 'pull access denied|not found'
  try vdkr pull -q quay.io/podman/no-such-image
  expect_refused 1 'pull access denied|not found'
}

@test "images and tags are found" {
  try vdkr search --limit 5 --filter is-official=true --format '{{.Name}} {{.IsOfficial}}' alpine
  expect_status 0
  expect_out_has '^alpine \[OK\]$'
  try vpdmn search --list-tags --limit 5 quay.io/podman/hello
  expect_status 0
  (($(wc -l <"$out") > 1)) || not_as_expected "tags"
}
