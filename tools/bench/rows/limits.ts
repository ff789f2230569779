import { limitContainer } from '../bundle/bundle.ts'
import { Server } from '../harness/server.ts'
import type { Row, RowSource } from '../harness/row.ts'

function served(name: string, server: Server): Row {
  return {
    name,
    unit: 'ms',
    pace: 'warm',
    once: () => server.time('run'),
    close: () => server.close(),
  }
}

/** clone + exec + wait of /bin/true in C: no program that starts a process can be faster. */
export const limitC: RowSource = {
  name: 'limit-c',
  open: async (workshop) => served('limit-c', new Server([await workshop.compile('limit'), '/bin/true'])),
}

/** The same container as the rows beside it, by a C program that does only what the kernel must be asked for. */
export const limitCContainer: RowSource = {
  name: 'limit-c-container',
  open: async (workshop) => served('limit-c-container', new Server(await limitContainer(workshop))),
}
