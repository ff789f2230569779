import { defaultProfile } from '@cofferdam/security'
import { defaultSpec, type DefaultSpecOptions } from './default.js'
import { prepareSpec, prepareText } from './prepare.js'
import type { Spec } from './types.js'

const seccomp = defaultProfile() as DefaultSpecOptions['seccomp'] & object
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

describe('prepareSpec', () => {
  it.each<[string, Spec]>([
    ['a frozen profile', defaultSpec({ seccomp })],
    ['a frozen profile and nothing else of Linux', { ...defaultSpec({ hostname: '' }), linux: { seccomp } }],
    ['a profile of its own', defaultSpec({ seccomp: copy(seccomp) })],
    ['no profile', defaultSpec()],
  ])('gives specification, text and filter of one with %s', (_, spec) => {
    const prepared = prepareSpec(spec)
    const expected = copy(spec)
    expect(copy(prepared.spec)).toEqual(expected)
    expect(JSON.parse(prepared.text)).toEqual(expected)
    expect(prepared.filter).toEqual(prepareText(JSON.stringify(expected)).filter)
  })

  it.each([
    ['frozen', seccomp],
    ['own', copy(seccomp)],
  ])('keeps results by content, untouched by later changes (%s profile)', (_, profile) => {
    const spec = defaultSpec({ seccomp: profile, hostname: 'before' })
    const first = prepareSpec(spec)
    expect(prepareSpec(defaultSpec({ seccomp: profile, hostname: 'before' }))).toBe(first)
    spec.hostname = 'after'
    expect(first.spec.hostname).toBe('before')
    expect(prepareSpec(spec).spec.hostname).toBe('after')
  })

  it.each([
    ['frozen', seccomp],
    ['own', copy(seccomp)],
  ])('refuses what is wrong beside a profile (%s)', (_, profile) => {
    const spec = defaultSpec({ seccomp: profile })
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_SPEC' })
    expect(() => prepareSpec({ ...spec, process: { cwd: 'relative', args: ['a'] } })).toThrow(invalid)
    expect(() => prepareSpec({ ...spec, hostname: 7 })).toThrow(invalid)
    expect(() => prepareSpec({ ...spec, root: undefined })).toThrow(invalid)
    expect(() => prepareSpec({ ...spec, root: undefined }, { mountFd: true })).not.toThrow()
    expect(() => prepareSpec({ ...spec, root: undefined })).toThrow(invalid)
  })
})
