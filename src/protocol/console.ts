/**
 * The console of a board: commands and answers in frames of their own on a serial line (docs/protocol.md §2). Whoever
 * holds the cable provisions a device with it, and tests it.
 */
import { type CborValue, decode, encode } from "./cbor/index.ts"
import { asArray, asText, asUint } from "./shape.ts"

const MOST_ARGUMENTS = 16
const MOST_ID = 65_535

export interface ConsoleRequest {
  /** from 1; its answer has the same */
  id: number
  command: string
  args: CborValue[]
}

/** `event`: the board says something unasked. */
export type ConsoleAnswer =
  | { type: "result"; id: number; result: CborValue }
  | { type: "failure"; id: number; code: string; message: string }
  | { type: "event"; event: string; value: CborValue }

export function encodeConsoleRequest({ id, command, args }: ConsoleRequest): Uint8Array {
  return encode([id, command, ...args])
}

/** Throws `E_CBOR_*` or `E_MESSAGE`. */
export function decodeConsoleRequest(bytes: Uint8Array): ConsoleRequest {
  const [id, command, ...args] = asArray(decode(bytes), "console request", 2, 2 + MOST_ARGUMENTS)
  return { id: asUint(id, "request id", MOST_ID), command: asText(command, "command"), args }
}

export function encodeConsoleAnswer(answer: ConsoleAnswer): Uint8Array {
  if (answer.type === "result") return encode([answer.id, answer.result])
  if (answer.type === "failure") return encode([answer.id, answer.code, answer.message])
  return encode([0, answer.event, answer.value])
}

/** Throws `E_CBOR_*` or `E_MESSAGE`. */
export function decodeConsoleAnswer(bytes: Uint8Array): ConsoleAnswer {
  const fields = asArray(decode(bytes), "console answer", 2, 3)
  const id = asUint(fields[0], "request id", MOST_ID)
  if (fields.length === 2) return { type: "result", id, result: fields[1]! }
  const text = asText(fields[1], "code")
  if (id === 0) return { type: "event", event: text, value: fields[2]! }
  return { type: "failure", id, code: text, message: asText(fields[2], "message") }
}
