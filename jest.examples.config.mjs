import { base } from './jest.base.mjs'

/** Example programs, each run as a user would and checked by what it prints. */
export default {
  ...base,
  testMatch: ['<rootDir>/packages/examples/test/**/*.spec.ts'],
  testTimeout: 120_000,
  maxWorkers: 1,
}
