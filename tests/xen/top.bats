# 17. The processes of a container, as docker's and podman's top show them.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# bats test_tags=quick
@test "top shows what runs in a container, in the columns that are wanted" {
  vdkr run -d --name web busybox sh -c 'echo dora:x:1000:1000::/:/bin/sh >>/etc/passwd; exec sleep 700'
  eventually 20 vdkr exec web grep -q dora /etc/passwd
  vdkr exec -d -u dora web sleep 600
  eventually 20 sh -c 'vdkr top web | grep -q "sleep 600"'
  try vdkr top web
  expect_status 0
  expect_err ''
  expect_out_has '^UID  *PID  *PPID  *C  *STIME  *TTY  *TIME  *CMD$'
  expect_out_has '^root  *1  *0 .* sleep 700$'
  expect_out_has '^dora .* sleep 600$'
  ! grep -q vxn "$out" || not_as_expected "nothing of ours among the container's processes"
  try vdkr top web -o user,args
  expect_status 0
  expect_out_has '^dora  *sleep 600$'
  try vpdmn top web user pid comm
  expect_status 0
  expect_out_has '^USER  *PID  *COMMAND$'
  expect_out_has '^root  *1  *sleep$'
  local pid
  pid=$(vdkr inspect -f '{{.State.Pid}}' web)
  [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *vxn-monitor\ supervise* ]]
  vdkr pause web
  try vdkr top web
  expect_refused 1 'is paused, unpause the container first$'
  vdkr unpause web
  vdkr kill web
  try vdkr top web
  expect_refused 1 'is not running$'
}

@test "vshell stands beside the container, in its guest" {
  vdkr run -d --name web busybox sh -c 'echo secret >/file; exec sleep 600'
  try vdkr vshell web sh -c 'cat /file; tr "\\0" " " </proc/1/cmdline; ps' </dev/null
  expect_status 0
  expect_out_has '^secret$'
  expect_out_has 'guest-init|/init'
  expect_out_has ' sleep 600$'
  try vdkr vshell web <<<'exit 7'
  expect_status 7
  try vdkr vshell web dmesg
  expect_status 0
  expect_out_has 'Linux version'
  vdkr kill web
  try vdkr vshell web
  expect_refused 1 'is not running$'
}

@test "vrun leaves the image's entrypoint out, and nothing behind" {
  try vdkr vrun busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  try vdkr vrun busybox sh -c 'exit 3'
  expect_status 3
  try vdkr vrun busybox false
  expect_status 1
  [[ -z $(vdkr ps -aq) ]]
}
