import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

const layers = ['base', 'kernel', 'content', 'runtime', 'engine', 'app']

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/build/**',
      'packages/*/bundle/**',
      '**/generated/**',
      '**/node_modules/**',
      '.nx/**',
      '**/*.golden.*',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['packages/*/src/**/*.ts', 'tools/**/*.ts', 'packages/*/test/**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parser: tseslint.parser },
    rules: {
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // instanceof Error is false for errors of other realms (jest, addons): brand instead.
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='instanceof'][right.name='Error']",
          message: 'Errors of other realms are no instances: use isErrno or CofferdamError.',
        },
      ],
      'no-console': 'error',
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: layers.map((layer, level) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: layers.slice(0, level + 1).map((lower) => `layer:${lower}`),
          })),
        },
      ],
    },
  },
  {
    // Programs that print.
    files: ['packages/examples/src/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
)
