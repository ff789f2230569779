import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import { type PreparedSpec, prepareSpec, prepareText } from '../spec/prepare.js'
import { closeAll, openRoot } from './root.js'
import type { CreateOptions } from './options.js'

/** Specification and root of a container to be made. */
export interface Source {
  readonly prepared: PreparedSpec
  /** Absolute; empty without one. */
  readonly bundle: string
  /** For the plan. */
  readonly rootfs: { readonly fd: number } | { readonly path: string }
  /** The root to look at. */
  readonly rootFd: number
  /** Closes what was opened here. */
  close(): void
}

/**
 * Reads and checks a bundle's specification.
 * @throws CofferdamError `ERR_BUNDLE`, `ERR_INVALID_JSON`, `ERR_INVALID_SPEC`
 */
export function readBundle(bundle: string): PreparedSpec {
  const path = join(bundle, 'config.json')
  try {
    return prepareText(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
    throw new CofferdamError('ERR_BUNDLE', `JSON specification file ${path} not found`, {
      path,
      cause: error,
      hint: 'a bundle is a directory with config.json; cofferdam-runtime spec writes one to start from',
    })
  }
}

/**
 * Reads and checks the specification and opens the root.
 * @throws CofferdamError `ERR_BUNDLE`, `ERR_INVALID_JSON`, `ERR_INVALID_SPEC`, `ERR_ROOTFS_MISSING`
 */
export function openSource(options: CreateOptions): Source {
  const bundle = options.bundle === undefined ? '' : resolve(options.bundle)
  if (options.spec === undefined) return openRootOf(readBundle(bundle), bundle)
  const { rootfs } = options
  if (rootfs === undefined) return openRootOf(prepareSpec(options.spec), bundle)
  const prepared = prepareSpec(options.spec, { mountFd: true })
  return { prepared, bundle, rootfs: { fd: rootfs }, rootFd: rootfs, close() {} }
}

function openRootOf(prepared: PreparedSpec, bundle: string): Source {
  const root = openRoot(bundle === '' ? '/' : bundle, prepared.spec.root?.path ?? '')
  return {
    prepared,
    bundle,
    rootfs: { path: root.path },
    rootFd: root.fd,
    close: () => closeAll([root.fd]),
  }
}
