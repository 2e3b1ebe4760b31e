import { readFileSync } from "node:fs"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, hexToBytes } from "viem"
import { expect, test } from "vitest"
import { anchorLink, anchorSlot, deviceSlots } from "../slots.ts"
import { cbor, TestDevice } from "./support.ts"

const text = readFileSync(new URL("../../../../docs/chain.md", import.meta.url), "utf8")

/** Values of the page by their name, in the order in which they come. */
function values(name: string): string[] {
  return [...text.matchAll(new RegExp(`^ *${name} +(?:0x)?([0-9a-f]+)$`, "gm"))].map((match) => match[1]!)
}

const plain = (bytes: Uint8Array) => bytesToHex(bytes).slice(2)

test("docs/chain.md: what a device signs", () => {
  const device = new TestDevice(1)
  const registry = `0x${values("registry")[0]}` as const
  const chainId = Number(values("chainId")[0])
  const payload = device.hello(new Uint8Array(32).fill(0x50))
  const aad = cbor(["dormouse-1", chainId, hexToBytes(registry), hexToBytes(device.address)])
  const structure = cbor(["Signature1", hexToBytes("0xa101382e"), aad, payload])
  const signature = device.sign(payload, chainId, registry)
  expect(values("secret key")).toEqual([plain(sha256(Uint8Array.of(1)))])
  expect(values("public key")).toEqual([plain(device.publicKey)])
  expect(`0x${values("device")[0]}`).toBe(device.address)
  expect(values("external_aad")).toEqual([plain(aad)])
  expect(values("payload")).toEqual([plain(payload)])
  expect(values("Sig_structure")).toEqual([plain(structure)])
  expect(values("digest")).toEqual([plain(sha256(structure))])
  expect(values("r")).toEqual([plain(signature.slice(0, 32))])
  expect(values("s")).toEqual([plain(signature.slice(32, 64))])
  expect(text).toContain(`v             ${27 + signature[64]!} `)
})

test("docs/chain.md: slots and links", () => {
  const { state, profile } = deviceSlots(new TestDevice(1).address)
  expect(values("state")).toEqual([state.slice(2)])
  expect(values("profile")).toEqual([profile.slice(2)])
  const gateway = `0x${"aa".repeat(20)}` as const
  expect(values("slot")).toEqual([anchorSlot(gateway, 70_001).slice(2), anchorSlot(gateway, 70_002).slice(2)])
  const root = new Uint8Array(32).fill(7)
  const first = anchorLink(new Uint8Array(32), root, 1024, 70_001)
  expect(values("link")).toEqual([plain(first), plain(anchorLink(first, root, 3, 70_002))])
})
