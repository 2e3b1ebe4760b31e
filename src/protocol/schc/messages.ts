/** The formats of SCHC F/R messages (RFC 8724 §8.3), without the rule id ahead of them. */
import { crc32 } from "../crc32.ts"
import { copyBits, readBits, writeBits } from "./bits.ts"
import type { FragmentRule } from "./rules.ts"

export const RCS_BITS = 32
const WORD = 8

export interface FragmentHead {
  dtag: number
  w: number
  fcn: number
}

/** `tiles`: regular; `last`: All-1, with its RCS; `request`: ACK REQ; `abort`: Sender-Abort. */
export interface Fragment extends FragmentHead {
  kind: "tiles" | "last" | "request" | "abort"
  rcs: number
  /** bit at which the payload begins, and its length with padding */
  at: number
  bits: number
}

export function headerBits({ t, m, n }: FragmentRule): number {
  return t + m + n
}

export function allOnes(bits: number): number {
  return (1 << bits) - 1
}

/** RFC 8724 §8.2.3: over the packet and the last fragment's padding, `bits` together, zero-extended to bytes. */
export function rcsOf(packet: Uint8Array, bits: number): number {
  const extended = new Uint8Array(Math.ceil(bits / WORD))
  extended.set(packet)
  return crc32(extended)
}

/** Bits that a message of so many lacks to a boundary of L2 words. */
export function paddingOf(bits: number): number {
  return (WORD - (bits % WORD)) % WORD
}

/** `count` bits of `packet` from bit `from` on; with `rcs` an All-1. */
export function encodeFragment(
  rule: FragmentRule,
  head: FragmentHead,
  packet: Uint8Array,
  from: number,
  count: number,
  rcs?: number,
): Uint8Array {
  const at = headerBits(rule) + (rcs === undefined ? 0 : RCS_BITS)
  const out = withHead(rule, head, Math.ceil((at + count) / WORD))
  if (rcs !== undefined)
    for (let i = 0; i < 4; i++) writeBits(out, headerBits(rule) + WORD * i, WORD, (rcs >>> (24 - WORD * i)) & 255)
  copyBits(packet, from, out, at, count)
  return out
}

/** ACK REQ (§8.3.3). */
export function encodeRequest(rule: FragmentRule, dtag: number, w: number): Uint8Array {
  return withHead(rule, { dtag, w, fcn: 0 }, Math.ceil(headerBits(rule) / WORD))
}

/** Sender-Abort (§8.3.4). */
export function encodeSenderAbort(rule: FragmentRule, dtag: number): Uint8Array {
  return withHead(rule, { dtag, w: allOnes(rule.m), fcn: allOnes(rule.n) }, Math.ceil(headerBits(rule) / WORD))
}

function withHead({ t, m, n }: FragmentRule, { dtag, w, fcn }: FragmentHead, length: number): Uint8Array {
  const out = new Uint8Array(length)
  writeBits(out, 0, t, dtag)
  writeBits(out, t, m, w)
  writeBits(out, t + m, n, fcn)
  return out
}

/** What a fragment's sender says; `undefined`: not a message of this rule. */
export function decodeFragment(rule: FragmentRule, bytes: Uint8Array): Fragment | undefined {
  const { t, m, n } = rule
  const header = headerBits(rule)
  const behind = bytes.length * WORD - header
  if (behind < 0) return undefined
  const head = { dtag: readBits(bytes, 0, t), w: readBits(bytes, t, m), fcn: readBits(bytes, t + m, n) }
  const fragment = { ...head, rcs: 0, at: header, bits: behind }
  if (head.fcn === allOnes(n)) {
    if (behind < WORD) return head.w === allOnes(m) ? { ...fragment, kind: "abort" } : undefined
    if (behind < RCS_BITS) return undefined
    let rcs = 0
    for (let i = 0; i < 4; i++) rcs = rcs * 256 + readBits(bytes, header + WORD * i, WORD)
    return { ...fragment, kind: "last", rcs, at: header + RCS_BITS, bits: behind - RCS_BITS }
  }
  if (behind >= WORD) return { ...fragment, kind: "tiles" }
  return head.fcn === 0 ? { ...fragment, kind: "request" } : undefined
}

export interface FragmentAck {
  kind: "ack" | "abort"
  dtag: number
  w: number
  /** C: the packet is whole */
  whole: boolean
  /** one entry a tile of the window, the first tile first */
  bitmap: boolean[]
}

/** ACK (§8.3.2) of window `w`; without a bitmap: of the whole packet. */
export function encodeAck({ t, m }: FragmentRule, dtag: number, w: number, bitmap?: readonly boolean[]): Uint8Array {
  const header = t + m + 1
  let kept = bitmap?.length ?? 0
  if (bitmap) {
    // §8.3.2.1: ones at the end are cut, up to the boundary of an L2 word
    while (kept > 0 && bitmap[kept - 1]) kept--
    while (kept < bitmap.length && (header + kept) % WORD !== 0) kept++
  }
  const out = new Uint8Array(Math.ceil((header + kept) / WORD))
  writeBits(out, 0, t, dtag)
  writeBits(out, t, m, w)
  writeBits(out, t + m, 1, bitmap ? 0 : 1)
  for (let i = 0; i < kept; i++) writeBits(out, header + i, 1, bitmap![i] ? 1 : 0)
  return out
}

/** Receiver-Abort (§8.3.5): ones up to the word's end, and one word more. */
export function encodeReceiverAbort({ t, m }: FragmentRule, dtag: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((t + m + 1) / WORD) + 1).fill(0xff)
  const head = new Uint8Array(1)
  writeBits(head, 0, t, dtag)
  if (t > 0) out[0] = (out[0]! & (0xff >> t)) | head[0]!
  return out
}

/** What a fragment's receiver says; `undefined`: not a message of this rule. */
export function decodeAck(rule: FragmentRule, bytes: Uint8Array): FragmentAck | undefined {
  const { t, m, windowSize } = rule
  const header = t + m + 1
  const behind = bytes.length * WORD - header
  if (behind < 0) return undefined
  const dtag = readBits(bytes, 0, t)
  const w = readBits(bytes, t, m)
  const whole = readBits(bytes, t + m, 1) === 1
  const abort = encodeReceiverAbort(rule, dtag)
  const isAbort = bytes.length === abort.length && abort.every((byte, i) => byte === bytes[i])
  const bitmap: boolean[] = []
  // what was cut off is ones
  for (let i = 0; i < windowSize; i++) bitmap.push(whole || i >= behind || readBits(bytes, header + i, 1) === 1)
  return { kind: isAbort ? "abort" : "ack", dtag, w, whole, bitmap }
}
