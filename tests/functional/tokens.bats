# A registry with a server of tokens and a host of its own for layers, as Docker Hub has them: who is
# shown which secret, what is asked again, and what is told.
# shellcheck disable=SC2030,SC2031,SC2154
load lib/functional
load lib/servers

prepare() { start_hub; }
clean_up() { stop_servers; }

# The commands of a test leave no secret on the terminal.
expect_no_secret() { ! grep -aqE 'secret|fresh|token-[0-9]' "$out" "$err" || not_as_expected "no secret"; }

write_config() { # JSON
  mkdir -p .docker
  echo "$1" >.docker/config.json
}

# bats test_tags=quick
@test "a token is fetched by a login, layers from another host, which sees nothing of either" {
  try vdkr --debug pull --creds me:secret "$hub/library/busybox"
  expect_status 0
  expect_no_secret
  expect_asked 1 'tokens GET /token[?].* Basic me:secret'
  expect_asked 2 'registry GET [^ ]*/blobs/.* Bearer token-0'
  expect_asked 2 'cdn GET .* -'
  expect_not_asked 'cdn GET .* B.*'
  expect_not_asked 'registry GET .*secret.*'
}

# bats test_tags=quick
@test "who may pull is known by a login, a refresh token or a program that keeps one" {
  try vdkr pull -q "$hub/private/busybox"
  expect_refused 1 "pull access denied for $hub/private/busybox, repository does not exist or may require 'docker login'"
  try vdkr pull -q --creds me:wrong "$hub/private/busybox"
  expect_refused 1 'pull access denied'
  try vdkr login -u me --password-stdin "$hub" <<<wrong
  expect_refused 1 'failed with status: 401 Unauthorized'
  try vdkr login -u me --password-stdin "$hub" <<<secret
  expect_status 0
  try vdkr pull -q "$hub/private/busybox"
  expect_status 0
  vdkr rmi "$hub/private/busybox"
  write_config "{\"auths\": {\"$hub\": {\"identitytoken\": \"fresh\"}}}"
  try vdkr --debug pull "$hub/private/busybox"
  expect_status 0
  expect_no_secret
  expect_asked 1 'tokens POST /token -'
  vdkr rmi "$hub/private/busybox"
  mkdir bin
  printf '#!/bin/sh\necho "{\\"Username\\": \\"<token>\\", \\"Secret\\": \\"fresh\\"}"\n' >bin/docker-credential-test
  chmod +x bin/docker-credential-test
  write_config "{\"credHelpers\": {\"$hub\": \"test\"}}"
  PATH=$PWD/bin:$PATH try vdkr --debug pull "$hub/private/busybox"
  expect_status 0
  expect_no_secret
  expect_asked 2 'tokens POST /token -'
}

@test "of several challenges, in one header or in several, the one for a token is met" {
  local way
  for way in one-header two-headers; do
    try vdkr pull -q --creds me:secret "$hub/$way/busybox"
    expect_status 0
  done
  expect_not_asked 'registry .* Basic .*'
}

@test "a registry without tokens is shown the login itself, on demand only" {
  try vdkr pull -q "$hub/basic/busybox"
  expect_refused 1 'pull access denied'
  try vdkr pull -q --creds me:secret "$hub/basic/busybox"
  expect_status 0
  expect_asked 2 'registry GET /v2/basic/busybox/manifests/latest -'
  expect_asked 1 'registry GET /v2/basic/busybox/manifests/latest Basic me:secret'
  expect_not_asked 'tokens .*'
}

@test "a token that expires in the middle of a pull is renewed" {
  try vdkr pull -q "$hub/brief/layers"
  expect_status 0
  expect_asked 2 'tokens GET .*'
}

@test "a token for something else is no endless loop, and a failing server of tokens is named" {
  try vdkr pull -q "$hub/elsewhere/busybox"
  expect_refused 1 "pull access denied for $hub/elsewhere/busybox, .*: unauthorized: authentication required"
  expect_asked 2 'tokens GET .*'
  try vdkr pull -q "$hub/broken/busybox"
  expect_refused 1 "GET http://127.0.0.1:$tokens_port/token: 500 Internal Server Error .unknown: on purpose"
}

@test "the host of the layers gets no login when it asks for one" {
  try vdkr pull -q --creds me:secret "$hub/cdn-asks/busybox"
  expect_refused 1 "/blobs/sha256:[0-9a-f]{64}: 401 Unauthorized from http://127.0.0.2:$cdn_port"
  expect_asked 1 'cdn .*'
  expect_asked 1 'cdn .* -'
}

@test "a transfer that was cut goes on by a new link, where it was" {
  try vdkr pull -q "$hub/cdn-cuts/busybox"
  expect_status 0
  expect_asked 3 'registry GET [^ ]*/blobs/.*'
  expect_asked 3 'cdn GET .*'
}

# bats test_tags=quick
@test "too many requests: told in the registry's words, with what helps, and waited for where that is short" {
  try vdkr pull -q "$hub/limited/busybox"
  expect_refused 1 "429 Too Many Requests .toomanyrequests: You have reached your pull rate limit\. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit.; log in .'docker login'. to be allowed more"
  expect_asked 1 'registry .*/manifests/.*'
  try vpdmn pull -q "$hub/limited-mute/busybox"
  expect_status 125
  expect_err_has "^Error: GET .*: 429 Too Many Requests; log in .'docker login'. to be allowed more$"
  expect_asked 2 'registry .*/manifests/.*'
  local begin=$EPOCHREALTIME
  try vdkr pull -q "$hub/limited-once/busybox"
  expect_status 0
  ((${EPOCHREALTIME/./} - ${begin/./} >= 1000000)) || not_as_expected "a second's wait, as the registry asks"
}

@test "a transfer that stalls is cut and goes on; one that moves no more is given up" {
  local driver=${VXN_STAGE%/stage}/tests/image/image_pull_driver
  try "$driver" "$VXN_DATA_ROOT/images" "$hub/stalls/busybox:latest" stall=2
  expect_status 0
  try within 30 "$driver" "$VXN_DATA_ROOT/images" "$hub/stalls-again/debian:latest" stall=2
  expect_status 1
  expect_err_has 'layer [0-9a-f]{12}: GET http://.*: Operation too slow'
}

# bats test_tags=quick
@test "what is no image that can run is refused by its kind" {
  try vdkr pull -q "$hub/schema1/x"
  expect_refused 1 "a manifest of docker's schema 1"
  try vdkr pull -q "$hub/foreign/x"
  expect_refused 1 'a layer .* is not distributed by registries'
  try vdkr pull -q "$hub/artifact/x"
  expect_refused 1 'no container image: its configuration is of type "application/vnd.cncf.helm.config.v1.json"'
  expect_not_asked '.*/blobs/.*'
  [[ -z $(find "$VXN_DATA_ROOT/images/blobs" -type f) ]] || not_as_expected "nothing in the store"
}
