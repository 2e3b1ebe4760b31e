/** Loads the wasm once, synchronously: 44 KB, a few milliseconds. */

import { randomFillSync } from "node:crypto"
import { readFileSync } from "node:fs"

/** See `assembly/index.ts` and `assembly/streams.ts`. */
export interface Exports {
  readonly memory: WebAssembly.Memory
  randomize(): void
  prepareVerify(): void
  sha256(length: number): void
  keccak256(length: number): void
  keccakInit(): void
  keccakUpdate(address: number, length: number): void
  keccakFinal(): void
  sha256Init(): void
  sha256Update(length: number): void
  sha256Final(): void
  sha256Save(): void
  sha256Restore(): void
  hmacSha256Init(keyLength: number): void
  hmacSha256Final(): void
  ccmStart(tagLength: number, aadLength: number, length: number): void
  ccmAuthenticate(length: number): void
  ccmEncrypt(length: number): void
  ccmDecrypt(length: number): void
  ccmFinish(): void
  isSecretKey(): number
  getPublicKey(compressed: number): number
  convertPublicKey(length: number, compressed: number): number
  sign(): number
  verify(publicKeyLength: number): number
  recover(recoveryId: number): number
  ecdh(publicKeyLength: number): number
}

/** As in `assembly/memory.ts`. */
export const INPUT = 0
export const INPUT_SIZE = 1024
export const OUTPUT = 1024
export const SHA_STATE_SIZE = 104

const binary = readFileSync(new URL("./generated/crypto.wasm", import.meta.url))
const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {})
export const wasm = instance.exports as unknown as Exports
/** The memory never grows, so this view stays good. */
export const memory = new Uint8Array(wasm.memory.buffer)

/** The result of a call, which leaves the module's memory with it. */
export function take(length: number): Uint8Array {
  const result = memory.slice(OUTPUT, OUTPUT + length)
  memory.fill(0, OUTPUT, OUTPUT + length)
  return result
}

/** Forgets arguments; the module has wiped its own working memory. */
export function clear(length: number): void {
  memory.fill(0, INPUT, INPUT + length)
}

/** Fresh entropy for the blinding of scalar multiplications; done once when the module loads. */
export function randomize(): void {
  randomFillSync(memory, INPUT, 32)
  wasm.randomize()
}

randomize()
wasm.prepareVerify()
