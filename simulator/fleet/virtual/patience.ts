/**
 * How long other events go on while a device takes in its gateway's answer. In a plain wake that answer is the last that
 * happens: the device notes what it was told and falls asleep, and nobody hears of it until it wakes again. So its turn is
 * collected late, with the times that it really had. Where it turns out to go on after all, it does so that much later.
 */
import type { Scenario } from "../../scenarios/scenario.ts"
import type { DeviceState } from "../state.ts"

/** The time between the wakes of a thousand devices is less than a third of this at epochs of ten minutes (µs). */
const LONGEST_US = 2_000_000
/** Of the time between two samples: no device sleeps so short. */
const PART = 1 / 100
/** Of so many reports the receipts fit in an answer, and the reports in one message. */
const FEW = 4
/** What a gateway refuses has no such length (bytes). */
const LEAST_ANSWER = 32

export function patienceOf({
  epoch,
  groups,
}: Scenario): (device: DeviceState | undefined, answer: Uint8Array) => number | undefined {
  const spacing = Math.min(...groups.map(({ interval, batch }) => (epoch * interval) / batch))
  const patience = Math.min(LONGEST_US, Math.floor(spacing * PART))
  return (device, answer) => (device && answer.length >= LEAST_ANSWER && isPlain(device) ? patience : undefined)
}

/** One message of an enrolled device with next to nothing in its outbox. */
function isPlain({ enrolled, attempts, unreceipted = FEW + 1 }: DeviceState): boolean {
  return enrolled && attempts === 1 && unreceipted <= FEW
}
