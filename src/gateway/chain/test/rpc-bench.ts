import { hexToBytes } from "@ethereumjs/util"
import { privateKeyToAccount } from "viem/accounts"
import type { Hex } from "../keys.ts"
import type { Chain } from "../node/chain.ts"
import { openChain } from "../node/open.ts"
import { type Provider, providerOf } from "../provider.ts"
import { Filters } from "../rpc/filters.ts"
import { RpcServer } from "../rpc/server.ts"
import { temporaryDirectory } from "./support.ts"

export const CHAIN_ID = 4242

/** Two accounts with funds. */
export const ALICE = privateKeyToAccount(`0x${"a1".repeat(32)}`)
export const BOB = privateKeyToAccount(`0x${"b0".repeat(32)}`)

/** The node without its thread. */
export interface RpcBench {
  dir: string
  chainId: number
  chain: Chain
  server: RpcServer
  provider: Provider
  ask(method: string, ...params: unknown[]): Promise<unknown>
  /** Signs a transaction with sensible defaults. */
  sign(from: typeof ALICE, fields: Fields): Promise<Hex>
  send(from: typeof ALICE, fields: Fields): Promise<Hex>
  /** Waits until a transaction is in a block; its receipt. */
  included(hash: Hex): Promise<Record<string, unknown>>
  close(): Promise<void>
}

interface Fields {
  nonce: number
  to?: Hex
  data?: Hex
  value?: bigint
  gas?: bigint
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  chainId?: number
}

export async function openRpcBench(now = 1_800_000_000_000): Promise<RpcBench> {
  const { path: dir, remove } = temporaryDirectory()
  const funded = [ALICE, BOB].map(({ address }) => hexToBytes(address))
  const { chain } = await openChain({ dir, chainId: CHAIN_ID, funded, now })
  const server = new RpcServer({ chain, filters: new Filters(chain) })
  const provider = providerOf((body) => server.handle(body))
  const ask = (method: string, ...params: unknown[]) => provider.request({ method, params })
  const sign: RpcBench["sign"] = (from, fields) => {
    const defaults = { gas: 100_000n, maxFeePerGas: 1000n, maxPriorityFeePerGas: 0n, chainId: CHAIN_ID }
    return from.signTransaction({ type: "eip1559", ...defaults, ...fields })
  }
  return {
    ...{ dir, chain, server, provider, ask, sign, chainId: CHAIN_ID },
    send: async (from, fields) => (await ask("eth_sendRawTransaction", await sign(from, fields))) as Hex,
    async included(hash) {
      for (;;) {
        const receipt = await ask("eth_getTransactionReceipt", hash)
        if (receipt) return receipt as Record<string, unknown>
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
    async close() {
      await chain.close()
      remove()
    },
  }
}
