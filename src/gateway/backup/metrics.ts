import { Gauge, type Registry } from "prom-client"
import type { Store } from "../store/store.ts"

/** What `/metrics` says of restores, and of devices that contradict the chain. */
export function registerMetrics(registry: Registry, store: Store): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `dormouse_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge("incarnation", "Lives of this data: each restore begins one", () => store.incarnations.current.number)
  gauge("losses", "Ranges of reports that a restore lost for good", () => store.losses.count())
  gauge("have_falls", "Devices that held receipts beyond what was left here, once each restore", () =>
    store.alarms.falls(),
  )
  new Gauge({
    name: "dormouse_alarms",
    help: "What devices said that contradicts the chain; a restore may explain it, or nothing does",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      for (const [kind, count] of Object.entries(store.alarms.counts())) this.set({ kind }, count)
    },
  })
}
