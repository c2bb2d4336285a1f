# What docker's users do with images, by vdkr and by docker.
load lib/functional
program=vdkr
load lib/paired-images

# bats test_tags=quick
@test "a few of docker's lines do the same" { compare_lines docker-images.lines 1 13; }

@test "the first third of docker's lines does the same" { compare_part docker-images.lines 1 3; }

@test "the second third of docker's lines does the same" { compare_part docker-images.lines 2 3; }

@test "the last third of docker's lines does the same" { compare_part docker-images.lines 3 3; }
