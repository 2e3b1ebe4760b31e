import { bytesToHex, hexToBytes, type PublicClient } from "viem"
import { anchorAbi } from "./abi.ts"
import type { ChainAccount } from "./account.ts"
import type { Deployment } from "./deploy.ts"
import { ChainError } from "./errors.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"
import { anchorLink, anchorPosition } from "./slots.ts"

export interface AnchorRequest {
  epoch: number
  /** Epoch of the anchor that this one continues; 0 for the first. */
  previousEpoch: number
  /** Root of the tree, 32 bytes. */
  root: Uint8Array
  /** Reports in it. */
  count: number
}

const ZERO = new Uint8Array(32)

/** ReadingAnchor, as one gateway uses it. */
export class Anchors {
  readonly address: Hex
  readonly #client: PublicClient
  readonly #gateway: ChainAccount
  readonly #fromBlock: bigint

  constructor(client: PublicClient, { anchor, fromBlock }: Deployment, gateway: ChainAccount) {
    this.address = anchor
    this.#client = client
    this.#gateway = gateway
    this.#fromBlock = BigInt(fromBlock)
  }

  /** What the slot of a gateway and epoch holds; `undefined` where nothing was anchored. */
  async slot(gateway: Hex, epoch: number, blockNumber?: number): Promise<Uint8Array | undefined> {
    const link = await this.#client.readContract({
      ...{ address: this.address, abi: anchorAbi, functionName: "anchors", args: [gateway, BigInt(epoch)] },
      ...(blockNumber !== undefined && { blockNumber: BigInt(blockNumber) }),
    })
    const bytes = hexToBytes(link)
    return bytes.every((byte) => byte === 0) ? undefined : bytes
  }

  /**
   * Anchors a tree, once: after a restart, the same request finds the block in which it already is. Another root for
   * the same epoch is refused: on chain it would prove that this gateway told two stories.
   */
  async submit(request: AnchorRequest): Promise<Inclusion> {
    const { epoch, previousEpoch, root, count } = request
    const before = await this.#already(request)
    if (before) return before
    const args = [anchorPosition(epoch, previousEpoch, count), bytesToHex(root)] as const
    try {
      return await this.#gateway.call(this.address, { abi: anchorAbi, functionName: "recordAnchor", args })
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== "E_CHAIN_REVERTED") throw error
      // Perhaps it was sent before a restart, and is in a block only now.
      const after = await this.#already(request)
      if (after) return after
      throw error
    }
  }

  async #already({ epoch, previousEpoch, root, count }: AnchorRequest): Promise<Inclusion | undefined> {
    const gateway = this.#gateway.address
    const present = await this.slot(gateway, epoch)
    if (!present) return undefined
    const previous = previousEpoch === 0 ? undefined : await this.slot(gateway, previousEpoch)
    const [found, expected] = [bytesToHex(present), bytesToHex(anchorLink(previous ?? ZERO, root, count, epoch))]
    if (found === expected) return this.inclusion(gateway, epoch)
    const story = `epoch ${epoch} is anchored as ${found}, this tree would make it ${expected}`
    const advice = "Was the gateway restored from a backup? Anchor these reports under a later epoch."
    throw new ChainError("E_CHAIN_EQUIVOCATION", `${story}. ${advice}`)
  }

  /** The block that holds an anchor. */
  async inclusion(gateway: Hex, epoch: number): Promise<Inclusion> {
    const [event] = await this.#client.getContractEvents({
      ...{ address: this.address, abi: anchorAbi, eventName: "Anchored", args: { gateway, epoch: BigInt(epoch) } },
      fromBlock: this.#fromBlock,
    })
    if (!event) throw new ChainError("E_CHAIN_PROOF", `Epoch ${epoch} is anchored, but the node has no event of it.`)
    const { transactionHash, blockHash, blockNumber } = event
    return { transactionHash, blockNumber: Number(blockNumber), blockHash }
  }
}
