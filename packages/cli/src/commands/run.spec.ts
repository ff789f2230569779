import { Command } from 'commander'
import { containerOptions, runRunCommand, type RunFlags } from './run.js'

/** What the parser makes of `cofferdam run ARGV`. */
function parse(...argv: string[]): { image: string; args: string[]; flags: RunFlags } {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  program.enablePositionalOptions()
  runRunCommand(program)
  const run = program.commands[0]!
  let parsed: { image: string; args: string[]; flags: RunFlags } | undefined
  run.action((image: string, args: string[], flags: RunFlags) => {
    parsed = { image, args, flags }
  })
  program.parse(['node', 'cofferdam', 'run', ...argv])
  return parsed!
}

it('flags after the image are the program’s', () => {
  const { image, args, flags } = parse('--rm', '-it', 'alpine', 'ls', '-e', '--rm')
  expect({ image, args }).toEqual({ image: 'alpine', args: ['ls', '-e', '--rm'] })
  expect(flags).toMatchObject({ rm: true, interactive: true, tty: true })
  expect(flags.env).toBeUndefined()
})

it('becomes the options of the engine', () => {
  const { args, flags } = parse(
    ...[
      '-e',
      'A=1',
      '-e',
      'B=x=y',
      '-w',
      '/srv',
      '-u',
      'www:101',
      '-v',
      '/tmp:/data:ro',
      '--tmpfs',
      '/scratch:size=1m',
    ],
    ...[
      '-p',
      '127.0.0.1:8080:80',
      '-m',
      '64m',
      '--cpus',
      '1.5',
      '--pids-limit',
      '9',
      '--entrypoint',
      'sh',
      '--init',
    ],
    ...[
      '--name',
      'web',
      '--network',
      'none',
      '-h',
      'box',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'seccomp=unconfined',
    ],
    ...['-l', 'team=a', 'alpine', '-c', 'true'],
  )
  expect(containerOptions(args, flags)).toMatchObject({
    command: ['-c', 'true'],
    env: { A: '1', B: 'x=y' },
    workdir: '/srv',
    user: 'www:101',
    volumes: {
      '/data': { type: 'bind', source: '/tmp', readonly: true },
      '/scratch': { type: 'tmpfs', size: 1 << 20 },
    },
    ports: ['127.0.0.1:8080:80'],
    limits: { memory: '64m', cpus: 1.5, pids: 9 },
    entrypoint: 'sh',
    init: true,
    name: 'web',
    network: 'none',
    hostname: 'box',
    capDrop: ['ALL'],
    labels: { team: 'a' },
    seccomp: false,
  })
})

it('leaves to the image what is not given', () => {
  const { args, flags } = parse('alpine')
  const options = containerOptions(args, flags)
  for (const key of ['command', 'entrypoint', 'workdir', 'user', 'name', 'stopSignal']) {
    expect(options).not.toHaveProperty(key)
  }
})

it.each([
  ['--pull', 'sometimes'],
  ['--cpus', '-1'],
  ['--cpus', 'many'],
  ['--pids-limit', '0'],
  ['--no-such-flag'],
  ['--name'],
])('refuses %j', (...argv) => {
  expect(() => parse(...argv)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^commander\./) }),
  )
})

it('refuses two mounts at one place', () => {
  const { args, flags } = parse('-v', '/tmp:/data', '--tmpfs', '/data', 'alpine')
  expect(() => containerOptions(args, flags)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_VOLUME' }))
})
