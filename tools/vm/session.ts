import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseImage } from './image/base.ts'
import { checkoutImage } from './image/checkout.ts'
import { modulesImage } from './image/modules.ts'
import type { Job } from './machine/job.ts'
import type { MachineImages } from './machine/qemu.ts'
import { runMachine, type RunOptions } from './machine/run.ts'

/** Images of this checkout, in a directory that is removed with it. */
export interface Session extends AsyncDisposable {
  /** Runs one job in a fresh machine; resolves with its exit code. */
  run(job: Job, options: Omit<RunOptions, 'work'>): Promise<number>
}

/** Makes the images; `prepare` may add to the copy of the checkout, `say` is told about each step. */
export async function openSession(
  prepare?: (copy: string) => Promise<void>,
  say: (step: string) => void = () => {},
): Promise<Session> {
  const work = await mkdtemp(join(tmpdir(), 'cofferdam-vm-'))
  const close = () => rm(work, { recursive: true, force: true })
  try {
    const base = await baseImage()
    say('root image')
    const modules = await modulesImage()
    say('image of npm packages')
    const checkout = await checkoutImage(work, prepare)
    say('image of the checkout')
    const images: MachineImages = { base, modules, checkout }
    return {
      async run(job, options) {
        const folder = await mkdtemp(join(work, 'machine-'))
        const onReady = (uptime: number) => say(`machine is up, ${uptime} s after its kernel started`)
        const exitCode = await runMachine(images, job, { onReady, ...options, work: folder })
        say('machine is off')
        return exitCode
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
