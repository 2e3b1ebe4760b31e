import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { privateKeyToAddress } from "viem/accounts"
import { ChainError } from "./errors.ts"
import { writeDurably } from "./files.ts"
import { decryptKey, encryptKey, type Keystore } from "./keystore.ts"

export type Hex = `0x${string}`

/** A key, opened. */
export interface KeyPair {
  address: Hex
  privateKey: Hex
}

export type KeyName = "sealer" | "gateway" | "operator"

const pathOf = (dir: string, name: KeyName) => join(dir, "keys", `${name}.json`)

export const hasKey = (dir: string, name: KeyName): boolean => existsSync(pathOf(dir, name))

/**
 * The key `name` of the data directory, created on first use, in a Web3 Secret Storage file for its owner alone. Its
 * password is what the file named by DORMOUSE_PASSWORD_FILE holds, else empty: then the file's mode is all that guards it.
 */
export function loadOrCreateKey(
  dir: string,
  name: KeyName,
  random: (size: number) => Uint8Array = randomBytes,
): KeyPair {
  const path = pathOf(dir, name)
  if (existsSync(path)) return readKey(path)
  mkdirSync(join(dir, "keys"), { recursive: true, mode: 0o700 })
  const secretKey = random(32)
  const pair = pairOf(secretKey, path)
  const keystore = { ...encryptKey(secretKey, password(), random), address: pair.address.slice(2) }
  writeDurably(path, `${JSON.stringify(keystore, null, 2)}\n`, 0o600)
  return pair
}

/** Opened in this process: with a password, opening costs a second. By the file's path and content. */
const opened = new Map<string, KeyPair>()

function readKey(path: string): KeyPair {
  const text = readText(path)
  const known = `${path}\n${password()}\n${text}`
  let pair = opened.get(known)
  if (!pair) opened.set(known, (pair = openKey(path, text)))
  return pair
}

function openKey(path: string, text: string): KeyPair {
  const file = parse(path, text)
  const pair = pairOf(file.crypto === undefined ? plainKey(file, path) : openedKey(file, path), path)
  const { address } = file
  const named = typeof address === "string" ? `0x${address.toLowerCase().replace(/^0x/, "")}` : undefined
  if (named === undefined || named === pair.address) return pair
  throw new ChainError(
    "E_CHAIN_KEY",
    `${path}: "address" is ${named}, the key's own is ${pair.address}. Restore the file.`,
  )
}

function openedKey(file: Record<string, unknown>, path: string): Uint8Array {
  let secretKey: Uint8Array | undefined
  try {
    secretKey = decryptKey(file as unknown as Keystore, password())
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path}: ${(cause as Error).message}`, { cause })
  }
  if (secretKey?.length === 32) return secretKey
  const advice = "Name the file that holds its password in DORMOUSE_PASSWORD_FILE."
  throw new ChainError("E_CHAIN_KEY", `${path} does not open: wrong password, or damaged. ${advice}`)
}

/** A key in clear, as somebody may bring it: {"privateKey": "0x..."}. */
function plainKey({ privateKey }: Record<string, unknown>, path: string): Uint8Array {
  if (typeof privateKey === "string" && /^0x[0-9a-f]{64}$/i.test(privateKey)) {
    return Uint8Array.from(Buffer.from(privateKey.slice(2), "hex"))
  }
  throw new ChainError("E_CHAIN_KEY", `${path}: a keystore, or "privateKey" with 32 bytes in hex, expected.`)
}

function password(): string {
  const path = process.env.DORMOUSE_PASSWORD_FILE
  if (!path) return ""
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "") // editors end a line
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `DORMOUSE_PASSWORD_FILE names ${path}, which cannot be read.`, { cause })
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path} cannot be read as JSON. Restore it from a backup.`, { cause })
  }
}

function pairOf(secretKey: Uint8Array, path: string): KeyPair {
  const privateKey: Hex = `0x${Buffer.from(secretKey).toString("hex")}`
  try {
    return { address: privateKeyToAddress(privateKey).toLowerCase() as Hex, privateKey }
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path}: the key is not in the range of secp256k1.`, { cause })
  }
}
