/** Runs commands in containers of an image and prints what they wrote: `node dist/run-and-collect.js IMAGE`. */
import { ContainerExitError, Engine } from '@cofferdam/engine'

const image = process.argv[2] ?? 'busybox:1.37'
await using engine = await Engine.open()

const { stdout, stderr, exitCode, usage } = await engine.run(
  image,
  ['sh', '-c', 'echo "hello $NAME"; echo oops >&2'],
  {
    env: { NAME: 'container' },
    limits: { memory: '64MiB', pids: 32, cpus: 0.5 },
    timeout: '10s',
    maxOutput: '1MiB',
    network: 'none',
  },
)
console.log({ stdout, stderr, exitCode, measured: (usage.memoryPeak ?? 0) > 0 })

const counted = await engine.run(image, ['wc', '-l'], { input: 'one\ntwo\nthree\n', network: 'none' })
console.log('lines:', Number(counted.stdout))

try {
  await engine.run(image, ['sh', '-c', 'echo broken >&2; exit 3'], { network: 'none' })
} catch (error) {
  if (!(error instanceof ContainerExitError)) throw error
  console.log(error.code, error.exitCode, error.stderr.trim())
}

const late = await engine.run(image, ['sleep', '60'], { timeout: 200, reject: false, network: 'none' })
console.log('timed out:', late.timedOut, late.signal)
