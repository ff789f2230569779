/**
 * How many times slower than a real one this machine is, from COFFERDAM_TEST_SLOWNESS: limits that only end what hangs
 * are longer by it. 1 unless given.
 */
export const slowness = Number(process.env['COFFERDAM_TEST_SLOWNESS'] ?? 1)

/**
 * How often a test repeats what it does `count` times elsewhere: a part of it, at least once, where COFFERDAM_TEST_FEWER
 * says which (4 is a quarter).
 */
export const repetitions = (count: number): number =>
  Math.max(1, Math.ceil(count / Number(process.env['COFFERDAM_TEST_FEWER'] ?? 1)))
