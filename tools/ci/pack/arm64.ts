import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { built } from '../../native/targets.ts'
import type { Result } from './cell.ts'
import { run, runIsolated } from './environment.ts'
import { fetched } from './toolchain.ts'

const emulator = '/usr/bin/qemu-aarch64-static'
const libraries = '/usr/aarch64-linux-gnu'
/** What the emulator can show of the prebuilds for arm64. */
const checks = ['addon', 'init'] as const

async function missing(): Promise<string | { node: string }> {
  if (process.arch !== 'x64') return 'this is not x64: real arm64 runs the matrix itself'
  if (!existsSync(emulator)) return `no ${emulator} (Debian package qemu-user-static)`
  if (!existsSync(join(libraries, 'lib/libstdc++.so.6')))
    return `no C++ library in ${libraries} (libstdc++6-arm64-cross)`
  if (!existsSync(built('linux-arm64'))) return 'no prebuild for arm64 (npm run prebuilds)'
  const { modules, error } = await fetched('arm64')
  const node = join(modules, 'node-24-arm64/bin/node')
  return existsSync(node) ? { node } : (error ?? `no ${node}`)
}

/**
 * The prebuilds for arm64 under qemu-user, in a directory where `process` is installed: Node for arm64 loads the addon
 * and calls it; this Node starts arm64's `init` in place of its own, which decodes plans, refuses a malformed one and
 * launches as far as the emulator's clone(2) goes.
 */
export async function onArm64(folder: string, path: string): Promise<Result[]> {
  const found = await missing()
  if (typeof found === 'string') return checks.map((check) => ({ check, skipped: `arm64: ${found}` }))
  const scripts = join(import.meta.dirname, 'arm64')
  for (const check of checks) copyFileSync(join(scripts, `${check}.mjs`), join(folder, `${check}.mjs`))
  const addon = await run(
    '/usr/bin/env',
    [`QEMU_LD_PREFIX=${libraries}`, emulator, found.node, 'addon.mjs'],
    folder,
    path,
  )

  const prebuilds = join(folder, 'node_modules/@cofferdam/sys/prebuilds')
  const init = join(prebuilds, 'linux-x64/init')
  const kept = join(folder, 'init-x64')
  cpSync(init, kept)
  const defines = [`-DEMULATOR="${emulator}"`, `-DPROGRAM="${join(prebuilds, 'linux-arm64/init')}"`]
  execFileSync('gcc', ['-static', ...defines, '-o', init, join(scripts, 'emulated.c')])
  const launched = await runIsolated(process.execPath, ['init.mjs'], folder, path)
  cpSync(kept, init)
  return [
    { check: 'addon', ...(addon.ok ? {} : { failure: addon.text.trim() }) },
    { check: 'init', ...(launched.ok ? {} : { failure: launched.text.trim() }) },
  ]
}
