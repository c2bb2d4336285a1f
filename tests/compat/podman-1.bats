# The first half of the lines that podman's users type most, by vpdmn and by podman with crun on the same image.
load lib/xen
load paired
program=vpdmn

# bats test_tags=quick
@test "a few of podman's lines do the same" { compare_lines podman.lines 1 25; }

@test "the first half of podman's lines does the same" { compare_part podman.lines 1 2; }
