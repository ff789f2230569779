import { type Launchable, launch, type LaunchOptions } from '@cofferdam/process'
import type { Monitor } from './monitor/monitor.js'
import { type MonitorOptions, startMonitor } from './monitor/start.js'

/** Options of {@link startDetached}. */
export interface StartDetachedOptions extends MonitorOptions {
  readonly launch?: Omit<LaunchOptions, 'spawner' | 'background' | 'signal'>
}

/**
 * Starts a plan so that it outlives this process, like `nohup setsid PROGRAM &`, with a log and a record of its end.
 * @param plan made from the descriptors of its standard streams (an `stdio` op; none with a terminal, a `pty` op)
 * @throws CofferdamError those of `startMonitor` and of `launch`; nothing is left then
 */
export async function startDetached(
  plan: (stdio: readonly number[]) => Launchable,
  options: StartDetachedOptions,
): Promise<Monitor> {
  const { launch: launching, ...rest } = options
  const monitor = await startMonitor(rest)
  try {
    await monitor.placed
    const process = await launch(plan(monitor.stdio), {
      ...launching,
      spawner: monitor.spawner,
      background: true,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    monitor.started(process.pid)
    await monitor.detach()
    return monitor
  } catch (error) {
    await monitor.close()
    throw error
  }
}
