import { type Command, Option } from 'commander'
import { CofferdamError } from '@cofferdam/core'
import { parseTmpfs, parseVolume, type ContainerOptions, type VolumeSource } from '@cofferdam/engine'
import { type GlobalOptions, print, withEngine } from '../context.js'
import { collect, count, envFile, environment, labels, positive, securityOptions } from '../grammar/values.js'
import { CidFile } from '../output/cidfile.js'
import { PullDisplay } from '../output/progress.js'
import { bridge, shellStatus } from '../terminal/bridge.js'

/** The flags of `cofferdam run` as the parser gives them. */
export interface RunFlags {
  env?: string[]
  envFile?: string[]
  workdir?: string
  user?: string
  volume?: string[]
  tmpfs?: string[]
  publish?: string[]
  memory?: string
  cpus?: number
  cpuShares?: number
  cpusetCpus?: string
  pidsLimit?: number
  entrypoint?: string
  init?: boolean
  name?: string
  rm?: boolean
  detach?: boolean
  network?: string
  hostname?: string
  interactive?: boolean
  tty?: boolean
  readOnly?: boolean
  capAdd?: string[]
  capDrop?: string[]
  label?: string[]
  stopSignal?: string
  securityOpt?: string[]
  platform?: string
  pull?: 'missing' | 'always' | 'never'
  cidfile?: string
}

/** `cofferdam run IMAGE [COMMAND]`. */
export function runRunCommand(program: Command): void {
  program
    .command('run <image> [command...]')
    .description('run a command in a new container')
    .passThroughOptions()
    .option('-e, --env <KEY=VALUE>', 'set a variable', collect)
    .option('--env-file <file>', 'read variables from a file', collect)
    .option('-w, --workdir <dir>', 'start in this directory')
    .option('-u, --user <name|uid[:group|gid]>', 'run as this user')
    .option('-v, --volume <host:path[:ro]>', 'mount a host file or directory', collect)
    .option('--tmpfs <path[:options]>', 'mount memory', collect)
    .option('-p, --publish <[ip:][host:]container>', 'publish a port', collect)
    .option('-m, --memory <bytes>', 'memory limit')
    .option('--cpus <number>', 'CPU limit in cores', positive)
    .option('--cpu-shares <weight>', 'relative CPU weight', count)
    .option('--cpuset-cpus <list>', 'CPUs that may be used')
    .option('--pids-limit <number>', 'most processes at once', count)
    .option('--entrypoint <program>', "replace the image's entry point")
    .option('--init', 'a small init as pid 1')
    .option('--name <name>', 'name of the container')
    .option('--rm', 'remove the container when it exits')
    .option('-d, --detach', 'run in the background and print the id')
    .option('--network <name>', 'bridge, host, none, container:NAME', 'bridge')
    .option('-h, --hostname <name>', 'host name in the container')
    .option('-i, --interactive', 'keep standard input open')
    .option('-t, --tty', 'give it a terminal')
    .option('--read-only', 'root file system read-only')
    .option('--cap-add <name>', 'add a capability', collect)
    .option('--cap-drop <name>', 'drop a capability', collect)
    .option('-l, --label <KEY=VALUE>', 'set a label', collect)
    .option('--stop-signal <name>', 'signal that asks it to stop')
    .option('--security-opt <option>', 'seccomp=unconfined, no-new-privileges', collect)
    .option('--platform <os/arch>', 'platform of the image')
    .addOption(
      new Option('--pull <when>', 'when to ask the registry')
        .choices(['missing', 'always', 'never'])
        .default('missing'),
    )
    .option('--cidfile <file>', 'write the id of the container to a file')
    .helpOption('--help', 'display help for command')
    .action(async (image: string, args: string[], flags: RunFlags, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>()
      const options = containerOptions(args, flags)
      using cidfile = flags.cidfile === undefined ? undefined : new CidFile(flags.cidfile)
      await withEngine(command, async (engine) => {
        using display = json ? undefined : new PullDisplay()
        const container = await engine.start(image, {
          ...options,
          autoRemove: flags.rm ?? false,
          detach: flags.detach ?? false,
          onProgress: (progress) => display?.update(progress),
        })
        cidfile?.write(container.id)
        if (flags.detach)
          return print(json ? JSON.stringify({ id: container.id, name: container.name }) : container.id)
        try {
          process.exitCode = shellStatus(await bridge(container, { interactive: flags.interactive ?? false }))
        } finally {
          await container.finished()
          if (flags.rm) cidfile?.remove()
        }
      })
    })
}

/** The engine's options for the flags of `cofferdam run`. */
export function containerOptions(args: readonly string[], flags: RunFlags): ContainerOptions {
  const volumes: Record<string, VolumeSource> = {}
  for (const [target, source] of [
    ...(flags.volume ?? []).map(parseVolume),
    ...(flags.tmpfs ?? []).map(parseTmpfs),
  ]) {
    if (Object.hasOwn(volumes, target)) {
      throw new CofferdamError('ERR_INVALID_VOLUME', `volume ${target}: mounted twice`, { path: target })
    }
    volumes[target] = source
  }
  const options: { -readonly [Key in keyof ContainerOptions]: ContainerOptions[Key] } = {
    env: environment([...(flags.envFile ?? []).flatMap(envFile), ...(flags.env ?? [])]),
    volumes,
    ports: flags.publish ?? [],
    labels: labels(flags.label ?? []),
    limits: defined({
      memory: flags.memory,
      cpus: flags.cpus,
      cpuShares: flags.cpuShares,
      cpuset: flags.cpusetCpus,
      pids: flags.pidsLimit,
    }),
    init: flags.init ?? false,
    stdin: flags.interactive ?? false,
    tty: flags.tty ?? false,
    readonlyRootfs: flags.readOnly ?? false,
    capAdd: flags.capAdd ?? [],
    capDrop: flags.capDrop ?? [],
    ...securityOptions(flags.securityOpt ?? []),
    ...(args.length > 0 ? { command: args } : {}),
    ...defined({
      workdir: flags.workdir,
      user: flags.user,
      entrypoint: flags.entrypoint,
      name: flags.name,
      network: flags.network,
      hostname: flags.hostname,
      stopSignal: flags.stopSignal,
      platform: flags.platform,
      pull: flags.pull,
    }),
  }
  return options
}

function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
