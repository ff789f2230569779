import fc from 'fast-check'
import {
  computeDigest,
  digestAlgorithm,
  digestEncoded,
  familiarReference,
  formatReference,
  isDigest,
  parseDigest,
  parseReference,
  parseRepository,
} from '../index.js'

const hex = 'a'.repeat(64)
const digest = `sha256:${hex}`

function problem(text: string): { column: number; suggestion?: string; message: string; code: string } {
  try {
    parseReference(text)
  } catch (error) {
    return error as never
  }
  throw new Error(`${text} was accepted`)
}

describe('parseReference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine:latest'],
    ['alpine:3.22', 'docker.io/library/alpine:3.22'],
    ['docker.io/library/alpine', 'docker.io/library/alpine:latest'],
    ['docker.io/alpine', 'docker.io/library/alpine:latest'],
    ['index.docker.io/alpine', 'docker.io/library/alpine:latest'],
    ['grafana/loki', 'docker.io/grafana/loki:latest'],
    ['harbor.ayaka.org/project/centos:7.2.1511', 'harbor.ayaka.org/project/centos:7.2.1511'],
    ['registry.cn-hangzhou.aliyuncs.com/ayaka/ayaka:v1', 'registry.cn-hangzhou.aliyuncs.com/ayaka/ayaka:v1'],
    ['192.168.122.100/project/java-7.0.59:v1', '192.168.122.100/project/java-7.0.59:v1'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost', 'docker.io/library/localhost:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['host:5000', 'docker.io/library/host:5000'],
    ['Host/app', 'Host/app:latest'],
    ['[::1]:5000/app:v1', '[::1]:5000/app:v1'],
    ['[2001:db8::1]/app', '[2001:db8::1]/app:latest'],
    [`a/b@${digest}`, `docker.io/a/b@${digest}`],
    [`a/b:v1@${digest}`, `docker.io/a/b:v1@${digest}`],
    [`a/b@sha512:${hex}${hex}`, `docker.io/a/b@sha512:${hex}${hex}`],
    ['a__b/c---d.e_f', 'docker.io/a__b/c---d.e_f:latest'],
    ['a:_tag.-X', 'docker.io/library/a:_tag.-X'],
    [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`],
    [hex.slice(1), `docker.io/library/${hex.slice(1)}:latest`],
    [`${hex}:tag`, `docker.io/library/${hex}:tag`],
  ])('%s is %s', (text, canonical) => {
    expect(formatReference(parseReference(text))).toBe(canonical)
  })

  it.each<[string, number, string | undefined]>([
    ['192.168.122.100/project/centos: latest', 32, '192.168.122.100/project/centos:latest'],
    ['192.168.122.100/project/centos :latest', 31, '192.168.122.100/project/centos:latest'],
    ['alpine 3.22', 7, 'alpine:3.22'],
    [' alpine', 1, 'alpine'],
    ['Alpine', 1, 'alpine'],
    ['docker.io/Library/alpine:V1', 11, 'docker.io/library/alpine:V1'],
    ['https://registry.example.com/app', 6, 'registry.example.com/app'],
    ['docker://alpine', 7, 'alpine'],
    ['alpine:', 8, 'alpine'],
    ['alpine@', 8, 'alpine'],
    ['app/', 5, 'app'],
    ['a//b', 3, 'a/b'],
    ['"alpine"', 1, 'alpine'],
    ['', 1, undefined],
    [hex, 1, undefined],
    ['a:-tag', 3, undefined],
    ['a:b:c', 4, undefined],
    [`a:${'t'.repeat(129)}`, 131, undefined],
    [`${'a'.repeat(256)}`, 256, undefined],
    ['a/-b', 3, undefined],
    ['a/b-', 4, undefined],
    ['a/b..c', 4, undefined],
    ['a___b', 2, undefined],
    ['a/../b', 3, undefined],
    ['aa/asdf$$^/aa', 8, undefined],
    ['example.com:x/app', 13, undefined],
    ['example.com:/app', 12, undefined],
    ['example.com:99999/app', 13, undefined],
    ['-a.com/app', 1, undefined],
    ['a-.com/app', 2, undefined],
    ['a..com/app', 3, undefined],
    ['[::1/app', 1, undefined],
    ['[::g]/app', 4, undefined],
    ['[::1]5000/app', 6, undefined],
    ['user:secret@example.com/app', 6, undefined],
    ['ex ample.com/app', 3, undefined],
    ['a@sha256:abc', 10, undefined],
    [`a@md5:${hex}`, 3, undefined],
    [`a@sha256:${'A'.repeat(64)}`, 10, `a@sha256:${hex}`],
    ['a@b@c', 3, undefined],
    ['аlpine', 1, undefined],
    ['a\u{1f600}b', 2, undefined],
    ['a\0b', 2, undefined],
  ])('%j is refused at column %i', (text, column, suggestion) => {
    expect(problem(text)).toMatchObject({
      code: 'ERR_INVALID_REFERENCE',
      column,
      suggestion,
      reference: text,
    })
  })

  it('says what it found and what was probably meant', () => {
    const error = problem('192.168.122.100/project/centos: latest')
    expect(error.message).toBe(
      'invalid reference "192.168.122.100/project/centos: latest": column 32: a space in the tag',
    )
    expect(error).toMatchObject({ hint: 'did you mean 192.168.122.100/project/centos:latest?' })
  })

  it.each([
    ['docker.io/library/alpine:latest', 'alpine:latest'],
    ['docker.io/grafana/loki:3', 'grafana/loki:3'],
    ['docker.io/library/a/b:3', 'library/a/b:3'],
    ['ghcr.io/a/b:3', 'ghcr.io/a/b:3'],
    ['docker.io/localhost/app:v1', 'docker.io/localhost/app:v1'],
  ])('%s is familiar as %s', (text, familiar) => {
    expect(familiarReference(parseReference(text))).toBe(familiar)
  })

  it('reads back what it writes, both ways', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/)
    const separator = fc.constantFrom('.', '_', '__', '-', '---')
    const component = fc
      .tuple(word, fc.array(fc.tuple(separator, word), { maxLength: 2 }))
      .map(([first, rest]) => first + rest.map((pair) => pair.join('')).join(''))
    const host = fc.constantFrom(
      '',
      'localhost/',
      'ghcr.io/',
      'a.b-c.d:5000/',
      '[::1]:80/',
      'docker.io/',
      'X/',
    )
    const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/))
    const hash = fc.option(fc.stringMatching(/^[a-f0-9]{64}$/))
    fc.assert(
      fc.property(
        host,
        fc.array(component, { minLength: 1, maxLength: 3 }),
        tag,
        hash,
        (domain, path, name, sum) => {
          fc.pre(domain !== '' || !path[0]?.includes('.'))
          const text = `${domain}${path.join('/')}${name === null ? '' : `:${name}`}${sum === null ? '' : `@sha256:${sum}`}`
          const reference = parseReference(text)
          expect(parseReference(formatReference(reference))).toEqual(reference)
          expect(parseReference(familiarReference(reference))).toEqual(reference)
          expect(reference.digest).toBe(sum === null ? undefined : `sha256:${sum}`)
        },
      ),
    )
  })

  it('refuses or normalises any text, and what it accepts is safe in a URL path', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'aZ0.-_/:@[] %?#\\\n'), maxLength: 20 })
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string()), (text) => {
        try {
          const reference = parseReference(text)
          expect(reference.repository).toMatch(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/)
          expect(reference.repository).not.toContain('..')
          expect(reference.registry).toMatch(/^[A-Za-z0-9.:[\]-]+$/)
        } catch (error) {
          const { code, column, suggestion } = error as ReturnType<typeof problem>
          expect(code).toBe('ERR_INVALID_REFERENCE')
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(text.length + 1)
          if (suggestion !== undefined) expect(() => parseReference(suggestion)).not.toThrow()
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('parseRepository', () => {
  it('names a repository only', () => {
    expect(parseRepository('alpine')).toEqual({ registry: 'docker.io', repository: 'library/alpine' })
    expect(() => parseRepository('localhost:5000/app:v1')).toThrow(
      expect.objectContaining({ column: 19, suggestion: 'localhost:5000/app' }),
    )
  })
})

describe('digests', () => {
  it.each([
    'sha256:../../etc',
    `sha256:${'A'.repeat(64)}`,
    'sha256:',
    hex,
    `md5:${hex}`,
    `__proto__:${hex}`,
    '',
    7,
  ])('refuses %j', (text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_DIGEST' }))
  })
  it('computes and takes apart', () => {
    const empty = computeDigest(Buffer.from('{}'))
    expect(empty).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
    expect(digestEncoded(empty)).toHaveLength(64)
    expect(digestAlgorithm(computeDigest(Buffer.from(''), 'sha512'))).toBe('sha512')
  })
})
