import type { Limits } from "../limits.ts"
import type { Device } from "../store/devices.ts"
import type { CheckedReport, Outcome } from "../store/reports.ts"
import { markUsed } from "../store/request-window.ts"
import type { Store } from "../store/store.ts"

/** What one authentic request changes. */
export interface Entry {
  device: number
  /** issue time of the challenge that the request's session comes from */
  session: number
  request: number
  mailboxCursor: number
  receiptCursor: number
  /** unix ms of arrival */
  gatewayTime: number
  reports: readonly CheckedReport[]
}

interface Waiting {
  entry: Entry
  resolve(outcomes: Outcome[]): void
  reject(error: unknown): void
}

/** Turns of the event loop that a commit waits for company, as long as each turn brings some. */
const PATIENCE = 4

/**
 * Group commit: one transaction, and so one fsync, for all that waits. `commit` resolves only after it, so whatever is
 * said to a device afterwards is true after a power cut too.
 */
export class Committer {
  readonly #store: Store
  readonly #limits: Limits
  #waiting: Waiting[] = []
  #reports = 0
  #turns = 0
  #seen = 0

  constructor(store: Store, limits: Limits) {
    this.#store = store
    this.#limits = limits
  }

  commit(entry: Entry): Promise<Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
      this.#reports += entry.reports.length
      if (this.#waiting.length === 1) setImmediate(() => this.#turn())
    })
  }

  #turn(): void {
    const grew = this.#waiting.length > this.#seen
    this.#seen = this.#waiting.length
    if (grew && ++this.#turns < PATIENCE && this.#reports < this.#limits.commitReports) setImmediate(() => this.#turn())
    else this.flush()
  }

  flush(): void {
    const group = this.#waiting
    this.#waiting = []
    this.#reports = this.#turns = this.#seen = 0
    if (group.length === 0) return
    try {
      const outcomes = this.#store.transaction(() => group.map(({ entry }) => apply(this.#store, entry)))
      for (const [i, { resolve }] of group.entries()) resolve(outcomes[i]!)
    } catch (error) {
      // One entry must not take the others with it.
      if (group.length === 1) group[0]!.reject(error)
      else for (const one of group) this.#alone(one)
    }
  }

  #alone({ entry, resolve, reject }: Waiting): void {
    try {
      resolve(this.#store.transaction(() => apply(this.#store, entry)))
    } catch (error) {
      reject(error)
    }
  }
}

function apply({ devices, reports, mailbox, alarms, losses }: Store, entry: Entry): Outcome[] {
  const device = devices.byId(entry.device) as Device
  const { session, request, mailboxCursor, receiptCursor, gatewayTime } = entry
  if (device.challengeTime === session) {
    markUsed(device, request)
    mailbox.confirm(device, mailboxCursor)
    alarms.cursor(device, receiptCursor, gatewayTime)
    // It may fall: a device that lost receipts asks for them again.
    device.receiptCursor = Math.min(receiptCursor, device.lastSeq)
  }
  device.lastSeen = Math.max(device.lastSeen, gatewayTime)
  // Lowest first: then nearly every report finds its predecessor here.
  const order = entry.reports.map((_, i) => i).sort((a, b) => entry.reports[a]!.seq - entry.reports[b]!.seq)
  const outcomes: Outcome[] = new Array(order.length)
  for (const i of order) {
    outcomes[i] = reports.add(device, entry.reports[i]!, gatewayTime)
    if (outcomes[i] === "stored") alarms.report(device, entry.reports[i]!, gatewayTime)
  }
  losses.settle(device)
  devices.save(device)
  return outcomes
}
