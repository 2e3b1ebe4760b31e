/** The view without a terminal: a line for what is worth a line, never one a wake. */
import type { FleetEvent } from "../fleet.ts"
import { totalsOf } from "../state.ts"
import type { Snapshot } from "./snapshot.ts"
import { grouped, plural } from "./text.ts"
import type { View } from "./view.ts"

/** Up to so many devices each enrolment has its own line; of more, there is a line for every tenth part. */
const FEW = 20

export function plainView(write: (line: string) => void, deviceCount: number): View {
  let anchors: number | undefined
  let enrolled = 0
  let toldEnrolled = 0
  let toldPending = 0

  function tellEnrolled() {
    if (deviceCount <= FEW || enrolled === toldEnrolled) return
    if (enrolled < deviceCount && enrolled - toldEnrolled < deviceCount / 10) return
    write(`${grouped(enrolled)} of ${grouped(deviceCount)} devices are enrolled`)
    toldEnrolled = enrolled
  }

  function tellWaiting({ devices, approveCommand }: Snapshot) {
    const pending = totalsOf(devices).pending
    if (approveCommand && pending > toldPending)
      write(`${plural(pending, "device")} waiting for approval: ${approveCommand}`)
    toldPending = pending
  }

  function tellAnchor({ devices, summary, anchoredBefore }: Snapshot) {
    if (!summary) return
    const { chain, reports } = summary
    if (anchors !== undefined && chain.anchors > anchors) {
      const { signed, acked, receiptsVerified } = totalsOf(devices)
      write(
        `anchor ${grouped(chain.anchors)} on chain (height ${grouped(chain.height)}): ` +
          `${plural(signed, "report")} signed, ${grouped(acked)} acked, ` +
          `${grouped(reports.anchored - anchoredBefore)} anchored, ${plural(receiptsVerified, "receipt")} verified on devices`,
      )
    }
    anchors = chain.anchors
  }

  return {
    notice: write,
    event: (event: FleetEvent) => {
      const name = event.device.address ?? `device ${event.device.index + 1}`
      if (event.type === "reset") write(`${name} was reset: ${event.why}`)
      if (event.type === "enrolled") {
        enrolled++
        if (deviceCount <= FEW) write(`${name} is enrolled`)
      }
      if (event.type !== "trace") return
      const { trace } = event
      if (trace.e === "refused" && trace.seq > 0) {
        write(`${name}: the gateway refused report ${trace.seq} (reason ${trace.reason})`)
      } else if (trace.e === "receipt" && !trace.ok) {
        write(`${name}: the receipt for report ${trace.seq} does not fit; the device keeps the report`)
      } else if (trace.e === "error") write(`${name}: ${trace.code} ${trace.message}`)
    },
    update: (snapshot) => {
      tellEnrolled()
      tellWaiting(snapshot)
      tellAnchor(snapshot)
    },
    end: () => {},
  }
}
