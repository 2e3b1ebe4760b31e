/**
 * One wake, from boot to deep sleep. Every step may be the last (power fails, the gateway is away): what the next
 * wake needs is in flash before anything is sent.
 */
import { toHex } from "../protocol/bytes.ts"
import { nextInstant } from "../protocol/slots.ts"
import { Device } from "./device.ts"
import { enrol } from "./enrol.ts"
import { exchange } from "./exchange.ts"
import type { Board, Link } from "./ports.ts"
import { makeRoomAhead, signLosses, signPending, signStatusIfDue, takeSample } from "./reporter.ts"
import { nextPoll, nextWindow, spacing } from "./slots.ts"

/** A timer that rings this little early still means its instant (µs). */
const TOLERANCE = 20_000
/** Whatever the clock is worth, a guard takes no more of the time between two samples. */
const WIDEST_PART = 1 / 8
/** A call waits for a free channel, and for the frame that the coordinator is sending (µs). */
const CALL_LATE = 8_000
/** After so many exchanges in a row without an answer nobody is there to call (µs of radio saved, nothing else). */
const MISSES_BEFORE_SILENCE = 3
/** What takes longer from boot to radio is no habit (µs). */
const LONGEST_LEAD = 5_000_000
/** Without a gateway: first wait, doubled at each miss, up to an hour (µs); what chance leaves of it is half at least. */
const FIRST_BACKOFF = 1_000_000
const LONGEST_BACKOFF = 3_600_000_000

export async function wake(board: Board): Promise<void> {
  try {
    await live(board)
  } catch (error) {
    // Without flash no number can be reserved and no sample kept: whoever reads the console is told so once an hour.
    const { code, message } = error as { code?: string; message: string }
    if (code !== "E_FLASH_WORN" && code !== "E_FLASH_SIZE") throw error
    board.trace({ e: "error", code, message })
    board.power.sleep(board.clock.now() + LONGEST_BACKOFF)
  }
}

async function live(board: Board): Promise<void> {
  const device = Device.restore(board)
  if (!device) {
    board.trace({ e: "error", code: "E_NOT_PROVISIONED", message: "This board has no provisioning record yet." })
    board.power.sleep(board.clock.now() + LONGEST_BACKOFF)
    return
  }
  const { plan, identity } = device
  board.trace({ e: "boot", reason: board.power.reason, boot: plan.boots, address: `0x${toHex(identity.address)}` })
  const until = await run(device)
  device.suspend()
  board.power.sleep(until)
}

/** Does what is due; returns when to wake next (oscillator µs). */
async function run(device: Device): Promise<number> {
  const measured = device.plan.due !== 0 && device.now >= device.plan.due - TOLERANCE
  signLosses(device)
  const inSlot = measured && device.plan.dueLast && device.plan.slot !== 0
  const signed = measured && measure(device)
  if (signed || radioDue(device)) await talk(device, inSlot)
  if (signed) signStatusIfDue(device)
  if (measured && !device.plan.exhausted) makeRoomAhead(device)
  return planNext(device, measured)
}

/** Takes the sample that is due, signs if a report is complete. Returns whether there is a fresh report. */
function measure(device: Device): boolean {
  const { plan, outbox, settings } = device
  plan.exhausted = !takeSample(device)
  const complete = plan.dueLast || outbox.pending >= settings.batch || plan.exhausted
  if (!complete || outbox.pending === 0) return false
  signPending(device)
  return true
}

/** Whether the radio must go on although nothing fresh was signed. */
function radioDue(device: Device): boolean {
  const { plan, sessions, clock } = device
  if (device.now < plan.pollAt - TOLERANCE) return false
  if (!sessions.session?.approved || !clock.known) return true
  return plan.exhausted && outstanding(device)
}

async function talk(device: Device, inSlot: boolean): Promise<void> {
  const { board, sessions, plan } = device
  const link: Link = board.openLink(plan.link)
  board.trace({ e: "radio", on: true })
  let answered = false
  const mustWait = (link.idleUntil ?? 0) > device.now
  try {
    await link.ready?.()
    if (inSlot) await awaitCall(device, link)
    // A board's stack is short, and the exchange goes deep: here it begins on an empty one.
    await undefined
    if (sessions.session) answered = await exchange(device, link)
    if (!sessions.session && !mustWait) answered = await enrol(device, link)
  } catch (error) {
    // Whatever the air brought is no reason to lose a wake: the reports are in flash.
    const { code = "E_DEVICE", message } = error as { code?: string; message: string }
    board.trace({ e: "error", code, message })
  } finally {
    plan.link = link.remember?.() ?? plan.link
    link.close()
    board.trace({ e: "radio", on: false })
  }
  if (link.quality) board.trace({ e: "quality", link: link.name, ...link.quality })
  // That the link had used up its air says nothing of the gateway.
  if (!mustWait) plan.misses = answered ? 0 : plan.misses + 1
  plan.pollAt = Math.max(answered ? plan.pollAt : 0, device.now + backoff(device), link.idleUntil ?? 0)
}

