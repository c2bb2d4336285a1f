# shellcheck shell=bash disable=SC2034,SC2154
# The test registry: docker-registry on loopback with images made from Debian packages.

registry_port=${VXN_REGISTRY_PORT:-5000}
registry_address=127.0.0.1:$registry_port
registry_in_dom0=registry.test:$registry_port

ensure_registry() { step "the test registry and its images" "$root/tests/support/registry/registry" start; }
