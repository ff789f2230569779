import { parseSpec, validateSeccomp, validateSpec, type Spec } from './index.js'

const spec = (change: object = {}): Spec => ({ ociVersion: '1.2.0', ...change })
const message = (value: unknown): string => {
  try {
    validateSpec(value)
    return ''
  } catch (error) {
    return (error as Error).message.replace('config.json is not valid: ', '')
  }
}

describe('validateSpec', () => {
  it('names the place, the value and what is allowed', () => {
    expect(message(spec({ linux: { namespaces: [{ type: 'nope' }] } }))).toBe(
      'at linux.namespaces[0].type: "nope" is not one of mount, pid, network, uts, ipc, user, cgroup, time',
    )
  })

  it('carries code and path', () => {
    expect(() => validateSpec(spec({ process: { cwd: 'relative' } }))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_SPEC', path: 'process.cwd' }),
    )
  })

  it.each([
    [{ root: {} }, 'at root: "path" is missing'],
    [{ hostname: 7 }, 'at hostname: 7 is not a string'],
    [{ hostname: 'x'.repeat(65) }, /^at hostname: "x+… is not a host name of at most 64 bytes$/],
    [{ process: { cwd: 'x' } }, 'at process.cwd: "x" is not an absolute path'],
    [{ process: { cwd: '/', args: ['a\0b'] } }, 'at process.args[0]: "a\\u0000b" is not text without NUL'],
    [{ process: { cwd: '/', env: ['PATH'] } }, 'at process.env[0]: "PATH" is not of the form NAME=value'],
    [{ process: { cwd: '/', user: { uid: -1 } } }, 'at process.user.uid: -1 is below 0'],
    [
      { process: { cwd: '/', user: { uid: 2 ** 32 - 1 } } },
      'at process.user.uid: 4294967295 is above 4294967294',
    ],
    [
      { linux: { resources: { unified: { '../x': '1' } } } },
      'at linux.resources.unified: "../x" is not the name of a cgroup file',
    ],
    [
      { process: { cwd: '/', rlimits: [{ type: 'RLIMIT_NOFILE', soft: 2, hard: 1 }] } },
      'at process.rlimits[0].soft: 2 is above the hard limit 1',
    ],
    [
      { linux: { namespaces: [{ type: 'pid' }, { type: 'pid' }] } },
      'at linux.namespaces[1].type: "pid" appears twice',
    ],
    [
      { linux: { devices: [{ type: 'c', path: '/dev/x' }] } },
      'at linux.devices[0]: /dev/x needs "major" and "minor"',
    ],
    [{ linux: { sysctl: { 'net.x': 1 } } }, 'at linux.sysctl["net.x"]: 1 is not a string'],
  ])('refuses %j', (change, expected) => {
    expect(message(spec(change))).toMatch(
      typeof expected === 'string' ? new RegExp(`^${escape(expected)}$`) : expected,
    )
  })

  it('reports every fault, and a number of those beyond eight', () => {
    expect(message({ linux: 1, hostname: 2 })).toBe(
      'at the top: "ociVersion" is missing; at hostname: 2 is not a string; at linux: 1 is not an object',
    )
    const env = Array.from({ length: 20 }, () => 'x')
    expect(message(spec({ process: { cwd: '/', env } }))).toMatch(/; and 12 more$/)
  })

  it('ignores properties it does not know, as the specification asks', () => {
    expect(message(spec({ vendor: {}, linux: { vendor: 1 } }))).toBe('')
  })

  it.each([null, [], 'x', 1])('refuses %j as a document', (value) => {
    expect(message(value)).toBe(`at the top: ${JSON.stringify(value)} is not an object`)
  })
})

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

describe('parseSpec', () => {
  it('returns the document', () => {
    expect(parseSpec(Buffer.from(JSON.stringify(spec({ hostname: 'a' }))))).toEqual(spec({ hostname: 'a' }))
  })

  it('accepts the largest unsigned number', () => {
    const rlimits = '[{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615}]'
    expect(() => parseSpec(`{"ociVersion":"1.0.0","process":{"cwd":"/","rlimits":${rlimits}}}`)).not.toThrow()
  })
})

describe('validateSeccomp', () => {
  it('refuses an argument index past the sixth', () => {
    const args = [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }]
    const profile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', args }],
    }
    expect(() => validateSeccomp(profile)).toThrow('at syscalls[0].args[0].index: 6 is above 5')
  })
})
