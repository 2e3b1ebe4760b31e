import { setTimeout as sleep } from "node:timers/promises"
import { type Abi, type EncodeFunctionDataParameters, encodeFunctionData, type PublicClient } from "viem"
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts"
import type { ChainNode } from "./embedded.ts"
import { type Inclusion, type Intent, included } from "./inclusion.ts"
import type { Hex } from "./keys.ts"
import { explain } from "./reverts.ts"

export interface ChainAccountOptions {
  client: PublicClient
  chainId: number
  privateKey: Hex
  /** Where the node tells of its blocks; else it is asked again and again. */
  onBlock?: ChainNode["onBlock"]
  /** How long a transaction may stay in no block. */
  timeoutMs?: number
}

/** Refusals that say "another transaction took this nonce": asking for the nonce again cures them. */
const NONCE_TAKEN = /nonce too low|already known|replacement transaction underpriced|nonce has already been used/i
/**
 * An account whose key is here. Its transactions are sent one at a time, so nonces have no holes; several may wait for
 * their block.
 */
export class ChainAccount {
  readonly address: Hex
  readonly #account: PrivateKeyAccount
  readonly #client: PublicClient
  readonly #chainId: number
  readonly #onBlock: ChainNode["onBlock"]
  readonly #timeoutMs: number
  #tail: Promise<unknown> = Promise.resolve()

  constructor({ client, chainId, privateKey, onBlock, timeoutMs = 120_000 }: ChainAccountOptions) {
    this.#account = privateKeyToAccount(privateKey)
    this.address = this.#account.address.toLowerCase() as Hex
    this.#client = client
    this.#chainId = chainId
    this.#onBlock = onBlock
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
    const sentAs = { intent, hash, raw, from: this.address }
    return included({ client: this.#client, onBlock: this.#onBlock, timeoutMs: this.#timeoutMs }, sentAs)
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
}
