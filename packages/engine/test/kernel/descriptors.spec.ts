import { requires } from '@cofferdam/testing'
import { engineHost } from '../support/host.js'
import { busybox } from '../support/image.js'

const { it } = requires({ root: true, network: true, files: [busybox] })

it('a program has descriptors 0, 1 and 2 and no other, while 50 containers and a child of Node start', async () => {
  await using host = await engineHost()
  const seen = await host.run<Record<string, string[]>>(`
    const { execFile } = await import('node:child_process')
    const list = ['sh', '-c', 'ls /proc/$$/fd; true']
    const line = ({ stdout }) => stdout.trim().split('\\n').join(' ')
    const child = () => new Promise((resolve, reject) =>
      execFile('/bin/sh', list.slice(1), (error, stdout) => (error ? reject(error) : resolve(line({ stdout })))))
    // Whoever started this Node may have left it some.
    const before = await child()
    await using attached = await engine.start(plain, { command: ['sleep', '60'], init: true })
    const detached = await engine.start(plain, { command: ['sleep', '60'], init: true, detach: true })
    const runs = Array.from({ length: 50 }, (_, index) => engine.run(plain, list, { init: index % 2 === 1 }).then(line))
    const execs = [attached, detached].flatMap((one) => [1, 2, 3].map(() => one.exec(list).then(line)))
    const children = [1, 2, 3, 4, 5, 6].map(() => child().then((now) => now.replace(before, '0 1 2')))
    const logged = await engine.start(plain, { command: list, detach: true })
    await logged.exited
    const lines = []
    for await (const { line } of logged.logs()) lines.push(line)
    const result = {
      runs: await Promise.all(runs), execs: await Promise.all(execs), children: await Promise.all(children),
      detached: [lines.join(' ')],
    }
    for (const one of [detached, logged]) {
      await one.stop({ timeout: 1 })
      await one.remove()
    }
    return result`)
  const same = (count: number) => Array.from({ length: count }, () => '0 1 2')
  expect(seen).toEqual({ runs: same(50), execs: same(6), children: same(6), detached: same(1) })
})
