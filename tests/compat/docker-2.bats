# The second half of the lines that docker's users type most, by vdkr and by podman with crun on the same image.
load lib/xen
load paired

image=registry.test:5000/busybox

setup_file() { prepare_reference; }

prepare() { cd "$BATS_TEST_TMPDIR" && have_image "$image"; }

clean_up() { remove_containers; }

@test "the second half of docker's lines does the same" { compare_half vdkr docker.lines 2; }
