/**
 * Exchanges over a link that carries frames and nothing else: a request goes up, the answer with its token comes down, each
 * in fragments where it is larger than a frame.
 */
import { MAX_BODY } from "../../protocol/coap.ts"
import {
  decodeLinkMessage,
  encodeLinkMessage,
  LINK_HEAD,
  LinkCode,
  type LinkName,
  tokenOfRequest,
} from "../../protocol/link-message.ts"
import { FragmentEndpoint } from "../../protocol/schc/endpoint.ts"
import type { FragmentRule } from "../../protocol/schc/rules.ts"
import type { Link, LinkAnswer, LinkMessage } from "../ports.ts"
import type { Timer } from "./coap-link.ts"

/** A radio or a line, as far as it carries frames towards the gateway and from it. */
export interface Frames {
  /** bytes of a frame's payload, without the rule id */
  readonly mtu: number
  send(rule: number, payload: Uint8Array): void
  onFrame?: (rule: number, payload: Uint8Array) => void
  close(): void
}

export interface FrameLinkOptions {
  name: LinkName
  frames: Frames
  timer: Timer
  rules: { up: FragmentRule; down: FragmentRule }
  /** how long to wait for an ack of fragments (µs) */
  retransmit: number
}

const MAX_PACKET = MAX_BODY + LINK_HEAD
/** Acks in a row that do not come before nobody is there. */
const MOST_SILENT = 12
/** Retransmissions of the gateway to wait for, once an answer has begun. */
const REPEATS_IN_ANSWER = 6
/** Strays may not keep the device awake: so many frames may put off the end, for each that a whole answer needs. */
const PATIENCE = 3

export class FrameLink implements Link {
  readonly name: LinkName
  readonly mtu: number
  readonly maxBody = MAX_BODY
  readonly #options: FrameLinkOptions

  constructor(options: FrameLinkOptions) {
    this.name = options.name
    this.mtu = options.frames.mtu
    this.#options = options
  }

  exchange({ kind, body, request, timeout }: LinkMessage): Promise<LinkAnswer | undefined> {
    const { frames, timer, rules, retransmit } = this.#options
    const token = tokenOfRequest(request)
    let patience = PATIENCE * Math.ceil(MAX_PACKET / frames.mtu)
    return new Promise((resolve) => {
      const finish = (answer: LinkAnswer | undefined) => {
        timer.clear()
        delete frames.onFrame
        resolve(answer)
      }
      const endpoint = new FragmentEndpoint({
        ...{ sends: rules.up, takes: rules.down, mtu: frames.mtu, maxPacket: MAX_PACKET, isAsked: false },
        send: (rule, payload) => frames.send(rule, payload),
        onPacket: (packet) => {
          const answer = answerTo(token, packet)
          if (answer) finish(answer === "fault" ? undefined : answer)
        },
      })
      let silent = 0
      // A lost fragment of the answer comes again only when the gateway's own retransmission timer has rung.
      const answerWait = () => Math.max(timeout, retransmit * (endpoint.isReceiving ? REPEATS_IN_ANSWER : 2))
      const wait = () => timer.set(endpoint.isWaiting ? retransmit : answerWait(), ring)
      const ring = () => {
        if (!endpoint.isWaiting || ++silent > MOST_SILENT) return finish(undefined)
        endpoint.retransmit()
        wait()
      }
      frames.onFrame = (rule, payload) => {
        const wasWaiting = endpoint.isWaiting
        endpoint.receive(rule, payload)
        const isProgress = wasWaiting !== endpoint.isWaiting || rule === rules.down.id
        if (isProgress) silent = 0
        if (frames.onFrame && isProgress && patience-- > 0) wait()
      }
      endpoint.sendPacket(encodeLinkMessage(LinkCode[kind], token, body), token)
      wait()
    })
  }

  close(): void {
    this.#options.timer.clear()
    this.#options.frames.close()
  }
}

/** `undefined`: no answer to this request. On a shared line, and where it echoes, requests are heard too. */
function answerTo(token: number, packet: Uint8Array): LinkAnswer | "fault" | undefined {
  const message = decodeLinkMessage(packet)
  if (!message || message.token !== token || message.code < LinkCode.changed) return undefined
  if (message.code === LinkCode.changed) return { ok: true, body: message.body.slice() }
  if (message.code === LinkCode.unauthorized) return { ok: false, reason: "refused" }
  if (message.code === LinkCode.busy) return { ok: false, reason: "busy" }
  // Any other code names a fault in this very message: waiting for a better answer is pointless, so is trusting it.
  return "fault"
}
