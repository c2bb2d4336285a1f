# The second half of the lines that podman's users type most, by vpdmn and by podman with crun on the same image.
load lib/xen
load paired

@test "the second half of podman's lines does the same" { compare_half vpdmn podman.lines 2; }
