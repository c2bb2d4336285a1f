# shellcheck shell=bash disable=SC2034
# Settings of the machine: where its files are and how large it is. Sourced by each command.

machine_dir=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
source_root=${machine_dir%/*}
export LC_ALL=C  # arguments are bytes

cache_dir=${VXN_MACHINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/vxn/machine}
memory_mib=${VXN_MACHINE_MEMORY:-8192}
dom0_memory_mib=${VXN_MACHINE_DOM0_MEMORY:-2048}
cpus=${VXN_MACHINE_CPUS:-2}
disk_gib=${VXN_MACHINE_DISK:-16}       # size of dom0's root disk; sparse
boot_deadline=${VXN_MACHINE_DEADLINE:-300}  # seconds
build_dir=${VXN_BUILD_DIR:-$source_root/build}
flavour=bare

say() { printf 'machine: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 125
}

# Takes --systemd off the command line. Sets flavour and rest, the arguments left.
parse_flavour() {
  while [[ ${1-} == --* ]]; do
    case $1 in
      --systemd) flavour=systemd ;;
      --bare) flavour=bare ;;
      --)
        shift
        break
        ;;
      *) die "unknown option $1" ;;
    esac
    shift
  done
  rest=("$@")
  name_instance
}

# An instance belongs to one source tree, which it shows as /host, so two checkouts never meet.
name_instance() { use_instance "$flavour-${VXN_MACHINE_NAME:-default}-$(tree_number)"; }

tree_number() { printf %s "$source_root" | cksum | cut -d ' ' -f 1; }

# All that there ever were of this source tree, up or not, a line each.
instances() {
  local directory tree
  tree=$(tree_number)
  for directory in "$cache_dir"/run/*-"$tree"; do
    [[ ! -d $directory ]] || printf '%s\n' "${directory##*/}"
  done
}

use_instance() { # NAME
  instance=$1
  run_dir=$cache_dir/run/$instance
  control=$run_dir/ssh
  # A unix socket's path has at most 107 bytes, and ssh adds 17 while it makes one.
  if ((${#control} > 88)); then
    control=/tmp/vxn-machine-$UID/$instance
    ((${#control} <= 88)) || die "the name of the instance is too long: $instance"
  fi
}
