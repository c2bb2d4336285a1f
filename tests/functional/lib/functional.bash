# shellcheck shell=bash
# For functional tests: the built programs, on this host, without Xen. Each test has a home, a store
# and a configuration of its own. Load it with: load lib/functional
# ./test functional starts the registry and sets
#   VXN_STAGE        what `meson install` installed (usr/bin, usr/libexec/vxn)
#   TEST_REGISTRY    host:port of a registry, plain HTTP, with busybox, layers, debian, multi,
#                    arm64only and zstd
#   FAULTY_REGISTRY  host:port of one that misbehaves by name: $FAULTY_REGISTRY/truncated/busybox
#                    (tests/support/faulty_registry.py has the list)

load ../lib/expect

setup() {
  : "${VXN_STAGE:?run this by ./test functional}"
  export PATH=$VXN_STAGE/usr/bin:$PATH VXN_LIBEXEC_DIR=$VXN_STAGE/usr/libexec/vxn
  export HOME=$BATS_TEST_TMPDIR/home
  export XDG_CONFIG_HOME=$HOME/.config XDG_DATA_HOME=$HOME/.local/share
  export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
  export VXN_DATA_ROOT=$BATS_TEST_TMPDIR/data VXN_RUN_ROOT=$BATS_TEST_TMPDIR/run/vxn
  export VXN_INSECURE_REGISTRIES=$TEST_REGISTRY,$FAULTY_REGISTRY
  unset VXN_REGISTRY VXN_ARCH VXN_KERNEL VXN_MEMORY NO_COLOR
  mkdir -p "$XDG_CONFIG_HOME" "$XDG_RUNTIME_DIR"
  chmod 755 "$BATS_TEST_TMPDIR" # the worker without privileges must reach what is below
  cd "$HOME" || return
  if declare -F prepare >/dev/null; then prepare; fi
}

teardown() {
  if declare -F clean_up >/dev/null; then clean_up; fi
  expect_no_temporary_files
}

# What a pull or load that ended, well or badly, leaves in the store is named for good.
expect_no_temporary_files() {
  local left
  left=$(find "$VXN_DATA_ROOT" "$VXN_RUN_ROOT" \( -name '.*.tmp-*' -o -path '*/staging/*' \) \
    2>/dev/null)
  [[ -z $left ]] || {
    printf 'left behind:\n%s\n' "$left"
    return 1
  }
}
