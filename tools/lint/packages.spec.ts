import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeLines, imported, layers, level, packages, references, root, siblings } from './packages.ts'

const all = packages()
const byFolder = new Map(all.map((one) => [one.folder, one]))
const cases = all.map((one) => ({ name: one.manifest.name, one }))

describe.each(cases)('$name', ({ one }) => {
  const { folder, path, manifest } = one

  it('has a layer, and depends on its own or lower layers only', () => {
    expect(level(one)).toBeGreaterThanOrEqual(0)
    const higher = siblings(one).filter((name) => level(byFolder.get(name)!) > level(one))
    expect(higher).toEqual([])
  })

  it('refers in tsconfig.json to just the packages it depends on', () => {
    expect(references(one)).toEqual(siblings(one))
  })

  it('declares what its sources import, and imports what it declares of the workspace', () => {
    const declared = {
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }
    const used = imported(one)
    expect([...used].filter((name) => name !== manifest.name && !(name in declared))).toEqual([])
  })

  it('pins the workspace packages it depends on to their version', () => {
    for (const name of siblings(one))
      expect(manifest.dependencies![`@cofferdam/${name}`]).toBe(byFolder.get(name)!.manifest.version)
  })

  it('has the fields and files of a published package', () => {
    expect(manifest).toMatchObject({
      name: `@cofferdam/${folder}`,
      type: 'module',
      license: 'Apache-2.0',
      description: expect.stringMatching(/\S/),
      engines: { node: '>=22.15' },
      repository: { directory: `packages/${folder}` },
    })
    expect(manifest.scripts).not.toHaveProperty('install')
    expect(manifest.scripts).not.toHaveProperty('postinstall')
    for (const file of ['README.md', 'LICENSE', 'tsconfig.json', 'src/index.ts'])
      expect(existsSync(join(path, file))).toBe(true)
    if (manifest.private !== true) {
      expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'README.md', 'LICENSE']))
      expect(manifest.exports).toHaveProperty(['.', 'default'])
      expect(manifest.exports).not.toHaveProperty(['.', 'import'])
    }
  })
})

describe('the workspace', () => {
  it('has no cycle of packages', () => {
    const visit = (folder: string, above: readonly string[]): void => {
      if (above.includes(folder)) throw new Error(`cycle: ${[...above, folder].join(' -> ')}`)
      for (const name of siblings(byFolder.get(folder)!)) visit(name, [...above, folder])
    }
    for (const { folder } of all) expect(() => visit(folder, [])).not.toThrow()
  })

  it('builds every package', () => {
    const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
      references: { path: string }[]
    }
    expect(config.references.map(({ path }) => path).sort()).toEqual(
      all.map(({ folder }) => `packages/${folder}`),
    )
  })

  it('has the same layers in its lint rule', () => {
    const text = readFileSync(join(root, 'eslint.config.mjs'), 'utf8')
    expect(text).toContain(`[${layers.map((layer) => `'${layer}'`).join(', ')}]`)
  })

  it('keeps C files within 600 lines', () => {
    const files = globSync(['packages/*/native/**/*.{c,h}', 'tools/**/*.{c,h}'], { cwd: root })
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines, file }) => lines > 600 && !file.includes('/generated/'))
    expect(files.length).toBeGreaterThan(0)
    expect(long).toEqual([])
  })

  it('keeps the engine within its line budget (docs/adr/0011-engine-budget.md)', () => {
    expect(codeLines(byFolder.get('engine')!)).toBeLessThanOrEqual(2900)
  })

  it('has no registry host in its lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/)
  })
})
