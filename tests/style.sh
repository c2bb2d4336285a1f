#!/bin/bash
# Looks at every tracked file: format, shell scripts, layers, words. One line per finding; exits 1
# if there is one ("warning:" lines do not count).
#   tests/style.sh [--tidy BUILD_DIR [FILE…]]   with clang-tidy, by BUILD_DIR/compile_commands.json
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8

findings=$(mktemp) || exit 1
trap 'rm -f "$findings"' EXIT
found() { tee -a "$findings"; }

tracked() {
  git ls-files -z -- "$@" | while IFS= read -r -d '' file; do
    [[ -f $file && ! -L $file ]] && printf '%s\0' "$file"
  done
}
sources() { tracked '*.cc' '*.h'; }

scripts() {
  tracked | while IFS= read -r -d '' file; do
    case $file in
      *.sh | *.bash | *.bats) printf '%s\0' "$file" ;;
      *) LC_ALL=C head -c 64 "$file" | head -n 1 | grep -aqE '^#!.*[/ ](sh|bash|dash|bats)( |$)' &&
        printf '%s\0' "$file" ;;
    esac
  done
}

check_format() {
  sources | xargs -0r clang-format --dry-run -Werror 2>&1 |
    sed -nE 's/^([^ :]+):([0-9]+):[0-9]+: error: .*/\1:\2: not as clang-format has it/p' |
    sort -t: -u -k1,1
}

# Not SC1091 (a script elsewhere), nor SC2317 (what only a trap or a sourcing script calls).
check_shell() { scripts | xargs -0r shellcheck -x -P SCRIPTDIR -e SC1091,SC2317 -f gcc 2>&1; }

check_layers() {
  python3 tests/check_layers.py
  python3 tests/check_layers_test.py 2>&1 | grep -E '^(FAIL|ERROR):'
}

check_flags() {
  python3 tests/check_flags.py
  python3 tests/check_flags_test.py 2>&1 | grep -E '^(FAIL|ERROR):'
}

# Where a tree was built, and from where packages came, is nobody's business. Of this machine: the
# hosts that apt uses beside Debian's own.
check_words() {
  local hosts
  hosts=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* 2>/dev/null |
    grep -E '^ *(deb|URIs:|Acquire::)' | grep -oE 'https?://[^/ ";]+' |
    sed -E 's#.*[/@]##; s#:[0-9]+$##' | sort -u |
    grep -vE '(^|\.)debian\.org$|^localhost$|^127\.' | sed 's/[.]/\\./g' | paste -sd'|')
  local places='(^|[^[:alnum:]_./-])/(work|home/[a-z]+)/|/tmp/build-|://[^/ ]*mirror[^/ ]*[.]'
  tracked ':!LICENSE' ':!tests/style.sh' | xargs -0r grep -nIE "$places${hosts:+|$hosts}" |
    sed -E 's/^([^:]+:[0-9]+):.*/\1: a path or host of one machine/'
  tracked ':!tests/style.sh' | xargs -0r grep -nIwE 'TODO|FIXME|XXX' |
    sed -E 's/^([^:]+:[0-9]+):.*/\1: unfinished, says a mark/'
}

warn_length() {
  tracked '*.cc' '*.h' '*.sh' '*.bash' '*.py' | xargs -0r wc -l |
    awk '$2 != "total" && $1 > 300 { print "warning: " $2 ": " $1 " lines; what second thing moved in?" }'
}

# The compiler that builds gives the compiler's warnings; -w leaves clang's out.
check_tidy() {
  local build=$1
  shift
  if [[ ! -f $build/compile_commands.json ]]; then
    echo "$build: no compile_commands.json there"
    return
  fi
  if (($#)); then printf '%s\0' "$@"; else tracked '*.cc'; fi | while IFS= read -r -d '' file; do
    if grep -qF "/$file\"" "$build/compile_commands.json"; then
      printf '%s\0' "$PWD/$file"
    else
      echo "warning: $file: not compiled in $build, not looked at" >&2
    fi
  done | xargs -0r -n 4 -P 2 clang-tidy -p "$build" --quiet --extra-arg=-w 2>/dev/null |
    grep -E ': (warning|error): ' | sed -E "s#^.*($PWD/|\.\./)##" | sort -u
}

check_format | found
check_shell | found
check_layers | found
check_flags | found
check_words | found
warn_length
if [[ ${1-} == --tidy ]]; then
  check_tidy "${2:?a build directory}" "${@:3}" | found
fi
[[ ! -s $findings ]]
