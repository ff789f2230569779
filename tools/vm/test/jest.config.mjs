import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import kernel from '../../../jest.kernel.config.mjs'

const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const precompiled = '<rootDir>/tools/vm/test/precompiled.mjs'

/** The kernel tests inside the virtual machine: nothing is transformed there, and limits are longer. */
export default {
  ...kernel,
  rootDir,
  roots: [
    ...readdirSync(join(rootDir, 'packages')).map((name) => `<rootDir>/packages/${name}`),
    '<rootDir>/tools/testing',
  ],
  testMatch: [...kernel.testMatch, '<rootDir>/packages/sys/src/**/*.spec.ts'],
  transform: Object.fromEntries(Object.keys(kernel.transform).map((pattern) => [pattern, precompiled])),
  testTimeout: kernel.testTimeout * Number(process.env.COFFERDAM_TEST_SLOWNESS ?? 1),
  cacheDirectory: '/var/tmp/cofferdam-jest',
  watchman: false,
}
