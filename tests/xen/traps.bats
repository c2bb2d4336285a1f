# 21. What others fell into, each by `run` and by `exec` where both can. Those that concern neither's
# streams have their own families: docs/testing.md names them.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# COMMAND… as `run` and `exec` of "web" do it, one after the other, with the same standard input, a file.
# $run_options are of `run` alone. Each must end with that status and say this.
both() { # STATUS INPUT EXPECTED COMMAND…
  local way
  for way in "run --rm ${run_options-} -i busybox" 'exec -i web'; do
    # shellcheck disable=SC2086
    try within 60 vdkr $way "${@:4}" <"$2"
    expect_status "$1"
    cmp -s "$3" "$out" || not_as_expected "on stdout what is in $3"
  done
}

web() { vdkr run -d --name web "$@" >/dev/null; }

# bats test_tags=quick
@test "a process that a signal ends has ended, with the signal in its status" {
  web busybox sleep 1000
  run_options=--init both 137 /dev/null /dev/null sh -c 'kill -9 $$'
  try within 20 vdkr exec web sh -c 'kill -TERM $$'
  expect_status 143
}

# bats test_tags=quick
@test "the end of the input arrives, and bytes that would detach a terminal are bytes" {
  web busybox sleep 1000
  printf '\x10\x11 ctrl-p ctrl-q \x10\x11\x04\x03 and on' >keys
  both 0 keys keys cat
  both 0 /dev/null /dev/null cat
}

@test "the tail of the output is not lost, twenty times" {
  local i
  web busybox sleep 1000
  head -c 200000 /dev/zero >zeros
  both 3 /dev/null zeros sh -c 'head -c 200000 /dev/zero; exit 3'
  for ((i = 0; i < 20; i++)); do
    try within 60 vdkr exec web sh -c 'head -c 200000 /dev/zero; exit 3'
    expect_status 3
    expect_same "$out" zeros
  done
}

@test "more input than any buffer holds, to one who does not read yet" {
  web busybox sleep 1000
  head -c 3000000 /dev/zero >zeros
  echo 3000000 >count
  both 0 zeros count sh -c 'sleep 2; wc -c'
}

@test "what the guest's kernel says is in nobody's output" {
  local say='[ -e /dev/kmsg ] || mknod /dev/kmsg c 1 11
    for i in 1 2 3 4 5 6 7; do echo "<$i>LOUD" >/dev/kmsg; echo "line $i"; done'
  web busybox sleep 1000
  seq -f 'line %.0f' 7 >lines
  both 0 /dev/null lines sh -c "$say"
}

@test "a command that is not there is told at once, with 127" {
  web busybox sleep 1000
  both 127 /dev/null /dev/null no-such-command
  both 126 /dev/null /dev/null /etc
}

@test "exec runs in the guest, not here, and finds the entrypoint's processes" {
  web --hostname inside busybox sleep 1000
  try vdkr exec web sh -c 'hostname; cat /proc/1/comm; cat /proc/sys/kernel/random/boot_id'
  expect_out_has '^inside$'
  expect_out_has '^sleep$'
  [[ $(<"$out") != *"$(</proc/sys/kernel/random/boot_id)"* ]]
}

@test "an entrypoint that fails runs once" {
  try vdkr run --name once busybox sh -c 'echo started; exit 1'
  expect_status 1
  expect_out $'started\n'
  try vdkr logs once
  expect_out $'started\n'
}

@test "arguments are what they are: quotes, newlines, nothing, no UTF-8, the longest that there is" {
  local -a awkward=("it's" 'say "hi"' $'two\nlines' '$(reboot)' '' $'\xff\xfe' '*' '; exit 1')
  local long
  long=$(printf '%131071s' x)
  web busybox sleep 1000
  printf '%s\0' "${awkward[@]}" "$long" >wanted
  both 0 /dev/null wanted sh -c 'for a; do printf "%s\0" "$a"; done' sh "${awkward[@]}" "$long"
}

@test "files do not take the guest's memory" {
  web -m 64m busybox sleep 1000
  echo 209715200 >size
  run_options='-m 64m' both 0 /dev/null size \
    sh -c 'head -c 209715200 /dev/zero >/file && stat -c %s /file && rm /file'
}

# Requests of xenstore, not time: that differs anyhow.
@test "a start takes no more of xenstore with guests around than without" {
  local alone beside
  requests() { vdkr run --rm --timing busybox true 2>&1 >/dev/null | awk '/xenstore requests$/ { print $3 }'; }
  requests >/dev/null # the first one of the boot has more to do
  alone=$(requests)
  web busybox sleep 1000
  vdkr run -d busybox sleep 1000
  vdkr run -d busybox sleep 1000
  beside=$(requests)
  printf 'alone %s, beside three %s\n' "$alone" "$beside"
  ((alone > 0 && beside <= alone + 6))
}
