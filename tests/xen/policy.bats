# What a container's processes may do and use: docker's defaults, and each flag that changes them.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# bats test_tags=quick
@test "by default: docker's capabilities and filter, nothing new for root, paths hidden" {
  try vdkr run --rm busybox sh -c '
    grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\t"
    unshare -n true 2>&1; mount -t tmpfs x /tmp 2>&1; wc -c </proc/interrupts
    cat /sys/fs/cgroup/pids.max; df -k /dev/shm | awk "NR > 1 {print \$2}"; ulimit -n'
  expect_status 0
  expect_out 'CapEff:00000000a80425fb
CapBnd:00000000a80425fb
NoNewPrivs:0
Seccomp:2
unshare: unshare(0x40000000): Operation not permitted
mount: permission denied (are you root?)
0
max
65536
1048576
'
}

# bats test_tags=quick
@test "each flag, for run and for exec" {
  vdkr run -d --name web --cap-add NET_ADMIN --cap-drop chown --security-opt no-new-privileges \
    --group-add 4242 --ulimit nofile=100:200 --sysctl net.core.somaxconn=77 --oom-score-adj 123 \
    --cpus 0.5 --pids-limit 33 --shm-size 1m --tmpfs /made/here:size=64k,mode=700 \
    --tmpfs /tmp --umask 0077 --annotation a=b busybox sleep 1000
  local look='
    grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\t"; id -G
    ulimit -Sn; ulimit -Hn; cat /proc/sys/net/core/somaxconn /proc/self/oom_score_adj
    cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/pids.max
    df -k /dev/shm /made/here | awk "NR > 1 {print \$2}"; stat -c %a /made/here
    grep -c " /tmp tmpfs rw,nosuid,nodev,noexec," /proc/mounts; umask'
  try vdkr exec web sh -c "$look"
  expect_status 0
  expect_out 'CapEff:00000000a80435fa
NoNewPrivs:1
Seccomp:2
0 4242
100
200
77
123
50000 100000
33
1024
64
700
1
0077
'
  try vdkr inspect -f '{{.HostConfig.CapAdd}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' web
  expect_out '[CAP_NET_ADMIN] 500000000 33
'
  try vdkr exec --privileged web sh -c 'grep -E "^(CapEff|Seccomp):" /proc/self/status | tr -d "\t"'
  expect_out_has '^CapEff:0000..ffffffffff$'
  expect_out_has '^Seccomp:0$'
  try vdkr exec web sh -c 'i=0; while [ $i -lt 60 ]; do sleep 20 & i=$((i + 1)); done'
  expect_status 2
  expect_err_has "can't fork"
  vdkr rm -f web
}

@test "a container that may do all" {
  try vdkr run --rm --privileged busybox sh -c '
    mount -t tmpfs x /tmp && grep -c "x /tmp tmpfs" /proc/mounts
    [ "$(head -c 1 /proc/interrupts | wc -c)" = 1 ] && echo shown
    grep ^Seccomp: /proc/self/status | tr -d "\t"'
  expect_status 0
  expect_out '1
shown
Seccomp:0
'
}

@test "a profile of one's own" {
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
    "action": "SCMP_ACT_ERRNO", "errnoRet": 33}]}' >profile.json
  try vdkr run --rm --security-opt seccomp=profile.json -u nobody busybox mkdir /tmp/x
  expect_status 1
  expect_err_has 'Numerical argument out of domain'
  try vdkr run --rm --security-opt seccomp=unconfined busybox grep ^Seccomp: /proc/self/status
  expect_out_has '^Seccomp:.0$'
  echo '{"defaultAction": "MAYBE"}' >profile.json
  try vdkr run --rm --security-opt seccomp=profile.json busybox true
  expect_status 125
  expect_err 'vdkr: the seccomp profile: "MAYBE" is not an action
'
}

@test "processors: as many as there is time for, and those that are wanted" {
  try vdkr run --rm --cpus 2 busybox sh -c 'nproc; cat /sys/fs/cgroup/cpu.max'
  expect_out '2
max 100000
'
  vdkr run -d --name pinned --cpuset-cpus 0 busybox sleep 1000
  local where=0
  (($(xl info nr_cpus) > 1)) || where=all # of one processor
  try xl vcpu-list vxn-pinned
  expect_out_has " $where / "
  vdkr rm -f pinned
  try vdkr run --rm --cpuset-cpus 4000 busybox true
  expect_status 125
  expect_err_has '^vdkr: '
}

@test "what cannot be had is refused in one line, and leaves nothing" {
  try vdkr run --rm --cap-add NOSUCH busybox true
  expect_status 125
  expect_err 'vdkr: unknown capability: "CAP_NOSUCH"
'
  try vdkr run --rm --sysctl net.no.such=1 busybox true
  expect_status 125
  expect_err_has 'setting sysctl net.no.such=1: no such file or directory$'
  try vdkr run --rm --tmpfs /x:mode=rwx busybox true
  expect_status 125
  expect_err_has 'mounting a tmpfs at /x: invalid argument$'
}

@test "the id in a file, the labels from one" {
  echo 'from=file' >labels
  vdkr create --name web --cidfile id --label-file labels busybox true
  expect_same id <(printf %s "$(vdkr ps -aq --no-trunc)")
  try vdkr inspect -f '{{.Config.Labels.from}}' web
  expect_out 'file
'
  try vdkr create --cidfile id busybox true
  expect_status 1
  vdkr rm web
}
