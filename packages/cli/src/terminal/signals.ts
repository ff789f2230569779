/** The signals that `cofferdam run` passes on to its container. */
export const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** Calls `deliver` for each signal of this process that a container should get, until disposed. */
export function forwardSignals(deliver: (signal: (typeof forwarded)[number]) => void): Disposable {
  const listeners = forwarded.map((signal) => [signal, () => deliver(signal)] as const)
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) process.off(signal, listener)
    },
  }
}
