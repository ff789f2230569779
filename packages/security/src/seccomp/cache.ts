import { createHash } from 'node:crypto'
import type { CompiledSeccomp } from './compile.js'
import type { SeccompProfile } from './profile.js'

const CAPACITY = 64
const byContent = new Map<string, CompiledSeccomp>()
const byIdentity = new WeakMap<SeccompProfile, Map<string, CompiledSeccomp>>()

/**
 * The result of `compile`, made once for each content of a profile and architecture. A deeply frozen profile
 * (see `freezeProfile`) is recognised by identity; of others the content is hashed each time, since they may
 * have been changed. The least recently used of 64 results is dropped.
 */
export function cached(
  profile: SeccompProfile,
  architecture: string,
  compile: () => CompiledSeccomp,
): CompiledSeccomp {
  const known = byIdentity.get(profile)?.get(architecture)
  if (known !== undefined) return known
  const key = `${architecture} ${digest(profile)}`
  const result = byContent.get(key) ?? compile()
  byContent.delete(key)
  byContent.set(key, result)
  if (byContent.size > CAPACITY) byContent.delete(byContent.keys().next().value as string)
  if (frozen.has(profile)) {
    const results = byIdentity.get(profile) ?? new Map<string, CompiledSeccomp>()
    byIdentity.set(profile, results.set(architecture, result))
  }
  return result
}

const frozen = new WeakSet<SeccompProfile>()

/** Freezes a profile with all its parts, so that {@link cached} may trust its identity. */
export function freezeProfile<T extends SeccompProfile>(profile: T): T {
  freeze(profile)
  frozen.add(profile)
  return profile
}

/** True of a profile that cannot change any more, such as those of `defaultProfile`. */
export function isFrozenProfile(profile: object): boolean {
  return frozen.has(profile as SeccompProfile)
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
}

function digest(profile: SeccompProfile): string {
  const text = JSON.stringify(profile, (_, value: unknown) =>
    typeof value === 'bigint' ? `bigint ${value}` : value,
  )
  return createHash('sha256')
    .update(text ?? 'undefined')
    .digest('base64')
}
