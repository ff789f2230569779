import { execFileSync } from 'node:child_process'

/** The oldest glibc that an addon may need: Debian 10, RHEL 8. */
const limit = '2.28'
const number = (version) => version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)

/** The newest glibc that a file needs a symbol of. @throws Error where that is newer than 2.28 */
export function neededGlibc(file) {
  const symbols = execFileSync('readelf', ['--version-info', '--wide', file], { encoding: 'utf8' })
  const versions = [...symbols.matchAll(/GLIBC_(\d+\.\d+)/g)].map((match) => match[1])
  const newest = versions.sort((a, b) => number(a) - number(b)).at(-1) ?? 'none'
  if (newest !== 'none' && number(newest) > number(limit))
    throw new Error(`${file} needs glibc ${newest}, and ${limit} must do`)
  return newest
}
