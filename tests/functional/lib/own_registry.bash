# shellcheck shell=bash disable=SC2034,SC2154
# A docker-registry of the test's own. Load it with: load lib/own_registry

# In memory, at $registry; the lines given are added to its configuration, its http section among
# them as KEY: VALUE. Ends with stop_registry.
start_registry() { # HTTP [LINE…]
  local scheme=http begin=$SECONDS
  [[ $1 != *tls:* ]] || scheme=https
  registry_port=$((20000 + RANDOM % 10000))
  registry=127.0.0.1:$registry_port
  {
    echo 'version: 0.1'
    echo 'log: {level: error, accesslog: {disabled: true}}'
    echo 'storage: {inmemory: {}}'
    echo "http: {addr: \"$registry\"${1:+, $1}}"
    printf '%s\n' "${@:2}"
  } >registry.yml
  docker-registry serve registry.yml >registry.log 2>&1 3>&- &
  registry_pid=$!
  until curl -sS -k --noproxy '*' -o /dev/null "$scheme://$registry/v2/" 2>/dev/null ||
    grep -q 'certificate' registry.log; do
    ((SECONDS - begin < 20)) || { cat registry.log && return 1; }
    sleep 0.1
  done
}

stop_registry() {
  kill "$registry_pid"
  wait "$registry_pid" || true
  registry_pid=
}

clean_up() { [[ -z ${registry_pid-} ]] || stop_registry; }