/**
 * The device is in its slot: learns how long it took to get there, and on a link with a coordinator listens for its call.
 * Whether that comes or not, it sends: delivery never hangs on time.
 */
async function awaitCall(device: Device, link: Link): Promise<void> {
  const { board, plan } = device
  const took = Math.min(LONGEST_LEAD, device.now - plan.due)
  plan.lead = Math.round(took > plan.lead ? took : plan.lead - (plan.lead - took) / 8)
  if (!link.listen || plan.misses >= MISSES_BEFORE_SILENCE) return
  const began = device.now
  const micros = plan.slot + plan.guard + CALL_LATE - began
  const at = device.clock.unixMs(plan.slot)
  const heard = micros > 0 && (await link.listen(micros))
  if (heard) device.clock.called(device.now, at)
  plan.uncalled = heard ? 0 : plan.uncalled + 1
  board.trace({ e: "slot", heard, waited: device.now - began })
}

/** `measured`: the planned sample was taken; one that fell due meanwhile is taken at once, late. */
function planNext(device: Device, measured: boolean): number {
  const { plan, sessions, clock, now } = device
  const { schedule } = clock
  if (!sessions.session?.approved || !schedule) return asleep(device, plan.pollAt)
  if (!clock.known) {
    // Enrolled, but the time is lost and the gateway away: measure on, by the oscillator alone.
    const step = 1000 * spacing(schedule, schedule.periods[0]!.start, device.settings)
    if (measured || plan.due === 0) plan.due = Math.round(now + step)
    plan.dueLast = false
    plan.slot = 0
    return asleep(device, Math.min(plan.due, plan.pollAt))
  }
  const unix = clock.unixMs(now)
  if (plan.exhausted) {
    const step = schedule.lengthOf(schedule.epochAt(unix))
    plan.due = clock.local(nextPoll(schedule, unix + pause(device, step), device.slot))
    plan.dueLast = false
    plan.slot = 0
    plan.pollAt = plan.due
    return asleep(device, plan.due)
  }
  if (measured || plan.due === 0) {
    // The first report of a device begins with an interval of epochs; later ones go on where they were.
    const first = plan.due === 0 && device.outbox.pending === 0 && plan.boots === 1
    const step = spacing(schedule, unix, device.settings)
    // The wake began before its slot, and an ack may have moved the clock: the instant just taken must not come again.
    const slot = Math.min(plan.slot, now + plan.guard)
    const taken = plan.slot === 0 ? 0 : clock.unixMs(slot) + step / 2
    const after = first ? nextWindow(schedule, unix, device.settings) - 1 : Math.max(unix + pause(device, step), taken)
    const { at, last } = nextInstant(schedule, after, device.slot, device.settings)
    plan.slot = clock.local(at)
    plan.guard = Math.min(clock.guard(plan.slot, plan.misses + plan.uncalled), Math.round(step * 1000 * WIDEST_PART))
    plan.due = Math.max(now, plan.slot - plan.guard - plan.lead)
    plan.dueLast = last
  }
  return asleep(device, plan.due)
}

/**
 * ms after which the next instant may come. Where the gateway's clock stands still or falls back wake after wake, the
 * same instants lie ahead again each time: then it is a whole step, else a device would wake more often than ever.
 */
function pause({ clock }: Device, step: number): number {
  return clock.setBack > step / 2 ? step : 0
}

function asleep(device: Device, until: number): number {
  const { clock, board, outbox, receiptCursor, acked, receipted, plan } = device
  const unreceipted = outbox.count(receiptCursor, (seq) => !receipted.has(seq))
  const unsent = outbox.count(receiptCursor, (seq) => !acked.has(seq))
  const slotted = clock.known && plan.slot !== 0
  board.trace({
    e: "asleep",
    untilEpoch: clock.known ? clock.schedule!.epochAt(clock.unixMs(slotted ? plan.slot : until)) : 0,
    unsent,
    unreceipted,
    pending: outbox.pending,
    misses: plan.misses,
    slotAt: slotted ? Math.round(clock.unixMs(plan.slot)) : 0,
    guard: slotted ? plan.guard : 0,
  })
  return until
}

function outstanding(device: Device): boolean {
  for (const { seq } of device.outbox.reports(device.receiptCursor)) if (!device.receipted.has(seq)) return true
  return false
}

/** Devices that lost their gateway at one instant must not come back at one. */
function backoff({ board, plan: { misses } }: Device): number {
  const most = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** misses)
  return misses === 0 ? most : Math.round((most * (1 + board.entropy.random(1)[0]! / 255)) / 2)
}
