/**
 * One end of a conversation in frames: packets out, packets in, whole or in fragments; one of each at a time. It keeps no
 * time: whoever owns it rings when the retransmission or the inactivity timer is over.
 */
import { AlwaysReceiver } from "./always-receiver.ts"
import { AlwaysSender } from "./always-sender.ts"
import { ErrorReceiver } from "./error-receiver.ts"
import { ErrorSender } from "./error-sender.ts"
import { decodeFragment } from "./messages.ts"
import { type FragmentRule, Rule } from "./rules.ts"
import type { Incoming, Outgoing } from "./session.ts"

/** Why a frame had no effect. */
export type FragmentDrop =
  | "E_SCHC_ABORTED" // the other end, or too many attempts, ended a packet
  | "E_SCHC_EXPIRED" // a packet's fragments stopped coming
  | "E_SCHC_MESSAGE" // no message of its rule
  | "E_SCHC_RULE" // a rule that is not in use here
  | "E_SCHC_STRAY" // of an answer to an earlier request

export interface EndpointOptions {
  /** rules of the packets that go out, and of those that come in */
  sends: FragmentRule
  takes: FragmentRule
  /** bytes of a frame's payload, without the rule id */
  mtu: number
  /** bytes of a packet that comes in, at most */
  maxPacket: number
  /** The end that is asked: a packet that begins to come in makes the answer to the one before void. */
  isAsked: boolean
  send(rule: number, payload: Uint8Array): void
  onPacket(packet: Uint8Array): void
  onDrop?(code: FragmentDrop): void
  /** a message that would not have been but for a loss */
  onRetry?(): void
  onReassembled?(outcome: "complete" | "aborted" | "expired"): void
}

export class FragmentEndpoint {
  readonly #options: EndpointOptions
  #out: Outgoing | undefined
  /** DTag of the packet that was sent last: its answer bears the same */
  #dtag = 0
  #in: Incoming | undefined

  constructor(options: EndpointOptions) {
    this.#options = options
  }

  /** Waits for an ack: `retransmit` must be called if none comes in time. */
  get isWaiting(): boolean {
    return this.#out?.state === "waiting"
  }

  /** Fragments of a packet came, or it is complete and may be asked about: `expire` must be called if no more come. */
  get isReceiving(): boolean {
    return this.#in !== undefined
  }

  /** Sends `packet` in place of one that may still be on its way; `tag` changes from request to request. */
  sendPacket(packet: Uint8Array, tag: number): void {
    const { sends, mtu, send } = this.#options
    this.#out = undefined
    this.#dtag = tag & ((1 << sends.t) - 1)
    if (packet.length <= mtu) {
      send(Rule.whole, packet)
      return
    }
    const Sender = sends.mode === "ack-always" ? AlwaysSender : ErrorSender
    this.#out = new Sender(sends, this.#dtag, packet, mtu)
    this.#pump()
  }

  receive(rule: number, payload: Uint8Array): void {
    const { sends, takes, onPacket, onDrop, isAsked } = this.#options
    if (rule === Rule.whole) {
      if (isAsked) this.#out = undefined
      onPacket(payload)
    } else if (rule === takes.id) this.#take(payload)
    else if (rule === sends.id) this.#acked(payload)
    else onDrop?.("E_SCHC_RULE")
  }

  /** The retransmission timer rang. */
  retransmit(): void {
    if (!this.isWaiting) return
    this.#options.onRetry?.()
    this.#out!.timeout()
    this.#pump()
  }

  /** The inactivity timer rang (RFC 8724 §8.2.2.4). */
  expire(): void {
    const { takes, send, onDrop, onReassembled } = this.#options
    if (this.#in?.state === "open") {
      send(takes.id, this.#in.abort())
      onReassembled?.("expired")
      onDrop?.("E_SCHC_EXPIRED")
    }
    this.#in = undefined
  }

  #acked(payload: Uint8Array): void {
    if (!this.#out) return
    const before = this.#out.state
    this.#out.receive(payload)
    if (before === "waiting" && this.#out.state === "sending") this.#options.onRetry?.()
    this.#pump()
  }

  #pump(): void {
    const { sends, mtu, send, onDrop } = this.#options
    const out = this.#out
    if (!out) return
    for (let message = out.next(mtu); message; message = out.next(mtu)) send(sends.id, message)
    if (out.state !== "done" && out.state !== "failed") return
    if (out.state === "failed") onDrop?.("E_SCHC_ABORTED")
    if (this.#out === out) this.#out = undefined
  }

  #take(payload: Uint8Array): void {
    const { takes, maxPacket, send, onPacket, onDrop, onReassembled, isAsked } = this.#options
    const fragment = decodeFragment(takes, payload)
    if (!fragment) {
      onDrop?.("E_SCHC_MESSAGE")
      return
    }
    if (!isAsked && fragment.dtag !== this.#dtag) {
      onDrop?.("E_SCHC_STRAY")
      return
    }
    if (!this.#in?.isOf(fragment, payload)) {
      if (isAsked) this.#out = undefined
      if (this.#in?.state === "open") onReassembled?.("aborted")
      const Receiver = takes.mode === "ack-always" ? AlwaysReceiver : ErrorReceiver
      this.#in = new Receiver(takes, fragment.dtag, maxPacket)
    }
    const incoming = this.#in
    const before = incoming.state
    const answer = incoming.receive(fragment, payload)
    if (answer) send(takes.id, answer)
    if (before !== "open") return
    if (incoming.state === "aborted") {
      this.#in = undefined
      onReassembled?.("aborted")
      onDrop?.("E_SCHC_ABORTED")
    } else if (incoming.packet) {
      onReassembled?.("complete")
      onPacket(incoming.packet)
    }
  }
}
