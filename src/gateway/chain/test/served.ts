import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { EmbeddedChain } from "../index.ts"
import { serveWebSocket } from "../websocket.ts"

/** A node behind a real HTTP server, with WebSocket beside it: as other people's tools meet it. */
export async function serveChain(node: EmbeddedChain): Promise<{ http: string; ws: string; close(): void }> {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await node.handleRpc(JSON.parse(Buffer.concat(chunks).toString()))
    response.setHeader("content-type", "application/json").end(answer === undefined ? "" : JSON.stringify(answer))
  })
  const service = serveWebSocket(server, node, { path: "/rpc" })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}/rpc`
  return {
    http: `http://${at}`,
    ws: `ws://${at}`,
    close() {
      service.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
