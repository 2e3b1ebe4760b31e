import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { privateKeyToAddress } from "viem/accounts"
import { ChainError } from "./errors.ts"
import { writeDurably } from "./files.ts"

export type Hex = `0x${string}`

/** A key file's content. */
export interface KeyPair {
  address: Hex
  privateKey: Hex
}

export type KeyName = "sealer" | "gateway" | "operator"

export const hasKey = (dir: string, name: KeyName): boolean => existsSync(join(dir, "keys", `${name}.json`))

/** The key `name` of the data directory, created on first use. The file is for its owner alone. */
export function loadOrCreateKey(
  dir: string,
  name: KeyName,
  random: (size: number) => Uint8Array = randomBytes,
): KeyPair {
  const path = join(dir, "keys", `${name}.json`)
  if (existsSync(path)) return readKey(path)
  mkdirSync(join(dir, "keys"), { recursive: true, mode: 0o700 })
  const privateKey: Hex = `0x${Buffer.from(random(32)).toString("hex")}`
  const pair = { address: addressOf(privateKey, path), privateKey }
  writeDurably(path, `${JSON.stringify(pair, null, 2)}\n`, 0o600)
  return pair
}

function readKey(path: string): KeyPair {
  const { address, privateKey } = parse(path)
  if (typeof privateKey !== "string" || !/^0x[0-9a-f]{64}$/i.test(privateKey)) {
    throw new ChainError("E_CHAIN_KEY", `${path}: "privateKey" of 32 bytes in hex expected.`)
  }
  const derived = addressOf(privateKey as Hex, path)
  if (typeof address !== "string" || address.toLowerCase() !== derived) {
    throw new ChainError(
      "E_CHAIN_KEY",
      `${path}: "address" is ${address}, the key's own is ${derived}. Restore the file.`,
    )
  }
  return { address: derived, privateKey: privateKey as Hex }
}

function parse(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path} cannot be read as JSON. Restore it from a backup.`, { cause })
  }
}

function addressOf(privateKey: Hex, path: string): Hex {
  try {
    return privateKeyToAddress(privateKey).toLowerCase() as Hex
  } catch (cause) {
    throw new ChainError("E_CHAIN_KEY", `${path}: the key is not in the range of secp256k1.`, { cause })
  }
}
