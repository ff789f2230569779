import { CofferdamError } from '@cofferdam/core'

/**
 * Checks the name of an AppArmor profile (apparmor.d(5); a namespace as in `:ns:profile`, stacking as in `a//&b`)
 * before it is written to `/proc/self/attr/apparmor/exec` behind `exec `.
 * @throws CofferdamError `ERR_LABEL_INVALID`
 */
export function checkAppArmorProfile(name: string): string {
  // The kernel cuts at white space and NUL; a page is all that the attribute file takes.
  if (name === '' || name.length > 4000 || hasControl(name) || name !== name.trim())
    throw new CofferdamError(
      'ERR_LABEL_INVALID',
      `not the name of an AppArmor profile: ${JSON.stringify(name)}`,
      {
        path: name,
        hint: 'aa-status lists the loaded profiles; "unconfined" is none',
      },
    )
  return name
}

/** Control characters, which the kernel's parsers of labels take for the end of a word or line. */
export function hasControl(text: string): boolean {
  for (const character of text) if (character.charCodeAt(0) < 0x20 || character === '\x7f') return true
  return false
}
