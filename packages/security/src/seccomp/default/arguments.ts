import type { SeccompArg, SeccompSyscall } from '../profile.js'

/** CLONE_NEW* flags of clone(2) that make namespaces; CLONE_NEWTIME's bit belongs to the exit signal there. */
const CLONE_NEW = 0x7e020000
const INT = 0xffffffff

const allow = (name: string, arg: SeccompArg): SeccompSyscall => ({
  names: [name],
  action: 'SCMP_ACT_ALLOW',
  args: [arg],
})

/** clone(2) without new namespaces. */
export const cloneWithoutNamespaces = allow('clone', {
  index: 0,
  op: 'SCMP_CMP_MASKED_EQ',
  value: CLONE_NEW,
  valueTwo: 0,
})

/**
 * Persona of personality(2): PER_LINUX, UNAME26, PER_LINUX32, both, and the query. The others switch
 * address-space protections off.
 */
export const personality: readonly SeccompSyscall[] = [0, 0x0020000, 0x0008, 0x0020008, 0xffffffff].map(
  (value) => allow('personality', { index: 0, op: 'SCMP_CMP_EQ', value }),
)

/**
 * Families of socket(2) in aligned powers of two, [first, how many]: all that Linux has except AF_ALG (38) and
 * AF_VSOCK (40), with room for those to come. The kernel takes the family as an int, so the upper half of the
 * register is ignored here too: compared whole, 0x1_0000_0028 would pass for a family above 40 and still open an
 * AF_VSOCK socket.
 */
const families: readonly (readonly [first: number, count: number])[] = [
  [0, 32],
  [32, 4],
  [36, 2],
  [39, 1],
  [41, 1],
  [42, 2],
  [44, 4],
  [48, 16],
  [64, 64],
]

/** socket(2) of the allowed families. */
export const socket: readonly SeccompSyscall[] = families.map(([first, count]) =>
  allow('socket', { index: 0, op: 'SCMP_CMP_MASKED_EQ', value: INT - (count - 1), valueTwo: first }),
)
