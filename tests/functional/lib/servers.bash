# shellcheck shell=bash
# Servers of tests/support that a test has for itself. Load it with: load lib/servers
# A test that uses it calls stop_servers in clean_up.

support=$BATS_TEST_DIRNAME/../support
servers=()

# Runs a server of tests/support until stop_servers; it is ready once FILE is there.
start_server() { # FILE PROGRAM ARG…
  python3 "$support/$2" "${@:3}" </dev/null >"$2.log" 2>&1 3>&- &
  servers+=($!)
  eventually 20 test -f "$1" || { cat "$2.log" && return 1; }
}

stop_servers() {
  local server
  for server in "${servers[@]}"; do
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
}

# A registry in Docker Hub's manner, at $hub; what it was asked is in hub/log.
# tests/support/hub_registry.py says what names do.
start_hub() { # [TOKENS-URL CDN-URL]
  mkdir hub
  start_server hub/ports hub_registry.py "$TEST_REGISTRY" hub "$@"
  # shellcheck disable=SC2034
  read -r registry_port tokens_port cdn_port <hub/ports
  hub=127.0.0.1:$registry_port
}

# How many requests were like this (an extended regular expression for SERVER METHOD PATH LOGIN).
asked() { grep -cE "^$1\$" hub/log || true; }

expect_asked() { # TIMES REGEX
  (($(asked "$2") == $1)) || { cat hub/log && not_as_expected "$1 requests like $2"; }
}

expect_not_asked() { expect_asked 0 "$1"; }

# A certificate authority of the test's own: ca.crt.
make_ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=test CA' \
    -keyout ca.key -out ca.crt 2>openssl.log
}

# FILE.pem: a certificate of that authority for these names, and its key.
certify() { # FILE DAYS NAME…
  local names
  names=$(printf ',DNS:%s' "${@:3}")
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$3" \
    -keyout "$1.key" -out "$1.csr" 2>openssl.log
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$2" \
    -extfile <(echo "subjectAltName=${names#,}") -out "$1.crt" 2>openssl.log
  cat "$1.crt" "$1.key" >"$1.pem"
}

# TLS with CERTIFICATE.pem in front of HOST:PORT; sets `front`, its address.
start_front() { # CERTIFICATE HOST:PORT
  local file=front-${#servers[@]}
  start_server "$file" tls_front.py "$1.pem" "$2" "$file"
  front=127.0.0.1:$(<"$file")
}

# A proxy at $proxy; what goes through it is in proxy.log.
start_proxy() { # [--login USER:PASSWORD] NAME:PORT=HOST:PORT…
  start_server proxy.port proxy.py proxy.log proxy.port "$@"
  # shellcheck disable=SC2034
  proxy=127.0.0.1:$(<proxy.port)
}
