#!/bin/sh
# mmdebstrap's last hook: `customize.sh ROOT`. What the machine needs beyond packages.
set -eu
root=$1
here=$(dirname "$0")
install -m 0755 "$here/agent.sh" "$root/usr/local/sbin/cofferdam-vm"
install -m 0644 "$here/cofferdam-vm.service" "$root/etc/systemd/system/cofferdam-vm.service"
mkdir -p "$root/srv/cofferdam"
echo cofferdam-vm >"$root/etc/hostname"
echo '127.0.0.1 localhost cofferdam-vm' >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
: >"$root/etc/fstab"
# The ordinary user, with the subordinate ids that useradd gives.
chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash tester
chroot "$root" systemctl --quiet enable cofferdam-vm.service
chroot "$root" systemctl --quiet mask getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer modprobe@drm.service modprobe@efi_pstore.service modprobe@dm_mod.service modprobe@loop.service \
  dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount dev-mqueue.mount e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-pcrphase.service systemd-pcrphase-sysinit.service \
  systemd-journal-flush.service systemd-random-seed.service systemd-machine-id-commit.service
# The kernel has NVMe and ext4 built in and starts without an initrd.
rm -f "$root"/boot/initrd.img* "$root"/initrd.img*
