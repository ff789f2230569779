import { cp, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { root } from '../../lint/packages.ts'
import { ext4 } from './ext4.ts'

const left = new Set(['.git', '.nx', 'coverage', 'obj.target'])

/**
 * An image of the checkout with what was built, without git's and npm's directories. `prepare` may add to the copy
 * that the image is made of.
 */
export async function checkoutImage(
  work: string,
  prepare?: (copy: string) => Promise<void>,
): Promise<string> {
  const [copy, image] = [join(work, 'checkout'), join(work, 'checkout.ext4')]
  const modules = join(root, 'node_modules')
  await cp(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== modules && !left.has(basename(path)),
  })
  await mkdir(join(copy, 'node_modules'), { recursive: true })
  await prepare?.(copy)
  await ext4(copy, image, 1024)
  await rm(copy, { recursive: true, force: true })
  return image
}
