import { hexToBytes, keccak256, type PublicClient, toRlp } from "viem"
import type { Deployment } from "./deploy.ts"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"
import { anchorSlot, deviceSlots } from "./slots.ts"

/** A slot with its path (EIP-1186): RLP nodes from the account's storage root down. */
export interface StorageProof {
  slot: Uint8Array
  value: Uint8Array
  proof: Uint8Array[]
}

/** What an anchor and a device's registration are proved with, at one block. */
export interface AnchorProof {
  /** RLP; its Keccak hash is the block's. */
  header: Uint8Array
  /** RLP nodes from the state root down to each contract's account. */
  accountProofs: { anchor: Uint8Array[]; registry: Uint8Array[] }
  storageProofs: { anchor: StorageProof; device: StorageProof; profile: StorageProof }
}

/** Collects proofs from any node that answers eth_getProof. */
export class Proofs {
  readonly #client: PublicClient
  readonly #deployment: Deployment

  constructor(client: PublicClient, deployment: Deployment) {
    this.#client = client
    this.#deployment = deployment
  }

  async forAnchor(gateway: Hex, epoch: number, device: Hex, blockNumber: number): Promise<AnchorProof> {
    const { anchor, registry } = this.#deployment
    const { state, profile } = deviceSlots(device)
    const [header, anchored, registered] = await Promise.all([
      this.header(blockNumber),
      this.#prove(anchor, [anchorSlot(gateway, epoch)], blockNumber),
      this.#prove(registry, [state, profile], blockNumber),
    ])
    return {
      header,
      accountProofs: { anchor: anchored.account, registry: registered.account },
      storageProofs: { anchor: anchored.slots[0]!, device: registered.slots[0]!, profile: registered.slots[1]! },
    }
  }

  /** A block's header as RLP, checked against the block's hash. */
  async header(blockNumber: number): Promise<Uint8Array> {
    const number = `0x${blockNumber.toString(16)}` as const
    const block = await this.#client.request({ method: "eth_getBlockByNumber", params: [number, false] })
    if (!block) throw new ChainError("E_CHAIN_PROOF", `The node has no block ${blockNumber}.`)
    const header = encodeRpcHeader(block as unknown as Record<string, Hex>)
    if (keccak256(header) !== block.hash) {
      throw new ChainError("E_CHAIN_PROOF", `The header of block ${blockNumber} does not hash to ${block.hash}.`)
    }
    return header
  }

  async #prove(address: Hex, storageKeys: Hex[], blockNumber: number) {
    const answer = await this.#client.getProof({ address, storageKeys, blockNumber: BigInt(blockNumber) })
    const slots = answer.storageProof.map(({ value, proof }, index): StorageProof => {
      const word = hexToBytes(`0x${value.toString(16).padStart(64, "0")}`)
      return { slot: hexToBytes(storageKeys[index]!), value: word, proof: proof.map((node) => hexToBytes(node)) }
    })
    return { account: answer.accountProof.map((node) => hexToBytes(node)), slots }
  }
}

/** Fields in the order of RLP; later ones (London, Shanghai, Cancun, Prague) exist only where the fork does. */
const BYTES_BEFORE = ["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"]
const QUANTITIES = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"]
const BYTES_AFTER = ["extraData", "mixHash", "nonce"]
const LATER = [
  ...["baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas"],
  ...["parentBeaconBlockRoot", "requestsHash"],
]
const LATER_QUANTITIES = new Set(["baseFeePerGas", "blobGasUsed", "excessBlobGas"])

/** Every node answers eth_getBlockByNumber, few debug_getRawHeader. */
export function encodeRpcHeader(block: Record<string, Hex | undefined>): Uint8Array {
  const quantity = (hex: Hex): Hex => {
    const digits = BigInt(hex).toString(16)
    return digits === "0" ? "0x" : `0x${digits.length % 2 ? "0" : ""}${digits}`
  }
  const later = LATER.filter((name) => block[name] !== undefined)
  return toRlp(
    [
      ...BYTES_BEFORE.map((name) => block[name]!),
      ...QUANTITIES.map((name) => quantity(block[name]!)),
      ...BYTES_AFTER.map((name) => block[name]!),
      ...later.map((name) => (LATER_QUANTITIES.has(name) ? quantity(block[name]!) : block[name]!)),
    ],
    "bytes",
  )
}
