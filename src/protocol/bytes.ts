/** Byte-string helpers that run on Node and on XS alike (XS has neither `TextEncoder` nor `Buffer`). */
import { DormouseError } from "./errors.ts"

export function concat(...parts: Uint8Array[]): Uint8Array {
  let length = 0
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length
  const out = new Uint8Array(length)
  for (let i = 0, offset = 0; i < parts.length; offset += parts[i++]!.length) out.set(parts[i]!, offset)
  return out
}

/** Not constant time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

export function toHex(bytes: Uint8Array): string {
  let hex = ""
  const { length } = bytes
  for (let i = 0; i < length; i++) hex += (bytes[i]! < 16 ? "0" : "") + bytes[i]!.toString(16)
  return hex
}

/** Accepts an optional `0x`. Throws `E_HEX`. */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.startsWith("0x") ? hex.slice(2) : hex
  if (digits.length % 2 || !/^[0-9a-fA-F]*$/.test(digits))
    throw new DormouseError("E_HEX", `"${hex.slice(0, 40)}" is not hex: give an even number of digits 0-9, a-f.`)
  const out = new Uint8Array(digits.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** Unsigned big-endian integer of `size` bytes, below 2^53. */
export function uintBytes(value: number, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let i = size - 1, rest = value; rest > 0 && i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256
  return out
}

export function utf8Encode(text: string): Uint8Array {
  return asciiBytes(text) ?? utf8Bytes(text)
}

/** What nearly every text is; `undefined` where it is not. */
function asciiBytes(text: string): Uint8Array | undefined {
  const { length } = text
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return undefined
    out[i] = code
  }
  return out
}

function utf8Bytes(text: string): Uint8Array {
  const out: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0)!
    // A lone surrogate has no UTF-8 form: U+FFFD stands for it, as in TextEncoder.
    const code = point >= 0xd800 && point < 0xe000 ? 0xfffd : point
    if (code < 0x80) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return new Uint8Array(out)
}

/** `undefined` where the bytes are not well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  let text = ""
  const { length } = bytes
  for (let i = 0; i < length; ) {
    const first = bytes[i++]!
    if (first < 0x80) {
      text += String.fromCharCode(first)
      continue
    }
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    if (first < 0xc2 || first > 0xf4 || i + more > length) return undefined
    let code = first & (0x3f >> more)
    for (const end = i + more; i < end; i++) {
      if ((bytes[i]! & 0xc0) !== 0x80) return undefined
      code = (code << 6) | (bytes[i]! & 63)
    }
    const least = [0, 0x80, 0x800, 0x10000][more]!
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined
    text += String.fromCodePoint(code)
  }
  return text
}
