/** Lints everything: the project graph that the layer rule reads is made first. Arguments go to eslint. */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' }

function run(script: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', script.startsWith('nx') ? 'ignore' : 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}

const args = process.argv.slice(2)
run('nx/dist/bin/nx.js', 'show', 'projects')
run('eslint/bin/eslint.js', '--max-warnings=0', ...(args.length > 0 ? args : ['.']))
