# The second half of the lines that podman's users type most, by vpdmn and by podman with crun on the same image.
load lib/xen
load paired
program=vpdmn

@test "the second half of podman's lines does the same" { compare_part podman.lines 2 2; }
