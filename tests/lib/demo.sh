# shellcheck shell=bash disable=SC2034,SC2154
# The parts of ./demo.

step_log=$results/demo
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vxn
needed_mib=6000 # of disk, without the packages
begin=$SECONDS

# Is this the dom0 of a Xen?
on_xen() { grep -qs control_d /proc/xen/capabilities; }

purposes() { if on_xen; then echo build run registry; else echo build registry machine; fi; }

missing_packages() {
  # shellcheck disable=SC2046
  "$root/packaging/install-packages" --missing $(purposes)
}

free_mib() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }

check_host() {
  local ID VERSION_ID PRETTY_NAME
  # shellcheck disable=SC1091
  . /etc/os-release
  [[ ${ID-} == debian && ${VERSION_ID-} == 12 ]] ||
    die "this needs Debian 12 (bookworm), and this is ${PRETTY_NAME:-something else}"
  [[ $(uname -m) == x86_64 ]] || die "this needs an x86-64 processor, and this is $(uname -m)"
  ((EUID == 0)) || die "only root can do this (packages, loop devices, Xen): sudo ./demo"
  mkdir -p "$cache" "$results" || die "cannot write in $root"
  if [[ ! -e $cache/machine && $(free_mib "$cache") -lt $needed_mib ]]; then
    die "this needs $needed_mib MiB free in $cache, and there are $(free_mib "$cache")"
  fi
  fit_memory
}

# The machine gets 8 GiB where the host has them, less on a small host.
fit_memory() {
  local available
  on_xen || "$root/machine/status" >/dev/null 2>&1 && return
  available=$(awk '/MemAvailable/ { print int($2 / 1024) - 700 }' /proc/meminfo)
  ((available >= 3072)) || die "the machine needs 3072 MiB of memory, and $available can be had"
  if ((available < 8192)); then export VXN_MACHINE_MEMORY=${VXN_MACHINE_MEMORY:-$available}; fi
}

# What apt would fetch and what it takes on disk, in its own words.
package_sizes() {
  apt-get -q --no-install-recommends --assume-no install "$@" 2>/dev/null |
    sed -nE 's/^Need to get ([0-9.,]+ .B).*/\1 to fetch/p; s/^After this operation, ([0-9.,]+ .B).*/\1 on disk/p' |
    paste -sd, | sed 's/,/, /'
}

is_prepared() { [[ -f $root/build/build.ninja ]] && { on_xen || [[ -d $cache/machine/images ]]; }; }

announce() {
  local -a packages
  local sizes
  mapfile -t packages < <(missing_packages)
  say "vxn: each container in a Xen domain of its own, by docker's commands."
  if on_xen; then
    say "  Xen       is here: vxn is built and installed in /usr"
  else
    say "  Xen       is not here: a machine in QEMU gets one (${VXN_MACHINE_MEMORY:-8192} MiB of memory)"
  fi
  if ((${#packages[@]} > 0)); then
    sizes=$(package_sizes "${packages[@]}")
    say "  packages  ${#packages[@]} of Debian's are installed (${sizes:-their lists are fetched first}):"
    printf '%s ' "${packages[@]}" | fold -s -w 88 | sed 's/^/              /' >&2
    say ""
  else
    say "  packages  all are there"
  fi
  if is_prepared; then
    say "  disk      $(du -shc "$cache" "$root/build" 2>/dev/null | tail -n 1 | cut -f 1) are used, in $cache and build/"
    say "  time      less than a minute"
  else
    say "  disk      about 3 GB, in $cache and build/"
    say "  time      5 to 10 minutes on 2 cores; the next time less than one"
  fi
}

count_steps() { if on_xen; then echo 4; else echo 3; fi; }

install_what_is_missing() {
  # shellcheck disable=SC2046
  VXN_STEP_LOG=$step_log/packages "$root/packaging/install-packages" $(purposes)
}

install_here() { meson install -C "$root/build" --no-rebuild --quiet && vxn-kernel update; }

# Runs a command where vxn is, with short names from the registry that was filled.
there() {
  local registry=$registry_in_dom0
  if on_xen; then registry=$registry_address; fi
  set -- env VXN_REGISTRY="$registry" VXN_INSECURE_REGISTRIES="$registry" "$@"
  if on_xen; then "$@"; else "$root/machine/run" "$@"; fi
}

show() { # COMMAND…
  local status=0 start=${EPOCHREALTIME/[.,]/}
  say ""
  say "# $*"
  there "$@" || status=$?
  say "(exit code $status, $(seconds_since "$start"))"
  return "$status"
}

show_container() {
  local status=0
  say ""
  say "In the dom0:"
  show vdkr pull busybox || return
  show vdkr run --rm busybox echo hello || return
  show vdkr run --rm busybox sh -c 'uname -sr; exit 42' || status=$?
  ((status == 42)) || return 1
  show xl list
}

show_next() {
  local prefix=
  on_xen || prefix='machine/run '
  cat >&2 <<END

That was all of it, in $((SECONDS - begin)) s: an image pulled, turned into a disk, booted, its output and exit code
brought back, and everything taken apart again. Three to try next:
  ${prefix}vdkr run --rm debian python3 -c 'print(6 * 7)'
  echo hello | ${prefix}vdkr run --rm -i --timing busybox sha256sum
  ${prefix}vdkr --help
To remove everything: ./demo --remove
END
}

remove_all() {
  local list=$cache/installed-packages
  "$root/machine/stop" 2>/dev/null
  "$root/tests/support/registry/registry" stop 2>/dev/null
  if on_xen && [[ -f $root/build/build.ninja ]]; then
    ninja -C "$root/build" uninstall >/dev/null && say "uninstalled vxn; its data is in /var/lib/vxn"
  fi
  if [[ -s $list ]]; then
    say "These packages were installed for vxn; this removes them:"
    say "  apt-get purge --autoremove $(sort -u "$list" | paste -sd' ')"
  fi
  rm -rf "$root"/build "$root"/build-{failpoints,asan,tsan,fuzz} "$results" "$cache"
  say "removed $cache, the build directories and test-results/"
}
