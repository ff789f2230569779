import { InvalidArgumentError } from 'commander'
import type { ContainerSummary } from '@cofferdam/engine'

type Test = (container: ContainerSummary) => boolean

/** What `--filter KEY=VALUE` of `ps` asks for, by key. */
export type Filters = ReadonlyMap<string, readonly Test[]>

const tests: Readonly<Record<string, (value: string) => Test>> = {
  id: (value) => (container) => container.id.startsWith(value),
  name: (value) => {
    const pattern = regularExpression(value)
    return (container) => pattern.test(container.name)
  },
  status: (value) => {
    if (!['created', 'running', 'exited'].includes(value))
      throw new InvalidArgumentError('a status is created, running or exited')
    return (container) => container.status === value
  },
  ancestor: (value) => (container) => container.image === value || container.image === `${value}:latest`,
  label: (value) => {
    const [key = '', ...rest] = value.split('=')
    return ({ labels }) => Object.hasOwn(labels, key) && (rest.length === 0 || labels[key] === rest.join('='))
  },
}

/** Adds a filter to those given before. @throws InvalidArgumentError */
export function collectFilter(text: string, earlier: Filters = new Map()): Filters {
  const [key = '', ...rest] = text.split('=')
  if (!Object.hasOwn(tests, key) || rest.length === 0)
    throw new InvalidArgumentError(`filters are ${Object.keys(tests).join('=, ')}=`)
  const test = (tests[key] as (value: string) => Test)(rest.join('='))
  return new Map([...earlier, [key, [...(earlier.get(key) ?? []), test]]])
}

/** Whether a container passes: of each key any filter, of labels all, like Docker. */
export function passes(filters: Filters, container: ContainerSummary): boolean {
  return [...filters].every(([key, list]) =>
    key === 'label' ? list.every((test) => test(container)) : list.some((test) => test(container)),
  )
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new InvalidArgumentError('not a regular expression')
  }
}
