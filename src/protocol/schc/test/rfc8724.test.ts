/** The examples of RFC 8724: messages (§8.3) and sessions (Appendix B). */
import { describe, expect, it, test } from "vitest"
import { decodeAck, encodeAck, encodeReceiverAbort, encodeRequest, encodeSenderAbort, rcsOf } from "../messages.ts"
import type { FragmentRule } from "../rules.ts"
import { play } from "./play.ts"

const base: FragmentRule = {
  ...{ id: 1, mode: "ack-on-error", t: 0, m: 1, n: 3, windowSize: 7, tile: 2, maxAckRequests: 8 },
  ...{ lastTile: "all-1", windowAcks: false, plainAcks: false },
}
const bits = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("")
const bitmap = (text: string) => [...text].map((bit) => bit === "1")
const packetOf = (length: number) => Uint8Array.from({ length }, (_, i) => (7 * i + 1) & 255)

describe("ACK", () => {
  it("figures 16 and 17: ones at the end are cut at the boundary of a word", () => {
    const rule = { ...base, t: 2, m: 2, n: 5, windowSize: 17 }
    const ack = encodeAck(rule, 1, 2, bitmap("10111111111111111"))
    expect(bits(ack)).toBe("01100101")
    expect(decodeAck(rule, ack)).toMatchObject({ dtag: 1, w: 2, whole: false, bitmap: bitmap("10111111111111111") })
  })

  it("figure 18: nothing is cut where the boundary is behind the end", () => {
    const rule = { ...base, t: 3, m: 1, n: 3, windowSize: 7 }
    const ack = encodeAck(rule, 5, 1, bitmap("1010111"))
    expect(bits(ack)).toBe("1011010101110000")
    expect(decodeAck(rule, ack)).toMatchObject({ dtag: 5, w: 1, whole: false, bitmap: bitmap("1010111") })
  })

  it("figure 19: a bitmap of ones is one bit", () => {
    const rule = { ...base, t: 5, m: 1, n: 3, windowSize: 7 }
    expect(bits(encodeAck(rule, 0, 1, bitmap("1111111")))).toBe("00000101")
  })

  it("of a whole packet has no bitmap", () => {
    expect(bits(encodeAck({ ...base, t: 2 }, 3, 1))).toBe("11110000")
  })
})

describe("control messages", () => {
  const rule = { ...base, t: 2, m: 2, n: 3 }
  it("figures 20, 21, 22: ACK REQ, Sender-Abort, Receiver-Abort", () => {
    expect(bits(encodeRequest(rule, 2, 1))).toBe("10010000")
    expect(bits(encodeSenderAbort(rule, 2))).toBe("10111110")
    expect(bits(encodeReceiverAbort(rule, 2))).toBe("1011111111111111")
    expect(decodeAck(rule, encodeReceiverAbort(rule, 2))).toMatchObject({ kind: "abort", dtag: 2 })
  })
})

test("§8.2.3: the RCS is CRC-32 over packet and padding, extended to bytes by zeros", () => {
  const packet = new TextEncoder().encode("123456789")
  expect(rcsOf(packet, 72)).toBe(0xcbf43926)
  expect(rcsOf(packet, 73)).toBe(rcsOf(new Uint8Array([...packet, 0]), 80))
})

/** `from` to `to`, one line each. */
const tiles = (w: number, from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, i) => `W=${w} FCN=${from - i}`)

describe("ACK-on-Error, 11 tiles, one a fragment", () => {
  const packet = packetOf(22)
  const mtu = 7

  it("figure 28: no loss", () => {
    const one = { rule: base, packet, mtu: (n: number) => (n === 10 ? mtu : 3) }
    const { lines, packet: got } = play(one)
    expect(lines).toEqual([...tiles(0, 6, 0), ...tiles(1, 6, 4), "W=1 FCN=7 RCS", "< W=1 C=1"])
    expect(got).toEqual(packet)
  })

  it("figure 29: three lost fragments, reported at each window's end", () => {
    const lost = ["W=0 FCN=4", "W=0 FCN=2", "W=1 FCN=4"]
    const rule = { ...base, windowAcks: true }
    const { lines, packet: got } = play({ rule, packet, mtu: (n) => (n === 12 ? mtu : 3), lost })
    expect(lines).toEqual([
      ...["W=0 FCN=6", "W=0 FCN=5", "W=0 FCN=4 X", "W=0 FCN=3", "W=0 FCN=2 X", "W=0 FCN=1", "W=0 FCN=0"],
      "< W=0 C=0 1101011",
      ...["W=0 FCN=4", "W=0 FCN=2", "W=1 FCN=6", "W=1 FCN=5", "W=1 FCN=4 X", "W=1 FCN=7 RCS"],
      ...["< W=1 C=0 1100001", "W=1 FCN=4", "< W=1 C=1"],
    ])
    expect(got).toEqual(packet)
  })
})

