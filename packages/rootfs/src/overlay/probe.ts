import { isErrno } from '@cofferdam/core'
import { closeQuietly, fsconfigSet, fsopen } from '@cofferdam/sys'

/** What the kernel's overlay can do. */
export interface OverlayFeatures {
  /** `lowerdir+`, one parameter per layer: Linux 6.8. */
  readonly lowerdirPlus: boolean
}

let known: OverlayFeatures | undefined

/**
 * Asks the kernel once: `lowerdir+` naming the root directory is accepted from Linux 6.8 on. Before 6.5 overlay keeps
 * every parameter for mount(2)'s parser, so one that no overlay has is accepted too.
 */
export function probeOverlay(): OverlayFeatures {
  if (known !== undefined) return known
  const context = fsopen('overlay')
  const accepts = (key: string): boolean => {
    try {
      fsconfigSet(context, key, '/')
      return true
    } catch (error) {
      if (!isErrno(error, 'EINVAL')) throw error
      return false
    }
  }
  try {
    known = { lowerdirPlus: accepts('lowerdir+') && !accepts('no-such-parameter') }
  } finally {
    closeQuietly(context)
  }
  return known
}
