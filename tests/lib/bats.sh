# shellcheck shell=bash disable=SC2034,SC2154
# What the suites made of bats files share: their lists, and what a NAME selects.

# "FILE: CASE<tab>quick|full"; a case tagged "quick" is in ./test without arguments.
bats_list() { # FILE…
  awk '
    FNR == 1 { family = FILENAME; sub(/.*\//, "", family); sub(/\.bats$/, "", family); tags = "full"; all = "full" }
    /^# bats file_tags=.*quick/ { all = "quick" }
    /^# bats test_tags=.*quick/ { tags = "quick" }
    /^@test / {
      name = $0; sub(/^@test ["\047]/, "", name); sub(/["\047] \{.*$/, "", name)
      print family ": " name "\t" (all == "quick" ? all : tags); tags = "full"
    }' "$@"
}

# Sets `options` and `files` for bats: all of DIRECTORY, one of its files, one case as `list` names it, or
# all that have NAME in their names. Bats reads each file before it begins, so that only those with such
# a case are named.
bats_select() { # DIRECTORY MODE [NAME]
  local directory=$1 mode=$2 name=${3-} family case file
  options=(--formatter tap)
  [[ $mode != quick ]] || options+=(--filter-tags quick)
  family=${name%%: *}
  case=$name
  if [[ -n $name && -f $directory/$family.bats ]]; then
    case=${name#"$family"}
    case=${case#: }
  else
    family='*'
  fi
  # shellcheck disable=SC2001
  [[ -z $case ]] || options+=(--filter "$(sed 's/[][\\.*^$()+?{|]/\\&/g' <<<"$case")")
  files=()
  for file in "$directory"/$family.bats; do
    if bats_list "$file" | has_case "$mode" "$case"; then files+=("$file"); fi
  done
}

has_case() { # MODE CASE; a list on stdin
  awk -F '\t' -v mode="$1" -v wanted="$2" '
    { sub(/^[^:]*: /, "", $1) }
    (mode == "all" || $2 == mode) && (wanted == "" || index($1, wanted)) { found = 1 }
    END { exit !found }'
}
