import { parseCapability } from './mask.js'
import { type CapabilityName, capabilityNames, defaultCapabilities } from './names.js'

/** {@link adjustCapabilities}'s changes. */
export interface CapabilityChanges {
  /** Names as {@link parseCapability} reads them, or `ALL`. */
  readonly add?: readonly string[]
  readonly drop?: readonly string[]
  /** What is changed; {@link defaultCapabilities} unless given. */
  readonly from?: readonly CapabilityName[]
}

/**
 * A capability set with some added and some dropped, in the order of the bits; like `docker run --cap-add
 * NET_ADMIN --cap-drop ALL`. `ALL` is taken before single names whatever the order: adding `ALL` and dropping
 * `MKNOD` leaves all but that one, dropping `ALL` and adding `CHOWN` leaves that one. A capability both added and
 * dropped by name is kept, as Docker does.
 * @throws CofferdamError `ERR_CAPABILITY_UNKNOWN`
 */
export function adjustCapabilities(changes: CapabilityChanges): CapabilityName[] {
  const [addAll, add] = parse(changes.add ?? [])
  const [dropAll, drop] = parse(changes.drop ?? [])
  const base = addAll ? capabilityNames : dropAll ? [] : (changes.from ?? defaultCapabilities)
  const kept = new Set<CapabilityName>(base.filter((name) => !drop.has(name)))
  for (const name of add) kept.add(name)
  return capabilityNames.filter((name) => kept.has(name))
}

function parse(names: readonly string[]): [boolean, Set<CapabilityName>] {
  const isAll = (name: string) => ['ALL', 'CAP_ALL'].includes(name.trim().toUpperCase())
  return [names.some(isAll), new Set(names.filter((name) => !isAll(name)).map(parseCapability))]
}
