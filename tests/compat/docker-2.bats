# The second half of the lines that docker's users type most, by vdkr and by podman with crun on the same image.
load lib/xen
load paired
program=vdkr

@test "the second half of docker's lines does the same" { compare_part docker.lines 2 2; }
