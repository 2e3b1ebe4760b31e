/**
 * A bridge is one link's end at the gateway: it takes messages off the air or wire, and carries answers back. What all
 * have in common is here; docs/links.md says how to add one.
 */
import type { LinkName, LinkQuality } from "../../protocol/link-message.ts"
import type { Limits } from "../limits.ts"
import type { Logger } from "../log.ts"
import type { Clock, Random } from "../ports.ts"

/** What a message is for; each link has its own way to say so. */
export type Topic = "hello" | "report"

export type AnswerKind = "changed" | "badRequest" | "unauthorized" | "notFound" | "tooLarge" | "busy"

export interface Answer {
  kind: AnswerKind
  /** Of "changed": the message. Of the others: an error code in ASCII, which a link may leave out. */
  body: Uint8Array
  /** of "busy": when to come again (ms), where that is known */
  retryAfter?: number
}

/** Never rejects. `undefined`: no answer at all. */
export type Handler = (topic: Topic, body: Uint8Array) => Promise<Answer | undefined>

/** What a bridge counts of its link. */
export interface LinkMeter {
  /** one frame, datagram or piece of a line, with what the link itself adds */
  frame(direction: "up" | "down", bytes: number): void
  /** What came did not get as far as the handler, or an answer did not leave. */
  dropped(code: string): void
  /** a frame that was sent again */
  retried(): void
  /** The end of a message that came in more frames than one. */
  reassembled(outcome: "complete" | "aborted" | "expired"): void
  quality(quality: LinkQuality): void
}

export interface BridgeOptions {
  handle: Handler
  meter: LinkMeter
  /** absent: those of `limits.ts` and `ports.ts` */
  limits?: Limits
  clock?: Clock
  random?: Random
  log?: Logger
}

export interface Bridge {
  /** where it listens; 0 where that is no port */
  readonly port: number
  close(): Promise<void>
}

/** `Where`: what the link needs to know beside; a function that opens it throws `E_PORT` where it cannot be had. */
export type OpenBridge<Where> = (options: BridgeOptions & Where) => Promise<Bridge>

/** Bridges by link. Each is loaded when it is opened, so that a link nobody uses costs nothing. */
export const bridges = {
  wifi: async (): Promise<OpenBridge<{ host: string; port: number }>> => (await import("./coap.ts")).openCoapBridge,
  serial: async (): Promise<OpenBridge<{ line: string }>> => (await import("./serial.ts")).openSerialBridge,
} satisfies Partial<Record<LinkName, () => Promise<OpenBridge<never>>>>
