# 19. vxn-oci-runtime by hand: its commands, its states, what it refuses.
load lib/xen
load lib/oci

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
