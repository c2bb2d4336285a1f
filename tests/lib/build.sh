# shellcheck shell=bash disable=SC2154
# The build trees. "build" is the release that ./demo, the tests and people share; the others are
# made only where ./test needs them. meson takes ccache by itself where it is installed; what is the
# same in two trees, or in two clones, is then compiled once. What a sanitizer adds takes the optimiser
# four times as long as everything else.
export CCACHE_NOHASHDIR=1

build_options() { # TREE
  case $1 in
    build) echo -Dwerror=true ;;
    build-failpoints) echo -Dwerror=true -Dfailpoints=true -Dtests=false ;;
    build-asan) echo -Dwerror=true -Db_sanitize=address,undefined -Doptimization=0 ;;
    build-tsan) echo -Dwerror=true -Db_sanitize=thread -Doptimization=0 ;;
    build-fuzz) echo -Dfuzz=true -Db_lundef=false ;;
    *) die "there is no build tree named $1" ;;
  esac
}

configure() { # TREE
  local tree=$root/$1
  local -a options compiler=()
  if [[ -f $tree/build.ninja ]]; then
    ninja -C "$tree" build.ninja # which may be older than the list of sources
    return
  fi
  read -ra options < <(build_options "$1")
  rm -rf "$tree" # a setup that was interrupted cannot be gone on with
  [[ $1 != build-fuzz ]] || compiler=(env CC=clang CXX=clang++)
  "${compiler[@]}" meson setup "$tree" "$root" "${options[@]}"
}

# Of build-fuzz only the fuzz targets: each brings what it tests with it.
compile() { # TREE
  local -a targets=()
  configure "$1" || return
  [[ $1 != build-fuzz ]] || mapfile -t targets < <(fuzz_targets | cut -f 2)
  ninja -C "$root/$1" "${targets[@]#"$root/$1"/}"
}

fuzz_targets() { # "NAME<tab>PROGRAM"
  meson introspect --targets "$root/build-fuzz" |
    jq -r '.[] | select(.name | endswith("_fuzz")) | [.name, .filename[0]] | @tsv'
}

# What `meson install` would put on a system, in TREE/stage; what only debuggers read is nine tenths.
stage() { # TREE
  compile "$1" &&
    DESTDIR=$root/$1/stage meson install -C "$root/$1" --no-rebuild --only-changed --strip --quiet
}

# One at a time: lanes share the trees.
with_tree() ( # TREE COMMAND…
  mkdir -p "$results"
  exec {lock}>"$results/$1.lock"
  flock "$lock" && "${@:2}" {lock}>&-
)

ensure_built() { step "building $1" with_tree "$1" compile "$1"; }
ensure_staged() { step "building $1" with_tree "$1" stage "$1"; }
