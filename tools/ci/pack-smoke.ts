/**
 * Installs the tarball of each publishable package, with those of its @cofferdam dependencies, in an empty directory
 * without a compiler on PATH, with npm 11 and 12; then, with Node 22, 24 and 26, imports and requires it there and
 * runs the example of its README both ways. `npm run pack:smoke -- NAME...` for some packages.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { root, type Package } from '../lint/packages.ts'
import { cellChecks, runCell, writeExamples, type Result } from './pack/cell.ts'
import { makePath } from './pack/environment.ts'
import { install, missingContents, packAll, published } from './pack/install.ts'
import { report, totals, type Row } from './pack/report.ts'
import { toolchain, type Tool } from './pack/toolchain.ts'
import { addTotals } from './totals.ts'
import { seconds } from './table.ts'

const wanted = process.argv.slice(2)
const chosen = published.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder))
const { nodes, npms } = await toolchain()
for (const [name, tools] of Object.entries({ Node: nodes, npm: npms }))
  for (const { major, missing } of tools)
    if (missing !== undefined) process.stdout.write(`${name} ${major}: ${missing}\n`)

// Beside no node_modules of this repository, and outside /tmp, which examples see empty.
const base = process.geteuid!() === 0 ? '/var/tmp' : (process.env.TMPDIR ?? '/tmp')
const work = await mkdtemp(join(base, 'cofferdam-pack-'))
const tarballs = join(work, 'tarballs')
const programs = ({ major }: Tool) => join(work, 'bin', major)

const skip = (checks: readonly string[], tool: string, { major, missing }: Tool): Result[] =>
  checks.map((check) => ({ check, skipped: `${tool} ${major} is not here: ${missing}` }))

/** npm 11 runs on the oldest Node that is here and npm 12 on the newest. */
const host = (npm: Tool): Tool =>
  (npm.major === npms[0]?.major ? nodes : nodes.toReversed()).find(({ path }) => path !== undefined) ?? own

async function installed(one: Package, folder: string, npm: Tool): Promise<Result[]> {
  const node = host(npm)
  const at = { tarballs, node: node.path!, npm: npm.path!, path: programs(node) }
  const outcome = await install([one], folder, at)
  if (!outcome.ok) return [{ check: 'install', failure: outcome.text.trim() }]
  const missing = await missingContents(one, folder, prebuild)
  const failure = missing.length === 0 ? {} : { failure: `not in the tarball: ${missing.join(', ')}` }
  await writeExamples(one, folder)
  return [{ check: 'install' }, { check: 'contents', ...failure }]
}

async function smoke(one: Package): Promise<Row> {
  const started = performance.now()
  const row: Row = { name: one.manifest.name, cells: new Map(), ms: 0 }
  for (const npm of npms) {
    const folder = join(work, `npm-${npm.major}`, one.folder)
    const byNode = new Map<string, Result[]>()
    row.cells.set(npm.major, byNode)
    const results =
      npm.path === undefined ? skip(['install', 'contents'], 'npm', npm) : await installed(one, folder, npm)
    byNode.set('', results)
    if (
      results.some(({ check, failure, skipped }) => check === 'install' && (failure ?? skipped) !== undefined)
    )
      continue
    for (const node of nodes)
      byNode.set(
        node.major,
        node.path === undefined
          ? skip(cellChecks, 'Node', node)
          : await runCell(one, folder, { node: node.path, major: node.major, path: programs(node) }),
      )
  }
  row.ms = performance.now() - started
  process.stdout.write(`${row.name}: ${seconds(row.ms)}\n`)
  return row
}

const own = nodes.find(({ path }) => path === process.execPath) ?? { major: 'own', path: process.execPath }
const prebuild = execFileSync(process.execPath, [join(root, 'tools/native/prebuild.mjs')], {
  encoding: 'utf8',
}).trim()
const rows: Row[] = []
try {
  for (const node of new Set([own, ...nodes]))
    if (node.path !== undefined) await makePath(programs(node), node.path)
  const npm = npms.findLast(({ path }) => path !== undefined)
  if (npm === undefined) throw new Error('no npm of the matrix could be installed')
  await packAll(npm.path!, tarballs, programs(own))
  const queue = [...chosen]
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) rows.push(await smoke(one))
  }
  await Promise.all([worker(), worker()])
} finally {
  await rm(work, { recursive: true, force: true })
}

rows.sort((a, b) => a.name.localeCompare(b.name))
const majors = (tools: readonly Tool[]) => tools.map(({ major }) => major)
process.stdout.write(`${report(rows, majors(npms), majors(nodes))}\n`)
const counts = totals(rows)
if (process.env.COFFERDAM_TOTALS !== undefined) addTotals(process.env.COFFERDAM_TOTALS, counts)
process.exitCode = counts.failed > 0 ? 1 : 0
