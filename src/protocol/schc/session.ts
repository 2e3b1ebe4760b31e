/** What the two modes have in common: one packet on its way out, one on its way in. Time is the owner's business. */
import type { Fragment } from "./messages.ts"
import type { FragmentRule } from "./rules.ts"

/** `waiting`: for an ack; the retransmission timer runs. */
export type SenderState = "sending" | "waiting" | "done" | "failed"

export interface Outgoing {
  readonly rule: FragmentRule
  readonly state: SenderState
  /** The next message, for a frame of `mtu` bytes without the rule id; `undefined`: nothing to send now. */
  next(mtu: number): Uint8Array | undefined
  /** A message of the packet's receiver. */
  receive(bytes: Uint8Array): void
  /** The retransmission timer rang. */
  timeout(): void
}

export type ReceiverState = "open" | "complete" | "aborted"

export interface Incoming {
  readonly rule: FragmentRule
  readonly dtag: number
  readonly state: ReceiverState
  /** whole bytes of the packet, once it is complete */
  readonly packet: Uint8Array | undefined
  /** Whether the fragment can be of this very packet; if not, another one begins with it. */
  isOf(fragment: Fragment, bytes: Uint8Array): boolean
  /** What to answer. */
  receive(fragment: Fragment, bytes: Uint8Array): Uint8Array | undefined
  /** Ends it, as when the inactivity timer rang; returns the Receiver-Abort. */
  abort(): Uint8Array
}
