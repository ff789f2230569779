import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './script.ts'

const suite = 'bookworm'
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cofferdam-test')

/**
 * Archive of a Debian with apt, made by mmdebstrap from the machine's own apt sources (half a minute) and kept between
 * runs; or the reason why there is none.
 */
export async function debianRoot(): Promise<{ tar: string } | { reason: string }> {
  const tar = join(cache, `${suite}-apt.tar`)
  if (existsSync(tar)) return { tar }
  mkdirSync(cache, { recursive: true })
  const fresh = `${tar}.${process.pid}.tar`
  const command = ['mmdebstrap', '--quiet', '--mode=root', '--variant=apt', suite, fresh]
  try {
    const made = await runCommand(command, { timeoutMs: 300_000 })
    if (made.exitCode !== 0) return { reason: `mmdebstrap failed: ${made.stderr.trim().split('\n').at(-1)}` }
    renameSync(fresh, tar)
    return { tar }
  } finally {
    rmSync(fresh, { force: true })
  }
}
