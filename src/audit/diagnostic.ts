/** CBOR diagnostic notation (RFC 8949 §8, with the comments and embedded CBOR of RFC 8610 appendix G). */
import { type CborValue, DormouseError, decode, splitSigned, Tagged, toHex } from "../protocol/index.ts"

/** What a value is, for people: names become comments, and decide what is opened and what stands on lines of its own. */
export interface Shape {
  name?: string
  /** shapes of an array's items */
  items?: readonly Shape[]
  /** shape of all items that `items` does not name */
  each?: Shape
  /** shapes of a map's values, by text key */
  fields?: Readonly<Record<string, Shape>>
  /** shape of a tag's content */
  content?: Shape
  /** shape of the CBOR inside a byte string, by its decoded value */
  embedded?: (value: CborValue) => Shape
  /** the byte string is `payload || r || s`; shape of the payload */
  signed?: (value: CborValue) => Shape
  /** a remark that stands behind the value */
  remark?: (value: CborValue, siblings: readonly CborValue[]) => string | undefined
}

const INDENT = "  "
/** Arrays and maps that fit stand on one line. */
const LINE = 100

export function diagnostic(value: CborValue, shape: Shape = {}, indent = ""): string {
  return withRemark(body(value, shape, indent), shape.remark?.(value, []))
}

function body(value: CborValue, shape: Shape, indent: string): string {
  if (value instanceof Uint8Array) return bytes(value, shape, indent)
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) {
    const items = value.map((item, i) => {
      const of = shape.items?.[i] ?? shape.each ?? {}
      return label(of) + withRemark(body(item, of, indent + INDENT), of.remark?.(item, value))
    })
    return lines("[", items, "]", indent)
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => {
      const of = (typeof key === "string" && shape.fields?.[key]) || {}
      return `${body(key, {}, indent)}: ${withRemark(body(item, of, indent + INDENT), of.remark?.(item, []))}`
    })
    return lines("{", entries, "}", indent)
  }
  if (value instanceof Tagged) return `${value.tag}(${body(value.value, shape.content ?? {}, indent)})`
  return String(value)
}

function bytes(value: Uint8Array, shape: Shape, indent: string): string {
  const plain = `h'${toHex(value)}'`
  try {
    if (shape.signed) {
      const { payload, signature } = splitSigned(value)
      return `${embed(payload, shape.signed, indent)} / r, s / h'${toHex(signature)}'`
    }
    return shape.embedded ? embed(value, shape.embedded, indent) : plain
  } catch (error) {
    if (error instanceof DormouseError) return withRemark(plain, error.message)
    throw error
  }
}

function embed(encoded: Uint8Array, shapeOf: (value: CborValue) => Shape, indent: string): string {
  const value = decode(encoded)
  return `<<${label(shapeOf(value))}${body(value, shapeOf(value), indent)}>>`
}

function lines(open: string, items: string[], close: string, indent: string): string {
  const line = open + items.join(", ") + close
  if (line.length + indent.length <= LINE && !line.includes("\n")) return line
  const inner = indent + INDENT
  return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`
}

const label = ({ name }: Shape) => (name ? `/ ${name} / ` : "")
const withRemark = (text: string, remark?: string) => (remark ? `${text} / ${remark.replaceAll("/", "|")} /` : text)
