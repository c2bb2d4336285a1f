# The first half of the lines that docker's users type most, by vdkr and by podman with crun on the same image.
load lib/xen
load paired
program=vdkr

# bats test_tags=quick
@test "a few of docker's lines do the same" { compare_lines docker.lines 1 25; }

@test "the first half of docker's lines does the same" { compare_part docker.lines 1 2; }
