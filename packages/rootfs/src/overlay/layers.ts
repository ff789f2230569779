import { CofferdamError, errorMessage } from '@cofferdam/core'

/** The layers of an overlay as descriptors. */
export interface OverlayLayers {
  readonly lower: readonly number[]
  readonly upper: number | undefined
  readonly work: number | undefined
  readonly volatile: boolean
}

/** The name the kernel gets: short whatever the path is, for parameters of fsconfig(2) and options of mount(2) are limited. */
export const layerName = (fd: number) => `/proc/self/fd/${fd}`

/** The error of a failed overlay mount, with what the kernel said and what helps. */
export function overlayError(cause: unknown): CofferdamError {
  const hints: Record<string, string> = {
    EBUSY: 'another mount uses these upper and work directories',
    EINVAL: 'upper and work must lie on one file system that can hold an upper layer',
    EPERM:
      'mounting needs CAP_SYS_ADMIN in the user namespace of the mount namespace; a container around this process must grant it, and its seccomp filter must allow it',
    ENODEV: 'the kernel has no overlay file system: modprobe overlay',
  }
  const { errno, syscall, path, hint } = cause as CofferdamError
  const words = [hint, hints[errno ?? '']].filter((text) => text !== undefined).join('; ')
  return new CofferdamError('ERR_OVERLAY_MOUNT', `mount overlay: ${errorMessage(cause)}`, {
    cause,
    ...(errno === undefined ? {} : { errno }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(path === undefined ? {} : { path }),
    ...(words === '' ? {} : { hint: words }),
  })
}
