# shellcheck shell=bash disable=SC2154
# Brings what the build installs into dom0's own disk: programs start slowly from a shared one.

# Whether the build changed since it was last tried; ninja adds to its log whatever it makes.
build_is_newer() {
  local tried=$run_dir/install-tried
  [[ -f $build_dir/build.ninja ]] || return 1
  [[ $build_dir/.ninja_log -nt $tried || $build_dir/build.ninja -nt $tried ]]
}

# The image of the guests' own kernel; empty where it was not built, which is no failure, nor is a host
# that could not build it.
guest_kernel() { "$source_root/guest-kernel/build" --cached 2>/dev/null || true; }

# Whether it is another one than when a build was last installed.
guest_kernel_is_new() { [[ $(guest_kernel) != "$(cat "$run_dir/guest-kernel" 2>/dev/null)" ]]; }

# dom0 finds it beside the build.
offer_guest_kernel() { # SHARED_DIRECTORY
  local image
  image=$(guest_kernel)
  rm -f "$1/guest-kernel"
  [[ -z $image ]] || cp "$image" "$1/guest-kernel"
  printf '%s\n' "$image" >"$run_dir/guest-kernel"
}

# Packs the installed tree of the build into $1; one and the same tree gives the same bytes.
# Stripped, it is a tenth of the size; VXN_MACHINE_STRIP=no keeps what debuggers and sanitizers read.
pack_build() {
  local out=$1 tree status=0
  local -a strip=(--strip)
  [[ ${VXN_MACHINE_STRIP-yes} != no ]] || strip=()
  tree=$(mktemp -d "$run_dir/install.XXXXXX")
  meson install -C "$build_dir" --no-rebuild --quiet "${strip[@]}" --destdir "$tree" \
    >"$run_dir/log/install" 2>&1 &&
    tar -C "$tree" -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner . >"$out.new" || status=$?
  rm -rf "$tree"
  ((status == 0)) && mv "$out.new" "$out"
}

# Installs $build_dir in dom0 where that changes anything. The machine is up.
install_build() {
  local lock hash share=$run_dir/results/.install
  exec {lock}>"$run_dir/install.lock"
  flock -w 300 "$lock" || die "another caller installs $build_dir for 5 minutes"
  mkdir -p "$share"
  touch "$run_dir/install-tried" # older than whatever a build makes from now on
  pack_build "$share/build.tar" {lock}>&- || {
    say "$build_dir does not install (yet); dom0 keeps what it has; see $run_dir/log/install"
    exec {lock}>&-
    return 1
  }
  offer_guest_kernel "$share"
  hash=$(cat "$share/build.tar" "$run_dir/guest-kernel" | sha256sum)
  if [[ ! -f $run_dir/installed || $(<"$run_dir/installed") != "$hash" ]]; then
    say "installing $build_dir in dom0"
    in_dom0 machine-install /results/.install/build.tar </dev/null >&2 {lock}>&- || die "installing failed"
    printf '%s\n' "$hash" >"$run_dir/installed"
  fi
  exec {lock}>&-
}
