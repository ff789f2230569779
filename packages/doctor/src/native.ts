import { errorMessage, isCofferdamError } from '@cofferdam/core'
import { native } from '@cofferdam/sys'
import type { Check } from './check.js'

/** The addon loads. */
export function checkNative(): Check {
  try {
    native()
    return { name: 'native code', ok: true, required: true, detail: `${process.platform}-${process.arch}` }
  } catch (error) {
    const fix = isCofferdamError(error) && error.hint !== undefined ? error.hint : 'reinstall @cofferdam/sys'
    return { name: 'native code', ok: false, required: true, detail: errorMessage(error), fix }
  }
}
