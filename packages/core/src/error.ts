const brand: unique symbol = Symbol.for('cofferdam.error') as never

/** What an error carries besides its message. */
export interface CofferdamErrorOptions {
  /** The system call or protocol step that failed, like `mount` or `GET /v2/`. */
  readonly syscall?: string
  /** Name of the kernel error, like `ENOENT`. */
  readonly errno?: string
  /** The path or other object that was acted on. */
  readonly path?: string
  /** What the reader can do about it. */
  readonly hint?: string
  /** The error below this one. */
  readonly cause?: unknown
}

/**
 * The base of every error of the packages. `code` is stable and starts with `ERR_`; `message` names what was
 * attempted, on which object, and why it failed. `instanceof` works across copies of this package and across
 * realms, because it looks at a brand.
 */
export class CofferdamError extends Error {
  readonly code: string
  readonly syscall?: string
  readonly errno?: string
  readonly path?: string
  readonly hint?: string

  constructor(code: string, message: string, options: CofferdamErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CofferdamError'
    this.code = code
    Object.defineProperty(this, brand, { value: true })
    if (options.syscall !== undefined) this.syscall = options.syscall
    if (options.errno !== undefined) this.errno = options.errno
    if (options.path !== undefined) this.path = options.path
    if (options.hint !== undefined) this.hint = options.hint
  }

  /** `instanceof CofferdamError` looks at the brand, `instanceof` a subclass at the prototype. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === CofferdamError
      ? isCofferdamError(value)
      : Function.prototype[Symbol.hasInstance].call(this, value)
  }
}

/** True for every error of the packages, whichever copy or realm made it. */
export function isCofferdamError(value: unknown): value is CofferdamError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}

/**
 * True when `value` is a system error (Node's `code` or our `errno`) with one of `names`, like
 * `isErrno(error, 'ENOENT')`.
 */
export function isErrno(value: unknown, ...names: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { code, errno } = value as { code?: unknown; errno?: unknown }
  return names.some((name) => code === name || errno === name)
}

/** The text of anything thrown. */
export function errorMessage(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message)
  return String(value)
}
