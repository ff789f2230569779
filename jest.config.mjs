import { base } from './jest.base.mjs'

/** Unit tests: beside the code, no root, no kernel state. */
export default {
  ...base,
  testMatch: ['<rootDir>/packages/*/src/**/*.spec.ts', '<rootDir>/tools/**/*.spec.ts'],
}
