/** SHA-256, Keccak-256, HMAC and HKDF over byte strings of any length. */
import { DormouseError } from "../src/protocol/errors.ts"
import { bytes } from "./guards.ts"
import { clear, INPUT, INPUT_SIZE, memory, SHA_STATE_SIZE, take, wasm } from "./module.ts"

function feed(data: Uint8Array): void {
  for (let from = 0; from < data.length; from += INPUT_SIZE) {
    const part = data.length > INPUT_SIZE ? data.subarray(from, from + INPUT_SIZE) : data
    memory.set(part, INPUT)
    wasm.sha256Update(part.length)
  }
}

export function sha256(data: Uint8Array): Uint8Array {
  bytes("data", data)
  if (data.length <= INPUT_SIZE) {
    memory.set(data, INPUT)
    wasm.sha256(data.length)
    clear(data.length)
  } else {
    wasm.sha256Init()
    feed(data)
    wasm.sha256Final()
    clear(INPUT_SIZE)
  }
  return take(32)
}

export function keccak256(data: Uint8Array): Uint8Array {
  bytes("data", data)
  if (data.length <= INPUT_SIZE) {
    memory.set(data, INPUT)
    wasm.keccak256(data.length)
    clear(data.length)
    return take(32)
  }
  wasm.keccakInit()
  for (let from = 0; from < data.length; from += INPUT_SIZE) {
    const part = data.subarray(from, from + INPUT_SIZE)
    memory.set(part, INPUT)
    wasm.keccakUpdate(INPUT, part.length)
  }
  wasm.keccakFinal()
  clear(INPUT_SIZE)
  return take(32)
}

/** SHA-256 in parts; any number of streams may be open. */
export class Sha256 {
  readonly #state = new Uint8Array(SHA_STATE_SIZE)

  constructor() {
    wasm.sha256Init()
    this.#save()
  }

  update(data: Uint8Array): this {
    bytes("data", data)
    this.#restore()
    feed(data)
    this.#save()
    return this
  }

  /** The digest of everything so far; the stream may go on. */
  digest(): Uint8Array {
    this.#restore()
    wasm.sha256Final()
    clear(SHA_STATE_SIZE)
    return take(32)
  }

  #save(): void {
    wasm.sha256Save()
    clear(INPUT_SIZE)
    this.#state.set(take(SHA_STATE_SIZE))
  }

  #restore(): void {
    memory.set(this.#state, INPUT)
    wasm.sha256Restore()
  }
}

/** RFC 2104 §2: a key longer than a block is hashed first. */
function keyed(key: Uint8Array): void {
  const short = key.length > 64 ? sha256(key) : key
  memory.set(short, INPUT)
  wasm.hmacSha256Init(short.length)
  if (short !== key) short.fill(0)
}

export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  bytes("key", key)
  bytes("data", data)
  keyed(key)
  feed(data)
  wasm.hmacSha256Final()
  clear(INPUT_SIZE)
  return take(32)
}

export function hkdfSha256(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  bytes("inputKey", inputKey)
  bytes("salt", salt)
  bytes("info", info)
  if (!Number.isInteger(length) || length < 0 || length > 255 * 32) {
    throw new DormouseError("E_CRYPTO_LENGTH", `length: expected 0 to ${255 * 32} (RFC 5869 §2.3), got ${length}`)
  }
  const key = hmacSha256(salt, inputKey)
  const output = new Uint8Array(length)
  let block = new Uint8Array(0)
  for (let from = 0; from < length; from += 32) {
    keyed(key)
    feed(block)
    feed(info)
    feed(Uint8Array.of(from / 32 + 1))
    wasm.hmacSha256Final()
    block = take(32) as Uint8Array<ArrayBuffer>
    output.set(block.subarray(0, length - from), from)
  }
  key.fill(0)
  block.fill(0)
  clear(INPUT_SIZE)
  return output
}
