/**
 * What this host and user can and cannot do to run containers, each with the fix.
 * @packageDocumentation
 */
export type { Check } from './check.js'
export { doctor } from './doctor.js'
export type { DoctorOptions } from './doctor.js'
export { checkPrivileges, requirePrivileges } from './user.js'
