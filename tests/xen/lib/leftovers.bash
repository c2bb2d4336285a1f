# shellcheck shell=bash
# What containers that are gone must not leave in dom0. Everything here is asked of Xen and of the
# kernel, nothing of vxn. docs/state.md names what stays.

data_root=${VXN_DATA_ROOT:-/var/lib/vxn}
run_root=${VXN_RUN_ROOT:-/run/vxn}

# Prints what is there and should not be, a line each.
leftovers() {
  left_domains
  left_nodes
  left_devices
  left_processes
  left_locks
  left_files
}

left_domains() { xl list | awk 'NR > 1 && $2 != 0 { print "domain: " $0 }'; }

# Anything of a domain but dom0 itself, and anything of ours.
left_nodes() {
  xenstore-ls -f / | sed 's/ = ".*//' | grep -E \
    -e '^/local/domain/[1-9]' -e '^/local/domain/0/backend/[^/]+/[0-9]' -e '^/libxl/[1-9]' \
    -e '^/vm/' -e vxn | grep -v '^/vm/00000000-0000-0000-0000-000000000000' |
    sed 's/^/xenstore: /' | head -n 20
}

left_devices() {
  local path
  for path in /sys/block/loop*/loop/backing_file; do
    [[ ! -e $path ]] || printf 'loop: %s %s\n' "${path:11:6}" "$(cat "$path" 2>/dev/null)"
  done
  for path in /sys/block/dm-*/dm/name; do
    [[ ! -e $path ]] || printf 'dm: %s\n' "$(cat "$path" 2>/dev/null)"
  done
  for path in /sys/class/net/vif*; do
    [[ ! -e $path ]] || printf 'network: %s\n' "${path##*/}"
  done
}

left_processes() {
  pgrep -a -x 'vdkr|vpdmn|vxn|vxn-monitor|vxn-image-work|vxn-oci-runtime' | sed 's/^/process: /'
}

left_locks() {
  lslocks -n -u -o COMMAND,PID,PATH | grep -E " ($data_root|$run_root)(/|$)" | sed 's/^/lock: /'
}

left_files() {
  local path
  for path in "$data_root"/{containers,names}/{,.}[!.]* "$run_root"/containers/{,.}[!.]*; do
    [[ ! -e $path && ! -L $path ]] || printf 'record: %s\n' "$path"
  done
  [[ ! -d $data_root ]] || find "$data_root" \( -name '.*.tmp-*' -o -path '*/staging/*' \) \
    -printf 'temporary: %p\n'
  [[ ! -d $run_root ]] || find "$run_root" -mindepth 1 ! -type d ! -name '*lock' -printf 'file: %p\n'
  find /tmp /var/tmp -maxdepth 1 -name '*vxn*' -printf 'temporary: %p\n'
}

# The kernel may take a moment to let go of devices after the last close.
expect_nothing_left() {
  local left deadline=$((SECONDS + 5))
  while left=$(leftovers) && [[ -n $left ]]; do
    if ((SECONDS >= deadline)); then
      printf 'left behind:\n%s\n' "$left"
      undo_leftovers
      return 1
    fi
    sleep 0.2
  done
}

# So that the next test starts clean, by force and without vxn.
undo_leftovers() {
  local domain path
  pkill -9 -x 'vdkr|vpdmn|vxn|vxn-monitor|vxn-image-work|vxn-oci-runtime'
  for domain in $(xl list | awk 'NR > 1 && $2 != 0 { print $2 }'); do xl destroy "$domain"; done
  for path in $(xenstore-list /local/domain/0/backend 2>/dev/null); do
    xenstore-rm "/local/domain/0/backend/$path"
  done
  for path in $(xenstore-list /local/domain) $(xenstore-list /libxl 2>/dev/null); do
    [[ $path == 0 ]] || xenstore-rm "/local/domain/$path" "/libxl/$path"
  done
  sleep 0.5
  for path in /sys/block/dm-*/dm/name; do
    [[ ! -e $path ]] || dmsetup remove --force "$(<"$path")"
  done
  losetup -D
  rm -rf "$data_root"/{containers,names}/{,.}[!.]* "$run_root"/containers/{,.}[!.]* \
    "$data_root"/images/staging/* /tmp/*vxn* /var/tmp/*vxn*
  find "$data_root" "$run_root" -name '.*.tmp-*' -delete
} >/dev/null 2>&1
