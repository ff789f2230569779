#!/bin/sh
# Sets the repository up (Debian packages, npm packages, native build, TypeScript build), then runs the job:
# `sh tools/setup/run.sh start|test|setup [ARGS...]`. Each step is announced and does nothing when it was done before.
set -eu

job=${1:-setup}
[ $# -eq 0 ] || shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
log=$(mktemp "${TMPDIR:-/tmp}/cofferdam-setup.XXXXXX")
trap 'rm -f "$log"' EXIT

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# step TITLE COMMAND...: a dot for each second; the command's output only when it fails.
step() {
  title=$1
  shift
  printf 'setup: %s ' "$title" >&2
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  ticks=0
  while kill -0 "$child" 2>/dev/null; do
    sleep 0.1
    ticks=$((ticks + 1))
    [ $((ticks % 10)) -ne 0 ] || printf '.' >&2
  done
  status=0
  wait "$child" || status=$?
  if [ "$status" -eq 0 ]; then
    printf ' %d.%d s\n' $((ticks / 10)) $((ticks % 10)) >&2
  else
    printf ' failed (%d)\n' "$status" >&2
    tail -n 60 "$log" >&2
  fi
  return "$status"
}

[ "$(uname -s)" = Linux ] || say "this is $(uname -s): packages can be built and imported, containers need Linux"

missing_packages() {
  command -v dpkg-query >/dev/null 2>&1 || return 0
  tiers=start
  [ "$job" != test ] || tiers='start test'
  for tier in $tiers; do
    sed -n "s/^\([a-z0-9.+-]*\) $tier\$/\1/p" tools/setup/debian-packages.txt
  done | while read -r package; do
    # shellcheck disable=SC2016
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
  done
}

install_packages() {
  # No service is started by the installation: policy-rc.d would be the machine's, a runlevel is this call's.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -q || say 'apt-get update failed, trying with the lists at hand'
  # shellcheck disable=SC2086
  apt-get install -q -y --no-install-recommends $1
}

packages=$(missing_packages)
if [ -n "$packages" ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "Debian packages are missing; as root: apt-get install $packages"
  else
    step "Debian packages: $packages" install_packages "$packages" ||
      say 'not all packages could be installed: what needs them fails or is skipped with the reason'
  fi
fi

stamp=node_modules/.cofferdam-lock
lock=$(cksum package-lock.json | cut -d' ' -f1,2)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$lock" ]; then
  step 'npm packages (npm ci)' npm ci --no-audit --no-fund --loglevel=error || die 'npm ci failed'
  printf '%s\n' "$lock" >"$stamp"
fi

# The pinned Node of the npm package, whatever the host has.
PATH=$root/node_modules/.bin:$PATH
export PATH
version=$(node -p 'process.versions.node')
[ "${version%%.*}" -ge 24 ] || die "needs Node 24 or later to build; npm installed none for $(uname -m), and the host has $version"

command -v gcc >/dev/null 2>&1 || die 'needs gcc; on Debian: apt-get install gcc libc6-dev make python3'
step 'native build' node tools/native/build.mjs || die 'the native build failed'
step 'TypeScript build' npm run --silent build:ts || die 'the TypeScript build failed'

rm -f "$log"
trap - EXIT
case $job in
start) exec node tools/start/main.ts "$@" ;;
test) exec node tools/ci/test.ts "$@" ;;
setup) say 'ready' ;;
*) die "no job $job: start, test or setup" ;;
esac
