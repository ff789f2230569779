#!/bin/bash
# Takes one job from the host, runs it with its output on two ports, answers with its exit code and turns the
# machine off; /tmp/result, which the job may write, goes to a port of its own. Every disk is a throw-away overlay, so nothing is unmounted.
ports=/dev/virtio-ports
root=/srv/cofferdam

finish() {
  [ ! -f /tmp/result ] || cat /tmp/result >$ports/result
  echo "exit $1" >&3
  echo o >/proc/sysrq-trigger
  sleep 60
}

until [ -e $ports/control ] && [ -e $ports/stdout ] && [ -e $ports/stderr ]; do sleep 0.1; done
exec 3<>$ports/control
mount -o noatime /dev/nvme0n2 $root && mount -o ro,noatime /dev/nvme0n3 $root/node_modules || finish 125
read -r uptime _ </proc/uptime
echo "ready $uptime" >&3
IFS= read -r job <&3
umask 022
base64 -d <<<"$job" >/run/cofferdam-vm.sh

# Pipes, as a port cannot be opened twice and /dev/stderr must be; what the job leaves behind may hold them open.
mkfifo -m 0666 /run/out /run/err
cat /run/out >$ports/stdout &
out=$!
cat /run/err >$ports/stderr &
err=$!
bash /run/cofferdam-vm.sh </dev/null >/run/out 2>/run/err 3>&-
code=$?
timeout 10 tail --pid=$out -f /dev/null
timeout 10 tail --pid=$err -f /dev/null
finish $code
