import { isErrno } from '@cofferdam/core'
import { closeQuietly, fsconfigSet, fsopen } from '@cofferdam/sys'

/** What the kernel's overlay can do. */
export interface OverlayFeatures {
  /** `lowerdir+`, one parameter per layer: Linux 6.8. */
  readonly lowerdirPlus: boolean
}

let known: OverlayFeatures | undefined

/** Asks the kernel once: `lowerdir+` naming the root directory is accepted from Linux 6.8 on. */
export function probeOverlay(): OverlayFeatures {
  if (known !== undefined) return known
  const context = fsopen('overlay')
  try {
    fsconfigSet(context, 'lowerdir+', '/')
    known = { lowerdirPlus: true }
  } catch (error) {
    if (!isErrno(error, 'EINVAL')) throw error
    known = { lowerdirPlus: false }
  } finally {
    closeQuietly(context)
  }
  return known
}