describe("ACK-on-Error, 73 tiles, four a fragment, then one", () => {
  it("figure 30: three lost fragments, and an MTU that shrinks", () => {
    const rule = { ...base, m: 2, n: 5, windowSize: 28 }
    const packet = packetOf(146)
    const lost = ["W=0 FCN=15", "W=1 FCN=3", "W=2 FCN=13"]
    const every4 = (w: number, from: number, to: number) => tiles(w, from, to).filter((_, i) => i % 4 === 0)
    const mark = (line: string) => (lost.includes(line) ? `${line} X` : line)
    const { lines, packet: got } = play({ rule, packet, mtu: (n) => (n < 16 ? 9 : n === 24 ? 7 : 3), lost })
    expect(lines).toEqual([
      ...[...every4(0, 27, 3), ...every4(1, 27, 3), ...every4(2, 27, 23), ...tiles(2, 19, 12)].map(mark),
      "W=2 FCN=31 RCS",
      "< W=0 C=0 1111111111110000111111111111",
      ...tiles(0, 15, 12),
      "< W=1 C=0 1111111111111111111111110000",
      ...tiles(1, 3, 0),
      "< W=2 C=0 1111111111111101000000000001",
      ...["W=2 FCN=13", "< W=2 C=1"],
    ])
    expect(got).toEqual(packet)
  })
})

describe("ACK-Always, one tile a fragment", () => {
  const rule: FragmentRule = { ...base, mode: "ack-always", tile: 0, t: 4 }
  /** 2 bytes a tile: a header of one byte, and room for the RCS when the last one comes. */
  const mtuUntil = (last: number) => (n: number) => (n === last ? 7 : 3)

  it("figure 31: 11 tiles, no loss", () => {
    const packet = packetOf(22)
    const { lines, packet: got } = play({ rule, packet, mtu: mtuUntil(10) })
    const end = ["W=1 FCN=7 RCS", "< W=1 C=1"]
    expect(lines).toEqual([...tiles(0, 6, 0), "< W=0 C=0 1111111", ...tiles(1, 6, 4), ...end])
    expect(got).toEqual(packet)
  })

  it("figure 32: 11 tiles, three lost fragments", () => {
    const packet = packetOf(22)
    const lost = ["W=0 FCN=4", "W=0 FCN=2", "W=1 FCN=4"]
    const { lines, packet: got } = play({ rule, packet, mtu: mtuUntil(12), lost })
    expect(lines).toEqual([
      ...["W=0 FCN=6", "W=0 FCN=5", "W=0 FCN=4 X", "W=0 FCN=3", "W=0 FCN=2 X", "W=0 FCN=1", "W=0 FCN=0"],
      ...["< W=0 C=0 1101011", "W=0 FCN=4", "W=0 FCN=2", "< W=0 C=0 1111111"],
      // The figure shows eight bits for a window of seven here: the extra 0 stands for no tile.
      ...["W=1 FCN=6", "W=1 FCN=5", "W=1 FCN=4 X", "W=1 FCN=7 RCS", "< W=1 C=0 1100001"],
      ...["W=1 FCN=4", "< W=1 C=1"],
    ])
    expect(got).toEqual(packet)
  })

  const six = packetOf(12)
  const lost = ["W=0 FCN=4", "W=0 FCN=3", "W=0 FCN=2"]
  const begin = ["W=0 FCN=6", "W=0 FCN=5", "W=0 FCN=4 X", "W=0 FCN=3 X", "W=0 FCN=2 X", "W=0 FCN=7 RCS"]
  const again = ["< W=0 C=0 1100001", "W=0 FCN=4", "W=0 FCN=3"]

  it("figure 33: six tiles, three lost fragments", () => {
    const { lines, packet: got } = play({ rule, packet: six, mtu: mtuUntil(5), lost })
    expect(lines).toEqual([...begin, ...again, "W=0 FCN=2", "< W=0 C=1"])
    expect(got).toEqual(six)
  })

  it("figure 34: and an ack lost", () => {
    const { lines, packet: got } = play({ rule, packet: six, mtu: mtuUntil(5), lost: [...lost, "< W=0 C=1"] })
    expect(lines).toEqual([...begin, ...again, "W=0 FCN=2", "< W=0 C=1 X", "W=0 ACK REQ", "< W=0 C=1"])
    expect(got).toEqual(six)
  })

  it("figure 35: one of the three lost again", () => {
    const { lines, packet: got } = play({ rule, packet: six, mtu: mtuUntil(5), lost: [...lost, "W=0 FCN=2"] })
    // The figure has 1111101 here; but it is tile 2 that is missing, and there is none of index 1 (as in figure 33).
    const end = ["W=0 FCN=2 X", "W=0 ACK REQ", "< W=0 C=0 1111001", "W=0 FCN=2", "< W=0 C=1"]
    expect(lines).toEqual([...begin, ...again, ...end])
    expect(got).toEqual(six)
  })

  it("figure 36: 28 tiles in windows of 24", () => {
    const wide = { ...rule, t: 2, n: 5, windowSize: 24 }
    const packet = packetOf(56)
    const lost = ["W=0 FCN=21", "W=0 FCN=10"]
    const { lines, packet: got } = play({ rule: wide, packet, mtu: mtuUntil(29), lost })
    expect(lines).toEqual([
      ...tiles(0, 23, 0).map((line) => (lost.includes(line) ? `${line} X` : line)),
      ...["< W=0 C=0 110111111111101111111111", "W=0 FCN=21", "W=0 FCN=10", "< W=0 C=0 111111111111111111111111"],
      ...[...tiles(1, 23, 21), "W=1 FCN=31 RCS", "< W=1 C=1"],
    ])
    expect(got).toEqual(packet)
  })
})
