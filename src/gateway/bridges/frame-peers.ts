/**
 * The gateway's end of links that speak in frames: a conversation with each peer, requests in, answers out. A peer costs one
 * packet of memory, and that only while it sends one in fragments.
 */
import { MAX_BODY } from "../../protocol/coap.ts"
import { LINK_HEAD } from "../../protocol/link-message.ts"
import { FragmentEndpoint } from "../../protocol/schc/endpoint.ts"
import { decodeFragment, encodeReceiverAbort } from "../../protocol/schc/messages.ts"
import { type FragmentRule, Rule } from "../../protocol/schc/rules.ts"
import type { Clock } from "../ports.ts"
import type { BridgeOptions } from "./bridge.ts"
import { messageExchange } from "./message-exchange.ts"

export interface FramePeersOptions extends Pick<BridgeOptions, "handle" | "meter"> {
  clock: Pick<Clock, "after">
  rules: { up: FragmentRule; down: FragmentRule }
  /** bytes of a frame's payload, without the rule id */
  mtu: number
  /** ms to wait for an ack of fragments, and for the next fragment of a packet */
  retransmitMs: number
  inactivityMs: number
  /** peers with a conversation going on, at once */
  mostPeers: number
  /** requests of all peers that wait for the gateway's answer, at once */
  mostWaiting: number
  send(peer: number, rule: number, payload: Uint8Array): void
}

const MAX_PACKET = MAX_BODY + LINK_HEAD

interface Peer {
  endpoint: FragmentEndpoint
  /** requests that the gateway works on */
  waiting: number
  cancelRetransmit(): void
  cancelExpire(): void
}

const nothing = () => {}

export class FramePeers {
  readonly #options: FramePeersOptions
  readonly #exchange: ReturnType<typeof messageExchange>
  readonly #peers = new Map<number, Peer>()
  #waiting = 0

  constructor(options: FramePeersOptions) {
    this.#options = options
    this.#exchange = messageExchange(options)
  }

  /** conversations that go on */
  get size(): number {
    return this.#peers.size
  }

  receive(number: number, rule: number, payload: Uint8Array): void {
    const peer = this.#peers.get(number) ?? this.#admit(number, rule, payload)
    if (!peer) return
    peer.endpoint.receive(rule, payload)
    this.#rearm(number, peer)
  }

  close(): void {
    for (const { cancelRetransmit, cancelExpire } of this.#peers.values()) {
      cancelRetransmit()
      cancelExpire()
    }
    this.#peers.clear()
  }

  #admit(number: number, rule: number, payload: Uint8Array): Peer | undefined {
    const { meter, rules, mostPeers, mtu, send } = this.#options
    const isFragment = rule === rules.up.id && decodeFragment(rules.up, payload)
    if (this.#peers.size >= mostPeers && rule !== Rule.whole) {
      meter.dropped("E_BUSY")
      // RFC 8724 §8.4.3.2: who cannot take a packet says so.
      if (isFragment && isFragment.kind === "tiles") send(number, rule, encodeReceiverAbort(rules.up, isFragment.dtag))
      return undefined
    }
    const endpoint: FragmentEndpoint = new FragmentEndpoint({
      ...{ sends: rules.down, takes: rules.up, mtu, maxPacket: MAX_PACKET, isAsked: true },
      send: (rule, payload) => send(number, rule, payload),
      onPacket: (packet) => void this.#answer(number, peer, packet),
      onDrop: (code) => meter.dropped(code),
      onRetry: () => meter.retried(),
      onReassembled: (outcome) => meter.reassembled(outcome),
    })
    const peer: Peer = { endpoint, waiting: 0, cancelRetransmit: nothing, cancelExpire: nothing }
    this.#peers.set(number, peer)
    return peer
  }

  async #answer(number: number, peer: Peer, packet: Uint8Array): Promise<void> {
    const { meter, mostWaiting } = this.#options
    if (this.#waiting >= mostWaiting) {
      meter.dropped("E_BUSY")
      return
    }
    this.#waiting++
    peer.waiting++
    const answer = await this.#exchange(packet)
    this.#waiting--
    peer.waiting--
    // The token's last bits serve as DTag.
    if (answer && this.#peers.get(number) === peer) peer.endpoint.sendPacket(answer, answer[2]!)
    this.#rearm(number, peer)
  }

  #rearm(number: number, peer: Peer): void {
    const { clock, retransmitMs, inactivityMs } = this.#options
    const { endpoint } = peer
    peer.cancelRetransmit()
    peer.cancelExpire()
    if (this.#peers.get(number) !== peer) return
    const ring = (task: () => void) => () => {
      task()
      this.#rearm(number, peer)
    }
    if (endpoint.isWaiting)
      peer.cancelRetransmit = clock.after(
        retransmitMs,
        ring(() => endpoint.retransmit()),
      )
    if (endpoint.isReceiving)
      peer.cancelExpire = clock.after(
        inactivityMs,
        ring(() => endpoint.expire()),
      )
    else if (!endpoint.isWaiting && peer.waiting === 0) this.#peers.delete(number)
  }
}
