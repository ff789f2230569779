/** A dry run of a release: every published package gets the next version and would be published; nothing is changed. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { packages, root } from '../lint/packages.ts'

const status = () => execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
const before = status()
const flags = ['minor', '--first-release', '--dry-run', '--yes']
let text: string
try {
  text = execFileSync(process.execPath, [join(root, 'node_modules/.bin/nx'), 'release', ...flags], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', CI: 'true', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  })
} catch (error) {
  const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string }
  process.stdout.write(`${stdout ?? ''}${stderr ?? message}`)
  process.exit(1)
}

const published = packages().filter(({ manifest }) => manifest.private !== true)
const problems = published.flatMap(({ manifest: { name } }) => [
  ...(new RegExp(`${name} .*New version .* written`).test(text) ? [] : [`${name} gets no new version`]),
  ...(new RegExp(`^name: +${name} *$`, 'm').test(text) ? [] : [`${name} would not be published`]),
])
const count = text.match(/Would publish to/g)?.length ?? 0
if (count !== published.length) problems.push(`${count} of ${published.length} packages would be published`)
if (status() !== before) problems.push('the dry run changed the working tree')
for (const problem of problems) process.stdout.write(`release: ${problem}\n`)
if (problems.length === 0) process.stdout.write(`release: ${count} packages would be published\n`)
process.exitCode = problems.length === 0 ? 0 : 1
