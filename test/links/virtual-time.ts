/** Time that both ends of a link share, and that goes on only where nobody has anything left to do. */
import type { Timer } from "../../src/device/links/coap-link.ts"

interface Task {
  at: number
  run(): void
}

export class VirtualTime {
  /** µs */
  now = 0
  #tasks: Task[] = []

  /** The gateway's way to wait. */
  after(ms: number, run: () => void): () => void {
    return this.#add(1000 * ms, run)
  }

  /** A device's only alarm. */
  timer(): Timer {
    let cancel = () => {}
    return {
      set: (micros, run) => {
        cancel()
        cancel = this.#add(micros, run)
      },
      clear: () => cancel(),
    }
  }

  /** Lets time go on until `promise` is settled; throws where nothing is left that could settle it. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const done = () => {
      settled = true
    }
    promise.then(done, done)
    for (;;) {
      for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
      if (settled) return promise
      if (!this.#step(Number.POSITIVE_INFINITY)) throw new Error("nothing is left to happen")
    }
  }

  async pass(micros: number): Promise<void> {
    const end = this.now + micros
    do await new Promise((resolve) => setImmediate(resolve))
    while (this.#step(end))
    this.now = end
  }

  #step(end: number): boolean {
    const next = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
    if (!next) return false
    this.#tasks = this.#tasks.filter((task) => task !== next)
    this.now = Math.max(this.now, next.at)
    next.run()
    return true
  }

  #add(micros: number, run: () => void): () => void {
    const task = { at: this.now + micros, run }
    this.#tasks.push(task)
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task)
    }
  }
}
