# What npm's own lines say where the Node that came with the packages does not start: no JavaScript can.
echo 'The Node that npm brought does not start here. Debian and Ubuntu need: apt-get install libatomic1. Fedora and RHEL: dnf install libatomic. Others: see README.md.' >&2
exit 1
