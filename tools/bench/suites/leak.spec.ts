import { compare } from './leak.ts'

const none = {
  descriptors: ['/dev/null'],
  childDescriptors: [],
  mounts: [],
  cgroups: [],
  links: ['lo'],
  children: ['7 init'],
  zombies: [],
  rss: 50 << 20,
  childRss: 1 << 16,
}

it('passes where nothing is left', () => {
  const { results, verdicts } = compare(none, { ...none, rss: 69 << 20 })
  expect(verdicts.every((line) => line.startsWith('PASS'))).toBe(true)
  expect(results.find(({ name }) => name === 'leak-rss')).toMatchObject({ unit: 'bytes', p50: 19 << 20 })
})

it('names what is left, and how much memory grew', () => {
  const after = { ...none, descriptors: ['/dev/null', 'pipe:[1]'], links: ['lo', 'veth0'], childRss: 2 << 20 }
  expect(compare(none, after).verdicts.filter((line) => line.startsWith('FAIL'))).toEqual([
    'FAIL  descriptors: 1 left: pipe:[1]',
    'FAIL  links: 1 left: veth0',
    'FAIL  childRss: grew 1.94 MiB (less than 1.00 MiB)',
  ])
})
