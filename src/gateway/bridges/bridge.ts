import type { Limits } from "../limits.ts"
import type { Clock, Random } from "../ports.ts"

/** A bridge is one link's end at the gateway: it takes messages off the air or wire, and carries answers back. */

/** What a message is for; each link has its own way to say so. */
export type Topic = "hello" | "report"

export type AnswerKind = "changed" | "badRequest" | "unauthorized" | "notFound" | "tooLarge" | "busy"

export interface Answer {
  kind: AnswerKind
  /** Of "changed": the message. Of the others: an error code in ASCII, which a link may leave out. */
  body: Uint8Array
}

/** Never rejects. `undefined`: no answer at all. */
export type Handler = (topic: Topic, body: Uint8Array) => Promise<Answer | undefined>

export interface BridgeOptions {
  host: string
  /** 0: any free one */
  port: number
  handle: Handler
  /** Counts a message that did not get as far as `handle`. */
  onDrop(code: string): void
  limits?: Limits
  clock?: Pick<Clock, "now">
  random?: Random
}

export interface Bridge {
  /** 0 where there is none */
  readonly port: number
  close(): Promise<void>
}

/** Bridges by link. Each is loaded when it is opened, so that a link nobody uses costs nothing. */
export const bridges = {
  wifi: async () => (await import("./coap.ts")).openCoapBridge,
  serial: async () => (await import("./serial.ts")).openSerialBridge,
}
