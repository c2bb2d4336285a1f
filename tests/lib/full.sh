# shellcheck shell=bash disable=SC2154
# ./test full: every part, each in less than 10 minutes. What is green for this very commit, and for
# a tree without changes, is not run again. The result is test-results/full-COMMIT.txt.

# "PART<tab>WHAT IT SHOWS<tab>COMMAND": COMMAND writes TAP.
parts() {
  local family
  part style "format, shell scripts, layers, words" tests/suites/style run all text
  part build "the release and its unit tests compile" tests/suites/build build
  part unit "unit tests" tests/suites/unit run all
  part functional "programs without Xen" tests/suites/functional run all
  for family in $(tests_of style | grep '^tidy'); do
    part "$family" "clang-tidy" tests/suites/style run all "$family"
  done
  part build-asan "compiles with address and undefined sanitizers" tests/suites/build build-asan
  part unit-asan "unit tests under them" env UNIT_BUILD=build-asan tests/suites/unit run all
  part functional-asan "programs under them" \
    env FUNCTIONAL_BUILD=build-asan tests/suites/functional run all
  part build-tsan "compiles with the thread sanitizer" tests/suites/build build-tsan
  part unit-tsan "unit tests under it" env UNIT_BUILD=build-tsan tests/suites/unit run all
  part build-failpoints "compiles with failpoints" tests/suites/build build-failpoints
  part machine "builds and boots the machine" tests/suites/build machine
  for family in "$root"/tests/xen/*.bats; do
    family=${family##*/}
    family=${family%.bats}
    [[ $family != systemd ]] || continue
    part "xen-$family" "on Xen: $family" tests/suites/xen run all "$family"
  done
  for family in leftovers systemd; do
    part "systemd-$family" "on Xen, in a dom0 with systemd, udev and LVM: $family" \
      env MACHINE_FLAVOUR=--systemd tests/suites/xen run all "$family"
  done
  for family in "$root"/tests/soak/*.bats; do
    family=${family##*/}
    family=${family%.bats}
    part "soak-$family" "for long: $family" tests/suites/soak run all "$family"
  done
  part build-fuzz "compiles the fuzz targets" tests/suites/build build-fuzz
  part fuzz "each fuzz target for 60 s" tests/suites/fuzz run all
  part bench-cold "a cold start against a bare xl create" tests/suites/bench cold
}

tests_of() { "$root/tests/suites/$1" list | cut -f 1; }

tests_of() { "$root/tests/suites/$1" list | cut -f 1; }

part() { # NAME WHAT COMMAND…
  printf '%s\t%s\t%s\n' "$1" "$2" "${*:3}"
}

commit() { git -C "$root" rev-parse HEAD; }
is_clean() { [[ -z $(git -C "$root" status --porcelain) ]]; }

# A part's result file: "PASSED FAILED SECONDS DATE".
is_green() { # FILE
  local passed failed rest
  [[ -f $1 ]] && read -r passed failed rest <"$1" && ((passed > 0 && failed == 0))
}

run_part() { # NAME WHAT COMMAND
  local state=$full_state/$1 before failed start=$SECONDS passed
  local -a command
  before=$(grep -c '^ok' "$tally")
  failed=$(grep -c '^failed' "$tally")
  say ""
  say "== $1: $2"
  read -ra command <<<"$3"
  (cd "$root" && timeout -k 20 600 "${command[@]}" </dev/null) |
    tee "$state.tap" | tap_show "$1" "$tally"
  suite_status "$1" "${PIPESTATUS[0]}" "$failed"
  passed=$(($(grep -c '^ok' "$tally") - before))
  failed=$(($(grep -c '^failed' "$tally") - failed))
  printf '%d %d %d %s\n' "$passed" "$failed" $((SECONDS - start)) "$(date -uIseconds)" >"$state"
}

# One line per part, and the sum, for the whole commit.
write_result() { # FILE
  local name what command passed failed seconds date all=0 bad=0 missing=0
  {
    echo "commit $(commit)$(is_clean || echo ' with uncommitted changes')"
    while IFS=$'\t' read -r name what command; do
      if read -r passed failed seconds date 2>/dev/null <"$full_state/$name"; then
        printf '%-20s %5d passed %3d failed %4d s  %s\n' "$name" "$passed" "$failed" "$seconds" "$date"
        all=$((all + passed)) bad=$((bad + failed))
      else
        printf '%-20s not run\n' "$name"
        missing=$((missing + 1))
      fi
    done < <(parts)
    ((missing == 0)) || echo "$missing parts were not run: this result is not complete"
    printf '%d passed, %d failed\n' "$all" "$bad"
  } >"$1.new"
  mv "$1.new" "$1"
}

run_full() { # [PART]
  local name what command file full_state wanted=${1-}
  name=full-$(commit)
  if ! is_clean; then
    say "The tree has uncommitted changes: whatever ran before is run again, and the result says so."
    name+=-changed
  fi
  file=$results/$name.txt
  full_state=$results/$name
  mkdir -p "$full_state"
  if [[ -n $wanted ]] && ! parts | cut -f 1 | grep -qxF -- "$wanted"; then
    say "There is no part $wanted. Parts:"
    parts | cut -f 1,2 | column -t -s $'\t' >&2
    exit 2
  fi
  while IFS=$'\t' read -r name what command <&3; do
    [[ -z $wanted || $name == "$wanted" ]] || continue
    if is_clean && is_green "$full_state/$name"; then
      say "== $name: green for this commit, not run again"
      sed -n 's/^ok [0-9]* /ok '"$name"': /p' "$full_state/$name.tap" >>"$tally"
    else
      run_part "$name" "$what" "$command"
    fi
    write_result "$file"
  done 3< <(parts)
  say ""
  cat "$file" >&2
}
