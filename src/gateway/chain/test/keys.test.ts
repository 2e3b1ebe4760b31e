import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { loadOrCreateKey } from "../index.ts"
import { decryptKey, encryptKey, type Keystore } from "../keystore.ts"
import { temporaryDirectory } from "./support.ts"

// The format's own vector with pbkdf2, and what `geth account import --lightkdf` (1.13.15) made of the same key. (The
// specification's vector with scrypt has r = 1 with n = 2^18, which RFC 7914 and OpenSSL forbid.)
const SECRET = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
const VECTORS: Record<string, Keystore["crypto"]> = {
  pbkdf2: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      ...{ c: 262_144, dklen: 32, prf: "hmac-sha256" },
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  scrypt: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "a8aecece7ffed60cbd98f04a7b358a69" },
    ciphertext: "0f34d8967b7fb8721c3f70a3ca32fb86834cad3ed6941b1cd0cdb7145602da13",
    kdf: "scrypt",
    kdfparams: {
      ...{ dklen: 32, n: 4096, p: 6, r: 8 },
      salt: "9fa3b267b838bb843bc6d85663bace7138cd528c60aa4e98dc0a3c5d55b72862",
    },
    mac: "7ad8993bcf5278048690bb43797dd5e90ad7cffbbec175dd29bdd6b927ebb24b",
  },
}

const store = (crypto: Keystore["crypto"]): Keystore => ({ version: 3, id: "", crypto })
const random = (size: number) => new Uint8Array(size).fill(7)

describe("Web3 Secret Storage", () => {
  test.each(Object.entries(VECTORS))("opens the vector with %s", (_, vector) => {
    expect(Buffer.from(decryptKey(store(vector), "testpassword")!).toString("hex")).toBe(SECRET)
    expect(decryptKey(store(vector), "testpassworD")).toBeUndefined()
  })

  test("writes what it opens, with geth's cost where there is a password", () => {
    const key = new Uint8Array(32).fill(9)
    const keystore = encryptKey(key, "", random)
    expect(keystore.crypto.kdfparams).toMatchObject({ n: 4096, r: 8, p: 1, dklen: 32 })
    expect(JSON.stringify(keystore)).not.toContain("0909")
    expect(decryptKey(keystore, "")).toEqual(key)
    expect(decryptKey(keystore, " ")).toBeUndefined()
    expect(encryptKey(key, "correct horse", random).crypto.kdfparams).toMatchObject({ n: 262_144, r: 8, p: 1 })
  })

  test("refuses what it does not know", () => {
    const [vector] = Object.values(VECTORS)
    const open = (change: object) => () => decryptKey(store({ ...vector!, ...change } as Keystore["crypto"]), "")
    expect(open({ cipher: "aes-256-gcm" })).toThrow("cipher")
    expect(open({ kdf: "argon2" })).toThrow("kdf")
    expect(open({ kdfparams: { prf: "hmac-sha1" } })).toThrow("kdf")
    expect(open({ mac: "00" })()).toBeUndefined()
  })
})

describe("keys of a data directory", () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => {
    directory = temporaryDirectory()
  })
  afterEach(() => {
    delete process.env.DORMOUSE_PASSWORD_FILE
    directory.remove()
  })
  const path = () => join(directory.path, "keys", "gateway.json")
  const load = () => loadOrCreateKey(directory.path, "gateway")
  const refused = (content: string, message: RegExp) => {
    writeFileSync(path(), content)
    expect(load).toThrow(expect.objectContaining({ code: "E_CHAIN_KEY", message: expect.stringMatching(message) }))
  }

  test("are made once, for their owner alone", () => {
    const made = load()
    expect(load()).toEqual(made)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(readFileSync(path(), "utf8")).not.toContain(made.privateKey.slice(2))
  })

  test("open only with their password", () => {
    const file = join(directory.path, "password")
    writeFileSync(file, "open sesame\n")
    process.env.DORMOUSE_PASSWORD_FILE = file
    const made = load()
    expect(load()).toEqual(made)
    writeFileSync(file, "open barley\n")
    expect(load).toThrow(/wrong password/)
    delete process.env.DORMOUSE_PASSWORD_FILE
    expect(load).toThrow(/DORMOUSE_PASSWORD_FILE/)
    process.env.DORMOUSE_PASSWORD_FILE = join(directory.path, "nowhere")
    expect(load).toThrow(/cannot be read/)
  })

  test("may be brought in clear", () => {
    load()
    const privateKey = `0x${SECRET}`
    writeFileSync(path(), JSON.stringify({ privateKey }))
    expect(load()).toEqual({ privateKey, address: "0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b" })
  })

  test("that are none are refused by name", () => {
    const { address } = load()
    refused("{", /JSON/)
    refused("{}", /keystore/)
    refused('{"privateKey":"0x12"}', /32 bytes/)
    refused(`{"privateKey":"0x${"00".repeat(32)}"}`, /range/)
    refused(`{"address":"${address}","privateKey":"0x${SECRET}"}`, /the key's own/)
    refused('{"crypto":{}}', /cipher/)
  })
})
