import { environment, labels, moment, securityOptions, signalName } from './values.js'

it('environment: a name alone takes this process’s value, or nothing', () => {
  expect(environment(['A=1', 'B', 'C', 'A=2', 'D='], { B: 'own' })).toEqual({ A: '2', B: 'own', D: '' })
  expect(() => environment(['=x'], {})).toThrow('not KEY=VALUE')
})

it('moments: spans before now, Unix seconds, ISO 8601', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  expect(moment('10m', now).toISOString()).toBe('2026-01-31T11:50:00.000Z')
  expect(moment('1.5h', now).toISOString()).toBe('2026-01-31T10:30:00.000Z')
  expect(moment('1000000000').toISOString()).toBe('2001-09-09T01:46:40.000Z')
  expect(moment('2026-01-31T12:00:00Z').getTime()).toBe(now)
  expect(() => moment('yesterday')).toThrow('not a time')
})

it('signals by name or number', () => {
  expect([signalName('term'), signalName('SIGKILL'), signalName('10')]).toEqual([
    'SIGTERM',
    'SIGKILL',
    'SIGUSR1',
  ])
  expect(() => signalName('SIGNAL')).toThrow('not a signal')
})

it('labels: a name alone is a label without a value', () => {
  expect(labels(['a', 'b=', 'c=d=e'])).toEqual({ a: '', b: '', c: 'd=e' })
})

it('security options: those that can be had', () => {
  expect(securityOptions([])).toEqual({ seccomp: true, noNewPrivileges: false })
  expect(securityOptions(['seccomp:unconfined', 'no-new-privileges'])).toEqual({
    seccomp: false,
    noNewPrivileges: true,
  })
  expect(securityOptions(['no-new-privileges:true', 'no-new-privileges=false']).noNewPrivileges).toBe(false)
  expect(() => securityOptions(['apparmor=mine'])).toThrow('--security-opt apparmor=mine is not supported')
})
