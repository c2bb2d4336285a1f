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

# Sets `arguments` for bats: all of DIRECTORY, one of its files, one case as `list` names it, or all
# that have NAME in their names.
bats_select() { # DIRECTORY MODE [NAME]
  local directory=$1 mode=$2 name=${3-} family
  arguments=(--formatter tap)
  [[ $mode != quick ]] || arguments+=(--filter-tags quick)
  family=$directory/${name%%: *}.bats
  if [[ -n $name && -f $family ]]; then
    name=${name#"${name%%: *}"}
    name=${name#: }
  else
    family=
  fi
  # shellcheck disable=SC2001
  [[ -z $name ]] || arguments+=(--filter "$(sed 's/[][\\.*^$()+?{|]/\\&/g' <<<"$name")")
  if [[ -n $family ]]; then arguments+=("$family"); else arguments+=("$directory"/*.bats); fi
}
