import { setTimeout as sleep } from "node:timers/promises"
import { joinSigned } from "../../../protocol/index.ts"
import type { TestDevice } from "./device.ts"

/** Signs and sends without pause; what is not acked goes again in a later request. */
export class Load {
  readonly device: TestDevice
  /** seqs that an ack called durable */
  readonly acked = new Set<number>()
  readonly #pause: number
  #running = true
  readonly #ended: Promise<void>

  constructor(device: TestDevice, pause = 5) {
    this.device = device
    this.#pause = pause
    this.#ended = this.#run()
  }

  /** Ends when everything is acked. */
  async stop(): Promise<void> {
    this.#running = false
    await this.#ended
  }

  /** The bytes that went out under this seq. */
  report(seq: number): Uint8Array {
    return joinSigned(this.device.reports.get(seq)!)
  }

  async #run(): Promise<void> {
    while (this.#running || this.#unacked().length > 0) {
      if (this.#running && this.#unacked().length < 4) this.device.sign(0, { at: [1, this.device.seq] })
      const seqs = this.#unacked().slice(0, 4).reverse()
      const ack = await this.device.send(...seqs.map((seq) => this.report(seq))).catch(() => undefined)
      if (ack) {
        const refused = new Set(ack.refused.map(({ seq }) => seq))
        if (!refused.has(0)) for (const seq of seqs) if (!refused.has(seq)) this.acked.add(seq)
      }
      // About as fast as the gateway takes them without being overrun.
      await sleep(ack ? this.#pause : 50)
    }
  }

  #unacked(): number[] {
    return [...this.device.reports.keys()].filter((seq) => !this.acked.has(seq))
  }
}
