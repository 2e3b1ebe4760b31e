/** Names of every field of every message (docs/protocol.md), and which message a value is. */
import { type CborValue, decode, decodeBatch, Kind, MailType, Refusal, splitSigned, Tagged } from "../protocol/index.ts"
import type { Shape } from "./diagnostic.ts"

const named = (...names: string[]): Shape[] => names.map((name) => ({ name }))
const isBytes = (value: CborValue | undefined, length?: number) =>
  value instanceof Uint8Array && (length === undefined || value.length === length)
const isUint = (value: CborValue | undefined) => typeof value === "number" && value >= 0
const nameIn = (names: Readonly<Record<string, number>>) => (value: CborValue) =>
  Object.keys(names).find((name) => names[name] === value)
const date: Shape["remark"] = (ms) =>
  typeof ms === "number" && ms < 8.64e15 ? new Date(ms).toISOString().replace("T", " ") : undefined

const at: Shape = { name: "at, ticks", items: named("boot", "ticks") }
const common: Shape[] = [{ name: "kind", remark: nameIn(Kind) }, ...named("seq", "epoch", "prev"), at]
const rows: Shape["remark"] = (_, siblings) => {
  try {
    const { step, samples } = decodeBatch(siblings.slice(5))
    const steps = typeof step === "number" ? "" : `steps: ${step.join(" ")}; `
    return `${steps}samples: ${samples.map((row) => `[${row.map(String).join(", ")}]`).join(" ")}`
  } catch (error) {
    return (error as Error).message
  }
}
const samples: Shape[] = [
  ...common,
  ...named("first sample", "smallest step", "count"),
  { name: "differences", remark: rows },
]
const gap: Shape[] = [...common, ...named("cause", "first seq", "last seq", "samples")]
const statusNames = ["battery, mV", "firmware", "skew, ppb", "outbox", "resets", "last anchor"]
const status: Shape[] = [...common, ...named(...statusNames)]
const helloPayload: Shape = { name: "hello payload", items: named("kind", "challenge", "device nonce", "profile hash") }

const reports = new Map<CborValue, Shape>([
  [Kind.samples, { name: "samples report", items: samples }],
  [Kind.gap, { name: "gap record", items: gap }],
  [Kind.status, { name: "status report", items: status }],
])

/** A payload's shape, by its kind. */
export function payloadShape(value: CborValue): Shape {
  if (!Array.isArray(value)) return {}
  return value[0] === Kind.hello ? helloPayload : (reports.get(value[0]!) ?? {})
}

export const signedReport: Shape = { name: "report", signed: payloadShape }
const coseSign1: Shape = {
  name: "COSE_Sign1",
  content: {
    items: [
      { name: "protected", embedded: () => ({}) },
      { name: "unprotected" },
      { name: "payload", embedded: payloadShape },
      { name: "signature" },
    ],
  },
}
const leaf: Shape = { name: "leaf", items: [{ name: "gateway time", remark: date }, { name: "role" }, coseSign1] }
const profile: Shape = { name: "profile", each: { items: named("name", "unit", "exponent") } }
const path: Shape = { name: "path" }
const compact: Shape = {
  items: [{ name: "seq" }, { name: "gateway time", remark: date }, ...named("role", "index"), path],
}
const anchored: Shape = {
  items: [...named("epoch", "previous", "root", "count"), { name: "receipts", each: compact }],
}
const refused: Shape = {
  name: "refused",
  each: { items: [{ name: "seq" }, { name: "reason", remark: nameIn(Refusal) }] },
}
const mail: Shape = {
  name: "mail",
  each: { items: [{ name: "number" }, { name: "type", remark: nameIn(MailType) }, { name: "payload" }] },
}
const ack: Shape = {
  name: "ack",
  items: [
    { name: "time", remark: date },
    { name: "phase", items: named("epoch", "since, ms", "length, ms", "next first epoch", "next length, ms") },
    { name: "have" },
    refused,
    { name: "retry after, ms" },
    { name: "receipts", each: anchored },
    mail,
  ],
}
const receiptFile: Shape = {
  name: "receipt file",
  fields: {
    chain: { items: named("chain id", "genesis", "registry", "anchors") },
    report: signedReport,
    leaf: { items: [{ name: "gateway time", remark: date }, ...named("role", "index"), path] },
    anchor: { items: named("epoch", "previous", "root", "count") },
    header: { remark: () => "RLP" },
    proofs: {
      each: {
        items: [
          { name: "contract" },
          { name: "account proof" },
          { name: "storage", each: { items: named("slot", "proof") } },
        ],
      },
    },
  },
}

/** Which message a single item is; `{}` for anything else. */
export function shapeOf(value: CborValue): Shape {
  if (value instanceof Map) return value.has("format") ? receiptFile : {}
  if (value instanceof Tagged) return value.tag === 18 ? coseSign1 : {}
  if (isBytes(value, 32)) return { name: "challenge" }
  if (!Array.isArray(value)) return {}
  const [first, second, third, fourth] = value
  if (first === 1 && value.length === 3 && isBytes(second, 33))
    return { name: "challenge request", items: named("type", "public key", "device nonce") }
  if (first === 2 && value.length === 5 && isBytes(second, 33)) return hello
  if (first === Kind.hello && value.length === 4 && isBytes(second, 32)) return helloPayload
  if (isUint(second) && isUint(third) && isBytes(fourth, 8)) return payloadShape(value)
  if (value.length === 7 && Array.isArray(second) && Array.isArray(value[6])) return ack
  if (value.length === 3 && third instanceof Tagged) return leaf
  if (
    value.length > 0 &&
    value.every((item) => Array.isArray(item) && item.length === 3 && typeof item[0] === "string")
  )
    return profile
  return {}
}

const hello: Shape = {
  name: "hello",
  items: [...named("type", "public key"), { name: "payload", embedded: payloadShape }, { name: "signature" }, profile],
}

/** Which message a sequence of items is, as one shape an item; the first shape's name heads the output. */
export function sequenceShapes(items: readonly CborValue[]): { name: string; items: Shape[] } | undefined {
  const [first, second, third, fourth] = items
  if (!isUint(first)) return undefined
  if (isUint(second) && items.length >= 3 && items.slice(2).every(looksSigned))
    return {
      name: "uplink, decrypted",
      items: [...named("mailbox cursor", "receipt lag"), ...items.slice(2).map(() => signedReport)],
    }
  if (items.length === 3 && isUint(second) && isBytes(third))
    return { name: "uplink", items: named("device id", "request", "ciphertext") }
  if (items.length === 3 && isBytes(second, 8) && isBytes(third))
    return { name: "downlink", items: named("request", "random", "ciphertext") }
  if (items.length === 4 && isUint(second) && isBytes(third, 8) && isBytes(fourth))
    return { name: "hello answer", items: named("device id", "request", "random", "ciphertext") }
  return undefined
}

function looksSigned(value: CborValue | undefined): boolean {
  try {
    return value instanceof Uint8Array && payloadShape(decode(splitSigned(value).payload)).name !== undefined
  } catch {
    return false
  }
}
