# 19. vxn-oci-runtime under those who drive runtimes: conmon and podman, containerd and its runc shim.
load lib/xen

storage=/var/tmp/oci-tests # podman's and containerd's, kept for the cases of this file
image=registry.test:5000/busybox:latest

# podman with a storage of its own, as a program: for those who start it in their turn.
install_engine() {
  cat >"$storage/engine" <<SH
#!/bin/sh
exec podman --root $storage/podman --runroot $storage/podman-run --storage-driver overlay \
  --cgroup-manager cgroupfs --events-backend none --runtime /usr/bin/vxn-oci-runtime "\$@"
SH
  chmod +x "$storage/engine"
}

by_podman() { "$storage/engine" "$@" </dev/null; }
by_containerd() {
  ctr --address "$storage/containerd.sock" "$@" </dev/null
}

setup_file() {
  mkdir -p /etc/containers/registries.conf.d "$storage"
  printf '[[registry]]\nlocation="registry.test:5000"\ninsecure=true\n' \
    >/etc/containers/registries.conf.d/registry.test.conf
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
  install_engine
  by_podman image exists "$image" || by_podman pull -q "$image" >&2
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

# A bundle whose command is sh -c SCRIPT, in ./bundle.
make_bundle() { # SCRIPT [JQ-FILTER]
  mkdir -p bundle/rootfs/bin
  cp /bin/busybox bundle/rootfs/bin/sh
  jq -n --arg script "$1" '{ociVersion: "1.0.2", root: {path: "rootfs"}, hostname: "box",
    process: {args: ["sh", "-c", $script], cwd: "/", env: ["PATH=/bin"], user: {uid: 0, gid: 0}},
    linux: {namespaces: [{type: "pid"}, {type: "network"}], cgroupsPath: "/vxn-tests/c"}}' |
    jq "${2:-.}" >bundle/config.json
}
state_of() { vxn-oci-runtime state "$1" | jq -r .status; }
is_in_state() { [[ $(state_of "$1") == "$2" ]]; }

prepare() { cd "$BATS_TEST_TMPDIR" || return; }

clean_up() {
  local id
  by_podman rm -af -t 0 >/dev/null 2>&1 || true # what it leaves is told below
  for id in /run/vxn/oci/*; do
    [[ ! -e $id ]] || vxn-oci-runtime delete --force "${id##*/}"
  done
  remove_containers
  expect_nothing_of_cgroups
}
expect_nothing_of_cgroups() {
  [[ -z $(find /sys/fs/cgroup/vxn-tests -mindepth 1 -type d 2>/dev/null) ]] ||
    not_as_expected "no cgroup left behind"
}

# bats test_tags=quick
@test "created, started, ended, deleted: by hand" {
  make_bundle 'echo hello; echo oops >&2; cat; hostname; exit 3'
  echo input | vxn-oci-runtime create --bundle bundle --pid-file pid c1 >said 2>complaint
  [[ $(state_of c1) == created ]]
  [[ $(tr '\0' ' ' <"/proc/$(<pid)/cmdline") == *vxn-monitor\ supervise* ]]
  grep -qx '0::/vxn-tests/c' "/proc/$(<pid)/cgroup"
  [[ $(readlink "/proc/$(<pid)/ns/net") != $(readlink /proc/self/ns/net) ]]
  [[ $(vxn-oci-runtime state c1 | jq -r .pid) == $(<pid) ]]
  [[ ! -s said ]]
  try vxn-oci-runtime create --bundle bundle c1
  expect_refused 1 'container with id exists: c1'
  vxn-oci-runtime start c1
  try vxn-oci-runtime start c1
  expect_status 1
  eventually 20 is_in_state c1 stopped
  expect_same said <(printf 'hello\ninput\nbox\n')
  expect_same complaint <(echo oops)
  [[ $(vxn-oci-runtime state c1 | jq .pid) == 0 && ! -e /proc/$(<pid) ]]
  vxn-oci-runtime delete c1
  try vxn-oci-runtime state c1
  expect_refused 1 'container does not exist: c1'
  try vxn-oci-runtime delete --force c1
  expect_status 0
}

@test "kill and delete, before the start and after it" {
  make_bundle 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done'
  vxn-oci-runtime create --bundle bundle --pid-file pid c1 </dev/null >said 2>complaint
  vxn-oci-runtime kill c1 WINCH
  [[ $(state_of c1) == created ]]
  vxn-oci-runtime kill c1 KILL
  eventually 5 is_in_state c1 stopped
  try vxn-oci-runtime start c1
  expect_refused 1 'cannot start a container that has stopped'
  vxn-oci-runtime delete c1
  vxn-oci-runtime create --bundle bundle c1 </dev/null >said 2>complaint
  vxn-oci-runtime start c1
  eventually 10 grep -q up said
  try vxn-oci-runtime delete c1
  expect_refused 1 'cannot delete container c1 that is not stopped: running'
  vxn-oci-runtime kill c1
  eventually 20 is_in_state c1 stopped
  try vxn-oci-runtime kill c1
  expect_refused 1 'container not running'
  vxn-oci-runtime delete c1
  vxn-oci-runtime create --bundle bundle --pid-file pid c1 </dev/null >said 2>complaint
  vxn-oci-runtime start c1
  vxn-oci-runtime delete --force c1
  [[ ! -e /proc/$(<pid) ]]
}

@test "where the process that stands for it dies, so does the container" {
  make_bundle 'echo up; sleep 600'
  vxn-oci-runtime create --bundle bundle --pid-file pid c1 </dev/null >said 2>complaint
  vxn-oci-runtime start c1
  eventually 10 grep -q up said
  kill -9 "$(<pid)"
  [[ $(state_of c1) == stopped ]]
  [[ $(xl list | wc -l) == 2 ]]
  vxn-oci-runtime delete c1
  vxn-oci-runtime create --bundle bundle --pid-file pid c2 </dev/null >said 2>complaint
  kill -9 "$(<pid)"
  eventually 5 is_in_state c2 stopped
  vxn-oci-runtime delete c2
}

@test "what a guest cannot have is refused, told in the log, and nothing is left" {
  make_bundle true '.mounts = [{destination: "/data", type: "bind", source: "/tmp"}]'
  try vxn-oci-runtime --log log.json --log-format json create --bundle bundle c1
  expect_refused 1 'mounts: /data: a directory of the host cannot be shown to a guest'
  [[ $(jq -r '.level + " " + .msg' log.json) == "error the bundle "*"mounts: /data: "* ]]
  make_bundle true '.process.terminal = true'
  try vxn-oci-runtime create --bundle bundle c1
  expect_refused 1 'nobody to give the terminal to'
  make_bundle true '.root.path = "nowhere"'
  try vxn-oci-runtime create --bundle bundle c1
  expect_refused 1 'No such file or directory'
  make_bundle true '.process.args = ["nothing"]'
  try vxn-oci-runtime create --bundle bundle c1
  expect_refused 1 'exec: "nothing": executable file not found in \$PATH'
  make_bundle true '.process.cwd = "/bin/sh/x"'
  vxn-oci-runtime create --bundle bundle c1 </dev/null >said 2>complaint
  try vxn-oci-runtime start c1
  expect_status 1
  expect_err_has '/bin/sh/x'
  vxn-oci-runtime delete c1
  [[ -z $(ls /run/vxn/oci) ]]
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
