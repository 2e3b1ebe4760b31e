/** The operator of a simulation: approves the fleet's own devices on chain as they ask. */
import type { Scheduler } from "./scheduler.ts"

/** Devices ask in bursts: one transaction after another for all that asked meanwhile. */
const GATHER_US = 200_000
const RETRY_US = 2_000_000

export type Approve = (addresses: string[]) => Promise<unknown>

export class Operator {
  readonly #scheduler: Scheduler
  readonly #approve: Approve
  readonly #onError: (error: unknown) => void
  readonly #waiting = new Set<string>()
  #busy = false
  #stopped = false

  readonly #gather: number

  /** `gather`: how long to wait for others that ask (µs). */
  constructor(scheduler: Scheduler, approve: Approve, onError: (error: unknown) => void, gather = GATHER_US) {
    this.#gather = gather
    this.#scheduler = scheduler
    this.#approve = approve
    this.#onError = onError
  }

  ask(address: string): void {
    this.#waiting.add(address)
    this.#soon(this.#gather)
  }

  stop(): void {
    this.#stopped = true
  }

  #soon(wait: number): void {
    if (this.#busy || this.#stopped) return
    this.#busy = true
    this.#scheduler.at(this.#scheduler.now() + wait, () => this.#approveAll())
  }

  async #approveAll(): Promise<void> {
    const addresses = [...this.#waiting]
    this.#waiting.clear()
    let wait = this.#gather
    try {
      if (!this.#stopped) await this.#approve(addresses)
    } catch (error) {
      for (const address of addresses) this.#waiting.add(address)
      wait = RETRY_US
      if (!this.#stopped) this.#onError(error)
    }
    this.#busy = false
    if (this.#waiting.size > 0) this.#soon(wait)
  }
}
