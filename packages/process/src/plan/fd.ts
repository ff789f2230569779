/**
 * A file descriptor of an op: a number is a descriptor of this process, sent along with the plan (it is not closed
 * here); a slot is a register of the child which an earlier op filled.
 */
export type FdRef = number | { readonly slot: number }

/** How many registers a child has: slots 0 to 15. */
export const SLOTS = 16

/** How many different descriptors one plan can carry (SCM_RIGHTS allows 253, one is kept for the plan itself). */
export const MAX_FDS = 252
