import { validateSpec } from '@cofferdam/oci-spec'
import { containerArgv, containerEnv } from '@cofferdam/image'
import { bind, normalizeVolumes, tmpfs } from '@cofferdam/volumes'
import { buildSpec, stopSignal, type SpecInput } from './build.js'

const input: SpecInput = {
  id: 'abc',
  hostname: 'box',
  config: { Env: ['PATH=/bin', 'A=1'], Cmd: ['sh'], WorkingDir: '/srv' },
  options: {},
  volumes: [],
  user: { uid: 0, gid: 0 },
  files: { hosts: '/run/x/hosts' },
  network: 'new',
  cgroupsPath: '/cofferdam/abc',
}

describe('argv', () => {
  const config = { Entrypoint: ['/entry'], Cmd: ['serve'] }
  it.each([
    [{}, ['/entry', 'serve']],
    [{ command: ['x', 'y'] }, ['/entry', 'x', 'y']],
    [{ entrypoint: 'sh' }, ['sh']],
    [{ entrypoint: ['sh', '-c'], command: ['true'] }, ['sh', '-c', 'true']],
    [{ entrypoint: '', command: ['ls'] }, ['ls']],
  ])('of %j', (options, argv) => expect(containerArgv(config, options)).toEqual(argv))
  it('is refused when empty', () => {
    expect(() => containerArgv({}, {})).toThrow(expect.objectContaining({ code: 'ERR_NO_COMMAND' }))
    expect(() => containerArgv({}, { command: ['a\0b'] })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    )
  })
})

it('environment: the last of a name counts', () => {
  expect(
    containerEnv({ Env: ['PATH=/bin', 'A=1'] }, { env: { A: '2', B: '' }, hostname: 'box', tty: true }),
  ).toEqual(['PATH=/bin', 'HOSTNAME=box', 'TERM=xterm', 'A=2', 'B='])
  expect(() => containerEnv({}, { env: { 'A=B': 'x' }, hostname: 'h', tty: false })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ENV' }),
  )
})

describe('specification', () => {
  it('is valid and has image and options in it', () => {
    const spec = buildSpec({
      ...input,
      options: {
        limits: { memory: '64m', pids: 10 },
        capDrop: ['MKNOD'],
        tty: { columns: 80, rows: 24 },
        readonlyRootfs: true,
      },
      volumes: normalizeVolumes({ '/data/deep': tmpfs('1m'), '/data': bind('/tmp', { readonly: true }) }),
    })
    validateSpec(spec)
    expect(spec.process).toMatchObject({
      args: ['sh'],
      cwd: '/srv',
      terminal: true,
      consoleSize: { width: 80, height: 24 },
    })
    expect(spec.process?.capabilities?.bounding).not.toContain('CAP_MKNOD')
    expect(spec.linux?.resources).toMatchObject({ memory: { limit: 67108864 }, pids: { limit: 10 } })
    expect(spec.mounts?.map((mount) => mount.destination).slice(-3)).toEqual([
      '/etc/hosts',
      '/data',
      '/data/deep',
    ])
    expect(spec.mounts?.at(-2)?.options).toContain('ro')
    expect(spec.root?.readonly).toBe(true)
  })
  it('gives no capabilities to a user, and lets a volume replace a default mount', () => {
    const spec = buildSpec({
      ...input,
      user: { uid: 1000, gid: 1000 },
      network: 'host',
      volumes: normalizeVolumes({ '/dev/shm': tmpfs('1m') }),
    })
    expect(spec.process?.capabilities).toMatchObject({ effective: [], permitted: [] })
    expect(spec.linux?.namespaces?.map((namespace) => namespace.type)).not.toContain('network')
    expect(spec.mounts?.filter((mount) => mount.destination === '/dev/shm')).toHaveLength(1)
  })
  it('reads stop signals', () => {
    expect([
      stopSignal(undefined, {}),
      stopSignal(undefined, { StopSignal: 'quit' }),
      stopSignal('9', {}),
    ]).toEqual(['SIGTERM', 'SIGQUIT', 'SIGKILL'])
    expect(() => stopSignal('SIGNOPE', {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_SIGNAL' }))
  })
})
