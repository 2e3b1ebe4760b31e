/** Ctrl-C: once asks the run to end, twice ends it at once. */

export interface StopSignal {
  /** Resolves at the first signal. */
  asked: Promise<void>
  /** Gives the signals back. */
  dispose(): void
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** `atOnce` cleans up what must not outlive this process, synchronously. */
export function stopSignal(atOnce: () => void, exit: (code: number) => void = process.exit): StopSignal {
  let signals = 0
  let resolve: () => void = () => {}
  const asked = new Promise<void>((done) => {
    resolve = done
  })
  const heard = () => {
    resolve()
    if (++signals < 2) return
    atOnce()
    exit(130)
  }
  for (const signal of SIGNALS) process.on(signal, heard)
  return {
    asked,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, heard)
    },
  }
}
