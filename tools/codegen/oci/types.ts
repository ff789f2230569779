import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { Generator } from '../generator.ts'
import { bundle } from './schemas.ts'

const style = { semi: false, singleQuote: true, printWidth: 110 }

async function types(group: string): Promise<string> {
  const definitions = await bundle(group)
  const text = await compile({ definitions } as JSONSchema, 'Unused', {
    additionalProperties: false,
    bannerComment: `// Generated from schemas/${group} by \`npm run codegen\`.`,
    ignoreMinAndMaxItems: true,
    strictIndexSignatures: false,
    unreachableDefinitions: true,
    style,
  })
  return text
    .replace(/export interface Unused \{[^}]*\}\n/, '')
    .replace(/ \* This (interface|type) was referenced by [^\n]*\n \* via the `definition`[^\n]*\n/g, '')
    .replace(/\n \*\n \*\//g, '\n */')
    .replace(/\n{3,}/g, '\n\n')
}

/** TypeScript types of the OCI documents. */
export const ociTypes: Generator = {
  name: 'oci-types',
  async outputs() {
    const files = ['runtime', 'image'].map(
      async (group) => [`packages/oci-spec/src/generated/${group}.ts`, await types(group)] as const,
    )
    return new Map(await Promise.all(files))
  },
}
