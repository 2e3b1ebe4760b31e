/** When a run in virtual time is over: all is in, or nothing can change any more. Waiting costs nothing but wakes. */
import { MOST_AHEAD } from "../../../src/device/exchange.ts"
import { endOf, type Fault, type Scenario } from "../../scenarios/scenario.ts"
import { EPOCHS_FOR_RECEIPTS, type Verdict } from "../run-end.ts"
import { type DeviceState, isDone } from "../state.ts"

export class Drain {
  readonly #patience: number
  #progress = 0
  /** the fleet may stand still until then, and for as long as it takes a report to wait for its epoch */
  #still: number

  constructor(scenario: Scenario) {
    const { epoch, groups, faults } = scenario
    const interval = Math.max(...groups.map((group) => group.interval))
    this.#patience = (MOST_AHEAD * interval + EPOCHS_FOR_RECEIPTS) * epoch
    this.#still = Math.max(endOf(scenario), ...faults.map((fault) => overAt(fault, endOf(scenario))))
  }

  /** Ask it now and then; `now`: scheduler's µs. */
  check(devices: readonly DeviceState[], now: number): Verdict {
    if (devices.every(isDone)) return "done"
    const progress = devices.reduce(
      (sum, { samples, acked, receipts }) => sum + samples + acked.size + receipts.size,
      0,
    )
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#still = Math.max(this.#still, now)
    }
    return now > this.#still + this.#patience ? "late" : "running"
  }
}

/** When what a fault of the scenario's days did is over. A gateway whose clock is set back waits until it gets there. */
function overAt(fault: Fault, end: number): number {
  const last = "every" in fault && fault.every !== undefined ? (fault.until ?? end) : (fault.at ?? end)
  if (last > end) return end
  const lasts = "for" in fault && fault.kind !== "cloned" ? fault.for : 0
  return last + lasts + (fault.kind === "gateway-time" ? Math.max(0, fault.by) : 0)
}
