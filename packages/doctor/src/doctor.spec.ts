import { CofferdamError } from '@cofferdam/core'
import { checkFilesystems, checkKernel, checkSecurityModules } from './kernel.js'
import { failed } from './network.js'
import { checkOpenFiles, checkPrivileges } from './user.js'

describe('doctor', () => {
  it.each([
    ['5.13.19', false],
    ['5.14.0-362.el9', true],
    ['6.18.44', true],
    ['4.19.0', false],
  ])('judges kernel %s', (version, ok) => {
    expect(checkKernel(version).ok).toBe(ok)
  })
  it('names missing file systems with the fix', () => {
    expect(
      checkFilesystems('nodev\tproc\nnodev\tsysfs\nnodev\ttmpfs\nnodev\tdevpts\nnodev\tmqueue\n\text4\n'),
    ).toMatchObject({
      ok: false,
      detail: 'missing: overlay',
      fix: 'load the module: modprobe overlay',
    })
  })
  it('names missing capabilities', () => {
    expect(checkPrivileges('CapEff:\t000001ffffffffff\n', 0).ok).toBe(true)
    expect(checkPrivileges('CapEff:\t00000000a80425fb\n', 0)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('CAP_SYS_ADMIN, CAP_NET_ADMIN'),
    })
  })
  it('tells a right that is missing from a module', () => {
    const refused = (errno: string) => Object.assign(new Error(`socket: ${errno}`), { code: errno })
    expect(failed('firewall', refused('EPERM'))).toMatchObject({
      ok: false,
      fix: expect.stringContaining('as root'),
    })
    expect(failed('networking', refused('EOPNOTSUPP')).fix).toContain('bridge veth')
    const exhausted = new CofferdamError('ERR_SYSCALL', 'unshare', {
      errno: 'ENOSPC',
      hint: 'raise the limit',
    })
    expect(failed('networking', exhausted).fix).toBe('raise the limit')
  })
  it('reads limits and modules', () => {
    expect(
      checkOpenFiles('Max open files            1024                 1024                 files \n').ok,
    ).toBe(false)
    expect(checkSecurityModules('capability,landlock,apparmor\n').detail).toBe('landlock, apparmor')
  })
})
