/** Lets a sender and a receiver talk, message by message, and writes down what they say as RFC 8724's figures do. */
import { AlwaysReceiver } from "../always-receiver.ts"
import { AlwaysSender } from "../always-sender.ts"
import { ErrorReceiver } from "../error-receiver.ts"
import { ErrorSender } from "../error-sender.ts"
import { decodeAck, decodeFragment } from "../messages.ts"
import type { FragmentRule } from "../rules.ts"

export interface Played {
  lines: string[]
  /** what travelled, both ways, in order */
  up: Uint8Array[]
  down: Uint8Array[]
  packet: Uint8Array | undefined
  state: string
}

export interface Play {
  rule: FragmentRule
  packet: Uint8Array
  bits?: number
  /** of the nth message of the sender */
  mtu: number | ((n: number) => number)
  /** messages that get lost, as lines */
  lost?: string[]
  maxBytes?: number
}

/** An answer arrives before the sender's next message; where nothing is said, its timer rings. */
export function play({ rule, packet, bits = packet.length * 8, mtu, lost = [], maxBytes = 2_600 }: Play): Played {
  const mtuAt = typeof mtu === "number" ? () => mtu : mtu
  const isAlways = rule.mode === "ack-always"
  const smallest = typeof mtu === "number" ? mtu : 11
  const sender = new (isAlways ? AlwaysSender : ErrorSender)(rule, 0, packet, smallest, bits)
  const receiver = new (isAlways ? AlwaysReceiver : ErrorReceiver)(rule, 0, maxBytes)
  const played: Played = { lines: [], up: [], down: [], packet: undefined, state: "" }
  const losing = [...lost]
  const arrives = (line: string) => {
    const at = losing.indexOf(line)
    if (at >= 0) losing.splice(at, 1)
    played.lines.push(at >= 0 ? `${line} X` : line)
    return at < 0
  }
  for (let n = 0; n < 1_000 && sender.state !== "done" && sender.state !== "failed"; ) {
    const message = sender.next(mtuAt(n))
    if (!message) {
      sender.timeout()
      continue
    }
    n++
    played.up.push(message)
    const fragment = decodeFragment(rule, message)!
    const { kind, w, fcn } = fragment
    const names = {
      tiles: `W=${w} FCN=${fcn}`,
      last: `W=${w} FCN=${fcn} RCS`,
      request: `W=${w} ACK REQ`,
      abort: "ABORT",
    }
    if (!arrives(names[kind])) continue
    const answer = receiver.receive(fragment, message)
    if (!answer) continue
    played.down.push(answer)
    const ack = decodeAck(rule, answer)!
    const bitmap = ack.bitmap.map((bit) => (bit ? "1" : "0")).join("")
    const line = ack.kind === "abort" ? "< ABORT" : ack.whole ? `< W=${ack.w} C=1` : `< W=${ack.w} C=0 ${bitmap}`
    if (arrives(line)) sender.receive(answer)
  }
  return { ...played, packet: receiver.packet, state: sender.state }
}
