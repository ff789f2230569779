import * as fc from 'fast-check'
import { parseJson } from './index.js'

const code = (input: Uint8Array | string) => {
  try {
    parseJson(input)
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => expect(parseJson(text)).toEqual(JSON.parse(text) as unknown)),
      { examples: [['{"a":{"a":[{"b":1},{"b":"}{,\\"b\\":"}]},"b":[]}']] },
    )
  })

  it('refuses a key that appears twice, even when it is written differently', () => {
    expect(() => parseJson('{"a":[{"x":1},{"b":1,"c":[],"\\u0062":2}]}')).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_JSON',
        message: 'the document: at a[1]: the key "b" appears twice',
        path: 'a[1]',
      }),
    )
    expect(code('{"__proto__":1,"__proto__":2}')).toBe('ERR_INVALID_JSON')
    expect(code('{"a":"a","b":{"a":1}}')).toBe('accepted')
  })

  it('refuses broken UTF-8, a byte order mark, deep nesting and too many bytes', () => {
    expect(code(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toBe('ERR_INVALID_JSON')
    expect(code(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toBe('ERR_INVALID_JSON')
    expect(code('['.repeat(101) + ']'.repeat(101))).toBe('ERR_INVALID_JSON')
    expect(code('['.repeat(100) + ']'.repeat(100))).toBe('accepted')
    expect(() => parseJson('[1,2]', { name: 'x', maxBytes: 4 })).toThrow('x has 5 bytes, more than 4')
  })
})
