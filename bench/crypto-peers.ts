/** The implementations to compare with; installed beside the benches when they are first needed. */
import { execFileSync } from "node:child_process"
import * as nodeCrypto from "node:crypto"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { secp256k1 as curves } from "@noble/curves/secp256k1.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as noble from "@noble/secp256k1"
import * as dormouse from "../as/index.ts"

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

/** One operation of one implementation; returns something so that it cannot be optimized away. */
export interface Contestant {
  name: string
  run: () => unknown
}

export interface Inputs {
  digest: Uint8Array
  secretKey: Uint8Array
  publicKey: Uint8Array
  signature: Uint8Array
  message: Uint8Array
}

export function makeInputs(): Inputs {
  const message = new TextEncoder().encode("a message of thirty-two bytes ...")
  const digest = dormouse.sha256(message)
  const secretKey = dormouse.sha256(digest)
  const publicKey = dormouse.getPublicKey(secretKey)
  return { digest, secretKey, publicKey, signature: dormouse.sign(digest, secretKey).subarray(0, 64), message }
}

function installPeers(): void {
  if (existsSync(join(here, "node_modules", "hash-wasm"))) return
  console.error("Installing the peers (npm ci in bench/) ...")
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"]
  execFileSync("npm", ["ci", ...quiet], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  })
}

interface Native {
  ecdsaSign(digest: Uint8Array, secretKey: Uint8Array): unknown
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
}
interface Tiny {
  sign(digest: Uint8Array, secretKey: Uint8Array): unknown
  verify(digest: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean
}
interface Libauth {
  instantiateSecp256k1(): Promise<{
    signMessageHashCompact(secretKey: Uint8Array, digest: Uint8Array): unknown
    verifySignatureCompact(signature: Uint8Array, publicKey: Uint8Array, digest: Uint8Array): boolean
  }>
}

/** The native addon, where it has a prebuilt binary for this machine. */
function loadNative(): Native | undefined {
  try {
    return require("secp256k1/bindings.js") as Native
  } catch {
    return undefined
  }
}

function openssl({ secretKey, message }: Inputs) {
  const full = dormouse.getPublicKey(secretKey, false)
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url")
  const point = { kty: "EC", crv: "secp256k1", x: text(full.subarray(1, 33)), y: text(full.subarray(33)) }
  const privateKey = nodeCrypto.createPrivateKey({ key: { ...point, d: text(secretKey) }, format: "jwk" })
  const publicKey = nodeCrypto.createPublicKey({ key: point, format: "jwk" })
  const signature = nodeCrypto.sign("sha256", message, privateKey)
  return {
    sign: () => nodeCrypto.sign("sha256", message, privateKey),
    verify: () => nodeCrypto.verify("sha256", message, publicKey, signature),
  }
}

export async function signers(inputs: Inputs): Promise<{ sign: Contestant[]; verify: Contestant[] }> {
  installPeers()
  noble.hashes.sha256 = sha256
  noble.hashes.hmacSha256 = (key, data) => hmac(sha256, key, data)
  const { digest, secretKey, publicKey, signature } = inputs
  const raw = { prehash: false } as const
  const tiny = require("tiny-secp256k1") as Tiny
  const libauth = await ((await import("@bitauth/libauth" as string)) as Libauth).instantiateSecp256k1()
  const native = loadNative()
  const node = openssl(inputs)
  return {
    sign: [
      { name: "dormouse", run: () => dormouse.sign(digest, secretKey) },
      { name: "noble-secp256k1", run: () => noble.sign(digest, secretKey, raw) },
      { name: "noble-curves", run: () => curves.sign(digest, secretKey, raw) },
      { name: "tiny-secp256k1", run: () => tiny.sign(digest, secretKey) },
      { name: "libauth", run: () => libauth.signMessageHashCompact(secretKey, digest) },
      ...(native ? [{ name: "native-secp256k1", run: () => native.ecdsaSign(digest, secretKey) }] : []),
      { name: "node-crypto", run: node.sign },
    ],
    verify: [
      { name: "dormouse", run: () => dormouse.verify(signature, digest, publicKey) },
      { name: "noble-secp256k1", run: () => noble.verify(signature, digest, publicKey, raw) },
      { name: "noble-curves", run: () => curves.verify(signature, digest, publicKey, raw) },
      { name: "tiny-secp256k1", run: () => tiny.verify(digest, publicKey, signature) },
      { name: "libauth", run: () => libauth.verifySignatureCompact(signature, publicKey, digest) },
      ...(native ? [{ name: "native-secp256k1", run: () => native.ecdsaVerify(signature, digest, publicKey) }] : []),
      { name: "node-crypto", run: node.verify },
    ],
  }
}

interface Hasher {
  init(): Hasher
  update(data: Uint8Array): Hasher
  digest(form: "binary"): Uint8Array
}

export async function hashers(length: number): Promise<Contestant[]> {
  installPeers()
  const data = new Uint8Array(length).fill(7)
  const { createSHA256 } = (await import("hash-wasm" as string)) as { createSHA256(): Promise<Hasher> }
  const hasher = await createSHA256()
  return [
    { name: "dormouse", run: () => dormouse.sha256(data) },
    { name: "hash-wasm", run: () => hasher.init().update(data).digest("binary") },
    { name: "node-crypto", run: () => nodeCrypto.hash("sha256", data, "buffer") },
    { name: "noble-hashes", run: () => sha256(data) },
  ]
}

export async function keccaks(length: number): Promise<Contestant[]> {
  installPeers()
  const data = new Uint8Array(length).fill(7)
  const { createKeccak } = (await import("hash-wasm" as string)) as { createKeccak(bits: number): Promise<Hasher> }
  const hasher = await createKeccak(256)
  return [
    { name: "dormouse", run: () => dormouse.keccak256(data) },
    { name: "hash-wasm", run: () => hasher.init().update(data).digest("binary") },
    { name: "noble-hashes", run: () => keccak_256(data) },
  ]
}
