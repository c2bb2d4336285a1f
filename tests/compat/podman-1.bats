# The first half of the lines that podman's users type most, by vpdmn and by podman with crun on the same image.
load lib/xen
load paired

# bats test_tags=quick
@test "a few of podman's lines do the same" { compare_lines vpdmn podman.lines 1 25; }

@test "the first half of podman's lines does the same" { compare_half vpdmn podman.lines 1; }
