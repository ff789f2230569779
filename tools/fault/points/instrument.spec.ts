import { stripTypeScriptTypes } from 'node:module'
import { instrument } from './instrument.ts'
import { PROBE } from './name.ts'

/** Runs a body with probes; the points it passes, in order. */
async function passes(body: string): Promise<string[]> {
  const passed: string[] = []
  const probe = {
    before: (id: string) => passed.push(id),
    after: (id: string, value: unknown) => {
      passed.push(id)
      return value
    },
  }
  const { text, points } = instrument('x.ts', `async function f() {\n${body}\n}`)
  const code = stripTypeScriptTypes(text, { mode: 'transform' })
  await (new Function(PROBE, `${code}\nreturn f()`)(probe) as Promise<unknown>)
  for (const id of passed) expect(points.map((point) => point.id)).toContain(id)
  return passed.map((id) => id.replace('x.ts:', ''))
}

describe('probes', () => {
  it('stand before and after each await, the inner one inside the outer', async () => {
    expect(await passes('const one = (n: number) => n\nawait one(await Promise.resolve(1))')).toEqual([
      '3:1:before',
      '3:11:before',
      '3:11:after',
      '3:1:after',
    ])
  })

  it('do not join lines that end without a semicolon', async () => {
    expect(await passes('const name = String\nawait 1\nvoid name')).toEqual(['3:1:before', '3:1:after'])
  })

  it('are not passed after what fails', async () => {
    expect(await passes('try { await Promise.reject(new Error()) } catch {}')).toEqual(['2:7:before'])
  })

  it('stand after the resource of an await using and in each turn of a for await', async () => {
    const using = 'await using one = { async [Symbol.asyncDispose]() {} }\nvoid one'
    expect(await passes(using)).toEqual(['2:19:after'])
    expect(await passes('for await (const n of [1, 2]) void n')).toEqual(['2:1:after', '2:1:after'])
    expect(await passes('for await (const n of [1, 2]) { void n }')).toEqual(['2:1:after', '2:1:after'])
  })
})
