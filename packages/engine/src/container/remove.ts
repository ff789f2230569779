import { CofferdamError } from '@cofferdam/core'
import { ownerAlive } from '@cofferdam/sys'
import type { EngineContext } from '../launch/context.js'
import { type ContainerRecord, recordOwner } from '../state/records.js'
import { discardContainer } from './discard.js'
import { awaitSettled } from './stop.js'

/**
 * Removes a container with its changes and log.
 * @throws CofferdamError `ERR_CONTAINER_RUNNING`
 */
export async function removeContainer(
  context: EngineContext,
  record: ContainerRecord,
  force: boolean,
  settled?: Promise<unknown>,
): Promise<void> {
  for (;;) {
    // Somebody else may start it again at any moment, until it is condemned.
    const up = await discardContainer(context, record.id)
    if (up === undefined) return
    if (!force && ownerAlive(recordOwner(up))) {
      throw new CofferdamError('ERR_CONTAINER_RUNNING', `container ${record.name} is running`, {
        path: record.id,
        hint: `stop it first, or force: cofferdam rm -f ${record.name}`,
      })
    }
    await awaitSettled(context, up, { kill: force })
    await settled
  }
}
