import type { SeccompProfile } from '@cofferdam/security'

/** The part of an OCI runtime configuration (config.md, config-linux.md) that bundle/config.json uses. */
export interface Config {
  ociVersion: string
  process: {
    args: string[]
    env: string[]
    cwd: string
    capabilities: { bounding: string[]; effective: string[]; permitted: string[] }
    rlimits: { type: string; soft: number; hard: number }[]
    noNewPrivileges: boolean
  }
  root: { path: string; readonly: boolean }
  hostname: string
  mounts: { destination: string; type: string; source: string; options: string[] }[]
  linux: {
    seccomp: SeccompProfile
    namespaces: { type: string }[]
    resources?: object
    maskedPaths: string[]
    readonlyPaths: string[]
  }
}
