/** The serial link against a line that is cut in pieces, echoes, and is full of other things. */
import { describe, expect, it } from "vitest"
import { encodeLinkMessage, LinkCode } from "../../protocol/link-message.ts"
import { Rule } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, type SerialFrame, SerialReader } from "../../protocol/serial-frame.ts"
import type { Timer } from "../links/coap-link.ts"
import { type ByteStream, serialLink } from "../links/serial-link.ts"

/** A line whose other end is `answer`, and a timer that rings when told. */
function line(answer: (frame: SerialFrame) => Uint8Array[], station = 0) {
  let ring: (() => void) | undefined
  const timer: Timer = {
    set: (_, callback) => {
      ring = callback
    },
    clear: () => {
      ring = undefined
    },
  }
  const reader = new SerialReader(1_200, {
    frame: (frame) => queueMicrotask(() => answer(frame).forEach((bytes) => void stream.onReadable?.(bytes))),
  })
  const stream: ByteStream = { write: (bytes) => reader.push(bytes), close: () => {} }
  return { link: serialLink({ stream, timer, station }), ring: () => ring?.() }
}

const message = { kind: "report", body: new Uint8Array([1, 2]), request: 70_000, timeout: 1 } as const
const answered = (code: number, body: number[] = [], token = 70_000 % 65_536, station = 0) =>
  encodeSerialFrame({ station, rule: Rule.whole, payload: encodeLinkMessage(code, token, new Uint8Array(body)) })

describe("the serial link", () => {
  it("takes the answer that has its token, whatever else is on the line", async () => {
    const { link } = line((frame) => [
      new Uint8Array([0x55, 0, 1, 1, 0]), // garbage
      encodeSerialFrame(frame), // echo
      answered(LinkCode.changed, [9], 1), // an answer that comes late
      answered(LinkCode.changed, [9], undefined, 5), // another station's
      ...[...answered(LinkCode.changed, [3, 0, 4])].map((byte) => new Uint8Array([byte])),
    ])
    expect(await link.exchange(message)).toEqual({ ok: true, body: new Uint8Array([3, 0, 4]) })
  })

  it("speaks and hears as its station", async () => {
    const { link } = line(({ station }) => [answered(LinkCode.changed, [station], undefined, station)], 5)
    expect(await link.exchange(message)).toEqual({ ok: true, body: new Uint8Array([5]) })
  })

  it("knows refused from busy, and trusts no other fault", async () => {
    const outcome = async (code: number) => line(() => [answered(code)]).link.exchange(message)
    expect(await outcome(LinkCode.unauthorized)).toEqual({ ok: false, reason: "refused" })
    expect(await outcome(LinkCode.busy)).toEqual({ ok: false, reason: "busy" })
    expect(await outcome(LinkCode.badRequest)).toBeUndefined()
  })

  it("gives up when the time is over, and listens no more", async () => {
    const { link, ring } = line(() => [])
    const exchange = link.exchange(message)
    ring()
    expect(await exchange).toBeUndefined()
  })
})
