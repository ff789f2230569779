import { CofferdamError, errnoName } from '@cofferdam/core'
import type { LayerReply } from './protocol.js'

const damaged = 'the blob was damaged or cut short; remove it and pull the image again'
const faulty = 'the layer is not a valid archive for images; whoever made the image has to build it again'

/** By the program's reasons, which count from 1. */
const reasons: readonly (readonly [code: string, hint: string])[] = [
  ['ERR_LAYER_READ', 'look at the disk that holds the image store'],
  ['ERR_LAYER_CORRUPT', damaged],
  ['ERR_LAYER_TRUNCATED', damaged],
  ['ERR_LAYER_INVALID', faulty],
  ['ERR_LAYER_ENTRY', faulty],
  [
    'ERR_LAYER_TOO_LARGE',
    'nothing of the layer is kept; raise the limits only for an image that you trust (decompression bombs)',
  ],
  ['ERR_LAYER_WRITE', 'look at free space, inodes and permissions of the image store'],
  ['ERR_LAYER_ABORTED', 'the transfer was given up before the layer was complete'],
  ['ERR_LAYER_PROGRAM', 'this is a fault of the software; please report it'],
  ['ERR_LAYER_MEMORY', 'the machine has too little memory left to unpack a layer'],
]

/** The error of a failure that the program reported. */
export function layerFailure(layer: string, reply: LayerReply & { type: 'failure' }): CofferdamError {
  const [code, hint] = reasons[reply.reason - 1] ?? (reasons[8] as (typeof reasons)[number])
  const errno = reply.errno > 0 ? errnoName(reply.errno) : undefined
  const entry = reply.name === '' ? '' : `: ${JSON.stringify(reply.name)}`
  const needsRoot = code === 'ERR_LAYER_WRITE' && errno === 'EPERM'
  return new CofferdamError(
    code,
    `unpack layer ${layer}${entry}: ${reply.what}${errno === undefined ? '' : ` (${errno})`}`,
    {
      hint: needsRoot
        ? 'owners, devices and file capabilities of a layer need root: unpack it as root'
        : hint,
      ...(errno === undefined ? {} : { errno }),
      ...(reply.name === '' ? {} : { path: reply.name }),
    },
  )
}

/** The error for a program that ended without a word. */
export function layerCrash(layer: string, how: string): CofferdamError {
  return new CofferdamError('ERR_LAYER_PROGRAM', `unpack layer ${layer}: the unpacker ended: ${how}`, {
    hint: 'the unpacker was killed: by the out-of-memory killer, or by its own seccomp filter, which stops an attack',
  })
}
