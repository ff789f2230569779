/** Version of the monitor's protocol and record, native/include/monitor-protocol.h of `@cofferdam/sys`. */
export const MONITOR_ABI = 1

/** Names in a monitor's directory. */
export const SOCKET = 'monitor.sock'
export const RECORD = 'record'
/** Link to the log's directory, where the log is not this directory itself. */
export const LOG = 'log'

/** What a monitor is made with: descriptors that go along with the message, and the log's settings. */
export interface MonitorConfig {
  readonly directory: number
  readonly log?: {
    readonly directory: number
    /** Number of the next file. */
    readonly number: number
    readonly maxFiles: number
    readonly maxFileSize: number
  }
  /** The launch will open a pseudo-terminal. */
  readonly terminal?: boolean
  /** Write end of standard input, read ends of output and error. */
  readonly standard: readonly (number | undefined)[]
}

/** `struct monitor_config` and its descriptors. */
export function encodeConfig(config: MonitorConfig): { readonly bytes: Buffer; readonly fds: number[] } {
  const fds: number[] = []
  const index = (fd: number | undefined) => (fd === undefined ? -1 : fds.push(fd) - 1)
  const bytes = Buffer.alloc(48)
  bytes.writeUInt32LE(MONITOR_ABI, 0)
  bytes.writeUInt32LE(config.log?.number ?? 0, 4)
  bytes.writeInt32LE(index(config.directory), 8)
  bytes.writeInt32LE(index(config.log?.directory), 12)
  for (let i = 0; i < 3; i++) bytes.writeInt32LE(index(config.standard[i]), 16 + 4 * i)
  bytes.writeUInt32LE(config.log?.maxFiles ?? 0, 28)
  bytes.writeUInt32LE(config.terminal ? 1 : 0, 32)
  bytes.writeBigUInt64LE(BigInt(config.log?.maxFileSize ?? 0), 40)
  return { bytes, fds }
}
