import { base } from './jest.base.mjs'

/** Kernel tests: real system calls in fresh namespaces; skipped with a reason where the machine forbids. */
export default {
  ...base,
  testMatch: ['<rootDir>/packages/*/test/kernel/**/*.spec.ts'],
  testTimeout: 60_000,
  maxWorkers: 1,
}
