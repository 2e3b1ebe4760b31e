import { fromHex } from "../../protocol/bytes.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { codeOf } from "../errors.ts"
import type { Logger } from "../log.ts"
import type { Clock } from "../ports.ts"
import type { StoredAnchor } from "../store/anchors.ts"
import type { Store } from "../store/store.ts"
import { buildAnchor } from "./build.ts"
import type { Receipts } from "./receipts.ts"
import { takeBack } from "./restored.ts"
import type { Trees } from "./trees.ts"

/** What the anchorer needs of the chain: the same request twice finds the block in which it is already. */
export interface AnchorSender {
  submit(request: {
    epoch: number
    previousEpoch: number
    root: Uint8Array
    count: number
  }): Promise<{ transactionHash: string; blockNumber: number }>
  /** An epoch that began at `start` is over, and nothing of it waits to be anchored. */
  endEpoch?(start: number): unknown
}

export interface AnchorerOptions {
  store: Store
  crypto: Crypto
  clock: Clock
  log: Logger
  schedule(): EpochSchedule
  sender: AnchorSender
  receipts: Receipts
  trees: Trees
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

/** At each epoch's end: tree, store, chain; in that order, so that a restart sends the same root again. */
export class Anchorer {
  readonly #options: AnchorerOptions
  #cancelTick: () => void = () => {}
  #cancelRetry: () => void = () => {}
  #sending: Promise<void> | undefined
  #closed = false
  /** The chain holds another anchor for one of our epochs: nothing may be anchored until an operator has looked. */
  conflict: string | undefined

  constructor(options: AnchorerOptions) {
    this.#options = options
    options.receipts.minedEpoch = options.store.anchors.totals().minedEpoch
  }

  /** Sends what a former run left, and from then on acts at each epoch's end. */
  start(): void {
    const now = this.#options.clock.now()
    this.tick(now)
    this.#arm(now)
  }

  /** What is on its way may still be mined; the next start finds it. */
  stop(): void {
    this.#closed = true
    this.#cancelTick()
    this.#cancelRetry()
  }

  /** Anchors what waits under the epoch that ended last; after a restore under none that the lost life may have used. */
  tick(now = this.#options.clock.now()): void {
    const { store, crypto, schedule, trees, log } = this.#options
    const ended = schedule().epochAt(now) - 1
    if (ended >= Math.max(1, store.incarnations.current.firstEpoch) && this.conflict === undefined) {
      const built = buildAnchor(store, crypto, ended, now)
      if (built) {
        trees.keep(ended, built.tree)
        log.info({ epoch: ended, reports: built.anchor.count }, "tree built")
      }
    }
    this.#send()
  }

  /** Resolves when no anchor is on its way any more, or one failed and waits for its next attempt. */
  async idle(): Promise<void> {
    while (this.#sending) await this.#sending
  }

  /** `now`: the moment of the tick before. A timer that rings a little early must not pass for the epoch's end. */
  #arm(now: number): void {
    const { clock, schedule } = this.#options
    const next = schedule().startOf(schedule().epochAt(now) + 1)
    this.#cancelTick = clock.after(next - clock.now(), async () => {
      const rung = clock.now()
      let ended: unknown
      try {
        this.tick(rung)
        ended = this.#endQuietly(rung)
      } catch (error) {
        this.#options.log.error({ err: error }, "no anchor at this epoch's end")
      }
      this.#arm(rung)
      await Promise.all([ended, this.idle()])
    })
  }

  /** An epoch in which nothing came leaves a block as well, so that time passes on the chain. */
  #endQuietly(now: number): unknown {
    const { schedule, sender, store } = this.#options
    const ended = schedule().epochAt(now) - 1
    if (ended < 1 || store.anchors.unmined().length > 0) return undefined
    return sender.endEpoch?.(schedule().startOf(ended))
  }

  #send(attempt = 0): void {
    if (this.#sending || this.#closed) return
    this.#cancelRetry()
    this.#sending = this.#sendAll()
      .then(
        () => {
          this.#sending = undefined
          // A tick may have come between the last look and now.
          if (this.conflict === undefined && this.#options.store.anchors.unmined().length > 0) this.#send()
        },
        (error) => {
          this.#sending = undefined
          this.#failed(error, attempt)
        },
      )
      .catch((error) => this.#options.log.error({ err: error }, "anchoring stopped"))
  }

  async #sendAll(): Promise<void> {
    const { store, sender } = this.#options
    for (let next: StoredAnchor | undefined; (next = store.anchors.unmined()[0]) && !this.#closed; ) {
      const { epoch, previousEpoch, root, count } = next
      const { transactionHash, blockNumber } = await sender.submit({ epoch, previousEpoch, root, count })
      if (this.#closed) return
      this.#setMined(epoch, fromHex(transactionHash), blockNumber)
    }
  }

  #setMined(epoch: number, tx: Uint8Array, block: number): void {
    const { store, receipts, log } = this.#options
    store.transaction(() => {
      store.anchors.setMined(epoch, tx, block)
      for (const [id, leaves, lastSeq] of store.anchors.shares(epoch)) {
        const device = store.devices.byId(id)!
        device.anchored += leaves
        device.lastAnchored = Math.max(device.lastAnchored, lastSeq)
        store.devices.save(device)
      }
    })
    receipts.minedEpoch = epoch
    log.info({ epoch, block }, "anchored")
  }

  #failed(error: unknown, attempt: number): void {
    const { store, log, clock } = this.#options
    if (this.#closed) return
    if (codeOf(error) === "E_CHAIN_EQUIVOCATION") {
      if (takeBack(store)) {
        log.warn({ err: error }, "a tree from before the restore was taken back: its reports wait for the next epoch")
        return
      }
      this.conflict = (error as Error).message
      log.error({ err: error }, "the chain holds another anchor than the store: anchoring stopped")
      return
    }
    const delay = Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS)
    log.warn({ err: error, retryMs: delay }, "anchoring failed")
    this.#cancelRetry = clock.after(delay, () => {
      this.#send(attempt + 1)
      return this.idle()
    })
  }
}
