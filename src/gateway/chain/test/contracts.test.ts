import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import type { EmbeddedChain } from "../index.ts"
import { anchorLink, anchorSlot, type Contracts, deviceSlots, openContracts, startEmbeddedChain } from "../index.ts"
import { stoppedClock, TestDevice, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const dir = directory.path
const root = new Uint8Array(32).fill(7)
let node: EmbeddedChain
let contracts: Contracts

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir, clock: stoppedClock() })
  contracts = await openContracts({ node, dir })
})
afterAll(async () => {
  await node.close()
  directory.remove()
})

describe("deployment", () => {
  test("opening again deploys nothing", async () => {
    const height = await contracts.client.getBlockNumber()
    const again = await openContracts({ node, dir })
    expect(again.deployment).toEqual(contracts.deployment)
    expect(await contracts.client.getBlockNumber()).toBe(height)
  })

  test("a start that was cut short after any of its transactions is taken up", async () => {
    const other = temporaryDirectory()
    const fresh = await startEmbeddedChain({ dir: other.path, clock: stoppedClock() })
    const plan = join(other.path, "chain.json")
    let sent = 0
    const failAfter = (limit: number) => ({
      ...fresh,
      provider: {
        request(request: { method: string; params?: unknown }) {
          if (request.method === "eth_sendRawTransaction" && sent++ >= limit) return Promise.reject(new Error("killed"))
          return fresh.provider.request(request)
        },
      },
    })
    const addresses = new Set<string>()
    for (let attempt = 0; attempt < 4; attempt++) {
      sent = 0
      await expect(openContracts({ node: failAfter(attempt === 0 ? 0 : 1), dir: other.path })).rejects.toThrow("killed")
      addresses.add(readFileSync(plan, "utf8"))
    }
    const opened = await openContracts({ node: fresh, dir: other.path })
    expect(addresses.size).toBe(1)
    expect(await opened.client.getCode({ address: opened.deployment.registry })).toMatch(/^0x60/)
    expect(await fresh.provider.request({ method: "eth_blockNumber" })).toBe("0x4")
    await fresh.close()
    other.remove()
  })

  test("a plan whose nonce another transaction took is made anew", async () => {
    const other = temporaryDirectory()
    const fresh = await startEmbeddedChain({ dir: other.path, clock: stoppedClock() })
    const first = await openContracts({ node: fresh, dir: other.path })
    rmSync(join(other.path, "chain.json"))
    const second = await openContracts({ node: fresh, dir: other.path })
    expect(second.deployment.registry).not.toBe(first.deployment.registry)
    const device = new TestDevice(1)
    const request = device.request(node.chainId, second.deployment.registry, second.gateway)
    await second.registry.request(request)
    expect((await second.registry.device(device.address)).status).toBe("pending")
    await fresh.close()
    other.remove()
  })

  test("chain.json of another chain is refused", async () => {
    const wrong = { ...node, genesisHash: `0x${"11".repeat(32)}` as const }
    await expect(openContracts({ node: wrong, dir })).rejects.toMatchObject({ code: "E_CHAIN_WRONG_CHAIN" })
  })

  test("contracts of another version are refused by name, a node that does not answer is not taken for one", async () => {
    const answering = (version: string | Error) => ({
      ...node,
      provider: {
        request(request: { method: string; params?: unknown }) {
          if (request.method !== "eth_call") return node.provider.request(request)
          return version instanceof Error ? Promise.reject(version) : Promise.resolve(version)
        },
      },
    })
    const word = (version: number) => `0x${version.toString(16).padStart(64, "0")}`
    for (const version of ["0x", word(1), word(3)]) {
      await expect(openContracts({ node: answering(version), dir })).rejects.toMatchObject({
        ...{ code: "E_CHAIN_CONTRACTS_CHANGED" },
      })
    }
    await expect(openContracts({ node: answering(new Error("gone")), dir })).rejects.toThrow("gone")
  })

  test("a chain.json that is not JSON is refused", async () => {
    const path = join(dir, "chain.json")
    const good = readFileSync(path, "utf8")
    writeFileSync(path, "{")
    await expect(openContracts({ node, dir })).rejects.toMatchObject({ code: "E_CHAIN_CONTRACT" })
    writeFileSync(path, good)
  })
})

describe("registry", () => {
  const [approved, waiting, rejected] = [new TestDevice(10), new TestDevice(11), new TestDevice(12)]

  test("request, approve, revoke; what each block showed stays readable", async () => {
    const { registry, deployment, gateway } = contracts
    const profileHash = new Uint8Array(32).fill(0x77)
    const requested = await registry.request(approved.request(node.chainId, deployment.registry, gateway, profileHash))
    const approval = await registry.approve(approved.address, 2)
    const revocation = await registry.revoke(approved.address)
    const at = (block: number) => registry.device(approved.address, block)
    expect(await at(requested.blockNumber - 1)).toMatchObject({ status: "none" })
    expect(await at(requested.blockNumber)).toMatchObject({ status: "pending", homeGateway: gateway, profileHash })
    expect(await at(approval.blockNumber)).toEqual({
      ...{ status: "approved", role: 2, homeGateway: gateway, changedAt: approval.blockNumber, profileHash },
    })
    expect(await registry.device(approved.address)).toMatchObject({
      ...{ status: "revoked", role: 2, changedAt: revocation.blockNumber },
    })
  })

  test("pending lists what waits, with everything the operator compares", async () => {
    const { registry, deployment, gateway } = contracts
    for (const device of [waiting, rejected]) {
      await registry.request(device.request(node.chainId, deployment.registry, gateway))
    }
    await registry.reject(rejected.address)
    const request = waiting.request(node.chainId, deployment.registry, gateway)
    expect(await registry.pending()).toEqual([
      {
        ...{ device: waiting.address, homeGateway: gateway, profileHash: request.profileHash },
        ...{ publicKey: waiting.publicKey, helloPayload: request.helloPayload, blockNumber: expect.any(Number) },
      },
    ])
  })

  test("a refusal names the contract's error", async () => {
    await expect(contracts.registry.approve(approved.address, 0)).rejects.toMatchObject({
      ...{ code: "E_CHAIN_REVERTED", reason: "WrongStatus" },
    })
  })
})

