# 10. kill -9 at random times, with the release build: after the next command nothing is left.
load lib/xen
load lib/kill

prepare() { have_image busybox; }

rounds=30
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=2

# One of the processes of the only container that runs; the client's pid is $job.
pick() { # client|monitor
  case $1 in
    client) echo "$job" ;;
    monitor) pgrep -x vxn-monitor | shuf -n 1 ;;
  esac
}

# bats test_tags=quick
@test "kills at random times leave nothing" {
  local i who delay pid
  for ((i = 0; i < rounds; i++)); do
    who=$(shuf -n 1 -e client monitor monitor)
    delay=$(shuf -n 1 -i 0-60)
    start vdkr run --rm --name "victim$i" busybox sh -c 'echo up; sleep 1; echo end; exit 42'
    sleep "$((delay / 10)).$((delay % 10))"
    pid=$(pick "$who")
    printf 'round %s: kill %s (%s) after %s/10 s\n' "$i" "$who" "$pid" "$delay"
    [[ -z $pid ]] || kill -9 "$pid" || :
    finish 100
    printf '  status %s, printed %s\n' "$status" "$(tr '\n' ' ' <"$out")"
    if [[ $who == monitor ]]; then
      # Not noticed, or one clear line.
      ((status == 42)) && expect_out $'up\nend\n' || expect_status 125
    fi
    next_command
    eventually 60 all_records_gone
    expect_nothing_left
  done
}
