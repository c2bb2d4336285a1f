# The first half of the lines that docker's users type most, by vdkr and by podman with crun on the same image.
load lib/xen
load paired

# bats test_tags=quick
@test "a few of docker's lines do the same" { compare_lines vdkr docker.lines 1 25; }

@test "the first half of docker's lines does the same" { compare_half vdkr docker.lines 1; }
