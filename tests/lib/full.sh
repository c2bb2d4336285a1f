# shellcheck shell=bash disable=SC2154
# ./test full: every part, each in less than 10 minutes, in lanes; what takes all processors, alone. A part that is green
# for the very inputs that this commit has, the files that it is made of, is not run again. The result is
# test-results/full-COMMIT.txt.

# What parts are made of, as git's pathspecs.
product=(base guest-init image xen memres engine monitor cli frontends oci-runtime
  guest-kernel/vxn-kernel meson.build meson_options.txt apt-packages.txt packaging)
suite_inputs=(tests/lib tests/suites tests/support test ':!tests/lib/full.sh' ':!tests/lib/demo.sh')
tidy_inputs=('*.h' '*meson.build' .clang-tidy tests/style.sh)
everything_inputs=(.)
unit_inputs=("${product[@]}" "${suite_inputs[@]}" tests ':!tests/xen/*.bats' ':!tests/xen/lib'
  ':!tests/kill' ':!tests/soak/*.bats' ':!tests/compat' ':!tests/functional' ':!tests/machine')
functional_inputs=("${product[@]}" "${suite_inputs[@]}" tests/functional tests/xen tests/kill machine
  guest-kernel bench docs demo .ci)
own_kernel=(guest-kernel/build guest-kernel/source guest-kernel/vxn.config)
kernel_inputs=("${own_kernel[@]}" tests/suites/build)
xen_inputs=("${product[@]}" "${suite_inputs[@]}" machine tests/xen/lib)

# "PART<tab>WHAT IT SHOWS<tab>INPUTS<tab>COMMAND": INPUTS names an array, and "+FILE" adds to it;
# COMMAND writes TAP.
parts() {
  local family folder
  part style "format, shell scripts, layers, words" everything tests/suites/style run all text
  part build "the release and its unit tests compile" unit tests/suites/build build
  part unit "unit tests" unit tests/suites/unit run all
  part functional "programs without Xen" functional tests/suites/functional run all
  for family in $(tests_of style | grep '^tidy'); do
    folder=${family#tidy-}
    folder=${folder/%tests-others/tests}
    part "$family" "clang-tidy" "tidy+${folder/#tests-/tests/}" tests/suites/style run all "$family"
  done
  part build-asan "compiles with address and undefined sanitizers" unit tests/suites/build build-asan
  part unit-asan "unit tests under them" unit env UNIT_BUILD=build-asan tests/suites/unit run all
  part functional-asan "programs under them" functional \
    env FUNCTIONAL_BUILD=build-asan tests/suites/functional run all
  part build-tsan "compiles with the thread sanitizer" unit tests/suites/build build-tsan
  part unit-tsan "unit tests under it" unit env UNIT_BUILD=build-tsan tests/suites/unit run all
  part build-failpoints "compiles with failpoints" unit tests/suites/build build-failpoints
  part machine "builds and boots the machine" xen tests/suites/build machine
  part build-kernel "compiles the guests' own kernel" kernel tests/suites/build kernel
  part kernel-again "the same bytes when it is compiled again" kernel tests/suites/build kernel-again
  part kernel-pvh "its PVH entry" kernel+tests/xen/features tests/suites/build kernel-pvh
  xen_parts xen distribution
  xen_parts own own
  for family in run exec life signals streams terminal logs exit restart; do
    part "memres-$family" "on Xen, containers in a memres: $family" "$(inputs_of "$family" own)" \
      env GUEST_KERNEL=own ISOLATION=memres tests/suites/xen run all "$family"
  done
  for family in leftovers systemd; do
    part "systemd-$family" "on Xen, in a dom0 with systemd, udev and LVM: $family" \
      "xen+tests/xen/$family.bats" \
      env GUEST_KERNEL=distribution MACHINE_FLAVOUR=--systemd tests/suites/xen run all "$family"
  done
  host_parts kill "a process is killed"
  host_parts compat "as podman with crun does it"
  host_parts soak "for long"
  part build-fuzz "compiles the fuzz targets" unit tests/suites/build build-fuzz
  part fuzz "each fuzz target for 60 s" unit tests/suites/fuzz run all
  part bench-cold "a cold start against a bare xl create" xen+bench tests/suites/bench cold
  part bench-streams "exec, streams, stop and memory against what they cannot do without" \
    "xen+bench tests/bench tests/soak/executions.cc ${own_kernel[*]}" \
    env GUEST_KERNEL=own tests/suites/bench streams
  part bench-pull "a pull against others and against curl, igzip and openssl" unit+bench tests/suites/bench pull
  part bench-memres "a run in a memres against a domain and a disk" "xen+bench ${own_kernel[*]}" \
    env GUEST_KERNEL=own BENCH_BESIDE=10 BENCH_INSTANCES=1 tests/suites/bench memres
  part bench-start "vdkr starts fast" xen+bench tests/suites/bench start
  part bench-ps "a list of 200 containers" xen+bench tests/suites/bench ps
  part bench-kernel "the guests' own kernel against the distribution's" \
    "xen+bench ${own_kernel[*]}" tests/suites/bench kernel
}

# Every family with guests of one of the two kernels.
xen_parts() { # PREFIX KERNEL
  local family
  for family in "$root"/tests/xen/*.bats; do
    family=${family##*/}
    family=${family%.bats}
    case $family:$2 in systemd:* | features:distribution) continue ;; esac
    part "$1-$family" "on Xen, guests with the $2 kernel: $family" "$(inputs_of "$family" "$2")" \
      env "GUEST_KERNEL=$2" tests/suites/xen run all "$family"
  done
}

