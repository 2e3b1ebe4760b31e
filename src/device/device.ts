/**
 * A device as it stands after boot: everything restored, from retained memory where that is whole (a warm boot), else
 * from flash alone (a cold one). `suspend` puts it back.
 */
import { concat } from "../protocol/bytes.ts"
import type { Provisioning } from "../protocol/provisioning.ts"
import { FIRST_HEAD, HEAD_LENGTH } from "../protocol/report.ts"
import { asArray, asUint } from "../protocol/shape.ts"
import { slotFraction } from "../protocol/slots.ts"
import { DeviceClock } from "./clock.ts"
import { flashLayout } from "./flash/layout.ts"
import { FlashState, StateKey } from "./flash/state.ts"
import { type Identity, readIdentity, readProvisioning, readSettings, readSlot } from "./identity.ts"
import { asPeriods, keepMemory, type Memory, takeMemory } from "./memory.ts"
import { Numbers } from "./numbers.ts"
import { Outbox } from "./outbox.ts"
import type { Board } from "./ports.ts"
import { SeqSet } from "./seq-set.ts"
import { SessionStore } from "./session.ts"
import type { Settings } from "./slots.ts"

/** What is planned and remembered from wake to wake, beside the parts that have a class of their own. */
export type Plan = Pick<
  Memory,
  | "boots"
  | "have"
  | "due"
  | "dueLast"
  | "slot"
  | "guard"
  | "lead"
  | "pollAt"
  | "misses"
  | "uncalled"
  | "oneByOne"
  | "ahead"
  | "exhausted"
  | "statusAt"
  | "lastAnchor"
  | "link"
>

export class Device {
  readonly board: Board
  readonly state: FlashState
  readonly outbox: Outbox
  readonly clock: DeviceClock
  readonly sessions: SessionStore
  readonly seqs: Numbers
  readonly identity: Identity
  readonly provisioning: Provisioning
  readonly plan: Plan
  /** reports the gateway has made durable, or refused for good */
  readonly acked: SeqSet
  /** reports above `receiptCursor` whose receipt was verified */
  readonly receipted: SeqSet
  head: Uint8Array = FIRST_HEAD
  settings: Settings
  receiptCursor: number
  mailboxCursor: number
  /** place in the time between two samples, from 0 to 1 */
  slot: number

  private constructor(board: Board, provisioning: Provisioning, state: FlashState, memory: Memory | undefined) {
    this.board = board
    this.state = state
    this.provisioning = provisioning
    this.identity = readIdentity(state, board.crypto, board.entropy)
    this.slot = readSlot(state) ?? slotFraction(this.identity.address)
    this.settings = readSettings(state)
    this.sessions = new SessionStore(state, memory?.request)
    const periods = asPeriods(state.get(StateKey.schedule) ?? [])
    const { ppm } = board.clock
    this.clock = new DeviceClock(memory?.clock ?? DeviceClock.unset(periods), { ppm, guard: this.settings.guard })
    const [receiptCursor, mailboxCursor] = asArray(state.get(StateKey.progress) ?? [0, 0], "progress", 2, 2)
    this.receiptCursor = asUint(receiptCursor, "receipt cursor")
    this.mailboxCursor = asUint(mailboxCursor, "mailbox cursor")
    this.acked = new SeqSet(memory?.acked)
    this.receipted = new SeqSet(memory?.receipted)

    const { outbox: region } = flashLayout(board.flash)
    const resumed = memory && Outbox.resume(board, region, memory.outboxIndex)
    if (resumed) this.outbox = resumed
    else {
      const { outbox, head } = Outbox.scan(board, region)
      this.outbox = outbox
      this.head = head
      if (memory) outbox.recall(memory.outboxIndex)
    }
    if (memory) this.head = memory.head
    else if (this.outbox.doubt !== undefined) this.head = this.#newHead()
    this.plan = memory ?? coldPlan(state, this.receiptCursor)
    this.seqs = new Numbers(memory?.seq ?? this.#seqsAfterPowerCut(), (end) => state.set(StateKey.sequence, end))
  }

  /** `undefined` where nobody has provisioned the board yet. */
  static restore(board: Board): Device | undefined {
    const { state: region } = flashLayout(board.flash)
    const memory = takeMemory(board)
    const resumed = memory && FlashState.resume(board, region, memory.stateIndex)
    const state = resumed ?? FlashState.scan(board, region)
    const provisioning = readProvisioning(state)
    return provisioning && new Device(board, provisioning, state, resumed && memory)
  }

  get now(): number {
    return this.board.clock.now()
  }

  saveProgress(): void {
    this.state.set(StateKey.progress, [this.receiptCursor, this.mailboxCursor])
  }

  /** Writes retained memory; the next thing to do is sleep. */
  suspend(): void {
    keepMemory(this.board, {
      ...this.plan,
      stateIndex: this.state.index,
      outboxIndex: this.outbox.index,
      clock: this.clock.state,
      seq: this.seqs.block,
      request: this.sessions.requestBlock,
      head: this.head,
      acked: [...this.acked.ranges],
      receipted: [...this.receipted.ranges],
    })
  }

  #seqsAfterPowerCut(): { next: number; end: number } {
    const reserved = asUint(this.state.get(StateKey.sequence) ?? 1, "sequence")
    return Numbers.afterPowerCut(Math.max(reserved, this.outbox.lastSeq + 1), this.state.doubts(StateKey.sequence))
  }

  /**
   * Behind a report that nobody can read any more: what follows it must not seem to follow the one before, which would
   * pass for a fork if the gateway has it. A gap record says what the chain was broken for.
   */
  #newHead(): Uint8Array {
    return this.board.crypto.sha256(concat(this.head, this.board.entropy.random(16))).slice(0, HEAD_LENGTH)
  }
}

/**
 * A cold boot is counted, and told of in a status report unless it is the first. What has its receipt the gateway had:
 * a lower `have` in the first ack is a fall, even where memory of the last one went with the power.
 */
function coldPlan(state: FlashState, receiptCursor: number): Plan {
  const boots = asUint(state.get(StateKey.boots) ?? 0, "boots") + 1
  state.set(StateKey.boots, boots)
  const statusAt = boots === 1 ? -1 : 0
  return {
    boots,
    have: receiptCursor,
    due: 0,
    dueLast: false,
    slot: 0,
    guard: 0,
    lead: 0,
    pollAt: 0,
    misses: 0,
    uncalled: 0,
    oneByOne: false,
    ahead: 0,
    exhausted: false,
    statusAt,
    lastAnchor: null,
    link: new Uint8Array(0),
  }
}
