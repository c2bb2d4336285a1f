#!/usr/bin/env bats
# machine/run: a command in dom0 behaves as if it ran here.
bats_require_minimum_version 1.5.0

setup_file() {
  export machine=$BATS_TEST_DIRNAME/../../machine
  export VXN_BUILD_DIR=/nonexistent # a build that goes on beside the test would be installed
  "$machine/run" true
}

setup() { scratch=$BATS_TEST_TMPDIR; }

@test "a command's exit status is that of machine/run" {
  for status in 0 1 42 125 255; do
    run -"$status" "$machine/run" sh -c "exit $status"
  done
  run -127 "$machine/run" no-such-command
  run -126 "$machine/run" /etc/passwd
}

@test "a command that a signal ends gives 128 and the signal's number, and no word of a shell" {
  run -137 "$machine/run" sh -c 'kill -9 $$'
  [ -z "$output" ]
  run -143 "$machine/run" sh -c 'kill $$'
  [ -z "$output" ]
}

@test "stdin and stdout carry every byte" {
  head -c 5000000 /dev/urandom >"$scratch/in"
  printf '\0\1\2\3\4\n\r~.\n\377' >>"$scratch/in"
  "$machine/run" cat <"$scratch/in" >"$scratch/out"
  cmp "$scratch/in" "$scratch/out"
}

@test "stdout and stderr stay apart" {
  "$machine/run" sh -c 'echo out; echo err >&2' >"$scratch/out" 2>"$scratch/err"
  [ "$(cat "$scratch/out")" = out ]
  [ "$(cat "$scratch/err")" = err ]
}

@test "an empty stdin ends at once" {
  run -0 timeout 20 "$machine/run" wc -c </dev/null
  [ "$output" = 0 ]
}

@test "a reader that goes away ends an endless writer" {
  run -0 timeout 20 bash -c '"$machine/run" yes | head -n 1'
  [ "$output" = y ]
}

@test "arguments arrive exactly: quotes, newlines, empty ones, bytes that are not UTF-8" {
  local -a arguments=('' ' ' "it's" '"' '\' '\n' '$(id)' '`id`' '*' '~' '!' '&' ';' '-n' '--'
    $'two\nlines' $'\xff\xfe\x80' $'\t' 'a=b' '#')
  "$machine/run" printf '%s\0' "${arguments[@]}" >"$scratch/out"
  printf '%s\0' "${arguments[@]}" >"$scratch/expected"
  cmp "$scratch/expected" "$scratch/out"
}

@test "an argument of 100 KiB arrives" {
  head -c 75000 /dev/urandom | base64 -w 0 >"$scratch/long"
  "$machine/run" printf %s "$(cat "$scratch/long")" >"$scratch/out"
  cmp "$scratch/long" "$scratch/out"
  printf "'%.0s" {1..60000} >"$scratch/quotes"
  "$machine/run" printf %s "$(cat "$scratch/quotes")" >"$scratch/out"
  cmp "$scratch/quotes" "$scratch/out"
}

@test "a program with the name of a shell's builtin is the program" {
  run -0 "$machine/run" echo -e 'a\tb'
  [ "$output" = $'a\tb' ]
}

ended_by() { # SIGNAL STATUS
  local marker=9$RANDOM$RANDOM pid status=0
  "$machine/run" sh -c "sleep $marker; true" </dev/null &
  pid=$!
  timeout 30 "$machine/run" sh -c "until pgrep -xf 'sleep $marker'; do sleep 0.1; done" >/dev/null
  kill -s "$1" "$pid"
  wait "$pid" || status=$?
  [ "$status" = "$2" ]
  run -1 "$machine/run" pgrep -xf "sleep $marker"
}

@test "SIGTERM ends the command in dom0" { ended_by TERM 143; }

# A background job of a shell ignores SIGINT, so bash -c stands in for the terminal here.
@test "SIGINT ends the command in dom0" {
  local marker=8$RANDOM$RANDOM
  run -130 timeout --preserve-status -s INT -k 30 8 "$machine/run" sleep "$marker"
  run -1 "$machine/run" pgrep -xf "sleep $marker"
}

@test "with a terminal the command has one" {
  run -0 script -qec "'$machine/run' sh -c 'test -t 0 && test -t 1 && echo terminal'" /dev/null </dev/null
  [[ $output == *terminal* ]]
  run -7 script -qec "'$machine/run' sh -c 'exit 7'" /dev/null </dev/null
}

@test "eight commands at once do not mix" {
  for n in 1 2 3 4 5 6 7 8; do
    "$machine/run" sh -c "cat; exit $n" <<<"line $n" >"$scratch/$n" &
    pids[n]=$!
  done
  for n in 1 2 3 4 5 6 7 8; do
    status=0
    wait "${pids[n]}" || status=$?
    [ "$status" = "$n" ]
    [ "$(cat "$scratch/$n")" = "line $n" ]
  done
}

@test "our stdout is as blocking after a command as before" {
  "$machine/run" true
  run -0 python3 -c 'import os; print(os.get_blocking(1))'
  [ "$output" = True ]
}
