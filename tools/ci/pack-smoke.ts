/**
 * Installs the tarball of each publishable package, with those of its @cofferdam dependencies, in an empty directory
 * without a compiler on PATH; imports and requires it there and runs the example of its README.
 * `npm run pack:smoke -- NAME...` for some packages.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { level, packages, root, siblings, type Package } from '../lint/packages.ts'
import { makePath, npmScript, runIsolated, runNode } from './pack/environment.ts'
import { readmeExample } from './pack/readme.ts'
import { addTotals } from './totals.ts'
import { seconds, table } from './table.ts'

type Status = 'passed' | 'failed' | 'skipped'
const steps = ['install', 'contents', 'import', 'example'] as const
type Step = (typeof steps)[number]
interface Row {
  readonly name: string
  readonly status: Partial<Record<Step, Status>>
  readonly notes: string[]
  ms: number
}

const all = packages().filter(({ manifest }) => manifest.private !== true)
const byFolder = new Map(all.map((one) => [one.folder, one]))
const wanted = process.argv.slice(2)
const chosen = all.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder))
const isRoot = process.geteuid!() === 0

// Beside no node_modules of this repository, and outside /tmp, which examples see empty.
const work = await mkdtemp(join(isRoot ? '/var/tmp' : (process.env.TMPDIR ?? '/tmp'), 'cofferdam-pack-'))
const tarballs = join(work, 'tarballs')
const path = await makePath(join(work, 'bin'))
const npm = npmScript()

function closure(one: Package, seen = new Set<string>()): Set<string> {
  seen.add(one.folder)
  for (const name of siblings(one)) if (!seen.has(name)) closure(byFolder.get(name)!, seen)
  return seen
}

const tarball = ({ manifest }: Package) =>
  join(tarballs, `${manifest.name.slice(1).replace('/', '-')}-${manifest.version}.tgz`)

async function missingContents(one: Package, folder: string): Promise<string[]> {
  const installed = join(folder, 'node_modules', one.manifest.name)
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    exports: unknown
    bin?: Record<string, string>
  }
  const targets = JSON.stringify([manifest.exports, manifest.bin ?? {}]).matchAll(/"(\.\/[^"]+)"/g)
  const files = [...targets]
    .map((match) => match[1]!)
    .filter((file) => file !== './' && !/^\.\/[^/.]*$/.test(file))
  const native = one.folder === 'sys' ? ['sys.node', 'init', 'layer'] : []
  const prebuilt = native.map((file) => `prebuilds/${process.platform}-${process.arch}/${file}`)
  return ['README.md', 'LICENSE', ...files, ...prebuilt].filter((file) => !existsSync(join(installed, file)))
}

async function example(one: Package, folder: string, row: Row): Promise<Status> {
  const code = await readmeExample(join(folder, 'node_modules', one.manifest.name, 'README.md'))
  if (code === undefined) {
    row.notes.push('README.md has no ts block')
    return 'failed'
  }
  await writeFile(join(folder, 'example.mts'), code)
  const needsRoot = level(one) > 0
  if (needsRoot && !isRoot) {
    row.notes.push('example skipped: needs root')
    return 'skipped'
  }
  const result = needsRoot
    ? await runIsolated(['example.mts'], folder, path)
    : await runNode(['example.mts'], folder, path)
  if (!result.ok) row.notes.push(`example: ${result.text.trim()}`)
  return result.ok ? 'passed' : 'failed'
}

async function smoke(one: Package): Promise<Row> {
  const row: Row = { name: one.manifest.name, status: {}, notes: [], ms: 0 }
  const started = performance.now()
  const folder = join(work, one.folder)
  await mkdir(folder)
  // The overrides keep npm from asking a registry for the siblings' versions.
  const files = [...closure(one)].map((name) => byFolder.get(name)!)
  const dependencies = Object.fromEntries(files.map((each) => [each.manifest.name, `file:${tarball(each)}`]))
  const overrides = Object.fromEntries(files.map(({ manifest }) => [manifest.name, `$${manifest.name}`]))
  const manifest = { private: true, type: 'module', dependencies, overrides }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const flags = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const installed = await runNode([npm, ...flags], folder, path)
  row.status.install = installed.ok ? 'passed' : 'failed'
  if (!installed.ok) row.notes.push(`install: ${installed.text.trim()}`)
  if (installed.ok) {
    const missing = await missingContents(one, folder)
    row.status.contents = missing.length === 0 ? 'passed' : 'failed'
    if (missing.length > 0) row.notes.push(`not in the tarball: ${missing.join(', ')}`)
    const name = JSON.stringify(one.manifest.name)
    const code = `
      import { createRequire } from 'node:module'
      Object.defineProperty(process, 'platform', { value: 'darwin' })
      const imported = await import(${name})
      const required = createRequire(import.meta.url)(${name})
      if (Object.keys(imported).join() !== Object.keys(required).filter((key) => key !== 'module.exports').join())
        throw new Error('import and require differ')`
    const loaded = await runNode(['--input-type=module', '--eval', code], folder, path)
    row.status.import = loaded.ok ? 'passed' : 'failed'
    if (!loaded.ok) row.notes.push(`import: ${loaded.text.trim()}`)
    row.status.example = await example(one, folder, row)
  }
  row.ms = performance.now() - started
  process.stdout.write(`${row.name}: ${seconds(row.ms)}\n`)
  return row
}

const rows: Row[] = []
try {
  await mkdir(tarballs)
  execFileSync(process.execPath, [join(root, 'tools/native/prebuild.mjs')])
  const packed = await runNode(
    [npm, 'pack', '--workspaces', '--ignore-scripts', '--loglevel=error', `--pack-destination=${tarballs}`],
    root,
    path,
  )
  if (!packed.ok) throw new Error(`npm pack failed: ${packed.text}`)
  const queue = [...chosen]
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) rows.push(await smoke(one))
  }
  await Promise.all([worker(), worker()])
} finally {
  await rm(work, { recursive: true, force: true })
}

rows.sort((a, b) => a.name.localeCompare(b.name))
for (const { name, notes } of rows) for (const note of notes) process.stdout.write(`${name}: ${note}\n`)
const cells = rows.map(({ name, status, ms }) => [
  name,
  ...steps.map((step) => status[step] ?? '-'),
  seconds(ms),
])
process.stdout.write(`${table(['package', ...steps, 'time'], cells)}\n`)
const statuses = rows.flatMap(({ status }) => Object.values(status))
const count = (wantedStatus: Status) => statuses.filter((one) => one === wantedStatus).length
const totals = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
if (process.env.COFFERDAM_TOTALS !== undefined) addTotals(process.env.COFFERDAM_TOTALS, totals)
process.exitCode = totals.failed > 0 ? 1 : 0
