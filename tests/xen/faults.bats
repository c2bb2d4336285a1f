# 11. What cannot work ends with one clear line, the right code, and nothing left.
load lib/xen

prepare() { have_image busybox; }

clean_up() {
  ! mountpoint -q small || umount small
  [[ ! -e /var/lib/vxn/kernels/current.away ]] ||
    mv -T /var/lib/vxn/kernels/current.away /var/lib/vxn/kernels/current
}

registry=registry.test:5000

# Without their age, which another moment tells otherwise, and their order: of the same age, what was
# pulled last comes last.
all_images() {
  vdkr images --digests --format '{{.Repository}} {{.Tag}} {{.Digest}} {{.ID}} {{.Size}}' | sort
}

# In a mount namespace in which COMMANDs before "--" have changed things.
with_mounts() { # SCRIPT COMMAND…
  unshare -m sh -c "set -e; mount --make-rprivate /; $1; shift; exec \"\$@\"" sh "$@"
}

# bats test_tags=quick
@test "the registry is down, knows no such image, wants credentials" {
  try vdkr run --rm registry.test:9/busybox true
  expect_refused 125 'registry\.test:9.*([Cc]onnect|refused)'
  try vdkr run --rm "$registry/no-such-image" true
  expect_refused 125 'no-such-image'
  try vdkr run --rm "$FAULTY_REGISTRY/401/busybox" true
  expect_refused 125 '401|[Uu]nauthorized|credentials|login'
}

@test "a registry that fails twice and then works is waited for, one that always fails is not" {
  local image=$FAULTY_REGISTRY/500-twice-$RANDOM$RANDOM/busybox
  try vdkr run --rm "$image" echo hello
  vdkr rmi "$image" >/dev/null
  expect_status 0
  expect_out $'hello\n'
  try vdkr run --rm "$FAULTY_REGISTRY/500/busybox" true
  expect_refused 125 500
}

# bats test_tags=quick
@test "a truncated layer, a corrupted one, a manifest that is none: nothing stays of them" {
  local fault before
  all_images >before
  find "$data_root/images" -type f | sort >files-before
  # busybox itself goes first, so that its layer is not there already
  vdkr rmi -f busybox >/dev/null
  for fault in truncated corrupt bad-manifest; do
    try vdkr run --rm "$FAULTY_REGISTRY/$fault/busybox" true
    expect_status 125
    expect_out ''
    expect_err_has "$fault/busybox"
    (($(grep -c . "$err") == 1)) || not_as_expected "one line"
    [[ -z $(find "$data_root/images/staging" -mindepth 1 -type d) ]]
  done
  vdkr pull busybox >/dev/null
  all_images >after
  find "$data_root/images" -type f | sort >files-after
  expect_same before after
  expect_same files-before files-after
}

# bats test_tags=quick
@test "an image of another architecture is refused before any boot" {
  # Who came as far as a domain would be told of xl.
  local without_xl
  without_xl="mount --bind /bin/false $(command -v xl)"
  try with_mounts "$without_xl" vdkr run --rm busybox true
  expect_refused 125 'xl'
  try with_mounts "$without_xl" vdkr run --rm arm64only true
  expect_refused 125 'arm64'
}

@test "the disk is full: while pulling, and while the container is made" {
  mkdir small
  mount -t tmpfs -o size=8m tmpfs small
  ln -s "$data_root/kernels" small/kernels
  export VXN_DATA_ROOT=$PWD/small
  head -c 7500k /dev/zero >small/ballast
  try vdkr run --rm busybox true
  expect_refused 125 '[Nn]o space left|full'
  rm small/ballast
  vdkr pull -q busybox
  cat /dev/zero >small/ballast 2>/dev/null || :
  try vdkr run --rm busybox true
  expect_refused 125 '[Nn]o space left|full'
  [[ -z $(vdkr ps -aq) ]]
}

# bats test_tags=quick
@test "too little memory is refused with the MiB needed and free, and dom0 keeps its own" {
  local before
  before=$(xl list | awk '$2 == 0 { print $3 }')
  try vdkr run --rm -m 512g busybox true
  expect_refused 125 '[0-9]+ MiB.*[0-9]+ MiB'
  [[ $(xl list | awk '$2 == 0 { print $3 }') == "$before" ]]
}

@test "xl is missing" {
  local hide='for f in /usr/sbin/xl /usr/lib/xen-*/bin/xl; do
    [ ! -e $f ] || mount --bind /dev/null $f; done'
  try with_mounts "$hide" vdkr run --rm busybox true
  expect_refused 125 xl
  try with_mounts "$hide" vdkr doctor
  expect_status 1
  expect_out_has 'xl'
}

# bats test_tags=quick
@test "not being root" {
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" 2>/dev/null
  HOME=/nonexistent XDG_RUNTIME_DIR=/tmp/nobody try setpriv --reuid 65534 --regid 65534 --clear-groups \
    vdkr run --rm busybox true
  expect_status 125
  expect_out ''
  expect_err_has 'root'
  expect_err_has '/var/lib/vxn'
}

@test "no Xen: one line that says how to get one" {
  try with_mounts 'mount -t tmpfs none /proc/xen; mount -t tmpfs none /sys/hypervisor
    mount -t tmpfs none /dev/xen' vdkr run --rm busybox true
  expect_refused 125 'Xen.*machine/run'
  try with_mounts 'mount -t tmpfs none /proc/xen; mount -t tmpfs none /sys/hypervisor
    mount -t tmpfs none /dev/xen' vdkr doctor
  expect_status 1
  expect_out_has 'Xen'
}

@test "the guest kernel is missing" {
  mv -T /var/lib/vxn/kernels/current /var/lib/vxn/kernels/current.away
  try vdkr run --rm busybox true
  expect_refused 125 'vxn-kernel update'
  try vdkr doctor
  expect_status 1
  expect_out_has 'vxn-kernel update'
}

@test "what the guest's kernel lacks is named" {
  local lacking call
  for lacking in squashfs:init_squashfs_fs overlay:ovl_init ext4:ext4_init_fs 'blkfront|disks:xlblk_init'; do
    call=${lacking#*:}
    VXN_DOMU_CMDLINE_EXTRA=initcall_blacklist=$call try within 100 vdkr run --rm busybox true
    expect_status 125
    expect_out ''
    expect_err_has "^vdkr: .*(${lacking%:*})"
  done
}

@test "a guest that never gets to its init is given up, with its last words" {
  VXN_DOMU_CMDLINE_EXTRA='rdinit=/no/such/init panic=-1' try within 100 vdkr run --rm busybox true
  expect_status 125
  expect_out ''
  expect_err_has 'guest|kernel|init'
}
