# Looking for images: Docker Hub's search, registries that have one of their own or none, lists of tags.
# shellcheck disable=SC2030,SC2031,SC2154
load lib/functional
load lib/servers

prepare() {
  start_server api.port search_api.py api.log api.port
  api=127.0.0.1:$(<api.port)
}
clean_up() { stop_servers; }

# bats test_tags=quick
@test "Docker Hub is searched at its index, by docker's manners and by podman's" {
  make_ca
  certify index 2 index.docker.io
  start_front index "$api"
  start_proxy "index.docker.io:443=$front"
  export https_proxy=http://$proxy VXN_CA_CERT=$PWD/ca.crt
  try vdkr search --limit 3 busybox
  expect_status 0
  expect_err ''
  expect_out_has '^NAME +DESCRIPTION +STARS +OFFICIAL +AUTOMATED$'
  expect_out_has '^busybox +Busybox base image\. +3200 +\[OK\] +$'
  (($(wc -l <"$out") == 4)) || not_as_expected "three images"
  grep -qx '/v1/search?q=busybox&n=3' api.log
  try vpdmn search --no-trunc --format '{{.Name}}: {{.Description}}' docker.io/radial
  expect_out $'docker.io/radial/busyboxplus: Full-chain, Internet enabled, busybox made from scratch. Comes in git and cURL flavors.\n'
  try vpdmn search --filter is-official busybox
  expect_out $'NAME                       DESCRIPTION\ndocker.io/library/busybox  Busybox base image.\n'
}

@test "a registry without a search is told by docker's manners and looked through by podman's" {
  try vdkr search "$api/old"
  expect_refused 1 "GET http://$api/v1/search: 404 Not Found: this registry has no search"
  try vdkr search "$TEST_REGISTRY/busybox"
  expect_refused 1 '404 Not Found: this registry has no search'
  try vpdmn search --format '{{.Name}}' "$TEST_REGISTRY/multi"
  expect_out "$TEST_REGISTRY/multi"$'\n'
  try vpdmn search --format '{{.Name}}' "$api/"
  expect_out "$api/team/busybox"$'\n'"$api/busybox"$'\n'"$api/tools"$'\n'"$api/other/busyboxes"$'\n'
}

# bats test_tags=quick
@test "tags come page by page, and what is none is told" {
  try vpdmn search --list-tags "$api/busybox"
  expect_status 0
  [[ $(awk 'NR > 1 { print $2 }' "$out" | xargs) == '1.0 1.1 1.2 edge latest' ]] || not_as_expected "five tags"
  (($(grep -c tags/list api.log) == 3)) || not_as_expected "three pages"
  try vpdmn search --list-tags --limit 2 "$api/busybox"
  (($(wc -l <"$out") == 3)) || not_as_expected "two tags"
  (($(grep -c tags/list api.log) == 4)) || not_as_expected "one page more"
  try vpdmn search --list-tags "$api/missing"
  expect_status 125
  expect_out ''
  expect_err_has "^Error: GET http://$api/v2/missing/tags/list: 404 Not Found"
  try vpdmn search --list-tags "$TEST_REGISTRY/busybox"
  expect_out_has "^$TEST_REGISTRY/busybox +latest$"
}

@test "what a hostile index answers moves no terminal and is one line where it is none" {
  try vdkr search "$api/hostile"
  expect_status 0
  ! grep -q $'\e' "$out" || not_as_expected "no escapes"
  try vdkr search "$api/broken"
  expect_refused 1 "GET http://$api/v1/search: not JSON"
  try vdkr search "$api/failing"
  expect_refused 1 '503 Service Unavailable'
}
