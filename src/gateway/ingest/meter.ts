import type { Outcome } from "../store/reports.ts"

/** Where the rooms count what they did; `api/metrics.ts` makes it visible. */
export interface Meter {
  /** a message that had no effect, by error code */
  dropped(code: string): void
  /** a report refused inside an authentic request, by error code */
  refused(code: string): void
  report(outcome: Outcome): void
  acked(latencyMs: number): void
  hello(): void
  /** a device was given another slot */
  moved(): void
}

export const noMeter: Meter = { dropped() {}, refused() {}, report() {}, acked() {}, hello() {}, moved() {} }
