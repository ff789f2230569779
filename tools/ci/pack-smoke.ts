/**
 * Installs the tarball of each publishable package, with those of its @cofferdam dependencies, in an empty directory
 * without a compiler on PATH, by npm 11 and 12; then, with Node 22, 24, 26, Bun and Node for musl, imports and requires it there and
 * runs the example of its README both ways. Last, the programs of pack/hosts use installed packages.
 * `npm run pack:smoke -- NAME...` for some packages; `hosts` is one of the names.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { root, type Package } from '../lint/packages.ts'
import { cellChecks, runCell, writeExamples, type Result } from './pack/cell.ts'
import { onArm64 } from './pack/arm64.ts'
import { makePath } from './pack/environment.ts'
import { hosted, hosts, runHost } from './pack/hosts.ts'
import { install, missingContents, packAll, published } from './pack/install.ts'
import { report, totals, type Row } from './pack/report.ts'
import { toolchain, type Tool } from './pack/toolchain.ts'
import { addTotals } from './totals.ts'
import { seconds } from './table.ts'

const wanted = process.argv.slice(2)
const chosen = published.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder))
const { runtimes, npms } = await toolchain()

// Beside no node_modules of this repository, and outside /tmp, which examples see empty.
const base = process.geteuid!() === 0 ? '/var/tmp' : (process.env.TMPDIR ?? '/tmp')
const work = await mkdtemp(join(base, 'cofferdam-pack-'))
const tarballs = join(work, 'tarballs')
const own: Tool = { name: 'own', path: process.execPath }
const programs = ({ name }: Tool) => join(work, 'bin', name)
const place = (npm: Tool, folder: string) => join(work, npm.name.replace(' ', '-'), folder)

const skip = (checks: readonly string[], { name, missing }: Tool): Result[] =>
  checks.map((check) => ({ check, skipped: `${name} is not here: ${missing}` }))

/** npm 11 runs on the oldest Node that is here and npm 12 on the newest. */
function hostOf(npm: Tool): Tool {
  const nodes = runtimes.filter(({ name, path }) => name.startsWith('Node') && path !== undefined)
  return (npm === npms[0] ? nodes[0] : nodes.at(-1)) ?? own
}

async function installed(some: readonly Package[], folder: string, npm: Tool): Promise<Result> {
  if (npm.path === undefined) return skip(['install'], npm)[0]!
  const node = hostOf(npm)
  const at = { tarballs, node: node.path!, npm: npm.path, path: programs(node) }
  const { ok, text } = await install(some, folder, at)
  return { check: 'install', ...(ok ? {} : { failure: text.trim() }) }
}

const done = ({ failure, skipped }: Result) => failure === undefined && skipped === undefined

/** Runtimes other than Node run what one npm installed: the last. */
async function byRuntime(npm: Tool, checks: readonly string[], each: (runtime: Tool) => Promise<Result[]>) {
  const results = new Map<string, Result[]>()
  for (const runtime of runtimes.filter(({ name }) => name.startsWith('Node') || npm === npms.at(-1)))
    results.set(runtime.name, runtime.path === undefined ? skip(checks, runtime) : await each(runtime))
  return results
}

async function smoke(one: Package): Promise<Row> {
  const started = performance.now()
  const row: Row = { name: one.manifest.name, cells: new Map(), ms: 0 }
  for (const npm of npms) {
    const folder = place(npm, one.folder)
    const result = await installed([one], folder, npm)
    row.cells.set(npm.name, new Map([['', [result]]]))
    if (!done(result)) continue
    const missing = await missingContents(one, folder, prebuild)
    const failure = missing.length === 0 ? {} : { failure: `not in the tarball: ${missing.join(', ')}` }
    await writeExamples(one, folder)
    const cells = await byRuntime(npm, cellChecks, (runtime) =>
      runCell(one, folder, runtime, programs(runtime)),
    )
    row.cells.set(npm.name, cells.set('', [result, { check: 'contents', ...failure }]))
  }
  row.ms = performance.now() - started
  process.stdout.write(`${row.name}: ${seconds(row.ms)}\n`)
  return row
}

async function smokeHosts(): Promise<Row[]> {
  const some = published.filter(({ folder }) => hosted.includes(folder))
  const copies: string[] = []
  let result: Result | undefined
  for (const npm of npms) {
    result = await installed(some, place(npm, 'hosts'), npm)
    if (done(result)) copies.unshift(place(npm, 'hosts'))
  }
  const [folder, other] = copies
  const made: Row[] = []
  for (const host of hosts) {
    const started = performance.now()
    const cells =
      folder === undefined
        ? new Map([['', [result!]]])
        : await byRuntime(npms.at(-1)!, [host], (runtime) =>
            runHost(host, folder, runtime, { path: programs(runtime), other }),
          )
    const ms = performance.now() - started
    made.push({ name: `in ${host}`, cells: new Map([[npms.at(-1)!.name, cells]]), ms })
    process.stdout.write(`in ${host}: ${seconds(ms)}\n`)
  }
  if (folder !== undefined) {
    const started = performance.now()
    const cells = new Map([['', await onArm64(folder, programs(own))]])
    made.push({
      name: 'arm64 emulated',
      cells: new Map([[npms.at(-1)!.name, cells]]),
      ms: performance.now() - started,
    })
  }
  return made
}

const prebuild = execFileSync(process.execPath, [join(root, 'tools/native/prebuild.mjs')], {
  encoding: 'utf8',
}).trim()
const rows: Row[] = []
try {
  for (const runtime of [own, ...runtimes])
    if (runtime.path !== undefined) await makePath(programs(runtime), runtime.path)
  const npm = npms.findLast(({ path }) => path !== undefined)
  if (npm === undefined) throw new Error(`no npm of the matrix could be installed: ${npms[0]?.missing}`)
  await packAll(npm.path!, tarballs, programs(own))
  const queue = [...chosen]
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) rows.push(await smoke(one))
  }
  await Promise.all([worker(), worker()])
  rows.sort((a, b) => a.name.localeCompare(b.name))
  if (wanted.length === 0 || wanted.includes('hosts')) rows.push(...(await smokeHosts()))
} finally {
  await rm(work, { recursive: true, force: true })
}

const names = (tools: readonly Tool[]) => tools.map(({ name }) => name)
process.stdout.write(`${report(rows, names(npms), names(runtimes))}\n`)
const counts = totals(rows)
if (process.env.COFFERDAM_TOTALS !== undefined) addTotals(process.env.COFFERDAM_TOTALS, counts)
process.exitCode = counts.failed > 0 ? 1 : 0
