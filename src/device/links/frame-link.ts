/** Exchanges over a link that carries frames and nothing else: a request goes up, the answer with its token comes down. */
import { MAX_BODY } from "../../protocol/coap.ts"
import { decodeLinkMessage, encodeLinkMessage, LinkCode, tokenOfRequest } from "../../protocol/link-message.ts"
import { Rule } from "../../protocol/schc/rules.ts"
import type { Link, LinkAnswer, LinkMessage } from "../ports.ts"
import type { Timer } from "./coap-link.ts"

/** A radio or a line, as far as it carries frames towards the gateway and from it. */
export interface Frames {
  send(rule: number, payload: Uint8Array): void
  onFrame?: (rule: number, payload: Uint8Array) => void
  close(): void
}

export class FrameLink implements Link {
  readonly maxBody = MAX_BODY
  readonly #frames: Frames
  readonly #timer: Timer

  constructor(options: { frames: Frames; timer: Timer }) {
    this.#frames = options.frames
    this.#timer = options.timer
  }

  exchange({ kind, body, request, timeout }: LinkMessage): Promise<LinkAnswer | undefined> {
    const token = tokenOfRequest(request)
    return new Promise((resolve) => {
      const finish = (answer: LinkAnswer | undefined) => {
        this.#timer.clear()
        delete this.#frames.onFrame
        resolve(answer)
      }
      this.#frames.onFrame = (rule, payload) => {
        const message = rule === Rule.whole ? decodeLinkMessage(payload) : undefined
        // On a shared line, and where it echoes, requests are heard too.
        if (!message || message.token !== token || message.code < LinkCode.changed) return
        if (message.code === LinkCode.changed) finish({ ok: true, body: message.body })
        else if (message.code === LinkCode.unauthorized) finish({ ok: false, reason: "refused" })
        else if (message.code === LinkCode.busy) finish({ ok: false, reason: "busy" })
        // Any other code names a fault in this very message: waiting for a better answer is pointless, so is trusting it.
        else finish(undefined)
      }
      this.#timer.set(timeout, () => finish(undefined))
      this.#frames.send(Rule.whole, encodeLinkMessage(LinkCode[kind], token, body))
    })
  }

  close(): void {
    this.#timer.clear()
    this.#frames.close()
  }
}
