import { base } from './jest.base.mjs'

/** Cross-tool tests: real peers (registry, umoci, skopeo, nft, crun, podman) beside ours. */
export default {
  ...base,
  testMatch: ['<rootDir>/packages/*/test/peers/**/*.spec.ts'],
  testTimeout: 180_000,
  maxWorkers: 1,
}
