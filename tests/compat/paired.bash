# shellcheck shell=bash
# Runs a line by our program and by podman with crun, and compares what they print and how they end.

image=registry.test:5000/busybox
reference_home=/var/tmp/compat-tests

setup_file() { prepare_reference; }

prepare() { cd "$BATS_TEST_TMPDIR" && have_image "$image"; }

clean_up() { remove_containers; }

# podman as it comes, but for what dom0 has not: networks, a journal, systemd.
prepare_reference() {
  export CONTAINERS_CONF=$reference_home/containers.conf
  mkdir -p "$reference_home" /etc/containers/registries.conf.d
  cat >"$CONTAINERS_CONF" <<'CONF'
[containers]
netns = "none"
log_driver = "k8s-file"
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
  printf '[[registry]]\nlocation="registry.test:5000"\ninsecure=true\n' \
    >/etc/containers/registries.conf.d/registry.test.conf
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
  reference pull -q "$image" >&2
}

reference() {
  timeout 60 podman --root "$reference_home/storage" --runroot "$reference_home/run" \
    --storage-driver overlay "$@"
}

# Without what differs from run to run; and podman 4.3 says "Up 5 seconds ago" where docker says "Up 5
# seconds".
settled() {
  sed -E 's/[0-9a-f]{64}/ID64/g; s/\b[0-9a-f]{12}\b/ID12/g
    s/(Less than a|About a|[0-9]+) (second|minute)s?/AGE/g; s/^(.*Up AGE) ago/\1/'
}

# The line's output and its last status, in a directory of its own.
outcome() { # LINE FILE
  local code=0
  mkdir -p work
  (cd work && eval "$1") >"$2.raw" 2>"$2.err" </dev/null || code=$?
  rm -rf work
  { settled <"$2.raw" && echo "status $code"; } >"$2"
}

# Both, one after the other, with nothing left of either. False where they differ.
same_outcome() { # LINE
  podman() { timeout 60 "$ours" "$@"; }
  docker() { timeout 60 "$ours" "$@"; }
  outcome "$1" ours
  "$ours" ps -aq | xargs -r "$ours" rm -f >/dev/null 2>&1 || true
  podman() { reference "$@"; }
  docker() { reference "$@"; }
  outcome "$1" theirs
  reference rm -af -t 0 >/dev/null 2>&1 || true
  unset -f podman docker
  cmp -s ours theirs
}

# LINE, with the reason why it must differ in brackets before it, or without.
compare() { # LINE
  local line=$1
  if [[ $line == '!['* ]]; then
    ! same_outcome "${line#*] }" || { printf 'no longer different: %s\n' "$line" && return 1; }
    return 0
  fi
  same_outcome "$line" && return
  printf '%s\n' "$line"
  diff theirs ours | sed 's/^</  podman: /; s/^>/  ours:   /; /^[0-9-]/d'
  sed 's/^/  ours, stderr:   /' ours.err
  sed 's/^/  podman, stderr: /' theirs.err
  return 1
}

# Every STEP-th line of FILE from FIRST on, up to END; says which differ.
compare_lines() { # PROGRAM FILE FIRST STEP [END]
  local ours=$1 status=0 at
  local -a lines
  mapfile -t lines < <(grep -v '^#' "$BATS_TEST_DIRNAME/$2")
  for ((at = $3; at < ${5:-${#lines[@]}}; at += $4)); do
    compare "${lines[at]}" || status=1
  done
  return "$status"
}

compare_half() { # PROGRAM FILE 1|2
  local all
  all=$(grep -cv '^#' "$BATS_TEST_DIRNAME/$2")
  if [[ $3 == 1 ]]; then
    compare_lines "$1" "$2" 0 1 $((all / 2))
  else
    compare_lines "$1" "$2" $((all / 2)) 1
  fi
}
