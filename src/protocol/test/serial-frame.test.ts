import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cobsDecode, cobsEncode, cobsLength } from "../cobs.ts"
import { crc32 } from "../crc32.ts"
import { fromHex, toHex } from "../index.ts"
import { decodeLinkMessage, encodeLinkMessage, LinkCode } from "../link-message.ts"
import { encodeSerialFrame, type SerialFrame, SerialReader } from "../serial-frame.ts"

const range = (from: number, to: number) => Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i)
const bytes = (maxLength = 600) => fc.uint8Array({ maxLength })

describe("CRC-32", () => {
  it("has the check value of its catalogue entry (CRC-32/ISO-HDLC)", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })
})

describe("COBS", () => {
  const run = (n: number) => new Uint8Array(n).fill(0x11)
  /** The examples of Cheshire and Baker's paper and of the algorithm's encyclopaedia entry. */
  const examples: [plain: Uint8Array, encoded: Uint8Array][] = [
    [fromHex(""), fromHex("01")],
    [fromHex("00"), fromHex("0101")],
    [fromHex("0000"), fromHex("010101")],
    [fromHex("001100"), fromHex("01021101")],
    [fromHex("11220033"), fromHex("0311220233")],
    [fromHex("11223344"), fromHex("0511223344")],
    [fromHex("11000000"), fromHex("0211010101")],
    [range(1, 254), new Uint8Array([0xff, ...range(1, 254)])],
    [range(0, 254), new Uint8Array([0x01, 0xff, ...range(1, 254)])],
    [range(1, 255), new Uint8Array([0xff, ...range(1, 254), 0x02, 0xff])],
    [new Uint8Array([...range(2, 255), 0]), new Uint8Array([0xff, ...range(2, 255), 0x01, 0x01])],
    [new Uint8Array([...range(3, 255), 0, 1]), new Uint8Array([0xfe, ...range(3, 255), 0x02, 0x01])],
    [run(508), new Uint8Array([0xff, ...run(254), 0xff, ...run(254)])],
  ]

  it.each(examples.map((example, i) => [i, ...example] as const))("example %i", (_, plain, encoded) => {
    expect(toHex(cobsEncode(plain))).toBe(toHex(encoded))
    const buffer = encoded.slice()
    expect(toHex(buffer.subarray(0, cobsDecode(buffer, buffer.length)))).toBe(toHex(plain))
  })

  it("comes back, without a zero, no longer than it says", () => {
    fc.assert(
      fc.property(bytes(), (plain) => {
        const encoded = cobsEncode(plain)
        expect(encoded.includes(0)).toBe(false)
        expect(encoded.length).toBeLessThanOrEqual(cobsLength(plain.length))
        const buffer = encoded.slice()
        expect(buffer.subarray(0, cobsDecode(buffer, buffer.length))).toEqual(plain)
      }),
    )
  })

  it("takes any bytes for an encoding or says no", () => {
    fc.assert(
      fc.property(bytes(), (noise) => {
        const length = cobsDecode(noise.slice(), noise.length)
        expect(length).toBeLessThan(Math.max(1, noise.length))
      }),
    )
  })
})

describe("serial frames", () => {
  const read = (pieces: Uint8Array[], maxPayload = 700) => {
    const seen: (SerialFrame | string)[] = []
    const reader = new SerialReader(maxPayload, {
      frame: (frame) => seen.push(frame),
      text: (text) => seen.push(`text ${text}`),
      dropped: (reason) => seen.push(reason),
    })
    for (const piece of pieces) reader.push(piece)
    return seen
  }
  const frames = fc.record({ station: fc.nat(255), rule: fc.nat(255), payload: bytes() })
  const frame = { station: 0, rule: 22, payload: new Uint8Array([1, 0, 7, 0xa0]) }

  it("come through, however the line cuts them", () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 4 }), fc.integer({ min: 1, max: 90 }), (sent, size) => {
        const line = Uint8Array.from(sent.flatMap((each) => [...encodeSerialFrame(each)]))
        const pieces = Array.from({ length: Math.ceil(line.length / size) }, (_, i) =>
          line.subarray(i * size, (i + 1) * size),
        )
        expect(read(pieces)).toEqual(sent)
      }),
    )
  })

  it("are found behind any garbage, half a frame included", () => {
    fc.assert(
      fc.property(bytes(), frames, fc.nat(), (noise, lost, cut) => {
        const half = encodeSerialFrame(lost)
        const seen = read([noise, half.subarray(0, cut % half.length), encodeSerialFrame(frame)])
        expect(seen.at(-1)).toEqual(frame)
      }),
    )
  })

  it("never come out of one with a byte changed", () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, at, flip) => {
        const line = encodeSerialFrame(sent)
        line[at % line.length]! ^= flip
        const same = at % line.length === 0 || at % line.length === line.length - 1
        const got = read([line, new Uint8Array(1)]).filter((each) => typeof each !== "string")
        if (!same) expect(got).toEqual([])
      }),
    )
  })

  it("name what they drop, and give text to people", () => {
    const line = encodeSerialFrame(frame)
    const broken = line.map((byte, i) => (i === 3 ? byte ^ 1 : byte))
    const text = new TextEncoder().encode("\x1b[0;32mI (31) boot\x1b[0m\r\n")
    expect(read([text, line, broken])).toEqual(["text \x1b[0;32mI (31) boot\x1b[0m\r\n", frame, "E_SERIAL_CHECK"])
    expect(read([new Uint8Array([0, 9, 0xf0, 0])])).toEqual(["E_SERIAL_GARBAGE"])
    expect(read([new Uint8Array(100).fill(0xf0), line], 20)).toEqual(["E_SERIAL_LENGTH", frame])
    expect(read([encodeSerialFrame({ ...frame, payload: new Uint8Array(21) })], 20)).toEqual(["E_SERIAL_LENGTH"])
    expect(read([encodeSerialFrame({ ...frame, payload: new Uint8Array(20) })], 20)).toHaveLength(1)
    expect(read([text.subarray(0, 9), new Uint8Array(1000).fill(0x41), line], 20)).toHaveLength(2)
  })
})

describe("link messages", () => {
  it("carry code, token and body", () => {
    const message = encodeLinkMessage(LinkCode.report, 0x1170, new Uint8Array([7, 8]))
    expect(toHex(message)).toBe("0211700708")
    expect(decodeLinkMessage(message)).toEqual({ code: 2, token: 0x1170, body: new Uint8Array([7, 8]) })
    expect(decodeLinkMessage(new Uint8Array([2, 0]))).toBeUndefined()
  })
})
