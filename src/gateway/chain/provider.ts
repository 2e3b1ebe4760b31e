import { RpcError } from "./rpc/errors.ts"

/** EIP-1193, as far as clients need it. */
export interface Provider {
  request(request: { method: string; params?: unknown }): Promise<unknown>
}

/** Answers a parsed JSON-RPC body. */
export type HandleRpc = (body: unknown) => Promise<unknown>

/** A provider that asks through `handle` and throws what EIP-1193 wants thrown: `code`, `message`, `data`. */
export function providerOf(handle: HandleRpc): Provider {
  let id = 0
  return {
    async request({ method, params = [] }) {
      // viem leaves trailing optional parameters undefined; JSON has no such thing.
      const given = Array.isArray(params) ? params.filter((value) => value !== undefined) : params
      const answer = (await handle({ jsonrpc: "2.0", id: id++, method, params: given })) as Answer
      if (answer.error) throw new RpcError(answer.error.code, answer.error.message, answer.error.data)
      return answer.result
    },
  }
}

interface Answer {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}
