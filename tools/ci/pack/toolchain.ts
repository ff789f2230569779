import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../lint/packages.ts'
import { muslNode } from './musl.ts'
import { npmScript, outside } from './environment.ts'

/** A runtime or an npm of the matrix. */
export interface Tool {
  /** `Node 24`, `Bun`, `npm 12`. */
  readonly name: string
  /** The program, or npm's script; undefined where it is not here. */
  readonly path?: string
  /** A file that another stands for while it runs: `[other, file]`; in namespaces of its own, so only for root. */
  readonly bind?: readonly [string, string]
  /** Why it is not here. */
  readonly missing?: string
}

/** What packages are installed and run with. */
export interface Toolchain {
  /** Oldest Node first, then Bun and a Node for musl. */
  readonly runtimes: readonly Tool[]
  readonly npms: readonly Tool[]
}

/** Whether the runtime has `await using` and runs TypeScript as it is. */
export const modern = ({ name }: Tool): boolean => name !== 'Node 22'

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
}

const own = process.versions.node.split('.')[0]!
const wanted = join(import.meta.dirname, 'toolchain.json')

/** The tools of toolchain.json but this Node, installed beside each other where no other package finds them. */
export async function fetched(cpu: string): Promise<{ modules: string; error?: string }> {
  const manifest = JSON.parse(await readFile(wanted, 'utf8')) as Manifest
  const optional = Object.entries(manifest.optionalDependencies).filter(
    ([name]) => name.endsWith(`-${cpu}`) && name !== `node-${own}-${process.arch}`,
  )
  const text = JSON.stringify({ ...manifest, optionalDependencies: Object.fromEntries(optional) }, null, 2)
  const folder = join(root, 'node_modules/.cache/cofferdam-pack', cpu)
  const modules = join(folder, 'node_modules')
  const done = join(folder, 'package.json')
  if (existsSync(done) && (await readFile(done, 'utf8')) === text) return { modules }
  const fresh = `${folder}.${process.pid}`
  try {
    await mkdir(fresh, { recursive: true })
    await writeFile(join(fresh, 'package.json'), text)
    const flags = ['--ignore-scripts', '--no-bin-links', '--no-package-lock', '--no-audit', '--no-fund']
    execFileSync(
      process.execPath,
      [
        npmScript(),
        'install',
        `--prefix=${fresh}`,
        '--os=linux',
        `--cpu=${cpu}`,
        ...flags,
        '--loglevel=error',
      ],
      { cwd: fresh, env: outside(), stdio: 'pipe', timeout: 300_000 },
    )
    await rm(folder, { recursive: true, force: true })
    await rename(fresh, folder)
    return { modules }
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    const { stderr, message } = error as { stderr?: Buffer; message: string }
    return {
      modules,
      error:
        String(stderr ?? message)
          .trim()
          .split('\n')[0] ?? message,
    }
  }
}

function runs(program: string): string | undefined {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n')[0]
  }
}

/**
 * Node 22 (for x64 the oldest that packages promise to run on), 24 and 26, Bun, Node for musl, npm 11 and 12, downloaded
 * once; the Node that runs this stands for its own major version.
 */
export async function toolchain(): Promise<Toolchain> {
  const { modules, error } = await fetched(process.arch)
  const at = (name: string, path: string): Tool => {
    if (!existsSync(path)) return { name, missing: error ?? `no ${path}` }
    const missing = path.endsWith('.js') ? undefined : runs(path)
    return missing === undefined ? { name, path } : { name, missing }
  }
  const node = (major: string): Tool =>
    major === own
      ? { name: `Node ${major}`, path: process.execPath }
      : at(`Node ${major}`, join(modules, `node-${major}-${process.arch}`, 'bin/node'))
  return {
    runtimes: [
      ...['22', '24', '26'].map(node),
      at('Bun', join(modules, `bun-${process.arch}`, 'bin/bun')),
      muslNode(),
    ],
    npms: ['11', '12'].map((major) => at(`npm ${major}`, join(modules, `npm-${major}`, 'bin/npm-cli.js'))),
  }
}
