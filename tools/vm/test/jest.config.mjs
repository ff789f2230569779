import { globSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import kernel from '../../../jest.kernel.config.mjs'

const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const precompiled = '<rootDir>/tools/vm/test/compiled/transformer.mjs'

/** The kernel tests inside the virtual machine: nothing is transformed there, and limits are longer. */
export default {
  ...kernel,
  rootDir,
  // What lies elsewhere is found without jest's crawl of it.
  roots: [...globSync('packages/*/test/kernel', { cwd: rootDir }), 'packages/sys/src'].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  testMatch: [...kernel.testMatch, '<rootDir>/packages/sys/src/**/*.spec.ts'],
  transform: Object.fromEntries(Object.keys(kernel.transform).map((pattern) => [pattern, precompiled])),
  testTimeout: kernel.testTimeout * Number(process.env.COFFERDAM_TEST_SLOWNESS ?? 1),
  cacheDirectory: '/var/tmp/cofferdam-jest',
  watchman: false,
}
