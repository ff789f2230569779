import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { requires } from '@cofferdam/testing'
import { output, type World, world } from '../support/world.js'

const { describe } = requires({ root: true, commands: ['busybox', 'runc'] })
const script =
  'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)" /proc/self/status; echo ==; env | sort; echo ==; ' +
  'cut -d" " -f2- /proc/mounts; echo ==; ls -l /dev | sed "s/ [A-Z][a-z][a-z] .*[0-9]:[0-9][0-9] / /"; echo ==; ' +
  'hostname; pwd; umask; ulimit -n; ls /proc/self/ns'

describe('the same bundle under runc and here', () => {
  let w: World
  beforeAll(async () => (w = await world({ cgroups: 'disabled' })))
  afterAll(() => w[Symbol.asyncDispose]())

  it('shows its program the same', async () => {
    const bundle = w.dir.join('bundle')
    mkdirSync(bundle)
    renameSync(w.rootfs, `${bundle}/rootfs`)
    const config = JSON.parse(
      readFileSync(resolve(__dirname, '../../../../tools/bench/bundle/config.json'), 'utf8'),
    )
    config.process.args = ['/bin/sh', '-c', script]
    delete config.linux.resources
    writeFileSync(`${bundle}/config.json`, JSON.stringify(config))
    for (const applet of ['cut', 'sort', 'sed'])
      execFileSync('ln', ['-s', 'busybox', `${bundle}/rootfs/bin/${applet}`])
    const peer = execFileSync('runc', [
      '--root',
      w.dir.join('runc'),
      'run',
      '-b',
      bundle,
      `view-${process.pid}`,
    ])
    await using container = await w.runtime.run(undefined, { bundle, stdio: ['ignore', 'pipe', 'pipe'] })
    const parts = (text: string) =>
      text.split('==\n').map((part) =>
        part
          .split('\n')
          // runc masks files with its own /dev/null device, we with the container's; both hide them.
          .filter(
            (line) =>
              !/^\/proc\/(keys|interrupts|timer_list) |^\/ |^\/(proc\/acpi|sys\/firmware) /.test(line),
          )
          .map((line) => line.replace(/ ro,relatime/, ' ro')),
      )
    expect(peer.toString()).toMatch(/^Uid:[^]*Seccomp:\t2[^]*HOME=\/root[^]*proc \/proc|\/proc proc[^]*bench/)
    expect(parts(await output(container))).toEqual(parts(peer.toString()))
  })
})
