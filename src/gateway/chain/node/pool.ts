import type { TypedTransaction } from "@ethereumjs/tx"
import { bytesToHex } from "@ethereumjs/util"
import { feesOf } from "./fees.ts"

/** Transactions that wait, of all senders and of one: a flood costs a bounded amount of memory. */
export const POOL_LIMIT = 4096
export const SENDER_LIMIT = 1024
/** A replacement pays at least this many percent more (geth's `PriceBump`). */
const PRICE_BUMP = 10n

/** A refusal in the words that geth uses, which clients look for. */
export class PoolRefusal extends Error {}

export interface Waiting {
  tx: TypedTransaction
  hash: string
  sender: string
  /** Order of arrival. */
  order: number
}

/** Transactions that are in no block yet: by sender and nonce, taken in order of arrival. */
export class Pool {
  readonly #bySender = new Map<string, Map<bigint, Waiting>>()
  readonly #byHash = new Map<string, Waiting>()
  #arrivals = 0

  get size(): number {
    return this.#byHash.size
  }

  get(hash: string): Waiting | undefined {
    return this.#byHash.get(hash)
  }

  /** `tx` is valid by itself (signature, chain, gas, funds) and its nonce is not below the account's. */
  add(tx: TypedTransaction): Waiting {
    const hash = bytesToHex(tx.hash())
    if (this.#byHash.has(hash)) throw new PoolRefusal("already known")
    const sender = tx.getSenderAddress().toString()
    const own = this.#bySender.get(sender) ?? new Map<bigint, Waiting>()
    const replaced = own.get(tx.nonce)
    if (replaced && !outbids(tx, replaced.tx)) throw new PoolRefusal("replacement transaction underpriced")
    if (!replaced && (this.size >= POOL_LIMIT || own.size >= SENDER_LIMIT)) throw new PoolRefusal("txpool is full")
    if (replaced) this.#byHash.delete(replaced.hash)
    const waiting = { tx, hash, sender, order: replaced?.order ?? this.#arrivals++ }
    own.set(tx.nonce, waiting)
    this.#bySender.set(sender, own)
    this.#byHash.set(hash, waiting)
    return waiting
  }

  /** The nonce after the unbroken row that begins at the account's own. */
  nextNonce(sender: string, accountNonce: bigint): bigint {
    const own = this.#bySender.get(sender)
    let nonce = accountNonce
    while (own?.has(nonce)) nonce += 1n
    return nonce
  }

  /** What the next block could hold, given each sender's account nonce: nonces without holes, fees above the base fee. */
  async executable(nonceOf: (sender: string) => Promise<bigint>, baseFee: bigint): Promise<TypedTransaction[]> {
    const rows: Waiting[] = []
    for (const [sender, own] of this.#bySender) {
      let nonce = await nonceOf(sender)
      for (const stale of [...own.keys()].filter((each) => each < nonce)) this.#drop(own.get(stale)!)
      let order = 0
      for (let next = own.get(nonce); next && feesOf(next.tx).maxFeePerGas >= baseFee; next = own.get(++nonce)) {
        // A nonce that came before its predecessor still goes behind it.
        order = Math.max(order, next.order)
        rows.push({ ...next, order })
      }
    }
    // The sort is stable: one sender's nonces stay in order where the order of arrival is the same.
    return rows.sort((a, b) => a.order - b.order).map(({ tx }) => tx)
  }

  remove(tx: TypedTransaction): void {
    const waiting = this.#byHash.get(bytesToHex(tx.hash()))
    if (waiting) this.#drop(waiting)
  }

  #drop({ hash, sender, tx }: Waiting): void {
    this.#byHash.delete(hash)
    const own = this.#bySender.get(sender)
    own?.delete(tx.nonce)
    if (own?.size === 0) this.#bySender.delete(sender)
  }
}

function outbids(tx: TypedTransaction, old: TypedTransaction): boolean {
  const [now, then] = [feesOf(tx), feesOf(old)]
  const enough = (offer: bigint, before: bigint) => offer * 100n >= before * (100n + PRICE_BUMP) && offer > before
  return (
    enough(now.maxFeePerGas, then.maxFeePerGas) &&
    (then.maxPriorityFeePerGas === 0n || enough(now.maxPriorityFeePerGas, then.maxPriorityFeePerGas))
  )
}
