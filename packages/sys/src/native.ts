import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import { ownLibc } from './libc.js'

const require = createRequire(import.meta.url)
const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Where a native file of this package may be, in the order tried. In a checkout, `COFFERDAM_NATIVE_BUILD=NAME` asks for
 * `build/NAME` and nothing else.
 */
export function nativeCandidates(file: string, root = packageRoot): string[] {
  const build = process.env.COFFERDAM_NATIVE_BUILD
  if (build !== undefined && /^\w+$/.test(build)) return [join(root, 'build', build, file)]
  const target = `${process.platform}-${process.arch}${ownLibc() === 'musl' ? '-musl' : ''}`
  return [join(root, 'build/Release', file), join(root, 'prebuilds', target, file)]
}

/** Throws off Linux. @throws CofferdamError `ERR_UNSUPPORTED_PLATFORM` */
export function requireLinux(): void {
  if (process.platform === 'linux') return
  throw new CofferdamError(
    'ERR_UNSUPPORTED_PLATFORM',
    `containers need the Linux kernel, this is ${process.platform}`,
    { hint: 'run this program on Linux, for instance in WSL 2, Lima or a Linux virtual machine' },
  )
}

function missing(file: string, tried: readonly string[], cause?: unknown): CofferdamError {
  return new CofferdamError(
    'ERR_NATIVE_MISSING',
    `no usable ${file} of @cofferdam/sys for ${process.platform}-${process.arch}; tried ${tried.join(', ')}`,
    {
      hint: [
        'possible remedies:',
        '1. reinstall @cofferdam/sys: its tarball carries prebuilds for linux-x64 and linux-arm64',
        '2. in a checkout of the repository: npm run build:native (needs gcc and make)',
        '3. when a bundler packed the program: keep @cofferdam/sys external',
      ].join('\n'),
      ...(cause === undefined ? {} : { cause, path: errorMessage(cause) }),
    },
  )
}

/**
 * The path of a static program of this package, `init` or `layer`.
 * @throws CofferdamError `ERR_NATIVE_MISSING`, `ERR_UNSUPPORTED_PLATFORM`
 */
export function programPath(name: 'init' | 'layer'): string {
  requireLinux()
  const candidates = nativeCandidates(name)
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw missing(name, candidates)
  return found
}

let loaded: object | undefined

/**
 * The addon's functions, loaded on first use. Each returns a result or `-errno`; the wrappers of this package turn
 * that into errors. `T` is the table of the family that the caller wraps.
 * @throws CofferdamError `ERR_NATIVE_MISSING`, `ERR_UNSUPPORTED_PLATFORM`
 */
export function native<T extends object>(): T {
  requireLinux()
  if (loaded !== undefined) return loaded as T
  const candidates = nativeCandidates('sys.node')
  let cause: unknown
  for (const path of candidates) {
    if (!existsSync(path)) continue
    try {
      loaded = require(path) as object
      return loaded as T
    } catch (error) {
      cause = error
    }
  }
  throw missing('sys.node', candidates, cause)
}
