import { existsSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@cofferdam/testing'

/**
 * A Debian root as an archive, made by mmdebstrap from the machine's own apt sources; kept in the temporary directory
 * for the next run. A text says why there is none.
 */
export async function debianRoot(suite = 'bookworm'): Promise<{ tar: string } | { reason: string }> {
  const tar = join(tmpdir(), `cofferdam-debian-${suite}.tar`)
  if (existsSync(tar)) return { tar }
  const partial = `${tar}.${process.pid}`
  const made = await runCommand(['mmdebstrap', '--quiet', '--variant=apt', suite, `${partial}.tar`], {
    timeoutMs: 240_000,
  })
  if (made.exitCode !== 0)
    return { reason: `mmdebstrap failed: ${made.stderr.toString().trim().split('\n').at(-1)}` }
  renameSync(`${partial}.tar`, tar)
  return { tar }
}
