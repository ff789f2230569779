import { errorMessage, isCofferdamError } from '@cofferdam/core'
import { launch } from '@cofferdam/process'
import type { Check } from './check.js'

/** A process can be started in new namespaces: nothing around this one forbids clone(2). */
export async function checkNamespaces(): Promise<Check> {
  try {
    const tried = await launch({
      clone: { namespaces: ['mount', 'pid', 'network', 'ipc', 'uts', 'cgroup'] },
      ops: [],
      exec: { args: ['/proc/self/exe'], path: process.execPath, env: [] },
    })
    await tried.stop()
    return { name: 'namespaces', ok: true, required: true, detail: 'a process was started in new ones' }
  } catch (error) {
    const fix =
      isCofferdamError(error) && error.hint !== undefined
        ? error.hint
        : 'run as root, outside a container that forbids it'
    return { name: 'namespaces', ok: false, required: true, detail: errorMessage(error), fix }
  }
}
