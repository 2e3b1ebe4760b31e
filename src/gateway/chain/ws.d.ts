// The part of `ws` that is used here; its own types are a package of their own.
declare module "ws" {
  import type { EventEmitter } from "node:events"
  import type { IncomingMessage } from "node:http"
  import type { Duplex } from "node:stream"

  export class WebSocket extends EventEmitter {
    readonly bufferedAmount: number
    send(data: string): void
    close(code: number, reason: string): void
    ping(): void
    pause(): void
    resume(): void
    terminate(): void
  }

  export class WebSocketServer {
    constructor(options: { noServer: true; maxPayload: number })
    readonly clients: Set<WebSocket>
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (socket: WebSocket, request: IncomingMessage) => void,
    ): void
    close(): void
  }
}