# What a guest's kernel is does not matter here: once, with the one that starts faster. A family of lots,
# FAMILY-NUMBER each, is too long for one part.
host_parts() { # SUITE WHAT
  local family lot
  for family in "$root/tests/$1"/*.bats; do
    family=${family##*/}
    family=${family%.bats}
    for lot in $(lots_of "$1" "$family"); do
      part "$1-$lot" "$2: $lot" "$(inputs_of_host "$1" "$family")" \
        env GUEST_KERNEL=own "tests/suites/$1" run all "$lot"
    done
  done
}

lots_of() { # SUITE FAMILY
  sed -nE 's/^@test "('"$2"'-[0-9]+):.*/\1/p' "$root/tests/$1/$2.bats" | grep . || echo "$2"
}

tests_of() { "$root/tests/suites/$1" list | cut -f 1; }

# The unit tests' sources are a family's too where it runs them in dom0, and so are the programs that
# it brings with it.
inputs_of() { # FAMILY KERNEL
  printf 'xen+tests/xen/%s.bats' "$1"
  if [[ -d $root/tests/xen/$1 ]]; then printf ' tests/xen/%s' "$1"; fi
  if [[ $1 == parts ]]; then printf ' tests/xen tests/guest-init'; fi
  if [[ $2 == own ]]; then printf ' %s' "${own_kernel[@]}"; fi
}

inputs_of_host() { # SUITE FAMILY
  printf 'xen+tests/%s/%s.bats' "$1" "$2"
  if [[ $1 == soak ]]; then printf ' tests/soak/*.cc'; fi
  if [[ $1 == compat ]]; then printf ' %s' "tests/compat/${2%-*}.lines" tests/compat/paired.bash; fi
  printf ' %s' "${own_kernel[@]}"
}

part() { # NAME WHAT INPUTS COMMAND…
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${*:4}"
}

# A name for the contents of a part's inputs, and its command.
inputs_key() { # INPUTS COMMAND
  local name=${1%%+*} more=()
  local -n kind=${name}_inputs
  [[ $1 != *+* ]] || read -ra more <<<"${1#*+}"
  { git -C "$root" ls-files -s -- "${kind[@]}" "${more[@]}"; echo "$2"; } | sha256sum | head -c 16
}

commit() { git -C "$root" rev-parse HEAD; }
is_clean() { [[ -z $(git -C "$root" status --porcelain) ]]; }

