import { globSync, readFileSync } from 'node:fs'
import { testJobs } from './jobs.ts'

const root = `${__dirname}/../../..`

it('all tests are in one part each', () => {
  const paths = testJobs(['root']).flatMap((job) => job.paths)
  expect(new Set(paths).size).toBe(paths.length)
  for (const path of paths) expect(globSync(`${root}/${path}**/*.spec.ts`)).not.toEqual([])
  const text = readFileSync(`${root}/tools/vm/README.md`, 'utf8')
  for (const path of paths) expect(text).toContain(`\`${path.split('/')[1]}\``)
})

it('a file is run as root, as a user, or as both', () => {
  const file = 'packages/runtime/test/kernel/user'
  const named = (argv: string[]) => testJobs(argv).map(({ name, paths }) => [name, paths])
  expect(named(['root', file])).toEqual([['root', [file]]])
  expect(named(['user', file])).toEqual([['user', [file]]])
  expect(named([file])).toEqual([
    ['root', [file]],
    ['user', [file]],
  ])
})
