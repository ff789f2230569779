/**
 * How many times slower than a real one this machine is, from COFFERDAM_TEST_SLOWNESS: limits that only end what hangs
 * are longer by it. 1 unless given.
 */
export const slowness = Number(process.env['COFFERDAM_TEST_SLOWNESS'] ?? 1)
