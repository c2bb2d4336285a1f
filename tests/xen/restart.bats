# 16. Restart policies: who is started again, and what stops it.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

told() { vdkr inspect -f "$2" "$1"; } # NAME TEMPLATE
state_of() { told "$1" '{{.State.Status}}'; }
is_in_state() { [[ $(state_of "$1") == "$2" ]]; }
has_restarted() { (($(told "$1" '{{.RestartCount}}') >= $2)); } # NAME TIMES
has_said() { vdkr logs "$1" | grep -q "$2"; }

# Counts its lives; from the third on it stays.
lives='echo x >>/count; n=$(grep -c . /count); echo "life $n"; [ "$n" -ge 3 ] || exit "$n"
  trap "exit 0" TERM; while :; do sleep 1; done'

# bats test_tags=quick
@test "always: started again whatever its end, until it is stopped" {
  vdkr run -d --name web --restart always busybox sh -c "$lives"
  eventually 60 has_said web 'life 3'
  [[ $(told web '{{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}') == '2 always' ]]
  eventually 20 is_in_state web running
  try vdkr stop web
  expect_status 0
  sleep 1
  [[ $(told web '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}') == 'exited 0 2' ]]
  vdkr start web
  eventually 20 has_said web 'life 4'
  [[ $(told web '{{.RestartCount}}') == 0 ]]
  try vdkr kill web
  expect_status 0
  sleep 1
  [[ $(state_of web) == exited ]]
}

@test "on-failure: only where it failed, and so often" {
  vdkr run -d --name bad --restart on-failure:2 busybox sh -c 'echo try; exit 3'
  vdkr run -d --name good --restart on-failure busybox true
  eventually 90 has_restarted bad 2
  eventually 30 is_in_state bad exited
  [[ $(told bad '{{.State.ExitCode}} {{.RestartCount}}') == '3 2' ]]
  [[ $(vdkr logs bad) == $'try\ntry\ntry' ]]
  [[ $(told good '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}') == 'exited 0 0' ]]
}

@test "who waits for its next start can be stopped, killed and removed" {
  local name
  for name in one two three; do
    vdkr run -d --name $name --restart unless-stopped busybox false
  done
  for name in one two three; do
    eventually 120 has_restarted $name 4
    eventually 60 is_in_state $name restarting
    case $name in
      one)
        try vdkr exec one true
        expect_refused 1 'is restarting, wait until the container is running$'
        eventually 60 is_in_state one restarting
        try vdkr rm one
        expect_status 1
        eventually 60 is_in_state one restarting
        try vdkr stop one
        ;;
      two) try vdkr kill two ;;
      three) try vdkr rm -f three ;;
    esac
    expect_status 0
    expect_err ''
  done
  sleep 1
  [[ $(state_of one) == exited ]]
  [[ $(state_of two) == exited ]]
  # Its own end, or, where its next start had just begun when it was stopped, that.
  try vdkr wait one
  [[ $(<"$out") == 1 || $(<"$out") == 137 ]] || not_as_expected '1 or 137'
  expect_no_container_lives
}

@test "one that is destroyed from outside is started again" {
  vdkr run -d --name web --restart always busybox sleep 600
  xl destroy "$(domain_of web)"
  if in_memres; then start_memres; fi
  eventually 60 has_restarted web 1
  eventually 60 is_in_state web running
}

@test "who is attached gets the first end; the container goes on" {
  try vdkr run --name once --restart on-failure:1 busybox sh -c 'echo out; exit 4'
  expect_status 4
  expect_out $'out\n'
  eventually 60 has_restarted once 1
  eventually 60 is_in_state once exited
  [[ $(vdkr logs once) == $'out\nout' ]]
}

@test "a signal from who is attached ends it for good" {
  start vdkr run --name web --restart always busybox \
    sh -c 'trap "exit 9" INT; echo ready; while :; do sleep 0.2; done'
  prints_soon '^ready$'
  kill -INT "$job"
  finish 60
  expect_status 9
  sleep 1
  [[ $(told web '{{.State.Status}} {{.RestartCount}}') == 'exited 0' ]]
}

@test "wait and logs go with it from life to life" {
  vdkr run -d --name web --restart always busybox sh -c "sleep 2; $lives"
  start vdkr logs -f web
  [[ $(vdkr wait web) == 1 ]]
  prints_soon '^life 3$' 90
  vdkr stop web
  finish 30
  expect_status 0
}

@test "at boot those are started whose policy says so" {
  local name
  for name in always unless-stopped; do
    vdkr run -d --name $name --restart $name busybox sh -c 'trap "exit 0" TERM; sleep 600 & wait'
  done
  vdkr run -d --name no busybox true
  vdkr stop --all
  try vpdmn start --all --filter should-start-on-boot=true
  expect_status 0
  [[ $(vdkr ps --format '{{.Names}}') == always ]]
}
