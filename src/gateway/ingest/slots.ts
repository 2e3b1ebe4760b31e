/**
 * Devices whose slots collide lose what they send first, wake after wake. A request number shows it: what is missing
 * before it was sent and did not arrive. The gateway then gives one of the two the emptiest place (docs/protocol.md §9).
 *
 * What is known of each device is a few numbers in memory; a restart begins anew.
 */
import { splitSigned } from "../../protocol/cose.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { decodeReport, Kind, TICK_MS } from "../../protocol/report.ts"
import { type Pace, SLOT_PARTS } from "../../protocol/slots.ts"

/** A device that lost its first attempt in so many of its last so many wakes is in somebody's way, if somebody is near. */
const LOST = 3
const WAKES = 5
/** Slots nearer than this may collide: what the first attempts of a wake take (ms). */
const NEAR = 250
/** Requests further apart than this belong to two wakes (ms, or a part of an epoch where that is less). */
const QUIET = 10_000
const QUIET_PART = 1 / 4
/** More numbers than this are missing after a reset, which skips a block of them. */
const MOST_HOLES = 16
/** Wakes after a move in which the device is left alone. */
const PAUSE = 24
/** Places that are looked at: from 0.05 to 0.85 of the time between two samples, as devices choose their own. */
const PLACES = 128
const MOST_DEVICES = 65_536

interface Seen {
  /** highest request number, and when it came, unix ms */
  request: number
  at: number
  /** where in an epoch its first attempts arrive, ms; -1: none has yet */
  phase: number
  /** the last wakes, newest in the lowest bit: 1 where a first attempt was lost */
  wakes: number
  /** wakes until it may be moved */
  pause: number
}

export interface Arrival {
  device: number
  request: number
  /** unix ms */
  at: number
  /** how the device measures; asked only where it is to be moved; `undefined`: its reports do not tell */
  pace(): Pace | undefined
}

export class Slots {
  readonly #schedule: () => EpochSchedule
  /** in the order of their last requests */
  readonly #seen = new Map<number, Seen>()

  constructor(schedule: () => EpochSchedule) {
    this.#schedule = schedule
  }

  /** Takes note of a request; the place to assign to its device, in parts of 65,536, where it should move. */
  arrived({ device, request, at, pace }: Arrival): number | undefined {
    const schedule = this.#schedule()
    const epoch = schedule.epochAt(at)
    const length = schedule.lengthOf(epoch)
    const before = this.#seen.get(device)
    this.#seen.delete(device)
    const seen = before ?? { request, at, phase: -1, wakes: 0, pause: WAKES }
    this.#seen.set(device, seen)
    if (this.#seen.size > MOST_DEVICES) for (const oldest of this.#seen.keys()) return void this.#seen.delete(oldest)
    if (!before) return undefined

    const holes = request - before.request - 1
    const newWake = at - before.at > Math.min(QUIET, length * QUIET_PART)
    seen.request = Math.max(request, before.request)
    seen.at = at
    if (!newWake || holes < 0 || holes > MOST_HOLES) return undefined
    seen.wakes = ((seen.wakes << 1) | (holes > 0 ? 1 : 0)) & (2 ** WAKES - 1)
    seen.pause = Math.max(0, seen.pause - 1)
    if (holes === 0) seen.phase = at - schedule.startOf(epoch)
    if (seen.pause > 0 || bits(seen.wakes) < LOST) return undefined
    return this.#move(device, seen, length, pace())
  }

  #move(device: number, seen: Seen, length: number, pace: Pace | undefined): number | undefined {
    if (!pace || seen.phase < 0) return undefined
    const others = [...this.#seen].filter(([id, { phase }]) => id !== device && phase >= 0)
    const phases = others.map(([, { phase }]) => phase)
    const distance = (phase: number) => Math.min(length / 2, ...phases.map((other) => apart(phase, other, length)))
    const now = distance(seen.phase)
    if (now > NEAR) return undefined
    const spacing = (length * pace.interval) / pace.batch
    let [best, room] = [0, now]
    for (let i = 0; i < PLACES; i++) {
      const place = 0.05 + (0.8 * (i + 0.5)) / PLACES
      const free = distance(((pace.batch - 1 + place) * spacing) % length)
      if (free > room) [best, room] = [place, free]
    }
    if (room < 2 * now || best === 0) return undefined
    // Whoever it collided with has room now.
    for (const [, other] of others) if (apart(other.phase, seen.phase, length) <= NEAR) other.wakes = 0
    seen.phase = ((pace.batch - 1 + best) * spacing) % length
    seen.wakes = 0
    seen.pause = PAUSE
    return Math.round(best * SLOT_PARTS)
  }
}

/** Of two moments in epochs of this length, the shorter way round. */
function apart(a: number, b: number, length: number): number {
  const way = Math.abs(a - b) % length
  return Math.min(way, length - way)
}

function bits(mask: number): number {
  let count = 0
  for (let rest = mask; rest > 0; rest >>= 1) count += rest & 1
  return count
}

/** How a device measures, as its newest report tells: samples, and their distance. One sample: a report each epoch. */
export function paceOf(bytes: Uint8Array, schedule: EpochSchedule): Pace | undefined {
  const report = decodeReport(splitSigned(bytes).payload)
  if (report.kind !== Kind.samples) return undefined
  const { step, samples, epoch } = report
  const batch = samples.length
  if (batch === 1) return { batch, interval: 1 }
  const mean = Array.isArray(step) ? step.reduce((sum, ticks) => sum + ticks, 0) / step.length : (step as number)
  const interval = Math.round((mean * TICK_MS * batch) / schedule.lengthOf(epoch))
  return interval > 0 ? { batch, interval } : undefined
}
