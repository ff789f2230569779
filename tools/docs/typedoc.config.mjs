import { OptionDefaults } from 'typedoc'

const validation = {
  notExported: true,
  invalidLink: true,
  invalidPath: false,
  rewrittenLink: true,
  notDocumented: true,
  unusedMergeModuleWith: true,
}

/** Options of the API reference; the packages are named on the command line. */
export default {
  name: 'Cofferdam',
  entryPointStrategy: 'packages',
  packageOptions: {
    entryPoints: ['src/index.ts'],
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    // json-schema-to-typescript writes @minItems.
    blockTags: [...OptionDefaults.blockTags, '@minItems'],
    // Fields of plain data are documented where their name does not say it all.
    requiredToBeDocumented: OptionDefaults.requiredToBeDocumented.filter((kind) => kind !== 'Property'),
    validation,
  },
  validation,
  readme: 'none',
  out: '../../dist/api',
  gitRevision: 'main',
  githubPages: false,
}
