import { Counter, Gauge } from "prom-client"
import type { Logger } from "../../log.ts"
import type { FedReport } from "../../store/feed.ts"
import type { Access } from "../access/access-log.ts"
import { type Identity, mayRead } from "../access/identity.ts"
import { type ApiContext, hex } from "../context.ts"
import { packOf } from "../pack.ts"

/** Whoever follows along. */
export interface Subscriber {
  identity: Identity
  source: string
  /** only these, in lower case with 0x; absent: all that the identity may see */
  devices?: ReadonlySet<string> | undefined
  /** false: it did not keep up, and is gone */
  send(message: string): boolean
}

type Context = Pick<ApiContext, "store" | "feed" | "schedule" | "minedEpoch" | "metrics" | "accessLog" | "chain">

/** Reports read from the store at once. */
const PAGE = 256

/**
 * Gives each reading to all who follow, once it is durable. It reads what was committed since it last looked, so a
 * burst of reports costs it no queue: what it has not read yet is in the store.
 */
export class LiveHub {
  readonly #context: Context
  readonly #log: Logger
  readonly #subscribers = new Set<Subscriber>()
  readonly #dropped: Counter
  readonly #stop: () => void
  #cursor = 0
  #running = false
  #again = false

  constructor(context: Context, log: Logger) {
    this.#context = context
    this.#log = log
    const registers = [context.metrics.registry]
    const subscribers = this.#subscribers
    this.#dropped = new Counter({ name: "dormouse_live_dropped_total", help: "Live subscribers too slow", registers })
    new Gauge({
      ...{ name: "dormouse_live_subscribers", help: "Live subscribers", registers },
      collect() {
        this.set(subscribers.size)
      },
    })
    this.#stop = context.metrics.onStored(() => this.#wake())
  }

  get size(): number {
    return this.#subscribers.size
  }

  /** From now on; returns what ends it. */
  add(subscriber: Subscriber): () => void {
    if (this.#subscribers.size === 0 && !this.#running) this.#cursor = this.#context.feed.last()
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  close(): void {
    this.#stop()
    this.#subscribers.clear()
  }

  #wake(): void {
    if (this.#subscribers.size === 0) return
    this.#again = true
    if (this.#running) return
    this.#running = true
    // A turn later: reports of one commit are told of one by one, and are read together.
    setImmediate(() => this.#run().catch((error) => this.#log.error({ err: error }, "live readings were interrupted")))
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && this.#subscribers.size > 0) {
        this.#again = false
        const page = this.#context.feed.after(this.#cursor, PAGE)
        if (page.length === 0) continue
        this.#cursor = page.at(-1)!.number
        this.#again ||= page.length === PAGE
        await this.#give(page)
      }
    } finally {
      this.#running = false
    }
  }

  async #give(page: readonly FedReport[]): Promise<void> {
    const { store, accessLog } = this.#context
    const accesses: Access[] = []
    const deliveries: [Subscriber, string][] = []
    for (const report of page) {
      const { device: id, seq } = report
      const device = store.devices.byId(id)
      if (!device) continue
      const address = hex(device.address)
      const wanting = [...this.#subscribers].filter(({ identity, devices }) => {
        return mayRead(identity, address) && (devices === undefined || devices.has(address))
      })
      if (wanting.length === 0) continue
      const readings = packOf(this.#context, device, [report])
      if (readings.length === 0) continue
      const { epoch, gatewayTime } = report
      const message = JSON.stringify({ device: address, seq, epoch, gatewayTime, readings })
      for (const subscriber of wanting) {
        const { identity, source } = subscriber
        accesses.push({ device: device.address, who: identity.name, source, what: "live", firstSeq: seq, lastSeq: seq })
        deliveries.push([subscriber, message])
      }
    }
    await accessLog.record(...accesses)
    for (const [subscriber, message] of deliveries) {
      if (!this.#subscribers.has(subscriber) || subscriber.send(message)) continue
      this.#subscribers.delete(subscriber)
      this.#dropped.inc()
    }
  }
}
