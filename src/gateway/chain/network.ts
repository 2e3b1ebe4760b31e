import type { ChainNode } from "./embedded.ts"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"
import { providerOf } from "./provider.ts"
import { INTERNAL_ERROR } from "./rpc/errors.ts"

export interface NetworkOptions {
  /** JSON-RPC over HTTP of any Ethereum node. */
  url: string
  /** Refuses a node of another chain. */
  chainId?: number
  timeoutMs?: number
  /** sent with each request, such as a token */
  headers?: Record<string, string>
}

/** The chain behind somebody else's node. */
export async function connectNetwork(options: NetworkOptions): Promise<ChainNode> {
  const { url, chainId, timeoutMs = 15_000, headers = {} } = options
  const handleRpc = async (body: unknown): Promise<unknown> => {
    try {
      return await post(url, headers, body, timeoutMs)
    } catch (cause) {
      const message = `no answer from ${url}: ${(cause as Error).message}`
      return { jsonrpc: "2.0", id: null, error: { code: INTERNAL_ERROR, message } }
    }
  }
  const provider = providerOf(handleRpc)
  const ask = (method: string, params: unknown[] = []) =>
    provider.request({ method, params }).catch((cause: Error) => {
      throw new ChainError("E_CHAIN_UNREACHABLE", `${cause.message}. Check the URL and that the node runs.`, { cause })
    })
  const served = Number(await ask("eth_chainId"))
  if (chainId !== undefined && served !== chainId) {
    throw new ChainError("E_CHAIN_WRONG_CHAIN", `${url} serves chain ${served}, expected ${chainId}.`)
  }
  const genesis = (await ask("eth_getBlockByNumber", ["0x0", false])) as { hash: Hex } | null
  if (!genesis)
    throw new ChainError("E_CHAIN_UNREACHABLE", `${url} has no genesis block: it does not keep its history.`)
  return { provider, handleRpc, chainId: served, genesisHash: genesis.hash, close: async () => {} }
}

async function post(url: string, headers: object, body: unknown, timeoutMs: number): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await response.text()
  if (!response.ok && !text.startsWith("{")) throw new Error(`HTTP ${response.status}`)
  return text === "" ? undefined : JSON.parse(text)
}
