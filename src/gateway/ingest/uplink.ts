import { MailType, Refusal, type RefusedReport } from "../../protocol/ack.ts"
import { MAX_BODY } from "../../protocol/coap.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { DOWNLINK_RANDOM_LENGTH, openUplink, parseUplink, sealDownlink } from "../../protocol/envelope.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { GatewayError } from "../errors.ts"
import type { Clock, Random } from "../ports.ts"
import { type Device, Status } from "../store/devices.ts"
import type { CheckedReport } from "../store/reports.ts"
import { isUsed, markUsed } from "../store/request-window.ts"
import type { Store } from "../store/store.ts"
import type { Acks } from "./acks.ts"
import type { Admission } from "./admission.ts"
import type { Committer, Entry } from "./committer.ts"
import type { Lane } from "./lanes.ts"
import type { Meter } from "./meter.ts"
import type { Patience } from "./patience.ts"
import type { Session, Sessions } from "./sessions.ts"
import { paceOf, type Slots } from "./slots.ts"
import { headOf, type Verdict } from "./verifier.ts"
import type { VerifyQueue } from "./verify-queue.ts"

export interface UplinksOptions {
  crypto: Crypto
  clock: Clock
  random: Random
  store: Store
  sessions: Sessions
  admission: Pick<Admission, "enter" | "retryAfter">
  verification: Pick<VerifyQueue, "check">
  committer: Pick<Committer, "commit">
  acks: Acks
  patience: Pick<Patience, "approval">
  meter: Meter
  /** asked each time: a period may be added while the gateway runs */
  schedule(): EpochSchedule
  slots: Slots
  chain: { chainId: number; registry: Uint8Array }
}

/** A device whose clock runs ahead may name the next epoch so long before it begins. */
const EARLY_MS = 2_000
const EARLY_PART = 0.2

interface Claimed {
  bytes: Uint8Array
  /** undefined: the report does not begin as one */
  head: { seq: number; epoch: number } | undefined
}

/** So high that it passes for a first seq with any receipt lag; what is under it is never kept. */
const UNREADABLE = Number.MAX_SAFE_INTEGER

function claimOf(bytes: Uint8Array): Claimed {
  try {
    return { bytes, head: headOf(bytes) }
  } catch {
    return { bytes, head: undefined }
  }
}

/** The reports of one request that wait in one lane. */
interface Part {
  lane: Lane
  seqs: number[]
  reports: Uint8Array[]
}

/** Live is what names the current epoch, and the newest of a request: what a user sees of the device right now. */
function partsOf(claims: readonly Claimed[], epoch: number): Part[] {
  const live: Part = { lane: "live", seqs: [], reports: [] }
  const backlog: Part = { lane: "backlog", seqs: [], reports: [] }
  const newest = claims.reduce((most, { head }) => Math.max(most, head!.seq), 0)
  for (const { bytes, head } of claims) {
    const part = head!.seq === newest || head!.epoch >= epoch ? live : backlog
    part.seqs.push(head!.seq)
    part.reports.push(bytes)
  }
  return backlog.reports.length > 0 ? [live, backlog] : [live]
}

/** What an authentic request tells besides its reports. */
type Told = Omit<Entry, "reports">

/** Envelopes in, acks out: nothing is acknowledged that is not on disk. */
export class Uplinks {
  readonly #options: UplinksOptions

  constructor(options: UplinksOptions) {
    this.#options = options
  }

