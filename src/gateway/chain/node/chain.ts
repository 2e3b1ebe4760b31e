import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import type { Common } from "@ethereumjs/common"
import type { MerkleStateManager } from "@ethereumjs/statemanager"
import type { TypedTransaction } from "@ethereumjs/tx"
import { bigIntMax, createAddressFromString, equalsBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import { checkAgainst, decodeTransaction } from "./admit.ts"
import { encodeBody } from "./body.ts"
import { CallStates } from "./call-states.ts"
import { type BlockContext, BlockFullError, type Executed, execute } from "./execute.ts"
import { nextBaseFee } from "./fees.ts"
import { decodeHeader, encodeHeader, type Header, hashHeader } from "./header.ts"
import { Pool, PoolRefusal } from "./pool.ts"
import { reachable } from "./reachable.ts"
import { headerAfter, sealedBy } from "./seal.ts"
import { type BlockHashOf, openAccounts, openState, type State, type StateSource } from "./state.ts"
import type { ChainStore } from "./store.ts"
import { checkHeader, checkOutcome } from "./validate.ts"

/** Between attempts to write a block. */
const RETRY_MS = 1000

export interface ChainOptions {
  store: ChainStore
  common: Common
  sealers: readonly Uint8Array[]
  /** Secret key of the sealer; without it the chain only follows. */
  sealerKey?: Uint8Array | undefined
  /** 32 bytes for extraData of what it seals */
  vanity?: Uint8Array | undefined
}

/**
 * The chain at its head: takes transactions, seals them into blocks, one at a time. It reads the store for everything
 * that is history.
 */
export class Chain {
  readonly store: ChainStore
  readonly common: Common
  readonly sealers: readonly Uint8Array[]
  readonly pool = new Pool()
  /** "block" with a header, after its block is on the disk; "pending" with a transaction; "fault" where sealing failed. */
  readonly events = new EventEmitter<{ block: [Header]; pending: [TypedTransaction]; fault: [unknown] }>()
  readonly source: StateSource
  /** For eth_call and its kin. */
  readonly calls: CallStates
  readonly #sealerKey: Uint8Array | undefined
  readonly #vanity: Uint8Array | undefined
  #head: Header
  #state: State
  #now = 0n
  #sealing: Promise<void> | undefined
  #more = false
  /** There must be a block since then (Unix seconds), even one without transactions. */
  #quietSince = 0n
  #closed = false
  #latest: { root: Uint8Array; opened: Promise<MerkleStateManager> } | undefined

  static async open(options: ChainOptions): Promise<Chain> {
    const { store, common } = options
    const stored = store.head()
    if (!stored) throw new ChainError("E_CHAIN_CORRUPT", "The chain has no genesis block: write it first.")
    const head = decodeHeader(stored.header)
    if (!equalsBytes(hashHeader(head), stored.hash)) {
      throw new ChainError("E_CHAIN_CORRUPT", `Block ${stored.number} does not hash to what its record says.`)
    }
    const blockHashOf: BlockHashOf = (number) => store.blockByNumber(number)?.hash
    const source = { common, readNode: store.readNode, blockHashOf }
    const state = await openState(source, head.stateRoot, true).catch((cause) => {
      throw new ChainError("E_CHAIN_CORRUPT", `The state of block ${stored.number} is missing.`, { cause })
    })
    return new Chain(options, source, head, state)
  }

  private constructor(options: ChainOptions, source: StateSource, head: Header, state: State) {
    this.store = options.store
    this.common = options.common
    this.sealers = options.sealers
    this.#sealerKey = options.sealerKey
    this.#vanity = options.vanity
    this.source = source
    this.events.setMaxListeners(0) // filters and subscriptions have bounds of their own
    this.calls = new CallStates(source)
    this.#head = head
    this.#state = state
  }

  get head(): Header {
    return this.#head
  }

  /** The clock's last word, in Unix milliseconds. Only the caller has a clock. */
  setTime(now: number): void {
    this.#now = BigInt(Math.floor(now / 1000))
  }

  /** Unix seconds. */
  get now(): bigint {
    return this.#now
  }

  /** Takes a signed transaction into the pool; its hash. */
  async submit(raw: Uint8Array): Promise<string> {
    if (this.#closed) throw new ChainError("E_CHAIN_CLOSED", "The chain is closed.")
    if (!this.#sealerKey) throw new PoolRefusal("this node follows the chain and does not seal")
    const tx = decodeTransaction(raw, this.common)
    await checkAgainst(await this.accounts(), tx, this.#head.gasLimit)
    const { hash } = this.pool.add(tx)
    this.events.emit("pending", tx)
    this.#wake()
    return hash
  }

  /**
   * Seals a block, if need be without transactions, unless there is one since `since` (Unix milliseconds). Resolves when
   * it is there.
   */
  async sealQuiet(since: number): Promise<void> {
    if (this.#closed || !this.#sealerKey) return
    this.#quietSince = BigInt(Math.floor(since / 1000))
    this.#wake()
    await this.#sealing
  }

  /** What follows the head, before it is sealed. */
  nextContext(parent: Header = this.#head): BlockContext {
    return {
      number: parent.number + 1n,
      // Period 0: geth asks for no less than the parent's time (consensus/clique, verifyCascadingFields).
      timestamp: bigIntMax(this.#now, parent.timestamp),
      gasLimit: parent.gasLimit,
      difficulty: 2n,
      baseFeePerGas: nextBaseFee(parent),
      sealer: this.sealers[0]!,
    }
  }

  /** Takes a block that was sealed before, after all its rules hold. Not while this node seals itself. */
  async append(header: Header, transactions: readonly TypedTransaction[]): Promise<void> {
    checkHeader(header, this.#head, this.sealers)
    const context = { ...header, sealer: this.sealers[0]! }
    try {
      const executed = await execute(this.#state, context, transactions, (_, reason) => {
        throw new ChainError("E_CHAIN_IMPORT", `Block ${header.number}: ${reason.message}`, { cause: reason })
      })
      checkOutcome(header, executed)
      this.#commit(header, executed)
    } catch (error) {
      this.#state = await openState(this.source, this.#head.stateRoot, true)
      throw error
    }
  }

  /** Resolves when no block is in the making; nothing is taken afterwards. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#sealing
    this.store.close()
  }

  /** Committed accounts at `root`: the state that seals may be in the middle of a block. */
  async accounts(root: Uint8Array = this.#head.stateRoot): Promise<MerkleStateManager> {
    if (!this.#latest || !equalsBytes(this.#latest.root, root)) {
      const opened = openAccounts(this.source, root).then(({ manager }) => manager)
      if (!equalsBytes(root, this.#head.stateRoot)) return opened
      this.#latest = { root, opened }
    }
    return this.#latest.opened
  }

  #wake(): void {
    this.#more = true
    this.#sealing ??= this.#sealAll()
      .catch((error) => this.#recover(error))
      .finally(() => {
        this.#sealing = undefined
        if (this.#more && !this.#closed) this.#wake()
      })
  }

  /** A block that could not be written (full disk) leaves no trace: back to the head, and again a little later. */
  async #recover(error: unknown): Promise<void> {
    this.events.emit("fault", error)
    this.#state = await openState(this.source, this.#head.stateRoot, true)
    await sleep(RETRY_MS)
    this.#more = true
  }

  async #sealAll(): Promise<void> {
    while (this.#more && !this.#closed) {
      // Whatever arrived together goes into one block.
      await new Promise<void>((resolve) => setImmediate(resolve))
      this.#more = false
      const nonceOf = async (sender: string) =>
        (await this.#state.manager.getAccount(createAddressFromString(sender)))?.nonce ?? 0n
      const transactions = await this.pool.executable(nonceOf, nextBaseFee(this.#head))
      if (transactions.length === 0 && this.#head.timestamp >= this.#quietSince) continue
      if (transactions.length > 0) this.#more = true // what does not fit waits for the next block
      await this.#seal(transactions)
    }
  }

  async #seal(transactions: readonly TypedTransaction[]): Promise<void> {
    const context = this.nextContext()
    const refused: TypedTransaction[] = []
    const executed = await execute(this.#state, context, transactions, (tx, reason) => {
      if (!(reason instanceof BlockFullError)) refused.push(tx)
    })
    // The first was fit by the pool's rules and is not: it goes. Those behind it may only have missed its nonce.
    if (executed.transactions.length === 0 && transactions.length > 0) {
      this.pool.remove(refused[0]!)
      return
    }
    const unsealed = headerAfter(this.#head, context, executed, this.sealers, this.#vanity)
    const header = sealedBy(this.#sealerKey!, unsealed)
    this.#commit(header, executed)
  }

  #commit(header: Header, { transactions, receipts, logs }: Executed): void {
    const block = {
      number: Number(header.number),
      hash: hashHeader(header),
      header: encodeHeader(header),
      body: encodeBody(transactions),
    }
    this.store.commit({ block, nodes: reachable(this.#state.overlay.fresh, header.stateRoot), receipts, logs })
    this.#state.overlay.fresh.clear()
    this.#head = header
    for (const tx of transactions) this.pool.remove(tx)
    this.events.emit("block", header)
  }
}
