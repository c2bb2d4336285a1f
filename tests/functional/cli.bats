# The command line as users meet it: the three programs, one store, a registry, no Xen.
load lib/functional

programs=(vxn vdkr vpdmn)

# bats test_tags=quick
@test "version and help need neither store nor Xen, and few libraries" {
  local program
  for program in "${programs[@]}"; do
    try "$program" --version
    expect_status 0
    expect_out_has "^$program version [0-9.]+$"
    try "$program" run --help
    expect_status 0
    expect_out_has "^Usage:  $program run \[OPTIONS\] IMAGE"
  done
  [[ ! -e $VXN_DATA_ROOT ]]
  try ldd "$(command -v vdkr)"
  ! grep -q 'lib[at]san' "$out" || return 0 # a sanitizer brings libraries of its own
  ! grep -qE 'libcurl|libarchive|libcrypto|libstdc' "$out" || not_as_expected "few libraries"
}

@test "a standard input, output or error that is closed is not mistaken for another file" {
  try vdkr images -q <&-
  expect_status 0
  expect_err ''
  try bash -c 'vdkr version >&-'
  expect_status 1
  expect_err $'vdkr: standard output: writing: Bad file descriptor\n'
  try bash -c 'vdkr images -q 2>&-'
  expect_status 0
}

# bats test_tags=quick
@test "an image pulled by one program is seen and removed by the others" {
  try vdkr pull "$TEST_REGISTRY/busybox"
  expect_status 0
  expect_err ''
  expect_out_has '^Using default tag: latest$'
  expect_out_has '^latest: Pulling from busybox$'
  expect_out_has '^[0-9a-f]{12}: Pull complete$'
  expect_out_has '^Digest: sha256:[0-9a-f]{64}$'
  expect_out_has "^Status: Downloaded newer image for $TEST_REGISTRY/busybox:latest$"
  [[ $(tail -n 1 "$out") == "$TEST_REGISTRY/busybox:latest" ]]

  try vxn pull "$TEST_REGISTRY/busybox:latest"
  expect_status 0
  expect_out_has "^Status: Image is up to date for $TEST_REGISTRY/busybox:latest$"

  try vpdmn images
  expect_status 0
  expect_out_has '^REPOSITORY  +TAG +IMAGE ID +CREATED +SIZE$'
  expect_out_has "^$TEST_REGISTRY/busybox +latest +[0-9a-f]{12} "
  local id
  id=$(vpdmn images -q --no-trunc)
  try vpdmn pull -q "$TEST_REGISTRY/busybox"
  expect_out "${id#sha256:}"$'\n'

  try vpdmn rmi "$TEST_REGISTRY/busybox"
  expect_status 0
  expect_out "Untagged: $TEST_REGISTRY/busybox:latest"$'\n'"Deleted: ${id#sha256:}"$'\n'
  try vdkr images -q
  expect_out ''
}

@test "on a terminal the progress is redrawn in place" {
  try script -qec "stty cols 80 rows 24; vdkr pull $TEST_REGISTRY/layers" shown </dev/null
  expect_status 0
  grep -q $'\x1b\\[[0-9]*A' "$out" || not_as_expected "lines that are drawn again"
  expect_out_has 'Pull complete'
  vdkr rmi "$TEST_REGISTRY/layers"
  try script -qec "vpdmn pull $TEST_REGISTRY/layers" shown </dev/null
  expect_status 0
  expect_out_has 'Copying blob [0-9a-f]{12} done'
}

# bats test_tags=quick
@test "what cannot be pulled is one line and leaves nothing" {
  try vdkr pull -q "$TEST_REGISTRY/no-such-image"
  expect_refused 1 'no-such-image'
  try vdkr pull -q 127.0.0.1:1/busybox
  expect_refused 1 '[Cc]onnection refused|[Cc]ould not connect|[Ff]ailed to connect'
  try vpdmn pull -q "$TEST_REGISTRY/busybox:no-such-tag"
  expect_status 125
  expect_err_has '^Error: .*no-such-tag'
  try vdkr pull UPPER
  expect_refused 1 'invalid reference format'
  try vdkr images -q
  expect_out ''
}

@test "rmi goes on with the next name" {
  vdkr pull -q "$TEST_REGISTRY/busybox"
  try vdkr rmi no-such-image "$TEST_REGISTRY/busybox"
  expect_status 1
  expect_err $'Error: No such image: no-such-image\n'
  expect_out_has '^Untagged: '
  try vdkr rmi -f no-such-image
  expect_status 0
  try vpdmn rmi no-such-image
  expect_status 1
  expect_err $'Error: no-such-image: image not known\n'
}

