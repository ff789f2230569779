import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { level, type Package } from '../../lint/packages.ts'
import { run, runIsolated, type Outcome } from './environment.ts'
import { modern, type Tool } from './toolchain.ts'
import { asCommonJs, asModule, readmeExample } from './readme.ts'

/** What is seen with one runtime of one installed package. */
export const cellChecks = ['load', 'import', 'require'] as const

/** One check: `undefined` where it passed. */
export interface Result {
  readonly check: string
  readonly failure?: string
  readonly skipped?: string
}

const isRoot = process.geteuid!() === 0

/** Also on a system that is not Linux; both ways give the same exports, and its commands say their version. */
const loads = (name: string) => `
  import { execFileSync } from 'node:child_process'
  import { readFileSync } from 'node:fs'
  import { createRequire } from 'node:module'
  const folder = new URL('./node_modules/${name}/', import.meta.url)
  const { bin = {}, version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
  for (const [command, file] of Object.entries(bin)) {
    const text = execFileSync(process.execPath, [new URL(file, folder).pathname, '--version'], { encoding: 'utf8' })
    if (!text.includes(version)) throw new Error(command + ' --version says ' + text)
  }
  Object.defineProperty(process, 'platform', { value: 'darwin' })
  const imported = await import(${JSON.stringify(name)})
  const required = createRequire(import.meta.url)(${JSON.stringify(name)})
  if (Object.keys(imported).join() !== Object.keys(required).filter((key) => key !== 'module.exports').join())
    throw new Error('import and require differ')`

/** Writes what `runCell` runs beside the installed package: its README's example as `example.{mts,mjs,cjs}`. */
export async function writeExamples(one: Package, folder: string): Promise<void> {
  const code = await readmeExample(join(folder, 'node_modules', one.manifest.name, 'README.md'))
  if (code === undefined) throw new Error('README.md has no ts block')
  await writeFile(join(folder, 'load.mjs'), loads(one.manifest.name))
  await writeFile(join(folder, 'example.mts'), code)
  await writeFile(join(folder, 'example.mjs'), asModule(code))
  await writeFile(join(folder, 'example.cjs'), asCommonJs(code))
}

/** Loads a package that was installed in `folder` and runs the example of its README, by `import` and by `require`. */
export async function runCell(one: Package, folder: string, runtime: Tool, path: string): Promise<Result[]> {
  const needsRoot = level(one) > 0
  const alone = one.folder === 'cgroups'
  const start = (file: string, isolated: boolean): Promise<Outcome> =>
    isolated || runtime.bind !== undefined
      ? runIsolated(runtime.path!, [file], folder, path, { alone, bind: runtime.bind })
      : run(runtime.path!, [file], folder, path)
  const module = modern(runtime) ? 'example.mts' : 'example.mjs'
  const files = { load: 'load.mjs', import: module, require: 'example.cjs' }
  const results: Result[] = []
  for (const check of cellChecks) {
    const isolated = needsRoot && check !== 'load'
    if (isolated && !isRoot) {
      results.push({ check, skipped: 'the example needs root' })
      continue
    }
    const { ok, text } = await start(files[check], isolated)
    results.push({ check, ...(ok ? {} : { failure: text.trim() || 'failed without a word' }) })
  }
  return results
}
