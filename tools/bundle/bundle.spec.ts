import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '..', '..')
const manifest = (name: string) =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
    version: string
    bin: Record<string, string>
    dependencies: Record<string, string>
  }

describe.each(['cli', 'runtime'])('the command of %s', (name) => {
  const { version, bin, dependencies } = manifest(name)
  const file = join(root, 'packages', name, Object.values(bin)[0] as string)
  const test = existsSync(file) ? it : it.skip

  test('is in few files, which import only what its package depends on', () => {
    const folder = join(file, '..')
    const imported = readdirSync(folder).flatMap((one) => {
      const text = readFileSync(join(folder, one), 'utf8')
      return [...text.matchAll(/^import .*?["']([^"']+)["'];?$/gm)].map((match) => match[1] as string)
    })
    const others = [...new Set(imported)].filter((id) => !id.startsWith('node:') && !id.startsWith('./'))
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(others))
    expect(others.filter((id) => id.startsWith('@cofferdam/'))).toEqual(['@cofferdam/sys'])
  })

  test('runs', () => {
    expect(execFileSync(process.execPath, [file, '--version'], { encoding: 'utf8' })).toContain(version)
  })
})
