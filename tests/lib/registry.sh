# shellcheck shell=bash disable=SC2034,SC2154
# The test registry: docker-registry on loopback with images made from Debian packages; and, as long
# as who sources this runs, one in front of it that misbehaves on purpose.

registry_port=${VXN_REGISTRY_PORT:-5000}
registry_address=127.0.0.1:$registry_port
registry_in_dom0=registry.test:$registry_port

ensure_registry() {
  step "the test registry and its images" "$root/tests/support/registry/registry" start
}

# Sets faulty_port. tests/support/faulty_registry.py says what names do.
start_faulty_registry() {
  local file
  file=$(mktemp -u)
  python3 "$root/tests/support/faulty_registry.py" "$registry_address" "$file" </dev/null >&2 &
  # shellcheck disable=SC2064
  trap "kill $!; rm -f $file" EXIT
  until [[ -f $file ]]; do
    kill -0 $! || die "tests/support/faulty_registry.py does not start"
    sleep 0.1
  done
  faulty_port=$(<"$file")
}
