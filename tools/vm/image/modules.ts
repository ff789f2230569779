import { join } from 'node:path'
import { root } from '../../lint/packages.ts'
import { cached, digestFiles } from './cache.ts'
import { ext4 } from './ext4.ts'

/** The packages of npm with the pinned Node, as one image that is kept until the lock file changes. */
export async function modulesImage(): Promise<string> {
  const installed = join(root, 'node_modules')
  const key = digestFiles([join(root, 'package-lock.json'), join(installed, '.package-lock.json')])
  const folder = await cached('modules', key, (into) => ext4(installed, join(into, 'modules.ext4'), 0))
  return join(folder, 'modules.ext4')
}
