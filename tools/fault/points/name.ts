/** Name of the probe that a child defines: `before(id)`, and `after(id, value)`, which returns the value. */
export const PROBE = '__cofferdamFault'
