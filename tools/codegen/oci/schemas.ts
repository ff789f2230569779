import { readdir, readFile } from 'node:fs/promises'
import { join, posix, resolve } from 'node:path'

/** A JSON Schema or a part of one. */
export type Schema = { [key: string]: unknown }

const folder = resolve(import.meta.dirname, '../../../packages/oci-spec/schemas')

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function definitions(file: string): Promise<Map<string, Schema>> {
  const schema = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
    definitions: Record<string, Schema>
  }
  return new Map(Object.entries(schema.definitions).map(([name, part]) => [`${file}#${name}`, part]))
}

/** Resolves references: lower-case definitions are inlined, capitalised ones become `#/definitions/Name`. */
function link(value: unknown, file: string, all: ReadonlyMap<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => link(item, file, all))
  if (!isObject(value)) return value
  const { $ref, ...rest } = value
  if (typeof $ref !== 'string')
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, link(part, file, all)]))
  const [path, pointer] = $ref.split('#/definitions/')
  const target = path === '' ? file : posix.join(posix.dirname(file), path!)
  const found = all.get(`${target}#${pointer}`)
  if (found === undefined) throw new Error(`${file}: no ${$ref}`)
  if (/^[A-Z]/.test(pointer!)) {
    if (Object.keys(rest).length > 0) throw new Error(`${file}: ${$ref} has siblings`)
    return { $ref: `#/definitions/${pointer}` }
  }
  return { ...(link(found, target, all) as Schema), ...rest }
}

/** The named definitions of one folder of schemas, `runtime` or `image`, linked into one document. */
export async function bundle(group: string): Promise<Record<string, Schema>> {
  const files = (await readdir(join(folder, group))).sort().map((name) => `${group}/${name}`)
  const all = new Map(
    (await Promise.all(['common.json', ...files].map(definitions))).flatMap((map) => [...map]),
  )
  const named: Record<string, Schema> = {}
  for (const [key, part] of all) {
    const [file, name] = key.split('#') as [string, string]
    if (/^[A-Z]/.test(name)) named[name] = link(part, file, all) as Schema
  }
  return named
}

/** Applies `change` to a schema and everything in it, innermost first. */
export function mapSchema(value: unknown, change: (schema: Schema) => Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => mapSchema(item, change))
  if (!isObject(value)) return value
  return change(
    Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapSchema(part, change)])),
  )
}
