import { MailType } from "../../protocol/ack.ts"
import { GatewayError } from "../errors.ts"
import type { Device } from "../store/devices.ts"
import type { Store } from "../store/store.ts"
import type { ApiContext } from "./context.ts"

export interface DeviceSettings {
  /** samples a report */
  batch: number
  /** epochs a report */
  interval: number
}

export interface MailboxView {
  waiting: ({ number: number; type: string } & Partial<DeviceSettings>)[]
  expectedEpoch: number | null
  note: string
}

/** A device takes eight with each ack; more than a few wakes' worth is a mistake. */
const MOST_WAITING = 64
const LOOK_BACK = 16

/** Settings for a sleeping device. Throws `E_MAILBOX_FULL`. */
export function configure(store: Store, device: Device, { batch, interval }: DeviceSettings): number {
  if (store.mailbox.above(device, MOST_WAITING).length >= MOST_WAITING)
    throw new GatewayError("E_MAILBOX_FULL", `${MOST_WAITING} messages wait for this device already.`)
  return store.transaction(() => {
    const number = store.mailbox.put(device, MailType.configure, [batch, interval])
    store.devices.save(device)
    return number
  })
}

/** What waits for a device, and until when. */
export function mailboxView(context: Pick<ApiContext, "store" | "schedule" | "clock">, device: Device): MailboxView {
  const waiting = context.store.mailbox.above(device, MOST_WAITING).map(({ number, type, payload }) => {
    if (type !== MailType.configure || !Array.isArray(payload)) return { number, type: `type ${type}` }
    const [batch, interval] = payload as number[]
    return { number, type: "configure", batch: batch!, interval: interval! }
  })
  const expectedEpoch = wakesIn(context, device)
  return { waiting, expectedEpoch, note: noteOf(waiting.length, expectedEpoch) }
}

function noteOf(waiting: number, epoch: number | null): string {
  if (waiting === 0) return "nothing waits"
  return epoch === null ? "waits until the device wakes" : `waits until the device wakes in epoch ${epoch}`
}

/** From the distance of its last reports; a device that is late may come at any time. */
function wakesIn({ store, schedule, clock }: Pick<ApiContext, "store" | "schedule" | "clock">, device: Device) {
  if (device.lastEpoch === 0) return null
  const recent = store.reports.from(device, Math.max(0, device.lastSeq - LOOK_BACK), LOOK_BACK + 1)
  const epochs = [...new Set(recent.map(({ epoch }) => epoch).filter((epoch) => epoch > 0))].sort((a, b) => a - b)
  const steps = epochs.slice(1).map((epoch, i) => epoch - epochs[i]!)
  const interval = steps.length ? Math.min(...steps) : 1
  return Math.max(device.lastEpoch + interval, schedule().epochAt(clock.now()))
}
