import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest"
import { encodeReceiptFile, toHex } from "../../protocol/index.ts"
import { examples } from "../../protocol/test/examples.ts"
import { decodeCommand, verifyCommand } from "../cli.ts"
import { makeReceipt, repeat, trust } from "./fixture.ts"

const dir = mkdtempSync(join(tmpdir(), "dormouse-audit-"))
const path = (name: string) => join(dir, name)
const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}`
const trustJson = {
  chainId: trust.chainId,
  genesisHash: hex(trust.genesisHash),
  sealers: trust.sealers.map(hex),
  registry: hex(trust.registry),
  anchors: hex(trust.anchors),
  gateways: trust.gateways.map(hex),
  finality: "single-sealer",
}

let out: string[]
let err: string[]
beforeAll(async () => {
  writeFileSync(path("good"), encodeReceiptFile(await makeReceipt()))
  writeFileSync(path("forged"), encodeReceiptFile(await makeReceipt({ sealer: repeat(8, 32), chainId: 5 })))
  writeFileSync(path("bad"), encodeReceiptFile({ ...(await makeReceipt()), index: 1 }))
  writeFileSync(path("trust.json"), JSON.stringify(trustJson))
})
beforeEach(() => {
  out = []
  err = []
  vi.spyOn(console, "log").mockImplementation((line) => void out.push(line))
  vi.spyOn(console, "error").mockImplementation((line) => void err.push(line))
})
afterEach(() => void vi.restoreAllMocks())
afterAll(() => rmSync(dir, { recursive: true }))

describe("verify", () => {
  test.each([
    ["good", true, 0, "Valid."],
    ["good", false, 3, "Consistent, but signer not pinned"],
    ["bad", true, 1, "Invalid: path."],
    ["bad", false, 1, "Invalid: path"],
    ["forged", true, 1, "Invalid: trusted-chain, trusted-sealer."],
    ["forged", false, 3, "Consistent, but signer not pinned"],
  ])("%s, with trust %s: exit %d", async (name, trusted, code, text) => {
    const args = trusted ? ["--trust", path("trust.json")] : []
    expect(await verifyCommand([path(name), ...args])).toBe(code)
    expect(out.join("\n")).toContain(text)
    expect(await verifyCommand([path(name), ...args, "--json"])).toBe(code)
    const json = JSON.parse(out.at(-1)!)
    expect(json.ok).toBe(code === 0)
    expect(json.checks.every((check: object) => "name" in check && "ok" in check)).toBe(true)
  })

  test("--help", async () => {
    expect(await verifyCommand(["--help"])).toBe(0)
    expect(await decodeCommand(["--help"])).toBe(0)
    expect(out.join()).toMatch(/Usage: dormouse verify FILE.*Usage: dormouse decode FILE/s)
  })

  test.each([
    ["no argument", [], /One argument is expected/],
    ["an unknown option", [path("good"), "--turst", "x"], /'--turst'/],
    ["a missing file", [path("none")], /cannot be read/],
    ["a missing trust file", [path("good"), "--trust", path("none")], /cannot be read/],
    ["a trust file that is none", [path("good"), "--trust", path("good")], /Trust file: not JSON/],
  ])("%s: exit 2", async (_, args, message) => {
    expect(await verifyCommand(args)).toBe(2)
    expect(err.join("\n")).toMatch(message)
  })

  test.each([
    ["chainId", 0, "a positive integer"],
    ["genesisHash", "0x12", "0x and 64 hex digits"],
    ["sealers", [], "a list of one address at least"],
    ["sealers", ["0x12"], "0x and 40 hex digits"],
    ["gateways", undefined, "a list"],
    ["registry", 7, "0x and 40 hex digits"],
    ["finality", "two-thirds", '"single-sealer"'],
  ])("a trust file whose %s is %s: exit 2", async (field, value, message) => {
    writeFileSync(path("trust-bad.json"), JSON.stringify({ ...trustJson, [field]: value }))
    expect(await verifyCommand([path("good"), "--trust", path("trust-bad.json")])).toBe(2)
    expect(err.join("\n")).toContain(`Trust file: "${field}": ${message}`)
  })
})

describe("decode", () => {
  test("hex, a file of hex, a file of bytes", async () => {
    const bytes = examples["samples-report"]!
    writeFileSync(path("text"), `${toHex(bytes).replaceAll(/(.{32})/g, "$1\n")}\n`)
    writeFileSync(path("bytes"), bytes)
    for (const input of [toHex(bytes), `0x${toHex(bytes)}`, path("text"), path("bytes")])
      expect(await decodeCommand([input])).toBe(0)
    expect(new Set(out).size).toBe(1)
    expect(out[0]).toContain("/ samples report, signed /")
  })

  test("bad input: exit 2 and where", async () => {
    expect(await decodeCommand(["8301"])).toBe(2)
    expect(await decodeCommand(["no such file"])).toBe(2)
    expect(await decodeCommand(["123"])).toBe(2)
    expect(err[0]).toBe("E_CBOR_END: CBOR at byte 1: the input ends too early.")
    expect(err[1]).toBe('E_FILE: "no such file" is neither a file nor hex.')
    expect(err[2]).toContain("even number of digits")
  })
})