# bats test_tags=quick
@test "lists of nothing are headers, in each program's columns" {
  try vdkr ps -a
  expect_out $'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n'
  try vpdmn ps -a
  expect_out \
    $'CONTAINER ID  IMAGE       COMMAND     CREATED     STATUS      PORTS       NAMES\n'
  try vdkr rm no-such-container
  expect_status 1
  expect_err $'Error: No such container: no-such-container\n'
  try vpdmn rm no-such-container
  expect_status 1
  expect_err \
    $'Error: no container with name or ID "no-such-container" found: no such container\n'
}

# bats test_tags=quick
@test "without Xen run says how to get one, with 125, and leaves nothing" {
  [[ ! -e /proc/xen/capabilities ]] || skip "this host runs Xen"
  try vdkr run --rm "$TEST_REGISTRY/busybox" true
  if ((EUID == 0)); then
    expect_refused 125 'machine/run'
  else
    expect_refused 125 'root'
  fi
  try vpdmn run --rm "$TEST_REGISTRY/busybox" true
  expect_status 125
  expect_err_has '^Error: '
  try vdkr ps -aq
  expect_out ''
}

@test "without root run names the store that it looked into" {
  ((EUID == 0)) || skip "needs root, to be somebody else"
  try setpriv --reuid=65534 --regid=65534 --clear-groups \
    env -u VXN_DATA_ROOT -u VXN_RUN_ROOT -u XDG_DATA_HOME -u XDG_CONFIG_HOME HOME=/nonexistent \
    "$(command -v vdkr)" run busybox true
  expect_refused 125 'root.*/nonexistent/.local/share/vxn.*/var/lib/vxn'
}

# bats test_tags=quick
@test "doctor has a line and a remedy for what is wrong, in colour on terminals only" {
  [[ ! -e /proc/xen/capabilities ]] || skip "this host runs Xen"
  try vdkr doctor
  expect_status 1
  expect_err ''
  expect_out_has '^WRONG  hypervisor +none$'
  expect_out_has 'remedy: .*machine/run'
  expect_out_has '^ok     disk '
  ! grep -q $'\x1b' "$out" || not_as_expected "no colour in a pipe"
  TERM=xterm try script -qec 'vdkr doctor' shown </dev/null
  grep -q $'\x1b\\[31mWRONG' "$out" || not_as_expected "colour on a terminal"
  TERM=xterm NO_COLOR=1 try script -qec 'vdkr doctor' shown </dev/null
  ! grep -q $'\x1b' "$out" || not_as_expected "no colour where NO_COLOR is set"
}

# bats test_tags=quick
@test "settings come from the file, the environment and the options, the last wins" {
  mkdir -p "$XDG_CONFIG_HOME/vdkr"
  printf '# ours\nmemory = 300m\nvcpus=2\n' >"$XDG_CONFIG_HOME/vdkr/config"
  try vdkr info --format '{{.ContainerDefaults.MemoryText}} {{.ContainerDefaults.CPUs}}'
  expect_out $'300MiB 2\n'
  VXN_MEMORY=400 try vdkr info --format '{{.ContainerDefaults.MemoryText}}'
  expect_out $'400MiB\n'
  VXN_DATA_ROOT=/nonexistent/a try vdkr --data-root /nonexistent/b info -f '{{.DockerRootDir}}'
  expect_out $'/nonexistent/b\n'
  printf 'memory=300m\nmemori=1\n' >"$XDG_CONFIG_HOME/vdkr/config"
  try vdkr ps
  expect_refused 1 'vdkr/config:2: .*memori'
  try vxn ps
  expect_status 0
}

# bats test_tags=quick
@test "output that cannot be written is a failure" {
  local command
  for command in --version --help images ps version info; do
    try sh -c 'exec vdkr "$1" >/dev/full' sh "$command"
    expect_status 1
    expect_err_has '^vdkr: standard output: writing: No space left on device$'
  done
  # A pipe that nobody reads any longer.
  mkfifo pipe
  try sh -c 'exec 8<>pipe; exec 9>pipe 8<&-; exec vdkr --help >&9'
  expect_status 1
  expect_err_has '^vdkr: standard output: writing: Broken pipe$'
}

# bats test_tags=quick
@test "mistakes are told as docker and podman tell them" {
  try vdkr frobnicate
  expect_status 1
  expect_err $'vdkr: \'frobnicate\' is not a vdkr command.\nSee \'vdkr --help\'\n'
  try vpdmn frobnicate
  expect_status 125
  try vdkr run -iZ busybox
  expect_status 125
  expect_err $'unknown shorthand flag: \'Z\' in -Z\nSee \'vdkr run --help\'.\n'
  try vdkr pulll busybox
  expect_status 1
  expect_err_has '^	pull$'
}
