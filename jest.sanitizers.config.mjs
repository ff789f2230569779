import { base } from './jest.base.mjs'

/** Kernel tests that run the native code, for its builds with sanitizers. `npm test -- sanitizers` sets the stage. */
export default {
  ...base,
  testMatch: [
    '<rootDir>/packages/sys/src/native.spec.ts',
    '<rootDir>/packages/{process,rootfs,netlink,supervisor}/test/kernel/**/*.spec.ts',
    '<rootDir>/packages/image/test/kernel/{hostile,store}.spec.ts',
  ],
  moduleNameMapper: {
    '^\\./confined\\.js$': '<rootDir>/packages/image/test/support/unconfined.ts',
    ...base.moduleNameMapper,
  },
  testTimeout: 120_000,
  maxWorkers: 1,
}
