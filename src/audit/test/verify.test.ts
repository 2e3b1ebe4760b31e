import { beforeAll, describe, expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { nobleCrypto } from "../../../test/noble-crypto.ts"
import { encodeReceiptFile, type ReceiptFile, toHex } from "../../protocol/index.ts"
import { verifyReceipt } from "../verify.ts"
import { makeReceipt, repeat, sealedHeader, trust, type World } from "./fixture.ts"
import { flip, mutations } from "./mutations.ts"

let good: ReceiptFile
beforeAll(async () => {
  good = await makeReceipt()
})

/** Names of the checks that fail, with trust. */
async function failures(file: ReceiptFile | Uint8Array, trusted = trust): Promise<string[]> {
  const bytes = file instanceof Uint8Array ? file : encodeReceiptFile(file)
  const verdict = await verifyReceipt(crypto, bytes, trusted)
  const failed = verdict.checks.filter(({ ok }) => !ok)
  for (const { detail } of failed) expect(detail).toBeTruthy()
  expect(verdict.ok).toBe(failed.length === 0)
  return failed.map(({ name }) => name)
}

describe("a good receipt", () => {
  test.each([
    ["own crypto", crypto],
    ["noble", nobleCrypto],
  ])("passes every check, with %s", async (_, port) => {
    const verdict = await verifyReceipt(port, encodeReceiptFile(good), trust)
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(verdict).toMatchObject({
      ok: true,
      consistent: true,
      pinned: true,
      subject: { block: 42, report: { seq: 3 } },
    })
    expect(verdict.checks.map(({ name }) => name)).toEqual([
      ...["format", "device-key", "signature", "epoch", "path", "seal", "anchor", "registry"],
      ...["trusted-chain", "trusted-contracts", "trusted-gateway", "trusted-sealer"],
    ])
  })

  test("is consistent and not pinned without a trust file", async () => {
    const verdict = await verifyReceipt(crypto, encodeReceiptFile(good))
    expect(verdict).toMatchObject({ ok: false, consistent: true, pinned: false })
    expect(verdict.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["trusted-sealer"])
  })
})

describe("one field changed: the right check fails", () => {
  test.each(mutations)("%s", async (_, change, names) => {
    expect(await failures({ ...good, ...change(good) })).toEqual(names)
  })

  test("header, any one bit: another signer, or a state that proves nothing", async () => {
    for (let at = 0; at < good.header.length; at += 23) {
      const names = await failures({ ...good, header: flip(good.header, at) })
      expect(names).toContain("trusted-sealer")
    }
  })

  test("state root, sealed by somebody else", async () => {
    const header = sealedHeader(repeat(1, 32), repeat(8, 32))
    expect(await failures({ ...good, header })).toEqual(["anchor", "registry", "trusted-sealer"])
  })
})

describe("a perfect receipt of another world", () => {
  test.each<[string, Partial<World>, string[]]>([
    ["with another sealer", { sealer: repeat(8, 32) }, ["trusted-sealer"]],
    [
      "with another sealer, genesis and chain",
      { sealer: repeat(8, 32), genesisHash: repeat(7, 32), chainId: 5 },
      ["trusted-chain", "trusted-sealer"],
    ],
    [
      "with contracts of somebody's own",
      { registry: repeat(1, 20).fill(2), anchors: repeat(3, 20) },
      ["trusted-contracts"],
    ],
    ["of a gateway that is not trusted", { gateway: repeat(4, 20), homeGateway: repeat(4, 20) }, ["trusted-gateway"]],
    ["where the device waits for approval", { status: 1 }, ["registry"]],
    ["where the device is revoked", { status: 3 }, ["registry"]],
    ["where the leaf makes the device a light client", { leafRole: 2 }, ["registry"]],
    ["where another gateway is the device's home", { homeGateway: repeat(4, 20) }, ["registry"]],
    ["where the report claims a later epoch than its anchor", { claimedEpoch: 7 }, ["epoch"]],
  ])("%s", async (_, change, names) => {
    expect(await failures(await makeReceipt(change))).toEqual(names)
  })

  test("is consistent without a trust file", async () => {
    const forged = await makeReceipt({ sealer: repeat(8, 32), genesisHash: repeat(7, 32), chainId: 5 })
    expect(await verifyReceipt(crypto, encodeReceiptFile(forged))).toMatchObject({ ok: false, consistent: true })
  })
})

test("what is no receipt file fails by format alone", async () => {
  for (const bytes of [new Uint8Array(), repeat(0xff, 40), encodeReceiptFile(good).slice(0, -1), Uint8Array.of(0xa0)])
    expect(await failures(bytes)).toEqual(["format"])
})

test("any byte changed: never accepted, never an exception", async () => {
  const bytes = encodeReceiptFile(good)
  for (let at = 0; at < bytes.length; at += 29) {
    const names = await failures(flip(bytes, at))
    expect(names, `byte ${at} of ${toHex(bytes.slice(at, at + 4))}`).not.toEqual([])
  }
})
