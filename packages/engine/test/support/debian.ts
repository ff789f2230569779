import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@cofferdam/testing'

const suite = 'bookworm'
const mirror = process.env['COFFERDAM_TEST_DEBIAN'] ?? '/etc/apt/sources.list'
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cofferdam-test')

/** Archive of a Debian with apt as mmdebstrap makes it, kept between runs. */
export const debianArchive = join(cache, `${suite}-apt.tar`)

/** Why there is no {@link debianArchive} and none can be made; undefined where there is one. */
export async function debianMissing(): Promise<string | undefined> {
  if (existsSync(debianArchive)) return undefined
  try {
    const answer = await fetch(`${mirror}/dists/${suite}/Release`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(10_000),
    })
    return answer.ok ? undefined : `${mirror} answers ${answer.status}`
  } catch {
    return `${mirror} is not reachable`
  }
}

/** Makes the archive where it is missing: half a minute. */
export async function makeDebian(): Promise<string> {
  if (existsSync(debianArchive)) return debianArchive
  mkdirSync(cache, { recursive: true })
  const fresh = `${debianArchive}.${process.pid}.tar`
  const command = ['mmdebstrap', '--mode=root', '--variant=apt', suite, fresh, mirror]
  try {
    ;(await runCommand(command, { timeoutMs: 300_000 })).ok()
    renameSync(fresh, debianArchive)
  } finally {
    rmSync(fresh, { force: true })
  }
  return debianArchive
}
