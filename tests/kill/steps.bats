# kill -9 of the client, the relay or the parent, and xl destroy behind our back, while a command is at its
# work: what is told afterwards is true, what was said is complete, and rm -f always succeeds.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# Says a line every now and then, and heeds TERM only after a second.
speaker='trap "sleep 1; exit 0" TERM; i=0; while :; do echo "line $i"; i=$((i + 1)); sleep 0.05; done'

begin() { vdkr run -d --name victim busybox sh -c "$speaker"; }

hit() { # WHOM
  case $1 in
    client) kill -9 "$job" ;;
    relay) pkill -9 -f '^[^ ]*vxn-monitor relay' ;;
    parent) pkill -9 -f '^[^ ]*vxn-monitor supervise' ;;
    domain) xl destroy vxn-victim ;;
  esac >/dev/null 2>&1 || true # it may have gone, or not have come yet
}

state_now() { vdkr inspect -f '{{.State.Status}}' victim 2>/dev/null || echo gone; }
has_domain() { xl list vxn-victim >/dev/null 2>&1; }

# Xen has a domain for it exactly where it is said to run.
is_true() {
  case $(state_now) in
    running) has_domain ;;
    *) ! has_domain ;;
  esac
}

# Numbered lines from 0 on without a gap; of each life of it, the last one may have been cut.
is_complete() {
  awk '{ wanted = ($2 == 0 ? 0 : wanted + 1) } $1 != "line" || $2 != wanted { exit 1 }' "$1"
}

# COMMAND is hit after SECONDS; its own success does not matter.
strike() { # WHOM SECONDS COMMAND…
  local whom=$1 moment=$2
  start "${@:3}"
  sleep "$moment"
  hit "$whom"
  finish 60
  vdkr ps -a >/dev/null
  eventually 30 is_true || not_as_expected "$whom killed $moment s into ${*:3}: the truth, not $(state_now)"
  if [[ $(state_now) != gone ]]; then
    vdkr logs victim >told
    is_complete told || not_as_expected "$whom killed $moment s into ${*:3}: all that it has said"
  fi
  vdkr rm -f victim >/dev/null 2>&1 || [[ $(state_now) == gone ]] ||
    not_as_expected "$whom killed $moment s into ${*:3}: rm -f succeeds"
}

at_each() { # PREPARATION SECONDS… -- COMMAND…
  local preparation=$1 whom moment
  local -a moments=()
  shift
  while [[ $1 != -- ]]; do moments+=("$1") && shift; done
  shift
  for whom in client relay parent domain; do
    for moment in "${moments[@]}"; do
      "$preparation"
      strike "$whom" "$moment" "$@"
      expect_nothing_left
    done
  done
}

made() { vdkr create --name victim busybox sh -c "$speaker" >/dev/null; }

@test "steps-1: create" { at_each true 0.1 0.3 -- vdkr create --name victim busybox sh -c "$speaker"; }

@test "steps-2: start" { at_each made 0.6 1.8 3 -- vdkr start victim; }

@test "steps-3: exec" { at_each begin 0.2 0.8 -- vdkr exec victim sh -c 'echo in; sleep 1; echo out'; }

# bats test_tags=quick
@test "steps-4: stop" { at_each begin 0.5 -- vdkr stop -t 3 victim; }

@test "steps-5: restart" { at_each begin 0.4 1.6 3 -- vdkr restart -t 2 victim; }

@test "steps-6: rm" { at_each begin 0.1 0.5 -- vdkr rm -f victim; }
