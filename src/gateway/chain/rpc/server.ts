import { chainMethods } from "./chain-methods.ts"
import type { Methods, RpcContext, Session } from "./context.ts"
import { INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, RpcError } from "./errors.ts"
import { executionMethods } from "./execution-methods.ts"
import { filterMethods } from "./filter-methods.ts"
import { logMethods } from "./log-methods.ts"
import { stateMethods } from "./state-methods.ts"

/** Requests of one batch (geth: `BatchRequestLimit`). */
const MAX_BATCH = 1000

const METHODS: Methods = { ...chainMethods, ...stateMethods, ...executionMethods, ...logMethods, ...filterMethods }

export const METHOD_NAMES: readonly string[] = Object.keys(METHODS)

type Id = string | number | null

const failure = (id: Id, error: RpcError) => {
  const { code, message, data } = error
  return { jsonrpc: "2.0", id, error: { code, message, ...(data !== undefined && { data }) } }
}

/** JSON-RPC 2.0 over the methods of an Ethereum node. */
export class RpcServer {
  readonly #context: RpcContext

  constructor(context: RpcContext) {
    this.#context = context
  }

  /** Answers a request or a batch; `undefined` where only notifications came. Never throws. */
  async handle(body: unknown, session: Session = {}): Promise<unknown> {
    if (!Array.isArray(body)) return this.#answer(body, session)
    if (body.length === 0) return failure(null, new RpcError(INVALID_REQUEST, "empty batch"))
    if (body.length > MAX_BATCH) return failure(null, new RpcError(INVALID_REQUEST, "batch too large"))
    const answers: unknown[] = []
    for (const request of body) {
      const answer = await this.#answer(request, session)
      if (answer !== undefined) answers.push(answer)
    }
    return answers.length > 0 ? answers : undefined
  }

  async #answer(request: unknown, session: Session): Promise<unknown> {
    const { id, method, params, flaw } = readRequest(request)
    if (flaw) return failure(id ?? null, new RpcError(INVALID_REQUEST, flaw))
    try {
      const result = await this.#call(method, params, session)
      return id === undefined ? undefined : { jsonrpc: "2.0", id, result }
    } catch (error) {
      if (id === undefined) return undefined
      return failure(id, error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, (error as Error).message))
    }
  }

  async #call(method: string, params: readonly unknown[], session: Session): Promise<unknown> {
    if (!Object.hasOwn(METHODS, method)) {
      throw new RpcError(METHOD_NOT_FOUND, `the method ${method.slice(0, 64)} does not exist/is not available`)
    }
    return METHODS[method]!(this.#context, params, session)
  }
}

interface Request {
  /** `undefined`: a notification, which gets no answer. */
  id: Id | undefined
  method: string
  params: readonly unknown[]
  flaw?: string
}

function readRequest(request: unknown): Request {
  const nothing = { id: null, method: "", params: [] }
  if (request === null || typeof request !== "object" || Array.isArray(request)) {
    return { ...nothing, flaw: "object expected" }
  }
  const { jsonrpc, id, method, params } = request as Record<string, unknown>
  const named = id === null || typeof id === "string" || typeof id === "number"
  if (id !== undefined && !named) return { ...nothing, flaw: "id: string or number expected" }
  const known = { ...nothing, id: id as Id | undefined }
  if (jsonrpc !== "2.0") return { ...known, flaw: 'jsonrpc: "2.0" expected' }
  if (typeof method !== "string") return { ...known, flaw: "method: string expected" }
  if (params !== undefined && !Array.isArray(params)) return { ...known, flaw: "params: array expected" }
  return { ...known, method, params: (params as unknown[] | undefined) ?? [] }
}
