# 20. vxn-oci-runtime under those who drive runtimes: conmon and podman, containerd and its runc shim.
load lib/xen
load lib/oci

by_containerd() {
  ctr --address "$storage/containerd.sock" "$@" </dev/null
}

teardown_file() { stop_containerd; }

stop_containerd() {
  [[ ! -e $storage/containerd.pid ]] || kill "$(<"$storage/containerd.pid")" 2>/dev/null || true
  rm -f "$storage/containerd.pid"
}

start_containerd() {
  rm -f "$storage/busybox.tar"
  by_podman save -q -o "$storage/busybox.tar" "$image"
  containerd --address "$storage/containerd.sock" --root "$storage/containerd" \
    --state "$storage/containerd-run" >"$storage/containerd.log" 2>&1 3>&- </dev/null &
  echo $! >"$storage/containerd.pid"
  eventually 30 test -S "$storage/containerd.sock"
  by_containerd images import --no-unpack "$storage/busybox.tar"
}

# bats test_tags=quick
@test "podman: output, codes, a file of its own" {
  try by_podman run --rm --network none "$image" sh -c 'echo out; echo err >&2; exit 3'
  expect_status 3
  expect_out $'out\n'
  expect_err $'err\n'
  try by_podman run --rm --network none --hostname box "$image" \
    sh -c 'hostname; grep -q localhost /etc/hosts && echo hosts; id -u; sh -c "kill -9 \$\$"; echo $?'
  expect_status 0
  expect_out $'box\nhosts\n0\n137\n'
  try by_podman run --rm --network none "$image" nothing
  expect_status 127
  expect_err_has 'executable file not found in \$PATH'
}

@test "podman: all that it says arrives, and its input" {
  try by_podman run --rm --network none "$image" sh -c 'seq 1 200000'
  expect_status 0
  expect_same "$out" <(seq 1 200000)
  head -c 3000000 /dev/urandom >bytes
  "$storage/engine" run -i --rm --network none "$image" cat <bytes >copy
  expect_same copy bytes
}

@test "podman: in the background, with logs, stop, wait and kill" {
  by_podman run -d --name web --network none "$image" \
    sh -c 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.1; done'
  eventually 20 sh -c "$storage/engine logs web | grep -q up"
  try by_podman stop -t 20 web
  expect_status 0
  try by_podman wait web
  expect_out $'5\n'
  try by_podman logs web
  expect_out $'up\nbye\n'
  by_podman start web
  try by_podman kill web
  expect_status 0
  try by_podman wait web
  expect_out $'137\n'
  try by_podman rm web
  expect_status 0
}

@test "podman: a terminal" {
  try script -qec "stty rows 33 cols 99; $storage/engine run -it --rm --network none $image \
    sh -c 'sleep 1; stty size; tty; echo done; exit 4'" /dev/null
  expect_status 4
  expect_out_has '33 99.$'
  expect_out_has '/dev/pts/0'
}

# bats test_tags=quick
@test "containerd: ctr runs it with its shim for runc" {
  start_containerd
  try by_containerd run --rm --snapshotter native --runc-binary /usr/bin/vxn-oci-runtime \
    "$image" c1 sh -c 'echo out; echo err >&2; exit 3'
  expect_status 3
  expect_out $'out\n'
  expect_err $'err\n'
  by_containerd run -d --snapshotter native --runc-binary /usr/bin/vxn-oci-runtime \
    "$image" c2 sleep 600
  by_containerd task ls | grep -q 'c2 .*RUNNING'
  (sleep 1; by_containerd task kill -s KILL c2) &
  try by_containerd task attach c2
  expect_status 137
  wait $!
  by_containerd container rm c2
  stop_containerd
}
