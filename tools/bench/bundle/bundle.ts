import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { needRoot, program, type Workshop } from '../harness/workshop.ts'
import type { Config } from './config.ts'
import { filterOf } from './filter.ts'
import { header } from './header.ts'

const run = promisify(execFile)
const committed = join(import.meta.dirname, 'config.json')

/** What all rows of the suite `start` run: one root and one configuration, once whole and once without cgroups. */
export interface Bundle {
  /** OCI bundle with the committed config.json, as it stands. */
  whole: string
  /** OCI bundle with the same file less `linux.resources`, over the same root. */
  noCgroup: string
  rootfs: string
  config: Config
}

/** A root made of busybox-static alone, with a link for each of its applets. */
async function makeRootfs(rootfs: string): Promise<void> {
  const busybox = await program('busybox')
  for (const dir of ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'var'])
    await mkdir(join(rootfs, dir), { recursive: true })
  await copyFile(busybox, join(rootfs, 'bin/busybox'))
  const { stdout } = await run(busybox, ['--list'])
  for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox'))
    await symlink('busybox', join(rootfs, 'bin', applet))
  await writeFile(join(rootfs, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  await writeFile(join(rootfs, 'etc/group'), 'root:x:0:\n')
}

/** The configuration without control groups: what `runc`, `crun` and ours run in the rows named `nocgroup`. */
export function withoutCgroups(config: Config): Config {
  const { resources: _, ...linux } = config.linux
  return { ...config, linux }
}

/** Makes the bundles; once for a suite. */
export function bundle(workshop: Workshop): Promise<Bundle> {
  return workshop.shared('bundle', async () => {
    needRoot()
    const whole = await workshop.path('bundle')
    const noCgroup = await workshop.path('bundle-nocgroup')
    const rootfs = join(whole, 'rootfs')
    await makeRootfs(rootfs)
    const config = JSON.parse(await readFile(committed, 'utf8')) as Config
    await copyFile(committed, join(whole, 'config.json'))
    const without = { ...withoutCgroups(config), root: { ...config.root, path: '../bundle/rootfs' } }
    await writeFile(join(noCgroup, 'config.json'), JSON.stringify(without, null, 2))
    return { whole, noCgroup, rootfs, config }
  })
}

/** Compiles native/limit-container.c for the committed configuration; returns its argv. */
export function limitContainer(workshop: Workshop): Promise<string[]> {
  return workshop.shared('limit-container', async () => {
    const { config, rootfs } = await bundle(workshop)
    const include = await workshop.path('include')
    await writeFile(join(include, 'bundle.h'), header(config))
    const filter = join(workshop.directory, 'filter.bpf')
    await writeFile(filter, filterOf(config))
    return [await workshop.compile('limit-container', [include]), rootfs, filter]
  })
}