describe("anchors", () => {
  test("each continues the one before", async () => {
    const { anchors, gateway } = contracts
    await anchors.submit({ epoch: 5, previousEpoch: 0, root, count: 1 })
    await anchors.submit({ epoch: 9, previousEpoch: 5, root, count: 70_000 })
    const first = anchorLink(new Uint8Array(32), root, 1, 5)
    expect(await anchors.slot(gateway, 5)).toEqual(first)
    expect(await anchors.slot(gateway, 9)).toEqual(anchorLink(first, root, 70_000, 9))
    expect(await anchors.slot(gateway, 6)).toBeUndefined()
  })

  test("the same anchor again finds its block, and sends nothing", async () => {
    const request = { epoch: 20, previousEpoch: 9, root, count: 3 }
    const first = await contracts.anchors.submit(request)
    const again = await openContracts({ node, dir })
    expect(await again.anchors.submit(request)).toEqual(first)
    expect(await contracts.client.getBlockNumber()).toBe(BigInt(first.blockNumber))
  })

  test("the same anchor twice at once is one anchor", async () => {
    const request = { epoch: 30, previousEpoch: 20, root, count: 3 }
    const both = await Promise.all([contracts.anchors.submit(request), contracts.anchors.submit(request)])
    expect(both[0]).toEqual(both[1])
  })

  test("another root for an epoch is equivocation", async () => {
    const changed = { epoch: 20, previousEpoch: 9, root: new Uint8Array(32).fill(8), count: 3 }
    await expect(contracts.anchors.submit(changed)).rejects.toMatchObject({ code: "E_CHAIN_EQUIVOCATION" })
    const elsewhere = { epoch: 20, previousEpoch: 5, root, count: 3 }
    await expect(contracts.anchors.submit(elsewhere)).rejects.toMatchObject({ code: "E_CHAIN_EQUIVOCATION" })
  })

  test("many at once keep their nonces apart", async () => {
    const epochs = Array.from({ length: 20 }, (_, index) => 1000 + index)
    const submit = (epoch: number) => contracts.anchors.submit({ epoch, previousEpoch: 30, root, count: 1 })
    const included = await Promise.all(epochs.map(submit))
    expect(new Set(included.map(({ transactionHash }) => transactionHash)).size).toBe(epochs.length)
  })
})

test("slots are where the compiler put them", () => {
  const layout = (name: string) => {
    const path = new URL(`../../../../build/contracts/${name}.json`, import.meta.url)
    return JSON.parse(readFileSync(path, "utf8")).storageLayout as {
      storage: { label: string; slot: string }[]
      types: Record<string, { members?: { label: string; slot: string; offset: number }[] }>
    }
  }
  const registry = layout("DeviceRegistry")
  expect(registry.storage.find(({ label }) => label === "devices")?.slot).toBe("2")
  const slotsOfAnchor = layout("ReadingAnchor").storage.map(({ label, slot }) => [label, slot])
  expect(slotsOfAnchor.slice(2)).toEqual([
    ["gateways", "2"],
    ["anchors", "3"],
  ])
  const members = Object.values(registry.types).find(({ members }) => members?.[0]?.label === "status")!.members!
  expect(members.map(({ label, slot, offset }) => [label, slot, offset])).toEqual([
    ...[
      ["status", "0", 0],
      ["role", "0", 1],
      ["homeGateway", "0", 2],
      ["changedAt", "0", 22],
      ["profileHash", "1", 0],
    ],
  ])
})

test("slots hold what the contracts answer", async () => {
  const { client, deployment, gateway, anchors } = contracts
  const device = new TestDevice(40)
  await contracts.registry.request(device.request(node.chainId, deployment.registry, gateway))
  const { state, profile } = deviceSlots(device.address)
  const at = (address: `0x${string}`, slot: `0x${string}`) => client.getStorageAt({ address, slot })
  const { changedAt } = await contracts.registry.device(device.address)
  const packed = (BigInt(changedAt) << 176n) | (BigInt(gateway) << 16n) | 1n
  expect(BigInt((await at(deployment.registry, state))!)).toBe(packed)
  expect(await at(deployment.registry, profile)).toBe(`0x${"50".repeat(32)}`)
  await anchors.submit({ epoch: 77, previousEpoch: 0, root, count: 2 })
  const link = await at(deployment.anchor, anchorSlot(gateway, 77))
  expect(link).toBe(`0x${Buffer.from(anchorLink(new Uint8Array(32), root, 2, 77)).toString("hex")}`)
})