# A part's result file: "PASSED FAILED SECONDS DATE KEY".
is_green() { # FILE KEY
  local passed failed seconds date key
  [[ -f $1 ]] && read -r passed failed seconds date key <"$1" &&
    ((passed > 0 && failed == 0)) && [[ $key == "$2" ]]
}

run_part() { # NAME WHAT COMMAND KEY
  local state=$full_state/$1 before failed start=$SECONDS passed
  local -a command
  before=$(grep -c '^ok' "$tally")
  failed=$(grep -c '^failed' "$tally")
  say ""
  say "== $1: $2"
  read -ra command <<<"$3"
  # Lanes share parts out, not what is in them.
  (cd "$root" && unset VXN_TEST_CLAIMS && timeout -k 20 $((600 * ${PATIENCE:-1})) "${command[@]}" </dev/null) |
    tee "$state.tap" | tap_show "$1" "$tally"
  suite_status "$1" "${PIPESTATUS[0]}" "$failed"
  passed=$(($(grep -c '^ok' "$tally") - before))
  failed=$(($(grep -c '^failed' "$tally") - failed))
  if ((passed + failed == 0)); then
    say "  FAILED no case ran"
    echo "failed $1: no case ran" >>"$tally"
    failed=1
  fi
  printf '%d %d %d %s %s\n' "$passed" "$failed" $((SECONDS - start)) "$(date -uIseconds)" "$4" \
    >"$state"
}

# One line per part, and the sum, for the whole commit.
write_result() { # FILE
  local name what inputs command passed failed seconds date key all=0 bad=0 missing=0
  {
    echo "commit $(commit)$(is_clean || echo ' with uncommitted changes')"
    while IFS=$'\t' read -r name what inputs command; do
      if read -r passed failed seconds date key 2>/dev/null <"$full_state/$name" &&
        [[ $key == "$(inputs_key "$inputs" "$command")" ]]; then
        printf '%-20s %5d passed %3d failed %4d s  %s\n' "$name" "$passed" "$failed" "$seconds" "$date"
        all=$((all + passed)) bad=$((bad + failed))
      else
        printf '%-20s not run\n' "$name"
        missing=$((missing + 1))
      fi
    done < <(parts)
    ((missing == 0)) || echo "$missing parts were not run: this result is not complete"
    printf '%d passed, %d failed\n' "$all" "$bad"
  } >"$1.$BASHPID"
  mv "$1.$BASHPID" "$1"
}

# What takes all processors by itself.
is_alone() { # PART
  [[ $1 == kernel-again ]]
}

run_full() { # [PART]
  local file full_state=$results/full wanted=${1-}
  file=$results/full-$(commit).txt
  if ! is_clean; then
    say "The tree has uncommitted changes: whatever ran before is run again, and the result says so."
    full_state+=-changed
    file=${file%.txt}-changed.txt
  fi
  mkdir -p "$full_state"
  if [[ -n $wanted ]] && ! parts | cut -f 1 | grep -qxF -- "$wanted"; then
    say "There is no part $wanted. Parts:"
    parts | cut -f 1,2 | column -t -s $'\t' >&2
    exit 2
  fi
  if [[ -n $wanted ]]; then
    run_parts is_wanted
  else
    in_lanes run_parts is_for_lanes
    run_parts is_alone
  fi
  say ""
  cat "$file" >&2
}

is_wanted() { [[ $1 == "$wanted" ]]; }
is_for_lanes() { ! is_alone "$1" && take "$1"; }

# Each part of which WHICH is true.
run_parts() { # WHICH; the caller's file, full_state
  local name what inputs command key
  while IFS=$'\t' read -r name what inputs command <&3; do
    "$1" "$name" || continue
    key=$(inputs_key "$inputs" "$command")
    if is_clean && is_green "$full_state/$name" "$key"; then
      say "== $name: green for the same files, not run again"
      sed -n 's/^ok [0-9]* /ok '"$name"': /p' "$full_state/$name.tap" >>"$tally"
    else
      run_part "$name" "$what" "$command" "$key"
    fi
    write_result "$file"
  done 3< <(parts)
}
