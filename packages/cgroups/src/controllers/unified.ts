import { limitError, unsupported } from '../error.js'
import type { Controller } from './controller.js'

/** Files of v2 by their names, for limits that OCI has no word for. */
export const unified: Controller = {
  v1({ unified = {} }) {
    const [first] = Object.keys(unified)
    if (first !== undefined) throw unsupported(`unified["${first}"]`, 'v1')
    return []
  },
  v2({ unified = {} }) {
    return Object.entries(unified).flatMap(([file, text]) => {
      const [controller = ''] = file.split('.')
      if (
        !/^[a-z_0-9]+(\.[A-Za-z0-9_]+)+$/.test(file) ||
        file.startsWith('cgroup.procs') ||
        file.startsWith('cgroup.threads')
      )
        throw limitError(`unified["${file}"]`, 'not the name of a limit file')
      if (typeof text !== 'string' || text.includes('\0'))
        throw limitError(`unified["${file}"]`, 'not a text')
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((value) => ({ controller, file, value }))
    })
  },
  needs: ({ unified = {} }) =>
    [...new Set(Object.keys(unified).map((file) => file.split('.')[0] ?? ''))].filter(
      (name) => name !== 'cgroup',
    ),
}
