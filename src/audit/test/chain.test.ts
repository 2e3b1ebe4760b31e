/** Receipts over the project's own embedded chain: the honest one, and a forged one by somebody who has every key but the sealer's. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { type Contracts, type EmbeddedChain, openContracts, startEmbeddedChain } from "../../gateway/chain/index.ts"
import {
  addressOf,
  encodeLeaf,
  encodeReceiptFile,
  encodeReport,
  FIRST_HEAD,
  fromHex,
  helloPayload,
  joinSigned,
  Kind,
  leafHash,
  MerkleTree,
  type ReceiptFile,
  signingDigest,
  signPayload,
  toHex,
} from "../../protocol/index.ts"
import type { Trust } from "../trust.ts"
import { verifyReceipt } from "../verify.ts"
import { repeat, secrets } from "./fixture.ts"

const NOW = 1_760_000_000_000
const dir = mkdtempSync(join(tmpdir(), "dormouse-forged-"))
const publicKey = crypto.getPublicKey(secrets.device)
const device = addressOf(crypto, publicKey)
const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}` as const

interface World {
  chain: EmbeddedChain
  contracts: Contracts
  trust: Trust
  receipt: ReceiptFile
}

/** A chain with one device, approved, and one anchor of three reports. */
async function makeWorld(name: string, now: number): Promise<World> {
  const chain = await startEmbeddedChain({ dir: join(dir, name), clock: { now: () => now } })
  const contracts = await openContracts({ node: chain, dir: join(dir, name) })
  const { deployment, registry, anchors, proofs, gateway } = contracts
  const addresses = { registry: fromHex(deployment.registry), anchors: fromHex(deployment.anchor) }
  const context = { chainId: chain.chainId, registry: addresses.registry, device }

  const profileHash = repeat(7, 32)
  const hello = helloPayload(repeat(1, 32), repeat(2, 16), profileHash)
  const signature = crypto.sign(signingDigest(crypto, context, hello), secrets.device)
  const key = crypto.convertPublicKey(publicKey, false)
  await registry.request({ publicKey: key, profileHash, homeGateway: gateway, helloPayload: hello, signature })
  await registry.approve(hex(device), 0)

  const reports = [1, 2, 3].map((seq) => {
    const common = { kind: Kind.samples, seq, epoch: 5, prev: FIRST_HEAD, at: 5 } as const
    return signPayload(crypto, context, secrets.device, encodeReport({ ...common, step: 0, samples: [[seq]] }))
  })
  const leaves = reports.map((report) => ({ gatewayTime: NOW, role: 0, report }))
  const tree = new MerkleTree(
    crypto,
    leaves.map((leaf) => leafHash(crypto, encodeLeaf(leaf))),
  )
  const anchor = { epoch: 6, previous: repeat(0, 32), root: tree.root, count: 3 }
  const { blockNumber } = await anchors.submit({ ...anchor, previousEpoch: 0 })
  const { header, accountProofs, storageProofs } = await proofs.forAnchor(gateway, 6, hex(device), blockNumber)
  const ours = { chainId: chain.chainId, genesisHash: fromHex(chain.genesisHash), ...addresses }
  return {
    chain,
    contracts,
    trust: { ...ours, sealers: chain.sealers.map(fromHex), gateways: [fromHex(gateway)], finality: "single-sealer" },
    receipt: {
      ...ours,
      ...{ publicKey, report: joinSigned(reports[1]!), gatewayTime: NOW, role: 0, index: 1, path: tree.path(1) },
      ...{ gateway: fromHex(gateway), anchor, header },
      proofs: [
        { contract: addresses.anchors, accountProof: accountProofs.anchor, storage: [storageProofs.anchor] },
        { contract: addresses.registry, accountProof: accountProofs.registry, storage: [storageProofs.device] },
      ],
    },
  }
}

let honest: World
let forged: World
beforeAll(async () => {
  honest = await makeWorld("honest", NOW)
  // the forger has the operator's key and the gateway's, so that all addresses come out alike; the sealer's he lacks
  mkdirSync(join(dir, "forged", "keys"), { recursive: true })
  for (const name of ["gateway", "operator"])
    cpSync(join(dir, "honest", "keys", `${name}.json`), join(dir, "forged", "keys", `${name}.json`))
  forged = await makeWorld("forged", NOW + 1_000)
})
afterAll(async () => {
  await Promise.all([honest?.chain.close(), forged?.chain.close()])
  rmSync(dir, { recursive: true, force: true })
})

async function failures(receipt: ReceiptFile, trust?: Trust): Promise<string[]> {
  const { checks } = await verifyReceipt(crypto, encodeReceiptFile(receipt), trust)
  return checks.filter(({ ok }) => !ok).map(({ name }) => name)
}

describe("the honest chain", () => {
  test("its receipt passes", async () => {
    expect(await failures(honest.receipt, honest.trust)).toEqual([])
  })

  test("a block before the anchor does not prove it", async () => {
    const { contracts, receipt, trust } = honest
    const header = await contracts.proofs.header(2)
    expect(await failures({ ...receipt, header }, trust)).toEqual(["anchor", "registry"])
  })

  test("a revoked device fails from that block on, and its earlier receipts stay", async () => {
    const { contracts, receipt, trust } = honest
    const { blockNumber } = await contracts.registry.revoke(hex(device))
    const later = await contracts.proofs.forAnchor(contracts.gateway, 6, hex(device), blockNumber)
    const proofs = structuredClone(receipt.proofs)
    for (const [i, name] of (["anchor", "registry"] as const).entries())
      proofs[i]!.accountProof = later.accountProofs[name]
    proofs[0]!.storage[0] = later.storageProofs.anchor
    proofs[1]!.storage[0] = later.storageProofs.device
    expect(await failures({ ...receipt, header: later.header, proofs }, trust)).toEqual(["registry"])
    expect(await failures(receipt, trust)).toEqual([])
  })
})

describe("a chain forged with every key but the sealer's", () => {
  test("has the same contracts and gateway, and a receipt that its own trust file accepts", async () => {
    const { registry, anchors, gateways } = forged.trust
    expect({ registry, anchors, gateways }).toEqual({
      registry: honest.trust.registry,
      anchors: honest.trust.anchors,
      gateways: honest.trust.gateways,
    })
    expect(await failures(forged.receipt, forged.trust)).toEqual([])
  })

  test("is refused by the honest trust file, even if the file names the honest genesis", async () => {
    expect(await failures(forged.receipt, honest.trust)).toEqual(["trusted-chain", "trusted-sealer"])
    const { genesisHash } = honest.receipt
    expect(await failures({ ...forged.receipt, genesisHash }, honest.trust)).toEqual(["trusted-sealer"])
  })

  test("is consistent, not pinned, without a trust file", async () => {
    const verdict = await verifyReceipt(crypto, encodeReceiptFile(forged.receipt))
    expect(verdict).toMatchObject({ ok: false, consistent: true, pinned: false })
  })
})
