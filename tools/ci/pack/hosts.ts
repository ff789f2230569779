import { copyFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../lint/packages.ts'
import type { Result } from './cell.ts'
import { run, runIsolated } from './environment.ts'
import type { Tool } from './toolchain.ts'

const scripts = join(import.meta.dirname, 'hosts')

/** Programs that use installed packages in worker threads, a cluster, jest and as two copies in one process. */
export const hosts = globSync('*.mjs', { cwd: scripts }).map((file) => file.replace('.mjs', ''))

/** Packages that they use. */
export const hosted = ['process', 'netlink']

/** Runs one of them in a directory of installed packages; `other` has a second copy. */
export async function runHost(
  host: string,
  folder: string,
  runtime: Tool,
  { path, other }: { path: string; other: string | undefined },
): Promise<Result[]> {
  const skipped = (reason: string): Result[] => [{ check: host, skipped: `${host}: ${reason}` }]
  if (host === 'jest' && runtime.name === 'Bun') return skipped('jest does not run under Bun')
  if (host === 'jest' && runtime.name === 'musl') return skipped('the installed jest is for glibc')
  if (host === 'copies' && other === undefined) return skipped('only one npm made a copy')
  copyFileSync(join(scripts, `${host}.mjs`), join(folder, `${host}.mjs`))
  const args = { copies: other, jest: join(root, 'node_modules/jest/bin/jest.js') }[host] ?? ''
  const command = [`${host}.mjs`, args]
  const { ok, text } =
    process.geteuid!() === 0
      ? await runIsolated(runtime.path!, command, folder, path, { bind: runtime.bind })
      : await run(runtime.path!, command, folder, path)
  return [{ check: host, ...(ok ? {} : { failure: text.trim() || 'failed without a word' }) }]
}
