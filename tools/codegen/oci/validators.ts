import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import type { Generator } from '../generator.ts'
import { bundle, mapSchema, type Schema } from './schemas.ts'

/** Documents with a validator; the runtime's report every fault, those from registries only the first. */
const documents = {
  runtime: { allErrors: true, names: ['Spec', 'Process', 'Resources', 'Seccomp', 'State', 'Features'] },
  image: { allErrors: false, names: ['Descriptor', 'Manifest', 'Index', 'ImageLayout', 'ImageConfig'] },
}

/** Turns each pattern with words into a format of that name, so that errors carry the words. */
function nameFormats(ajv: Ajv, schema: unknown): unknown {
  return mapSchema(schema, ({ 'x-expected': words, description: _description, ...rest }) => {
    if (typeof words !== 'string') return rest
    const { pattern, ...plain } = rest as Schema & { pattern: string }
    ajv.addFormat(words, new RegExp(pattern, 'u'))
    return { ...plain, format: words }
  })
}

async function validators(group: keyof typeof documents): Promise<string> {
  const { allErrors, names } = documents[group]
  const ajv = new Ajv({
    allErrors,
    strict: true,
    allowUnionTypes: true,
    unicodeRegExp: true,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  })
  ajv.addSchema({ $id: group, definitions: nameFormats(ajv, await bundle(group)) })
  const exports = Object.fromEntries(names.map((name) => [`is${name}`, `${group}#/definitions/${name}`]))
  const make = standalone as unknown as (ajv: Ajv, exports: Record<string, string>) => string
  const code = make(ajv, exports)
  if (/\brequire\(/.test(code)) throw new Error(`validators of ${group} need a module at run time`)
  return tidy(code)
}

/** Puts the values that code takes from embedded schemas in their place, and drops the schemas. */
function tidy(code: string): string {
  const schemas = new Map<string, unknown>()
  const rest = code.replace('"use strict";', '').replace(/^const (schema\d+) = (.*);$/gm, (_, name, json) => {
    schemas.set(name as string, JSON.parse(json as string))
    return ''
  })
  return rest
    .replace(/\b(schema\d+)((?:\.\w+|\["[^"]*"\])*)/g, (_, name: string, path: string) => {
      const keys = [...path.matchAll(/\.(\w+)|\["([^"]*)"\]/g)].map((key) => key[1] ?? key[2]!)
      const value = keys.reduce<unknown>((at, key) => (at as Schema)[key], schemas.get(name))
      return JSON.stringify(value)
    })
    .replace(/schemaPath:"[^"]*",/g, '')
    .replace(/\n{2,}/g, '\n')
}

/** Dependency-free validators of the OCI documents, by ajv's standalone mode. */
export const ociValidators: Generator = {
  name: 'oci-validators',
  async outputs() {
    const banner = (group: string) =>
      `// @ts-nocheck\n// Generated from schemas/${group} by \`npm run codegen\`.\n`
    const groups = Object.keys(documents) as (keyof typeof documents)[]
    const files = groups.map(
      async (group) =>
        [
          `packages/oci-spec/src/generated/${group}-validators.ts`,
          `${banner(group)}${await validators(group)}\n`,
        ] as const,
    )
    return new Map(await Promise.all(files))
  },
}
