#!/usr/bin/env bats
# Booting and stopping, in small instances of their own.
bats_require_minimum_version 1.5.0

setup_file() {
  export machine=$BATS_TEST_DIRNAME/../../machine
  export VXN_MACHINE_NAME=life-test VXN_MACHINE_MEMORY=2048 VXN_MACHINE_DOM0_MEMORY=1024
  export VXN_MACHINE_REGISTRY=no VXN_BUILD_DIR=/nonexistent
}

teardown_file() { "$machine/stop"; }

@test "an instance that is not up says so" {
  "$machine/stop"
  run -3 "$machine/status"
  [[ $output == *down* ]]
  run -125 "$machine/install" /
}

@test "two callers boot it once; it stops, and boots afresh" {
  "$machine/run" sh -c 'echo first' >"$BATS_TEST_TMPDIR/1" &
  first=$!
  [ "$("$machine/run" echo second)" = second ]
  wait "$first"
  [ "$(cat "$BATS_TEST_TMPDIR/1")" = first ]
  id=$("$machine/run" cat /proc/sys/kernel/random/boot_id)
  [ "$("$machine/run" cat /proc/sys/kernel/random/boot_id)" = "$id" ]
  "$machine/run" touch /left-by-the-first-boot
  run -0 "$machine/status"
  [[ $output == *": up,"* ]]

  run -0 "$machine/stop"
  [ -z "$output" ]
  run -3 "$machine/status"
  grep -q 'Entering ACPI S5' <("$machine/log")

  "$machine/run" true
  [ "$("$machine/run" cat /proc/sys/kernel/random/boot_id)" != "$id" ]
  run -1 "$machine/run" test -e /left-by-the-first-boot
  "$machine/log" 1 >/dev/null # the earlier boot's
}

@test "a machine that died is booted again" {
  "$machine/run" true
  kill -KILL "$(cat "$("$machine/status" | sed 's/.* in //')/pid")"
  for i in $(seq 50); do "$machine/status" >/dev/null || break; sleep 0.1; done
  [ "$("$machine/run" echo again)" = again ]
}

@test "the installed tree of a build is in dom0, and follows the build" {
  build=$BATS_TEST_TMPDIR/build
  mkdir "$BATS_TEST_TMPDIR/source"
  cd "$BATS_TEST_TMPDIR/source"
  cat >meson.build <<'EOF'
project('hello', default_options: ['prefix=/usr'])
install_data('hello', install_dir: get_option('bindir'), install_mode: 'rwxr-xr-x')
EOF
  printf '#!/bin/sh\necho one\n' >hello
  meson setup "$build" >/dev/null
  export VXN_BUILD_DIR=$build
  [ "$("$machine/run" hello)" = one ]
  printf '#!/bin/sh\necho two\n' >hello
  "$machine/install" "$build"
  [ "$("$machine/run" hello)" = two ]
  sed -i '/install_data/d' meson.build
  meson setup --reconfigure "$build" >/dev/null
  "$machine/install" "$build"
  run -127 "$machine/run" hello
}

@test "a boot without a kernel says which stage was reached and shows the log" {
  "$machine/stop"
  echo nonsense >"$BATS_TEST_TMPDIR/kernel"
  VXN_MACHINE_KERNEL=$BATS_TEST_TMPDIR/kernel VXN_MACHINE_DEADLINE=60 run -125 "$machine/run" true
  [[ $output == *"failed"*"the last stage reached was: Xen"* ]]
  [[ $output == *"(XEN)"* ]]
  run -3 "$machine/status"
}

@test "a dom0 that gives up says at which stage" {
  VXN_MACHINE_KERNEL_ARGUMENTS='rdinit=/nonexistent' VXN_MACHINE_DEADLINE=120 run -125 "$machine/run" true
  [[ $output == *"the last stage reached was: dom0's kernel"* ]]
  run -3 "$machine/status"
}
