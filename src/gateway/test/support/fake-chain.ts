/** A chain for tests of everything in front of it: instant blocks, and faults on demand. */
import { anchorHash, type Crypto, fromHex, toHex } from "../../../protocol/index.ts"
import { ChainError } from "../../chain/errors.ts"
import type { ChainPort } from "../../chain-port.ts"
import { Status } from "../../store/devices.ts"

export class FakeChain implements ChainPort {
  chainId = 337
  genesisHash = `0x${"11".repeat(32)}`
  sealers = [`0x${"22".repeat(20)}`]
  registry = `0x${"aa".repeat(20)}`
  anchors = `0x${"bb".repeat(20)}`
  gateway = `0x${"cc".repeat(20)}`
  operator = `0x${"dd".repeat(20)}`
  height = 1
  /** by address */
  readonly devices = new Map<string, { status: number; role: number; block: number }>()
  /** what each slot holds, and in which block since */
  readonly slots = new Map<number, { hash: string; block: number }>()
  /** every `submit` that arrived */
  readonly submitted: { epoch: number; root: string }[] = []
  readonly requested: string[] = []
  /** set: all transactions fail with it */
  fault: Error | undefined
  readonly #crypto: Crypto

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  async request({ publicKey }: { publicKey: Uint8Array }): Promise<void> {
    if (this.fault) throw this.fault
    const address = toHex(this.#crypto.keccak256(publicKey.slice(1)).slice(12))
    this.requested.push(address)
    this.#set(address, Status.pending)
  }

  approve(address: string): void {
    this.#set(address.replace("0x", ""), Status.approved)
  }

  revoke(address: string): void {
    this.#set(address.replace("0x", ""), Status.revoked)
  }

  reject(address: string): void {
    this.#set(address.replace("0x", ""), Status.none)
  }

  async submit({ epoch, previousEpoch, root, count }: Parameters<ChainPort["submit"]>[0]) {
    this.submitted.push({ epoch, root: toHex(root) })
    if (this.fault) throw this.fault
    const previous = fromHex(this.slots.get(previousEpoch)?.hash ?? "00".repeat(32))
    const hash = toHex(anchorHash(this.#crypto, { epoch, previous, root, count }))
    const known = this.slots.get(epoch)
    if (known && known.hash !== hash) throw new ChainError("E_CHAIN_EQUIVOCATION", "another story")
    if (!known) this.slots.set(epoch, { hash, block: ++this.height })
    return { transactionHash: `0x${"ee".repeat(32)}`, blockNumber: this.slots.get(epoch)!.block }
  }

  async blockNumber(): Promise<number> {
    return this.height
  }

  async head() {
    return { height: this.height, hash: `0x${"ff".repeat(32)}` }
  }

  async changed(fromBlock: number, toBlock: number): Promise<Uint8Array[]> {
    const inRange = [...this.devices].filter(([, { block }]) => block >= fromBlock && block <= toBlock)
    return inRange.map(([address]) => fromHex(address))
  }

  async standing(address: Uint8Array) {
    return this.devices.get(toHex(address)) ?? { status: Status.none, role: 0 }
  }

  async prove(): Promise<never> {
    throw new Error("a fake chain proves nothing")
  }

  async handleRpc(): Promise<unknown> {
    return { jsonrpc: "2.0", id: 1, result: "0x1" }
  }

  serveWebSocket(): () => void {
    return () => {}
  }

  async close(): Promise<void> {}

  #set(address: string, status: number): void {
    this.devices.set(address, { status, role: 0, block: ++this.height })
  }
}
