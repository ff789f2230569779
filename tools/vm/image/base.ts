import { globSync, readFileSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@cofferdam/testing'
import { cached, digest, digestFiles, isCached } from './cache.ts'
import { ext4 } from './ext4.ts'

const suite = 'bookworm'
const guest = join(import.meta.dirname, '../guest')

const sources = (): string[] => globSync(`${guest}/*`).sort()
const key = (): string => digest(suite, digestFiles(sources()))

/** Why the root image cannot be made, as Debian's mirror does not answer apt; undefined where it can or is kept. */
export async function whyNoBaseImage(): Promise<string | undefined> {
  if (isCached('base', key())) return undefined
  const url = `http://deb.debian.org/debian/dists/${suite}/InRelease`
  const work = await mkdtemp(join(tmpdir(), 'cofferdam-vm-'))
  try {
    const helper = ['/usr/lib/apt/apt-helper', '-o', 'Acquire::Retries=1', 'download-file']
    const asked = await runCommand([...helper, url, join(work, 'file')], { timeoutMs: 60_000 })
    return asked.exitCode === 0 ? undefined : `no answer from ${url}: ${asked.stderr.trim()}`
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The kernel and the root file system of the machine. */
export interface BaseImage {
  readonly kernel: string
  readonly root: string
}

/** Debian with the cloud kernel and the packages of `guest/packages.txt`, by mmdebstrap (a minute), cached. */
export async function baseImage(): Promise<BaseImage> {
  const folder = await cached('base', key(), async (into) => {
    const work = await mkdtemp(join(tmpdir(), 'cofferdam-vm-'))
    try {
      const root = join(work, 'root')
      const packages = readFileSync(join(guest, 'packages.txt'), 'utf8').trim().split('\n').join(',')
      const excluded = ['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
      const options = [
        '--mode=root',
        '--variant=apt',
        '--format=directory',
        `--include=${packages}`,
        ...excluded,
      ]
      const hook = `--customize-hook=${join(guest, 'customize.sh')}`
      const made = await runCommand(['mmdebstrap', '--quiet', ...options, hook, suite, root], {
        timeoutMs: 600_000,
      })
      if (made.exitCode !== 0) throw new Error(`mmdebstrap failed: ${made.stderr.trim()}`)
      const [kernel] = globSync(`${root}/boot/vmlinuz-*`)
      await copyFile(kernel!, join(into, 'vmlinuz'))
      await ext4(root, join(into, 'root.ext4'), 2048)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return { kernel: join(folder, 'vmlinuz'), root: join(folder, 'root.ext4') }
}
