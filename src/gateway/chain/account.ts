import { setTimeout as sleep } from "node:timers/promises"
import {
  type Abi,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type PublicClient,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
} from "viem"
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"
import { explain } from "./reverts.ts"

/** What a transaction asks for; no `to`: `data` creates a contract. */
export interface Intent {
  to?: Hex
  data: Hex
  /** Names the contract's errors. */
  abi: Abi
  /** For messages: what the transaction does. */
  what: string
}

/** Where a transaction landed. */
export interface Inclusion {
  transactionHash: Hex
  blockNumber: number
  blockHash: Hex
}

export interface ChainAccountOptions {
  client: PublicClient
  chainId: number
  privateKey: Hex
  /** How long a transaction may stay in no block. */
  timeoutMs?: number
}

/** Refusals that say "another transaction took this nonce": asking for the nonce again cures them. */
const NONCE_TAKEN = /nonce too low|already known|replacement transaction underpriced|nonce has already been used/i
/** Between looks at a transaction that does not get into a block; then it may have to be sent again. */
const RESEND_MS = 2000

/**
 * An account whose key is here. Its transactions are sent one at a time, so nonces have no holes; several may wait for
 * their block.
 */
export class ChainAccount {
  readonly address: Hex
  readonly #account: PrivateKeyAccount
  readonly #client: PublicClient
  readonly #chainId: number
  readonly #timeoutMs: number
  #tail: Promise<unknown> = Promise.resolve()

  constructor({ client, chainId, privateKey, timeoutMs = 120_000 }: ChainAccountOptions) {
    this.#account = privateKeyToAccount(privateKey)
    this.address = this.#account.address.toLowerCase() as Hex
    this.#client = client
    this.#chainId = chainId
    this.#timeoutMs = timeoutMs
  }

  /** Sends a call of a contract's function and waits for its block. */
  call<const abi extends Abi>(to: Hex, parameters: EncodeFunctionDataParameters<abi>): Promise<Inclusion> {
    const { abi, functionName } = parameters as { abi: Abi; functionName: string }
    return this.send({ to, data: encodeFunctionData(parameters), abi, what: functionName })
  }

  async send(intent: Intent): Promise<Inclusion> {
    const sent = this.#tail.then(() => this.#broadcast(intent))
    this.#tail = sent.catch(() => {}) // one that fails does not hold up the next
    const { hash, raw } = await sent
    return this.#included(intent, hash, raw)
  }

  async #broadcast(intent: Intent): Promise<{ hash: Hex; raw: Hex }> {
    for (let attempt = 1; ; attempt++) {
      const raw = await this.#sign(intent)
      try {
        return { hash: await this.#client.sendRawTransaction({ serializedTransaction: raw }), raw }
      } catch (error) {
        if (attempt === 5 || !NONCE_TAKEN.test(String(error))) throw error
        await sleep(50 * attempt)
      }
    }
  }

  async #sign({ to, data, abi, what }: Intent): Promise<Hex> {
    const { address } = this
    const request = { account: address, data, ...(to && { to }) }
    const gas = await this.#client.estimateGas(request).catch((error) => explain(error, abi, what))
    const [nonce, fees] = await Promise.all([
      this.#client.getTransactionCount({ address, blockTag: "pending" }),
      this.#client.estimateFeesPerGas(),
    ])
    const { maxPriorityFeePerGas } = fees
    const maxFeePerGas = fees.maxFeePerGas * 2n // room for a base fee that rises until the next block
    // A tenth more gas: the state may change between estimate and block.
    const body = { gas: gas + gas / 10n, nonce, maxFeePerGas, maxPriorityFeePerGas, chainId: this.#chainId }
    return this.#account.signTransaction({ type: "eip1559", data, ...(to && { to }), ...body })
  }

  async #included({ abi, to, data, what }: Intent, hash: Hex, raw: Hex): Promise<Inclusion> {
    const started = performance.now()
    let looked = started
    for (let pause = 4; ; pause = Math.min(pause * 1.4, 500)) {
      const receipt = await this.#client.getTransactionReceipt({ hash }).catch(absent(TransactionReceiptNotFoundError))
      if (receipt?.status === "success") {
        const { blockHash, blockNumber } = receipt
        return { transactionHash: hash, blockNumber: Number(blockNumber), blockHash }
      }
      if (receipt) {
        const at = { account: this.address, data, ...(to && { to }), blockNumber: receipt.blockNumber }
        await this.#client.call(at).catch((error) => explain(error, abi, what))
        throw new ChainError("E_CHAIN_REVERTED", `${what}: transaction ${hash} failed in block ${receipt.blockNumber}.`)
      }
      const now = performance.now()
      if (now - started > this.#timeoutMs) {
        const advice = "Look at the node's log; the same call may be made again."
        throw new ChainError("E_CHAIN_TIMEOUT", `${what}: transaction ${hash} is in no block yet. ${advice}`)
      }
      if (now - looked > RESEND_MS) {
        looked = now
        await this.#resendIfLost(hash, raw)
      }
      await sleep(pause)
    }
  }

  /** A node that was restarted has forgotten what was in no block. */
  async #resendIfLost(hash: Hex, raw: Hex): Promise<void> {
    const known = await this.#client.getTransaction({ hash }).catch(absent(TransactionNotFoundError))
    if (!known) await this.#client.sendRawTransaction({ serializedTransaction: raw }).catch(() => {})
  }
}

const absent = (kind: typeof TransactionNotFoundError | typeof TransactionReceiptNotFoundError) => (error: unknown) => {
  if (error instanceof kind) return undefined
  throw error
}
