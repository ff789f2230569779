import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseFeatures, parseSpec, parseState } from './index.js'

const fixtures = resolve(__dirname, '../test/fixtures/runtime-spec')
const kinds = { config: parseSpec, features: parseFeatures, state: parseState }
const cases = Object.entries(kinds).flatMap(([kind, parse]) =>
  ['good', 'bad'].flatMap((quality) =>
    readdirSync(`${fixtures}/${kind}/${quality}`).map((file) => ({
      file: `${kind}/${quality}/${file}`,
      quality,
      parse: () => parse(readFileSync(`${fixtures}/${kind}/${quality}/${file}`)),
    })),
  ),
)

describe('official samples', () => {
  it.each(cases.filter(({ quality }) => quality === 'good'))('$file is accepted', ({ parse }) => {
    expect(parse).not.toThrow()
  })

  it.each(cases.filter(({ quality }) => quality === 'bad'))('$file is refused', ({ parse }) => {
    expect(parse).toThrow(/is not valid: at |is not JSON: /)
  })

  it('are all there', () => {
    expect(cases).toHaveLength(19)
  })
})
