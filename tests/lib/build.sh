# shellcheck shell=bash disable=SC2154
# The build trees. "build" is the release that ./demo, the tests and people share; the others are
# made only where ./test needs them. meson takes ccache by itself where it is installed.

build_options() { # TREE
  case $1 in
    build) echo -Dwerror=true ;;
    build-failpoints) echo -Dwerror=true -Dfailpoints=true -Dtests=false ;;
    build-asan) echo -Dwerror=true -Db_sanitize=address,undefined ;;
    build-tsan) echo -Dwerror=true -Db_sanitize=thread ;;
    build-fuzz) echo -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false ;;
    *) die "there is no build tree named $1" ;;
  esac
}

configure() { # TREE
  local tree=$root/$1 options
  [[ ! -f $tree/build.ninja ]] || return 0
  read -ra options < <(build_options "$1")
  rm -rf "$tree" # a setup that was interrupted cannot be gone on with
  if [[ $1 == build-fuzz ]]; then export CC=clang CXX=clang++; fi
  meson setup "$tree" "$root" "${options[@]}"
}

compile() { # TREE
  configure "$1" && ninja -C "$root/$1"
}

# What `meson install` would put on a system, in TREE/stage.
stage() { # TREE
  compile "$1" &&
    DESTDIR=$root/$1/stage meson install -C "$root/$1" --no-rebuild --only-changed --quiet
}

ensure_built() { step "building $1" compile "$1"; }
ensure_staged() { step "building $1" stage "$1"; }
