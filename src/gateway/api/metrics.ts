import { Counter, Gauge, Histogram, Registry } from "prom-client"
import type { LinkName } from "../../protocol/link-message.ts"
import type { LinkMeter } from "../bridges/bridge.ts"
import type { Meter } from "../ingest/meter.ts"
import { linkMetrics } from "./link-metrics.ts"

/** What is read only when somebody asks. */
export interface Gauges {
  queued(): number
  height(): number
  anchors(): number
  epoch(): number
  devices(): { status: string; count: number }[]
}

export interface Metrics extends Meter {
  /** what a bridge counts with */
  link(link: LinkName): LinkMeter
  /** where other rooms register theirs */
  readonly registry: Registry
  text(): Promise<string>
  contentType: string
  /** Reports that arrived again, since the start. */
  readonly repeats: number
  /** Reports between decryption and commit. */
  queued(): number
  /** when (`performance.now`) the latest fault of our own happened, and the latest new report was stored; 0: never */
  readonly lastFault: number
  readonly lastStored: number
  /** Calls `listener` after each new report, when it is durable; returns what ends it. */
  onStored(listener: () => void): () => void
}

/** Prometheus metrics of one gateway. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `dormouse_${name}`, help, labelNames, registers: [registry] })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `dormouse_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })

  const reports = counter("reports_total", "Reports in authentic requests, by outcome", "outcome")
  const refused = counter("reports_refused_total", "Reports refused in authentic requests, by error", "code")
  const dropped = counter("dropped_total", "Messages without effect, by error", "code")
  const acks = counter("acks_total", "Acks sent")
  const hellos = counter("hellos_total", "Hellos accepted")
  const moves = counter("slots_assigned_total", "Devices given another slot, as theirs collided")
  const latency = new Histogram({
    name: "dormouse_ack_seconds",
    help: "From a request's arrival to its ack",
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [registry],
  })
  gauge("queue_reports", "Reports between decryption and commit", gauges.queued)
  gauge("chain_height", "Number of the chain's latest block", gauges.height)
  gauge("anchors", "Anchors that the chain holds", gauges.anchors)
  gauge("epoch", "Current epoch", gauges.epoch)
  new Gauge({
    name: "dormouse_devices",
    help: "Devices, by status",
    labelNames: ["status"],
    registers: [registry],
    collect() {
      for (const { status, count } of gauges.devices()) this.set({ status }, count)
    },
  })

  const onDropped = (code: string) => {
    if (code === "E_INTERNAL") lastFault = performance.now()
    dropped.inc({ code })
  }
  let [repeats, lastFault, lastStored] = [0, 0, 0]
  const listeners = new Set<() => void>()
  return {
    registry,
    queued: gauges.queued,
    onStored(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dropped: onDropped,
    link: linkMetrics(registry, onDropped),
    refused: (code) => refused.inc({ code }),
    report(outcome) {
      if (outcome === "repeat") repeats++
      reports.inc({ outcome })
      if (outcome !== "stored") return
      lastStored = performance.now()
      for (const listener of listeners) listener()
    },
    acked(latencyMs) {
      acks.inc()
      latency.observe(latencyMs / 1000)
    },
    hello: () => hellos.inc(),
    moved: () => moves.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    get repeats() {
      return repeats
    },
    get lastFault() {
      return lastFault
    },
    get lastStored() {
      return lastStored
    },
  }
}
