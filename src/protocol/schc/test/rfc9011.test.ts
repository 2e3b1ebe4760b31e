/** The fragmentation examples of RFC 9011 (Appendix A): sizes, headers, tiles, padding. */
import { describe, expect, it } from "vitest"
import { toHex } from "../../bytes.ts"
import { copyBits } from "../bits.ts"
import { decodeAck, encodeAck, encodeReceiverAbort, encodeRequest, rcsOf } from "../messages.ts"
import { lorawan } from "../rules.ts"
import { play } from "./play.ts"

/** Rule 1, 21 bits of residue, payload: a packet of `bytes` and 5 bits. */
function packetOf(bytes: number): { packet: Uint8Array; bits: number } {
  const packet = Uint8Array.from({ length: bytes + 1 }, (_, i) => (i === 0 ? 1 : (31 * i + 5) & 255))
  packet[bytes]! &= 0xf8
  return { packet, bits: 8 * bytes + 5 }
}

function bitsOf(bytes: Uint8Array, from: number, count: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(count / 8))
  copyBits(bytes, from, out, 0, count)
  return out
}

const rcsBytes = (rcs: number) => rcs.toString(16).padStart(8, "0")

describe("A.2: uplink of 282 bytes and 5 bits while the MTU changes", () => {
  const { packet, bits } = packetOf(282)
  // 11 bytes; 242 less 4 of FOpts; 242
  const mtus = [11, 238, 242, 242]
  const rule = { ...lorawan.up, lastTile: "regular" as const }
  const { lines, up, down, packet: got } = play({ rule, packet, bits, mtu: (n) => mtus[n]! })

  it("goes in four frames, and is acked by one", () => {
    expect(lines).toEqual(["W=0 FCN=62", "W=0 FCN=61", "W=0 FCN=38", "W=0 FCN=63 RCS", "< W=0 C=1"])
    expect(up.map(({ length }) => length)).toEqual([11, 231, 44, 5])
    expect(got).toEqual(packet)
  })

  it("has the tiles, padding and RCS of the figures", () => {
    const [first, second, third, last] = up as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    expect(toHex(first)).toBe(`3e${toHex(packet.subarray(0, 10))}`)
    expect(toHex(second)).toBe(`3d${toHex(packet.subarray(10, 240))}`)
    expect(toHex(third)).toBe(`26${toHex(packet.subarray(240))}`)
    expect(third.at(-1)! & 7).toBe(0)
    expect(toHex(last)).toBe(`3f${rcsBytes(rcsOf(packet, 8 * packet.length))}`)
    expect(down.map(toHex)).toEqual(["20"])
  })
})

describe("A.3: downlink of 130 bytes and 5 bits", () => {
  const { packet, bits } = packetOf(130)
  // 51 bytes; two less for FOpts; 51
  const mtus = [51, 49, 51]
  const { lines, up, down, packet: got } = play({ rule: lorawan.down, packet, bits, mtu: (n) => mtus[n]! })

  it("goes in three frames, each acked", () => {
    expect(lines).toEqual(["W=0 FCN=0", "< W=0 C=1", "W=1 FCN=0", "< W=1 C=1", "W=0 FCN=1 RCS", "< W=0 C=1"])
    expect(down.map(toHex)).toEqual(["40", "c0", "40"])
    expect(up.map(({ length }) => length)).toEqual([51, 49, 36]) // 37 with the FPort
    // five bits of padding: less than a byte, so it is known what the packet's bytes are
    expect(got).toEqual(packet.subarray(0, 131))
  })

  it("has the tiles of the figures: 50 bytes and 6 bits, 48 bytes and 6 bits, 31 bytes and 1 bit", () => {
    const tiles = [406, 390, 249]
    expect(tiles.reduce((sum, tile) => sum + tile)).toBe(bits)
    let at = 0
    up.forEach((fragment, i) => {
      const header = i === 2 ? 34 : 2
      expect(bitsOf(fragment, header, tiles[i]!)).toEqual(bitsOf(packet, at, tiles[i]!))
      at += tiles[i]!
    })
    expect(toHex(bitsOf(up[2]!, 2, 32))).toBe(rcsBytes(rcsOf(packet, bits + 5)))
  })
})

describe("§5.6: messages of the profile", () => {
  it("ACK REQ, aborts", () => {
    expect(toHex(encodeRequest(lorawan.up, 0, 2))).toBe("80")
    expect(toHex(encodeReceiverAbort(lorawan.up, 0))).toBe("ffff")
    expect(toHex(encodeReceiverAbort(lorawan.down, 0))).toBe("ffff")
  })

  it("compressed bitmaps have 5, 13, 21, 29, 37, 45, 53, 61, 62 or 63 bits", () => {
    const sizes = new Set<number>()
    for (let ones = 0; ones <= 63; ones++) {
      const bitmap = Array.from({ length: 63 }, (_, i) => i >= 63 - ones)
      const ack = encodeAck(lorawan.up, 0, 1, bitmap)
      sizes.add(ack.length)
      expect(decodeAck(lorawan.up, ack)!.bitmap).toEqual(bitmap)
    }
    // 3 bits of header ahead: 1 to 9 bytes
    expect([...sizes].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
