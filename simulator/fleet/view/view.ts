/** What shows a run to a person. */
import type { FleetEvent } from "../fleet.ts"
import type { Snapshot } from "./snapshot.ts"

export interface View {
  /** A sentence that stays readable. */
  notice(text: string): void
  event(event: FleetEvent): void
  /** Called a few times a second. */
  update(snapshot: Snapshot): void
  end(): void
}
