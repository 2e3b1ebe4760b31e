/** JSON-RPC 2.0 §5.1, and the codes that Ethereum nodes agree on (EIP-1474; geth for 3 and -32000). */
export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
export const SERVER_ERROR = -32000
export const LIMIT_EXCEEDED = -32005
export const REVERTED = 3

/** An error as the caller of a method sees it; also what EIP-1193 asks a provider to throw. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = "RpcError"
    this.code = code
    this.data = data
  }
}

export const invalidParams = (message: string): RpcError => new RpcError(INVALID_PARAMS, message)

export const serverError = (message: string): RpcError => new RpcError(SERVER_ERROR, message)
