# TLS and proxies: whom a pull trusts, and which way it takes. Names are a proxy's business, so that
# none has to be known on this host.
# shellcheck disable=SC2030,SC2031,SC2154
load lib/functional
load lib/servers

# Registries by names: with a good certificate, with another's, with an old one, with none.
prepare() {
  unset "${!SSL_CERT_@}" ALL_PROXY NO_PROXY HTTP_PROXY HTTPS_PROXY all_proxy no_proxy http_proxy https_proxy
  make_ca
  certify good 2 good.test hub.test tokens.test cdn.test registry-1.docker.io auth.docker.io \
    production.cloudflare.docker.com
  certify other 2 other.test
  certify old -1 old.test
}

# With a front of each kind and the proxy that knows them.
start_fronts() {
  local -a places=()
  local name certificate
  for name in good wrong old; do
    certificate=${name/wrong/other}
    start_front "$certificate" "$TEST_REGISTRY"
    places+=("$name.test:443=$front")
  done
  start_proxy "${places[@]}" "plain.test:443=$TEST_REGISTRY" "plain.test:80=$TEST_REGISTRY"
  export https_proxy=http://$proxy
}

clean_up() { stop_servers; }

# bats test_tags=quick
@test "a registry is trusted by an authority that is named, in each way of naming it" {
  start_fronts
  try vdkr pull -q good.test/busybox
  expect_refused 1 'GET https://good.test/v2/busybox/manifests/latest: SSL certificate problem: unable to get local issuer'
  try vdkr --ca-cert ca.crt pull -q good.test/busybox
  expect_status 0
  VXN_CA_CERT=$PWD/ca.crt try vdkr pull -q good.test/busybox
  expect_status 0
  SSL_CERT_FILE=$PWD/ca.crt try vdkr pull -q good.test/busybox
  expect_status 0
  mkdir certs
  cp ca.crt certs
  try vpdmn pull -q --cert-dir certs good.test/busybox
  expect_status 0
}

# bats test_tags=quick
@test "a tar is fetched by the same trust as an image" {
  start_fronts
  try vdkr import -q https://good.test/nothing.tar
  expect_status 1
  expect_err_has 'SSL certificate problem: unable to get local issuer'
  VXN_CA_CERT=$PWD/ca.crt try vdkr import -q https://good.test/nothing.tar
  expect_status 1
  expect_err_has '404 Not Found'
  SSL_CERT_FILE=$PWD/ca.crt try vdkr import -q https://good.test/nothing.tar
  expect_status 1
  expect_err_has '404 Not Found'
}

# bats test_tags=quick
@test "another's certificate, an old one and none at all are refused, unless it is allowed" {
  start_fronts
  export VXN_CA_CERT=$PWD/ca.crt
  local begin=$SECONDS
  try vdkr pull -q wrong.test/busybox
  expect_refused 1 "no alternative certificate subject name matches target host name 'wrong.test'"
  try vdkr pull -q old.test/busybox
  expect_refused 1 'certificate has expired'
  try vdkr pull -q plain.test/busybox
  expect_refused 1 'no TLS: is it to be listed in insecure-registries'
  try vdkr pull -q --tls-verify=false wrong.test/busybox
  expect_status 0
  VXN_INSECURE_REGISTRIES=old.test try vdkr pull -q old.test/busybox
  expect_status 0
  try vdkr --ca-cert nothing pull -q wrong.test/busybox
  expect_refused 1 'nothing: No such file'
}

# bats test_tags=quick
@test "the image of README, as Docker Hub would send it" {
  make_ways() { # the three hosts of Docker Hub
    start_hub https://auth.docker.io https://production.cloudflare.docker.com
    local host port
    local -a places=()
    for host in registry-1.docker.io:$registry_port auth.docker.io:$tokens_port; do
      port=${host#*:}
      start_front good "127.0.0.1:$port"
      places+=("${host%:*}:443=$front")
    done
    start_front good "127.0.0.2:$cdn_port"
    start_proxy "${places[@]}" "production.cloudflare.docker.com:443=$front"
  }
  make_ways
  export HTTPS_PROXY=http://$proxy VXN_CA_CERT=$PWD/ca.crt
  try vdkr login -u me --password-stdin <<<secret
  expect_status 0
  try vdkr pull busybox
  expect_status 0
  expect_out_has '^latest: Pulling from library/busybox$'
  expect_out_has '^docker.io/library/busybox:latest$'
  expect_asked 1 'tokens GET /token[?]scope=repository%3Alibrary%2Fbusybox%3Apull&service=hub&account=me Basic me:secret'
  expect_not_asked 'cdn .* B.*'
  try vpdmn pull -q docker.io/library/busybox
  expect_status 0
}

@test "a proxy is taken for HTTP too, by either name, and not where no_proxy says so nor for this host" {
  start_fronts
  unset https_proxy
  export VXN_INSECURE_REGISTRIES=plain.test
  http_proxy=http://$proxy try vdkr pull -q plain.test/busybox
  expect_status 0
  vdkr rmi plain.test/busybox
  HTTP_PROXY=$proxy try vdkr pull -q plain.test/busybox
  expect_status 0
  HTTP_PROXY=$proxy no_proxy=.test try vdkr pull -q plain.test/busybox
  expect_refused 1 'Could not resolve host: plain.test'
  HTTP_PROXY=$proxy https_proxy=$proxy try vdkr pull -q "$TEST_REGISTRY/busybox"
  expect_status 0
  ! grep -q 127.0.0.1 proxy.log || not_as_expected "no proxy on the way to this host"
}

@test "a proxy that refuses or wants a login is told, and its password never" {
  start_proxy --login me:hidden "plain.test:80=$TEST_REGISTRY"
  export VXN_INSECURE_REGISTRIES=plain.test
  http_proxy=http://me:hidden@$proxy try vdkr pull -q plain.test/busybox
  expect_status 0
  vdkr rmi plain.test/busybox
  https_proxy=http://me:hidden@$proxy try vdkr --debug pull -q elsewhere.test/busybox
  expect_status 1
  expect_err_has 'GET https://elsewhere.test/.*: CONNECT tunnel failed, response 403'
  ! grep -q hidden "$err" || not_as_expected "no password"
  https_proxy=http://$proxy try vdkr pull -q elsewhere.test/busybox
  expect_refused 1 'CONNECT tunnel failed, response 407'
  https_proxy=http://127.0.0.1:1 try vdkr pull -q elsewhere.test/busybox
  expect_refused 1 'Failed to connect to 127.0.0.1 port 1'
}
