import { Refusal, type RefusedReport } from "../../protocol/ack.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { DOWNLINK_RANDOM_LENGTH, openUplink, parseUplink, sealDownlink } from "../../protocol/envelope.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { GatewayError } from "../errors.ts"
import type { Limits } from "../limits.ts"
import type { Clock, Random } from "../ports.ts"
import { Status } from "../store/devices.ts"
import type { CheckedReport } from "../store/reports.ts"
import { isUsed, markUsed } from "../store/request-window.ts"
import type { Store } from "../store/store.ts"
import type { Acks } from "./acks.ts"
import type { Committer } from "./committer.ts"
import type { Meter } from "./meter.ts"
import type { Sessions } from "./sessions.ts"
import { seqOf, type Verdict, type Verifier } from "./verifier.ts"

export interface UplinksOptions {
  crypto: Crypto
  clock: Clock
  random: Random
  limits: Limits
  store: Store
  sessions: Sessions
  verifier: Verifier
  committer: Committer
  acks: Acks
  meter: Meter
  /** asked each time: a period may be added while the gateway runs */
  schedule(): EpochSchedule
  chain: { chainId: number; registry: Uint8Array }
}

/** A device whose clock runs ahead may name the next epoch so long before it begins. */
const EARLY_MS = 2_000
const EARLY_PART = 0.2

const UNREADABLE = Number.MAX_SAFE_INTEGER

/** So high that it passes for a first seq with any receipt lag; what is under it is never kept. */
function readableSeq(report: Uint8Array): number {
  try {
    return seqOf(report)
  } catch {
    return UNREADABLE
  }
}

/** Envelopes in, acks out: nothing is acknowledged that is not on disk. */
export class Uplinks {
  readonly #options: UplinksOptions
  #queued = 0

  constructor(options: UplinksOptions) {
    this.#options = options
  }

  /** Reports between decryption and commit. */
  get queued(): number {
    return this.#queued
  }

  /** The answer to one envelope. Throws what is wrong with it; nothing has changed then. */
  async receive(body: Uint8Array): Promise<Uint8Array> {
    const { crypto, clock, store, sessions, limits, verifier, committer, acks, meter } = this.#options
    const gatewayTime = clock.now()
    const sealed = parseUplink(body)
    const { id, request } = sealed
    const device = store.devices.byId(id)
    if (!device) throw new GatewayError("E_DEVICE_UNKNOWN", `Device ${id} is not enrolled here: send a hello.`)
    if (isUsed(device, request)) throw new GatewayError("E_REPLAY", `Request ${request} of device ${id} was seen.`)
    const session = sessions.of(device)
    const { reports, mailboxCursor, receiptCursor } = openUplink(crypto, session, sealed, readableSeq)
    const seqs = reports.map(readableSeq)
    // From here on the request is authentic. In memory it counts as used at once; on disk with what it brings.
    markUsed(device, request)
    const answer = (refused: RefusedReport[], retryAfter = 0) =>
      sealDownlink(
        ...([crypto, session, id, request, this.#options.random(DOWNLINK_RANDOM_LENGTH)] as const),
        acks.encode(device, refused, retryAfter),
      )

    if (seqs.includes(UNREADABLE)) {
      meter.refused("E_MESSAGE")
      return answer([{ seq: 0, reason: Refusal.malformed }])
    }
    if (device.status !== Status.approved) return answer([acks.standing(device)!], acks.approvalRetry)
    if (this.#queued + reports.length > limits.queuedReports)
      return answer(
        seqs.map((seq) => ({ seq, reason: Refusal.later })),
        this.#retryAfter(),
      )

    this.#queued += reports.length
    try {
      const context = { ...this.#options.chain, device: device.address }
      const verdicts = await verifier.check({ context, publicKey: session.publicKey, reports })
      const { accepted, refused } = this.#sort(verdicts)
      const entry = { device: id, session: device.challengeTime, request, mailboxCursor, receiptCursor, gatewayTime }
      const outcomes = await committer.commit({ ...entry, reports: accepted })
      for (const outcome of outcomes) meter.report(outcome)
      const ack = answer(refused)
      meter.acked(clock.now() - gatewayTime)
      return ack
    } finally {
      this.#queued -= reports.length
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

  /** Spread by chance, or all who were refused together would come back together. */
  #retryAfter(): number {
    const [byte] = this.#options.random(1)
    return 1_000 + Math.round((byte! / 255) * 4_000)
  }
}
