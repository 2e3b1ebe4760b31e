/** Any Dormouse message as text that people read. */
import { type CborValue, DormouseError, decodeFirst, decodeSequence } from "../protocol/index.ts"
import { diagnostic } from "./diagnostic.ts"
import { payloadShape, sequenceShapes, shapeOf } from "./shapes.ts"

const SIGNATURE_LENGTH = 64

/** Throws `E_CBOR_*` with the byte offset where the input is no message and no CBOR. */
export function decodeMessage(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new DormouseError("E_CBOR_END", "CBOR at byte 0: the input is empty.")
  return signedMessage(bytes) ?? sequence(decodeSequence(bytes))
}

/** `payload || r || s`. */
function signedMessage(bytes: Uint8Array): string | undefined {
  const { value, end } = decodeFirst(bytes)
  const { name } = payloadShape(value)
  if (!name || bytes.length !== end + SIGNATURE_LENGTH) return undefined
  const signature = diagnostic(bytes.slice(end))
  return `/ ${name}, signed /\n${diagnostic(value, payloadShape(value))}\n/ r, s / ${signature}`
}

function sequence(items: CborValue[]): string {
  const known = sequenceShapes(items)
  if (items.length === 1) {
    const shape = shapeOf(items[0]!)
    return (shape.name ? `/ ${shape.name} /\n` : "") + diagnostic(items[0]!, shape)
  }
  const lines = items.map((item, i) => {
    const shape = known?.items[i] ?? {}
    return (shape.name ? `/ ${shape.name} / ` : "") + diagnostic(item, shape)
  })
  return (known ? `/ ${known.name} /\n` : "") + lines.join(",\n")
}
