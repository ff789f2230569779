import { mkdirSync } from 'node:fs'
import { debianRoot, requires, runCommand, tempDir, type TempDir } from '@cofferdam/testing'
import { ImageLayout, ImageStore, copyImage, parseReference, type StoredImage } from '../../src/index.js'
import { withOverlay } from '../support/overlay.js'
import { compareTrees, describeTree } from '../support/tree.js'

const { describe } = requires({
  root: true,
  commands: ['umoci', 'mmdebstrap', 'setcap', 'setfattr'],
  kernel: '6.8',
})
const reference = parseReference('localhost/image:latest')

async function sh(dir: TempDir, script: string): Promise<void> {
  ;(await runCommand(['sh', '-ec', script], { cwd: dir.path, timeoutMs: 240_000 })).ok()
}

/** Changes by umoci from the second layer on: of every kind that a layer can hold. */
async function pack(dir: TempDir, tar: string): Promise<void> {
  await sh(
    dir,
    `umoci init --layout image; umoci new --image image:latest
     umoci unpack --image image:latest bundle
     tar -C bundle/rootfs --xattrs --xattrs-include='*' -xpf ${tar}
     umoci repack --image image:latest bundle; rm -r bundle
     umoci unpack --image image:latest bundle; cd bundle/rootfs
     rm usr/bin/perl; rm -r usr/share/doc; mkdir usr/share/doc; echo new > usr/share/doc/new
     rm -r etc/alternatives; ln -s elsewhere etc/alternatives; rm etc/hostname; mkdir etc/hostname
     echo shared > srv/one; ln srv/one srv/two; ln -s one srv/three
     echo raised > srv/raised; chown 7:8 srv/raised; chmod 6750 srv/raised
     echo able > srv/able; setcap cap_net_bind_service,cap_net_raw+ep srv/able
     mknod -m 640 srv/device b 8 70; mknod srv/null c 1 3; mkfifo srv/fifo
     long=$(printf 'l%.0s' $(seq 200)); mkdir -p srv/$long/$long; echo deep > srv/$long/$long/$long
     setfattr -n user.note -v hello srv/one; chmod 1771 srv; touch -d @12345 srv/one srv
     cd ../..; umoci repack --image image:latest bundle; rm -r bundle
     mkdir -p new/sub; echo only > new/sub/this; chown -R 3:4 new; umoci insert --image image:latest --opaque new /usr/share/perl5
     umoci insert --image image:latest new/sub/this /srv/inserted
     umoci insert --image image:latest --whiteout /usr/share/man`,
  )
}

async function images(dir: TempDir): Promise<StoredImage> {
  const layout = await ImageLayout.open(dir.join('image'))
  await using store = await ImageStore.open(dir.join('store'))
  await copyImage(layout, store, reference)
  return store.get(reference)
}

describe('an image packed by umoci', () => {
  it('is, mounted, the tree that umoci unpacks', async () => {
    const root = await debianRoot()
    if ('reason' in root) return console.warn(`[skipped: ${root.reason}]`)
    await using dir = await tempDir('umoci')
    await pack(dir, root.tar)
    const image = await images(dir)
    expect(image.manifest.layers.length).toBeGreaterThanOrEqual(5)
    mkdirSync(dir.join('peer'))
    await sh(dir, 'umoci unpack --image image:latest peer/bundle')
    const ours = await withOverlay(image.layers, (path) => describeTree(path))
    const theirs = describeTree(dir.join('peer', 'bundle', 'rootfs'))
    expect(ours.size).toBeGreaterThan(3000)
    expect(compareTrees(ours, theirs)).toEqual([])
  }, 300_000)
})
