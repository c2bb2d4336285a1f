# shellcheck shell=bash disable=SC2154
# Makes dom0's root tree from Debian packages.

excluded_paths() {
  printf '%s\n' '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*' \
    '/usr/share/lintian/*' '/usr/share/bash-completion/*' '/usr/lib/debug/*'
  # large sets of drivers that no emulated dom0 meets
  printf '/lib/modules/*/kernel/%s/*\n' sound drivers/{gpu,media,infiniband,iio,staging} \
    drivers/net/{wireless,ethernet}
}

# shellcheck disable=SC2016  # $1 is the hook's
# The tree, in an absent directory $1.
make_rootfs() {
  local tree=$1 path option
  local -a options=()
  while read -r path; do options+=("--dpkgopt=path-exclude=$path"); done < <(excluded_paths)
  while read -r option; do options+=("--aptopt=$option"); done < <(apt_options)
  apt_sources >"$tree.sources"
  [[ -s $tree.sources ]] || die "apt knows no Debian mirror: is /etc/apt set up, and 'apt-get update' run?"
  # INITRD=No: dom0 boots from a small initrd of our own, see build-image.sh.
  INITRD=No DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --variant=essential \
    --include="$(packages | paste -sd,)" "${options[@]}" \
    --customize-hook='rm -rf "$1"/etc/apt/sources.list "$1"/etc/ssh/ssh_host_* "$1"/boot/initrd*' \
    --customize-hook='echo vxn-machine >"$1"/etc/hostname' \
    "$suite" "$tree" - <"$tree.sources"
  # sh starts faster than bash, and every command from the host goes through root's shell.
  sed -i '/^root:/s#:[^:]*$#:/bin/sh#' "$tree/etc/passwd"
  tar -C "$machine_dir/overlay/common" -c --owner=0 --group=0 . | tar -C "$tree" -x --keep-directory-symlink
  tar -C "$machine_dir/overlay/$flavour" -c --owner=0 --group=0 . | tar -C "$tree" -x --keep-directory-symlink
}
