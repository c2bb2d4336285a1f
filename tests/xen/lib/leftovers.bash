# shellcheck shell=bash
# What containers that are gone must not leave in dom0. Everything here is asked of Xen and of the
# kernel, nothing of vxn. docs/state.md names what stays.

data_root=${VXN_DATA_ROOT:-/var/lib/vxn}
run_root=${VXN_RUN_ROOT:-/run/vxn}

# Prints what is there and should not be, a line each. It runs before and after each test, so it
# starts three programs only: processes are slow to start under emulation. And without bats' trap,
# which notes each command for the report of a failure, and here would take four fifths of the time.
leftovers() (
  trap - DEBUG
  left_domains
  left_nodes
  left_devices
  left_processes
  left_files
)

left_domains() {
  local line number
  while IFS= read -r line; do
    read -r _ number _ <<<"$line"
    [[ $number == ID || $number == 0 ]] || printf 'domain: %s\n' "$line"
  done < <(xl list)
}

# Anything of a domain but dom0 itself, and anything of ours.
left_nodes() {
  local path
  while IFS= read -r path; do
    case $path in
      /vm/00000000-0000-0000-0000-000000000000*) ;;
      /local/domain/[1-9]* | /local/domain/0/backend/*/[0-9]* | /libxl/[1-9]* | /vm/* | *vxn*)
        printf 'xenstore: %s\n' "$path"
        ;;
    esac
  done < <(xenstore-ls -f /)
}

left_devices() {
  local path name
  for path in /sys/block/loop*/loop/backing_file /sys/block/dm-*/dm/name; do
    if [[ -e $path ]] && { read -r name <"$path"; } 2>/dev/null; then
      path=${path#/sys/block/}
      printf 'device: %s %s\n' "${path%%/*}" "$name"
    fi
  done
  for path in /sys/class/net/vif*; do
    [[ ! -e $path ]] || printf 'network: %s\n' "${path##*/}"
  done
}

is_ours() { # name of a process, as the kernel cuts it
  case $1 in vdkr | vpdmn | vxn | vxn-monitor | vxn-image-work* | vxn-oci-runtim*) ;; *) return 1 ;; esac
}

our_processes() {
  local path name
  for path in /proc/[0-9]*/comm; do
    if { read -r name <"$path"; } 2>/dev/null && is_ours "$name"; then
      path=${path#/proc/}
      printf '%s\n' "${path%/comm}"
    fi
  done
}

left_processes() {
  local pid
  for pid in $(our_processes); do
    printf 'process: %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
  done
}

# Records, temporary files, and locks that somebody holds.
left_files() {
  local device inode type path held file
  held=$(</proc/locks) # "… MAJOR:MINOR:INODE …", hexadecimal but for the inode
  for path in /tmp/*vxn* /var/tmp/*vxn*; do
    [[ ! -e $path ]] || printf 'temporary: %s\n' "$path"
  done
  while read -r device inode type path; do
    case $path in
      */.*.tmp-* | */staging/*) printf 'temporary: %s\n' "$path" ;;
      */containers/* | */names/*) printf 'record: %s\n' "$path" ;;
      "$run_root"/loops) ;; # of those who share loop devices; a hint, kept
      "$run_root"/*) [[ $type == d || $path == *lock ]] || printf 'file: %s\n' "$path" ;;
    esac
    printf -v file ' %02x:%02x:%d ' $((device >> 8 & 0xfff)) \
      $((device & 0xff | device >> 12 & 0xfff00)) "$inode"
    [[ $held != *"$file"* ]] || printf 'lock: %s\n' "$path"
  done < <(find "$data_root" "$run_root" -mindepth 1 -printf '%D %i %y %p\n' 2>/dev/null)
}

# The kernel may take a moment to let go of devices after the last close.
expect_nothing_left() {
  local left deadline=$((SECONDS + 10 * patience))
  while left=$(leftovers) && [[ -n $left ]]; do
    if ((SECONDS >= deadline)); then
      printf 'left behind:\n%s\n' "$left"
      undo_leftovers
      return 1
    fi
    sleep 0.2
  done
}

# So that the next test starts clean, by force and without vxn. What is not there is no reason to
# stop: a subshell, so that bats' errexit is off in it alone.
undo_leftovers() (
  set +e
  trap - DEBUG
  local domain path
  for path in $(our_processes); do kill -9 "$path"; done
  for domain in $(xl list | awk 'NR > 1 && $2 != 0 { print $2 }'); do xl destroy "$domain"; done
  for path in $(xenstore-list /local/domain/0/backend 2>/dev/null); do
    xenstore-rm "/local/domain/0/backend/$path"
  done
  for path in $(xenstore-list /local/domain) $(xenstore-list /libxl 2>/dev/null); do
    [[ $path == 0 ]] || {
      xenstore-rm "/local/domain/$path"
      xenstore-rm "/libxl/$path"
    }
  done
  sleep 0.5
  for path in /sys/block/dm-*/dm/name; do
    [[ ! -e $path ]] || dmsetup remove --force "$(<"$path")"
  done
  losetup -D
  rm -rf "$data_root"/{containers,names}/{,.}[!.]* "$run_root"/{containers,memres}/{,.}[!.]* \
    "$data_root"/images/staging/* /tmp/*vxn* /var/tmp/*vxn*
  find "$data_root" "$run_root" -name '.*.tmp-*' -delete
  find "$run_root" -mindepth 1 ! -type d ! -name '*lock' ! -name loops -delete
  exit 0
) >/dev/null 2>&1
