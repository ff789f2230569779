import { CofferdamError } from '@cofferdam/core'
import type { Descriptor, Platform } from './descriptor.js'

const architectures: Readonly<Record<string, Platform>> = {
  x64: { os: 'linux', architecture: 'amd64' },
  x86_64: { os: 'linux', architecture: 'amd64' },
  'x86-64': { os: 'linux', architecture: 'amd64' },
  ia32: { os: 'linux', architecture: '386' },
  i386: { os: 'linux', architecture: '386' },
  i686: { os: 'linux', architecture: '386' },
  aarch64: { os: 'linux', architecture: 'arm64' },
  armhf: { os: 'linux', architecture: 'arm', variant: 'v7' },
  armel: { os: 'linux', architecture: 'arm', variant: 'v6' },
  ppc64el: { os: 'linux', architecture: 'ppc64le' },
}

const knownArchitecture =
  /^(386|amd64|arm|arm64|loong64|mips64|mips64le|ppc64le|riscv64|s390x|x86_64|x86-64|i[36]86|aarch64|armhf|armel|ppc64el)$/i

/** One spelling for each platform: `x86_64` is `amd64`, arm is `v7` unless it says otherwise, arm64 without `v8`. */
export function normalisePlatform(platform: Platform): Platform {
  const lower = platform.architecture.toLowerCase()
  const known = Object.hasOwn(architectures, lower) ? architectures[lower] : undefined
  const architecture = known?.architecture ?? lower
  let variant = platform.variant?.toLowerCase() ?? known?.variant
  if (variant !== undefined && /^\d/.test(variant)) variant = `v${variant}`
  if (architecture === 'arm') variant ??= 'v7'
  if (
    (architecture === 'arm64' && variant === 'v8') ||
    (architecture === 'amd64' && variant === 'v1') ||
    variant === ''
  ) {
    variant = undefined
  }
  const { variant: _, ...rest } = platform
  return {
    ...rest,
    os: platform.os.toLowerCase(),
    architecture,
    ...(variant === undefined ? {} : { variant }),
  }
}

/** The platform of containers on this machine: Linux and the CPU Node was built for. */
export function hostPlatform(): Platform {
  const architecture = process.arch === 'ppc64' ? 'ppc64le' : process.arch
  return normalisePlatform({ os: 'linux', architecture })
}

/**
 * `linux/arm64/v8` as a platform; `arm64` and `arm/v7` are of Linux.
 * @throws CofferdamError `ERR_INVALID_PLATFORM`
 */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/')
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part))) {
    throw new CofferdamError('ERR_INVALID_PLATFORM', `not a platform: ${JSON.stringify(text)}`, {
      hint: 'write OS/ARCHITECTURE[/VARIANT], like linux/arm64 or linux/arm/v7',
    })
  }
  const [os, architecture, variant] =
    parts.length === 1 || (parts.length === 2 && knownArchitecture.test(parts[0] as string))
      ? ['linux', ...parts]
      : parts
  return normalisePlatform({
    os: os as string,
    architecture: architecture as string,
    ...(variant === undefined ? {} : { variant }),
  })
}

/** `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalisePlatform(platform)
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')
}

/** What a CPU can run, best first: `amd64/v3` also v2, plain and 386; `arm64` also arm v8 to v5. */
function runnable(platform: Platform): string[] {
  const { os, architecture, variant } = normalisePlatform(platform)
  const down = (name: string, from: number, to: number): string[] =>
    Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => `${name}/v${from - index}`)
  const level = Number(/^v(\d+)/.exec(variant ?? '')?.[1] ?? Number.NaN)
  switch (architecture) {
    case 'amd64':
      return [...down(`${os}/amd64`, Number.isNaN(level) ? 1 : level, 2), `${os}/amd64`, `${os}/386`]
    case 'arm':
      return down(`${os}/arm`, level, 5)
    case 'arm64': {
      const own = variant === undefined ? [] : [`${os}/arm64/${variant}`]
      return [...own, `${os}/arm64`, ...down(`${os}/arm`, 8, 5)]
    }
    default:
      return variant === undefined
        ? [`${os}/${architecture}`]
        : [`${os}/${architecture}/${variant}`, `${os}/${architecture}`]
  }
}

/** True if a machine of platform `host` runs an image made for `image`. */
export function platformRuns(host: Platform, image: Platform): boolean {
  return runnable(host).includes(formatPlatform(image))
}

/**
 * The entry of an index that suits a platform best; of equals the first, as image-spec asks. An entry without
 * platform is taken only if it is the only one.
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  for (const name of runnable(wanted)) {
    const found = manifests.find(
      ({ platform }) => platform !== undefined && formatPlatform(platform) === name,
    )
    if (found !== undefined) return found
  }
  const [only, ...others] = manifests
  return others.length === 0 && only?.platform === undefined ? only : undefined
}
