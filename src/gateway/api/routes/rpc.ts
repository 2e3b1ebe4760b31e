import type { FastifyInstance } from "fastify"
import type { ApiContext } from "../context.ts"
import { documented } from "./documented.ts"

/** The chain's JSON-RPC. What changes state there is signed by whoever wants it. */
export function rpcRoute(app: FastifyInstance, { chain }: ApiContext): void {
  // JSON-RPC has an answer of its own for what is not JSON.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "string" }, (_, text, done) => done(null, text))
  const schema = documented("rpc", "Ethereum JSON-RPC 2.0; also over WebSocket, at the same path", {})
  app.post("/rpc", { schema }, async (request, reply) => {
    const answer = await answerRpc(request.body, chain.handleRpc)
    return answer === undefined ? reply.code(204).send() : reply.type("application/json").send(JSON.stringify(answer))
  })
}

async function answerRpc(text: unknown, handle: ApiContext["chain"]["handleRpc"]): Promise<unknown> {
  let body: unknown
  try {
    body = JSON.parse(String(text))
  } catch {
    return { jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error: the body is not JSON." } }
  }
  return handle(body)
}
