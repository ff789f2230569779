import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Stage } from './suite.ts'

const root = resolve(import.meta.dirname, '../..')
const reports = join(root, 'packages/sys/build/sanitize/reports')

/** What sanitizers wrote into the files of the folder. Those of programs begin with a binary length. */
function sanitizerReports(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const read = (name: string) => readFileSync(join(folder, name), 'latin1').replace(/^.{4}\0{4}/s, '')
  const texts = names.map((name) => ({ name, text: read(name).replaceAll('\0', '').trim() }))
  return texts.filter(({ text }) => text !== '').map(({ name, text }) => `report ${name}\n${text}`)
}

/**
 * The native code built with AddressSanitizer and UndefinedBehaviorSanitizer: in Node (the library is preloaded), in
 * `init` and in `layer`. A finding ends its process, and its report fails the suite whatever the tests say.
 */
export const sanitizers: Stage = {
  prepare() {
    if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'needs Linux and root'
    const built = spawnSync(process.execPath, [join(root, 'tools/native/sanitize.mjs')], { encoding: 'utf8' })
    const library = built.stdout.trim()
    if (built.status === 0 && !library.startsWith('/')) return 'this compiler has no libasan.so'
    if (built.status !== 0) throw new Error(`the build with sanitizers failed: ${built.stderr}`)
    const options = `log_path=${join(reports, 'node')}:exitcode=99`
    return {
      COFFERDAM_NATIVE_BUILD: 'sanitize',
      LD_PRELOAD: library,
      ASAN_OPTIONS: `${options}:detect_leaks=0:quarantine_size_mb=16`,
      UBSAN_OPTIONS: `${options}:print_stacktrace=1:halt_on_error=1`,
    }
  },
  findings: () => sanitizerReports(reports),
}
