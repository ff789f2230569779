import { InvalidArgumentError } from 'commander'

/**
 * What `--format` makes of a value: `{{.a.b}}` is replaced by that field, by nothing where it has no value, and
 * `{{json .a}}` by its JSON. The fields are those of `--json`; nothing else of Go's templates is there.
 * @throws InvalidArgumentError for another action, or a field that is not there
 */
export function render(template: string, value: object): string {
  const plain = JSON.parse(JSON.stringify(value, (_, part: unknown) => part ?? null)) as unknown
  return template.replace(/\{\{(.*?)\}\}/g, (action, inner: string) => {
    const parts = /^\s*(json\s+)?\.([\w.]*)\s*$/.exec(inner)
    if (parts === null)
      throw new InvalidArgumentError(`${action} is not supported: {{.field}} and {{json .field}} are`)
    const [, json, path = ''] = parts
    const found = path === '' ? plain : path.split('.').reduce(field, plain)
    if (json !== undefined) return JSON.stringify(found)
    return found === null ? '' : typeof found === 'object' ? JSON.stringify(found) : String(found)
  })
}

function field(of: unknown, name: string): unknown {
  const fields = Object.entries(of ?? {}) as [string, unknown][]
  const found = typeof of === 'object' ? fields.find(([key]) => key === name) : undefined
  if (found !== undefined) return found[1]
  throw new InvalidArgumentError(`there is no field ${name}`)
}
