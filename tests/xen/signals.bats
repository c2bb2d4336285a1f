# 10. Signals to the client: before the start they cancel, afterwards they are the container's.
load lib/xen

prepare() { have_image busybox; }

traps='trap "echo got TERM; exit 7" TERM; trap "echo got INT; exit 8" INT; trap "echo got HUP" HUP
  trap "echo got USR1" USR1; echo up; while :; do sleep 0.2; done'

# bats test_tags=quick
@test "SIGTERM, SIGINT and others are passed on" {
  start vdkr run --rm busybox sh -c "$traps"
  prints_soon '^up$'
  kill -USR1 "$job"
  prints_soon '^got USR1$' 10
  kill -HUP "$job"
  prints_soon '^got HUP$' 10
  kill -TERM "$job"
  finish 20
  expect_status 7
  expect_out $'up\ngot USR1\ngot HUP\ngot TERM\n'
}

@test "Ctrl-C on a terminal reaches the container" {
  mkfifo keys
  exec {hold}<>keys
  start script -qec "vdkr run --rm -i busybox sh -c '$traps'" /dev/null <keys
  prints_soon '^up'
  printf '\003' >&"$hold"
  finish 20
  exec {hold}>&-
  expect_status 8
  expect_out_has 'got INT'
}

@test "before the start they cancel: at once, with nothing left" {
  local signal delay
  local -a delays=(0.05 0.7 1.5)
  local -A code=([INT]=130 [TERM]=143)
  ! in_memres || delays=(0.02 0.05 0.1) # where a start takes no second
  for signal in INT TERM; do
    for delay in "${delays[@]}"; do
      # An interactive shell's jobs do not ignore SIGINT; a script's do.
      start env --default-signal=INT,TERM vdkr run --rm --name cancelled busybox echo started
      sleep "$delay"
      kill -"$signal" "$job"
      finish 20
      printf '%s after %s s\n' "$signal" "$delay"
      expect_status "${code[$signal]}"
      expect_out ''
      if in_memres; then
        eventually 10 expect_no_container_lives
        [[ -z $(vdkr ps -aq) ]]
      else
        expect_nothing_left
      fi
    done
  done
}
