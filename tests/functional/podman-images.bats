# What podman's users do with images, by vpdmn and by podman.
load lib/functional
program=vpdmn
load lib/paired-images

# bats test_tags=quick
@test "a few of podman's lines do the same" { compare_lines podman-images.lines 1 13; }

@test "the first third of podman's lines does the same" { compare_part podman-images.lines 1 3; }

@test "the second third of podman's lines does the same" { compare_part podman-images.lines 2 3; }

@test "the last third of podman's lines does the same" { compare_part podman-images.lines 3 3; }
