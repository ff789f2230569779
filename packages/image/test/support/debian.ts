import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@cofferdam/testing'

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cofferdam-test')

/**
 * A Debian root as an archive, made by mmdebstrap from the machine's own apt sources; kept in the user's cache for the
 * next run. A text says why there is none.
 */
export async function debianRoot(suite = 'bookworm'): Promise<{ tar: string } | { reason: string }> {
  const tar = join(cache, `${suite}-apt.tar`)
  if (existsSync(tar)) return { tar }
  mkdirSync(cache, { recursive: true })
  const partial = `${tar}.${process.pid}`
  const made = await runCommand(['mmdebstrap', '--quiet', '--variant=apt', suite, `${partial}.tar`], {
    timeoutMs: 240_000,
  })
  if (made.exitCode !== 0)
    return { reason: `mmdebstrap failed: ${made.stderr.toString().trim().split('\n').at(-1)}` }
  renameSync(`${partial}.tar`, tar)
  return { tar }
}
