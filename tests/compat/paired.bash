# shellcheck shell=bash disable=SC2034
# The words of tests/lib/paired.bash in dom0: ours, and podman with crun, for docker's lines, too. A file of cases
# sets `program`, vdkr or vpdmn.
load ../lib/paired

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

run_ours() { timeout 60 "$program" "${@:2}"; }
run_theirs() { reference "${@:2}"; }
clear_ours() { "$program" ps -aq | xargs -r "$program" rm -f; }
clear_theirs() { reference rm -af -t 0; }

# Without what differs from run to run; and podman 4.3 says "Up 5 seconds ago" where docker says "Up 5
# seconds".
settled() {
  sed -E 's/[0-9a-f]{64}/ID64/g; s/\b[0-9a-f]{12}\b/ID12/g
    s/(Less than a|About a|[0-9]+) (second|minute)s?/AGE/g; s/^(.*Up AGE) ago/\1/'
}
