# 3. A burst of 1 MiB and an immediate exit, again and again: complete every time.
load lib/xen

prepare() { have_image busybox; }

rounds=50
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=2

# Round NUMBER; says what is wrong with it.
burst() {
  local file=$BATS_TEST_TMPDIR/$1 code=0
  vdkr run --rm busybox sh -c "head -c 1048576 /dev/zero | tr '\\0' '\\$((60 + $1 % 40))'; exit $1" \
    >"$file" 2>"$file.err" || code=$?
  if ((code != $1 || $(stat -c %s "$file") != 1048576)); then
    printf 'round %s: status %s, %s bytes\n' "$1" "$code" "$(stat -c %s "$file")"
    cat "$file.err"
    return 1
  fi
  rm "$file" "$file.err"
}

every_other() { # FIRST
  local number
  for ((number = $1; number < rounds; number += 2)); do burst "$number" || return; done
}

# Two at a time, each in the other's way.
# bats test_tags=quick
@test "bursts at the end are complete every time" {
  local status=0
  every_other 1 >others 2>&1 3>&- 4>&- &
  every_other 0 || status=$?
  wait $! || { status=$? && cat others; }
  ((status == 0))
}
