import type { ContainerSummary } from '@cofferdam/engine'
import { collectFilter, type Filters, passes } from './filters.js'

const container = {
  id: 'abc123',
  name: 'web-1',
  image: 'nginx:latest',
  status: 'running',
  labels: { team: 'a', tier: '' },
} as unknown as ContainerSummary

const all = (...texts: string[]) =>
  texts.reduce<Filters | undefined>((earlier, text) => collectFilter(text, earlier), undefined)!

it.each<[boolean, ...string[]]>([
  [true, 'id=abc'],
  [false, 'id=bc'],
  [true, 'name=web'],
  [true, 'name=^web-\\d$'],
  [false, 'name=^eb'],
  [true, 'name=db', 'name=web'],
  [false, 'name=web', 'status=exited'],
  [true, 'status=exited', 'status=running'],
  [true, 'ancestor=nginx'],
  [false, 'ancestor=ngin'],
  [true, 'label=team=a', 'label=tier'],
  [false, 'label=team=a', 'label=team=b'],
  [false, 'label=toString'],
])('%p for %p', (expected, ...texts) => {
  expect(passes(all(...texts), container)).toBe(expected)
})

it.each(['name', 'size=1', 'status=happy', 'name=(', 'toString=1'])('refuses %p', (text) => {
  expect(() => collectFilter(text)).toThrow(expect.objectContaining({ code: 'commander.invalidArgument' }))
})
