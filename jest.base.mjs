/** What every suite shares: TypeScript sources through swc, packages resolved to their sources. */
export const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@cofferdam/source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    // A package of ECMAScript modules only, which jest loads as CommonJS.
    '/node_modules/commander/.+\\.js$': ['@swc/jest', { swcrc: false, jsc: { target: 'es2022' } }],
    '^.+\\.ts$': ['@swc/jest', { swcrc: false, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!@cofferdam/|commander/)'],
  modulePathIgnorePatterns: ['/dist/', '/\\.nx/'],
  reporters: ['default', '<rootDir>/tools/ci/skip-reporter.mjs'],
  injectGlobals: true,
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
}
