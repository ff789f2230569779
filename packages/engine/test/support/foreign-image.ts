import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runCommand } from '@cofferdam/testing'

/** A name that neither a ustar header nor its prefix field holds. */
export const longName = `opt/long/${'d'.repeat(120)}/${'f'.repeat(200)}`

/** What the second layer adds. */
const additions = `
set -e
mkdir -p opt/kept opt/gone/deep opt/opaque/sub opt/implied/inner "$(dirname "${longName}")"
echo long > "${longName}"
echo kept > opt/kept/file
echo deleted > opt/kept/deleted
echo deep > opt/gone/deep/file
echo old > opt/opaque/old
echo old > opt/opaque/sub/old
echo linked > opt/first
ln opt/first opt/second
ln opt/first opt/kept/third
cp bin/true opt/setuid && chown 33:33 opt/setuid && chmod 6755 opt/setuid
cp bin/true opt/capable && setcap cap_net_raw,cap_net_bind_service+ep opt/capable
mknod -m 640 opt/device c 1 7
mknod -m 600 opt/block b 259 70000
mkfifo opt/fifo
ln -s ../../../../etc/passwd opt/symlink
ln -s nowhere opt/dangling
setfattr -n user.comment -v "kept by all" opt/kept/file
setfattr -n user.binary -v 0x00ff0a3d opt/kept
chown 1234:4321 opt/implied && chmod 2775 opt/implied
chown -h 55:66 opt/symlink
chmod 1777 opt/implied/inner
dd if=/dev/zero of=opt/sparse bs=1 count=1 seek=1048576 status=none
printf 'x' > "opt/name with  spaces, = and ünïcode"
find opt -depth -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
touch -d '1969-12-31 23:00:00' opt/kept/file
chmod 700 opt/kept
`

/** The third: a whiteout of a file and of a tree, an owner changed, a directory in the place of a file. */
const removals = `
set -e
rm opt/kept/deleted
rm -r opt/gone
chown 77:88 opt/first
rm opt/dangling && mkdir opt/dangling && echo now > opt/dangling/file
rm -r usr/share/doc
`

/** The fourth as a packer of another kind writes it: an opaque directory, and files whose directories it does not name. */
const raw = `
set -e
mkdir -p opt/opaque opt/implied/inner usr/share/new
: > opt/opaque/.wh..wh..opq
echo new > opt/opaque/new
echo there > opt/implied/inner/file
echo there > usr/share/new/file
: > opt/implied/.wh.nothing
chown 5:6 opt/opaque
find . -exec touch -h -d '2010-01-02 03:04:05' {} +
`

/** The commands' output, or what went wrong. */
export async function sh(script: string, cwd: string): Promise<string> {
  return (await runCommand(['sh', '-c', script], { cwd, timeoutMs: 170_000 })).ok().stdout
}

/**
 * Makes an image of four layers on an archive's root in the OCI layout `DIRECTORY/layout`, tag `app`: with umoci, GNU
 * tar and coreutils only.
 */
export async function makeForeignImage(directory: string, archive: string): Promise<string> {
  const layout = join(directory, 'layout')
  const rootfs = join(directory, 'bundle/rootfs')
  const repack = 'umoci repack --refresh-bundle --image layout:app bundle'
  await sh('umoci init --layout layout && umoci new --image layout:app', directory)
  await sh('umoci unpack --image layout:app bundle', directory)
  await sh(`tar -C bundle/rootfs --numeric-owner --xattrs --xattrs-include='*' -xpf '${archive}'`, directory)
  await sh(`rm -f bundle/rootfs/dev/console && ${repack}`, directory)
  await sh(additions, rootfs)
  await sh(repack, directory)
  await sh(removals, rootfs)
  await sh(repack, directory)
  mkdirSync(join(directory, 'raw'))
  await sh(raw, join(directory, 'raw'))
  const names =
    'opt/opaque opt/opaque/.wh..wh..opq opt/opaque/new opt/implied/inner/file opt/implied/.wh.nothing usr/share/new/file'
  writeFileSync(join(directory, 'names'), names.split(' ').join('\n'))
  await sh('tar -C raw --format=pax --no-recursion --numeric-owner -T names -cf raw.tar', directory)
  await sh('umoci raw add-layer --image layout:app raw.tar', directory)
  await sh(
    'umoci config --image layout:app --config.cmd /bin/sh --config.env PATH=/usr/sbin:/usr/bin:/sbin:/bin --config.workingdir /opt',
    directory,
  )
  return dirname(join(layout, 'index.json'))
}