  /** The answer to one envelope. Throws what is wrong with it; nothing has changed then. */
  async receive(body: Uint8Array): Promise<Uint8Array> {
    const { crypto, clock, store, sessions, acks, patience, meter, schedule } = this.#options
    const gatewayTime = clock.now()
    const sealed = parseUplink(body)
    const { id, request } = sealed
    const device = store.devices.byId(id)
    if (!device) throw new GatewayError("E_DEVICE_UNKNOWN", `Device ${id} is not enrolled here: send a hello.`)
    if (isUsed(device, request)) throw new GatewayError("E_REPLAY", `Request ${request} of device ${id} was seen.`)
    const session = sessions.of(device)
    const firstSeq = (report: Uint8Array) => claimOf(report).head?.seq ?? UNREADABLE
    const { reports, mailboxCursor, receiptCursor } = openUplink(crypto, session, sealed, firstSeq)
    const claims = reports.map(claimOf)
    // From here on the request is authentic. In memory it counts as used at once; on disk with what it brings.
    markUsed(device, request)
    // Who sends a long body can take a long one.
    const room = Math.max(MAX_BODY, body.length)
    // Drawn in the order of arrival, not of completion: a simulation must not depend on which thread is faster.
    const random = this.#options.random(DOWNLINK_RANDOM_LENGTH)
    const answer = (refused: RefusedReport[], retryAfter = 0) =>
      sealDownlink(
        ...([crypto, session, id, request, random] as const),
        // asked again: a failed commit makes the store forget the object it had
        acks.encode(store.devices.byId(id)!, refused, retryAfter, false, room),
      )

    if (claims.some(({ head }) => head === undefined)) {
      meter.refused("E_MESSAGE")
      return answer([{ seq: 0, reason: Refusal.malformed }])
    }
    if (device.status !== Status.approved) return answer([acks.standing(device)!], patience.approval(device))

    this.#place(device, request, gatewayTime, claims)
    const told = { device: id, session: device.challengeTime, request, mailboxCursor, receiptCursor, gatewayTime }
    const parts = partsOf(claims, schedule().epochAt(gatewayTime))
    const refused = await Promise.all(parts.map((part) => this.#take(device, session, told, part)))
    const full = refused.some((some) => some === undefined)
    const ack = answer(
      refused.flatMap((some, i) => some ?? parts[i]!.seqs.map((seq) => ({ seq, reason: Refusal.later }))),
      full ? this.#options.admission.retryAfter() : 0,
    )
    if (!full) meter.acked(clock.now() - gatewayTime)
    return ack
  }

  /** Where this request shows that the device's slot collides with another's, its mailbox gets a better one. */
  #place(device: Device, request: number, at: number, claims: readonly Claimed[]): void {
    const { slots, store, meter, schedule } = this.#options
    const pace = () => claims[0] && paceOf(claims[0].bytes, schedule())
    const place = slots.arrived({ device: device.id, request, at, pace })
    if (place === undefined) return
    store.transaction(() => {
      store.mailbox.put(device, MailType.slot, [place])
      store.devices.save(device)
    })
    meter.moved()
  }

  /** Verifies and commits; what was refused of it. `undefined`: there is no room, and all of it must come later. */
  async #take(device: Device, session: Session, told: Told, part: Part): Promise<RefusedReport[] | undefined> {
    const { admission, verification, committer, meter, chain, store } = this.#options
    const { lane, reports } = part
    const leave = admission.enter(lane, reports.length)
    if (!leave) return undefined
    try {
      const job = { context: { ...chain, device: device.address }, publicKey: session.publicKey, reports }
      const verdicts = reports.length > 0 ? await verification.check(lane, device.id, job) : []
      const { accepted, refused } = this.#sort(verdicts)
      const outcomes = await committer.commit({ ...told, reports: accepted })
      for (const outcome of outcomes) meter.report(outcome)
      for (const { seq } of refused) store.alarms.refused(device.id, seq)
      return refused
    } finally {
      leave()
    }
  }

  #sort(verdicts: readonly Verdict[]): { accepted: CheckedReport[]; refused: RefusedReport[] } {
    const accepted: CheckedReport[] = []
    const refused: RefusedReport[] = []
    const latest = this.#latestEpoch()
    for (const verdict of verdicts) {
      if ("report" in verdict && verdict.report.epoch <= latest) accepted.push(verdict.report)
      else {
        const { seq, reason, code } =
          "rejection" in verdict
            ? verdict.rejection
            : { seq: verdict.report.seq, reason: Refusal.futureEpoch, code: "E_FUTURE_EPOCH" }
        this.#options.meter.refused(code)
        refused.push({ seq, reason })
      }
    }
    return { accepted, refused }
  }

  #latestEpoch(): number {
    const schedule = this.#options.schedule()
    const now = this.#options.clock.now()
    const length = schedule.lengthOf(schedule.epochAt(now))
    return schedule.epochAt(now + Math.min(EARLY_MS, EARLY_PART * length))
  }
}
