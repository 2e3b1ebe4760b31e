import mqtt, { type MqttClient } from "mqtt"
import { Counter, Gauge } from "prom-client"
import type { AccessLog } from "../api/access/access-log.ts"
import { hex } from "../api/context.ts"
import type { Metrics } from "../api/metrics.ts"
import { type PackContext, packOf } from "../api/pack.ts"
import type { Logger } from "../log.ts"
import type { Clock } from "../ports.ts"
import type { FedReport, Feed } from "../store/feed.ts"
import type { Store } from "../store/store.ts"
import type { MqttTarget } from "./target.ts"

export interface PublisherOptions extends PackContext {
  target: MqttTarget
  store: Pick<Store, "devices" | "settings">
  feed: Feed
  accessLog: Pick<AccessLog, "record">
  metrics: Pick<Metrics, "registry" | "onStored">
  clock: Pick<Clock, "after">
  log: Logger
  /** ms between attempts to reach the broker */
  reconnectMs?: number
}

/** Messages on their way at once; everything behind them waits in the store. */
const WINDOW = 64
const RETRY_MS = 1_000
const CURSOR = "mqtt.cursor"

/**
 * Publishes readings, at least once each: the broker's word for a whole window moves the cursor, which is in the store.
 * So an outage costs no memory and loses nothing, and a store taken back from a backup brings its cursor with it.
 */
export class MqttPublisher {
  readonly #options: PublisherOptions
  readonly #client: MqttClient
  readonly #published: Counter
  readonly #stop: () => void
  readonly #running: Promise<void>
  #wake: () => void = () => {}
  #closed = false

  constructor(options: PublisherOptions) {
    this.#options = options
    const { target, log, metrics, feed, reconnectMs = 1_000 } = options
    const client = mqtt.connect(target.url, { reconnectPeriod: reconnectMs, queueQoSZero: false, clean: true })
    this.#client = client
    client.on("connect", () => {
      log.info({ broker: target.broker }, "MQTT connected")
      this.#wake()
    })
    client.on("offline", () => log.warn({ broker: target.broker }, "MQTT broker out of reach: readings wait"))
    client.on("error", (error) => log.warn({ broker: target.broker, err: error }, "MQTT"))

    const registers = [metrics.registry]
    this.#published = new Counter({
      name: "dormouse_mqtt_published_total",
      help: "Messages the broker took",
      registers,
    })
    new Gauge({
      ...{ name: "dormouse_mqtt_connected", help: "1: the broker is there", registers },
      collect() {
        this.set(client.connected ? 1 : 0)
      },
    })
    const behind = () => feed.last() - this.cursor
    new Gauge({
      ...{ name: "dormouse_mqtt_behind", help: "Reports not published yet", registers },
      collect() {
        this.set(behind())
      },
    })
    this.#stop = metrics.onStored(() => this.#wake())
    this.#running = this.#run()
  }

  /** Number of the last report that the broker has; the first start begins with what comes from then on. */
  get cursor(): number {
    const { store, feed } = this.#options
    return store.settings.getOrMake(CURSOR, () => feed.last())
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    this.#wake()
    // What is on its way comes again after the next start.
    await this.#client.endAsync(true)
    await this.#running
  }

  async #run(): Promise<void> {
    const { feed, store, log } = this.#options
    let cursor = Math.min(this.cursor, feed.last())
    while (!this.#closed) {
      const woken = this.#nextWake()
      const page = this.#client.connected ? feed.after(cursor, WINDOW) : []
      if (page.length === 0) {
        await woken
        continue
      }
      try {
        await this.#publish(page)
        if (this.#closed) return
        cursor = page.at(-1)!.number
        store.settings.set(CURSOR, cursor)
      } catch (error) {
        if (this.#closed) return
        log.warn({ err: error }, "MQTT: these readings are sent again")
        await new Promise<void>((resolve) => this.#options.clock.after(RETRY_MS, resolve))
      }
    }
  }

  #nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #publish(page: readonly FedReport[]): Promise<void> {
    const { store, target, accessLog } = this.#options
    const messages = page.flatMap((report) => {
      const device = store.devices.byId(report.device)
      const pack = device ? packOf(this.#options, device, [report]) : []
      return device && pack.length > 0 ? [{ device: device.address, seq: report.seq, pack }] : []
    })
    const read = { who: "mqtt", source: target.broker, what: "mqtt" as const }
    await accessLog.record(...messages.map(({ device, seq }) => ({ ...read, device, firstSeq: seq, lastSeq: seq })))
    await Promise.all(
      messages.map(async ({ device, pack }) => {
        await this.#client.publishAsync(`${target.topic}/${hex(device)}/readings`, JSON.stringify(pack), { qos: 1 })
        this.#published.inc()
      }),
    )
  }
}
