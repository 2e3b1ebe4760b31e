/**
 * Gas of what the gateway does on chain, over the embedded node, and of a reading that another contract checks. Epochs and
 * block numbers are those of a chain in its second year of ten-minute epochs: bytes that are not zero cost more.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bytesToHex, createPublicClient, custom, encodeFunctionData, type Hex, hexToBytes } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { crypto } from "../as/index.ts"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../setup/contracts.js"
import { anchoredReadings } from "../src/contracts/test/reading.ts"
import { anchorAbi, registryAbi } from "../src/gateway/chain/abi.ts"
import { decisionsAbi } from "../src/gateway/chain/decisions.ts"
import { anchorPosition, loadOrCreateKey, openContracts, startEmbeddedChain } from "../src/gateway/chain/index.ts"
import { readingArguments, readingsAbi } from "../src/gateway/chain/readings.ts"
import { addressOf, helloPayload, signingDigest } from "../src/protocol/index.ts"
import type { Figure } from "./run.ts"

const EPOCH = 70_000
const REPORTS = 1024
const BATCH = 50

/** Budgets: the design's for a report; the others hold what was reached. */
const BUDGETS = {
  register: 93_500,
  approve: 32_000,
  approveMany: 8_600,
  first: 49_500,
  next: 51_200,
  report: 50,
  verify: 75_000,
}

interface Device {
  secretKey: Uint8Array
  publicKey: Uint8Array
  address: Hex
}

function makeDevice(index: number): Device {
  const secretKey = crypto.sha256(Uint8Array.of(index, 1))
  const publicKey = crypto.getPublicKey(secretKey)
  return { secretKey, publicKey, address: bytesToHex(addressOf(crypto, publicKey)) }
}

/** The contracts on a chain of their own; `send` gives the gas of a transaction. */
async function openWorld(dir: string) {
  const clock = { now: () => 1_800_000_000_000 }
  const node = await startEmbeddedChain({ dir, clock })
  const { deployment, gateway } = await openContracts({ node, dir })
  const transport = custom(node.provider as never, { retryCount: 0 })
  const client = createPublicClient({ transport, pollingInterval: 5, cacheTime: 0 })
  const send = async (from: "gateway" | "operator", to: Hex, call: Parameters<typeof encodeFunctionData>[0]) => {
    const account = privateKeyToAccount(loadOrCreateKey(dir, from).privateKey)
    const nonce = await client.getTransactionCount({ address: account.address })
    const fees = { gas: 5_000_000n, maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 0n }
    const request = { to, data: encodeFunctionData(call), nonce, ...fees, chainId: node.chainId }
    const hash = await client.sendRawTransaction({ serializedTransaction: await account.signTransaction(request) })
    const { status, gasUsed } = await client.waitForTransactionReceipt({ hash })
    if (status !== "success") throw new Error(`${call.functionName} failed`)
    return Number(gasUsed)
  }
  return { node, client, deployment, gateway, send }
}

type World = Awaited<ReturnType<typeof openWorld>>

function requestCall({ node, deployment, gateway }: World, { secretKey, publicKey, address }: Device) {
  const profileHash = crypto.sha256(Uint8Array.of(7))
  const hello = helloPayload(crypto.sha256(publicKey), crypto.sha256(secretKey).slice(0, 16), profileHash)
  const context = { chainId: node.chainId, registry: hexToBytes(deployment.registry), device: hexToBytes(address) }
  const signature = crypto.sign(signingDigest(crypto, context, hello), secretKey)
  const key = bytesToHex(crypto.convertPublicKey(publicKey, false))
  const [r, s] = [bytesToHex(signature.slice(0, 32)), bytesToHex(signature.slice(32, 64))]
  const args = [key, bytesToHex(profileHash), gateway, bytesToHex(hello), r, s, 27 + signature[64]!] as const
  return { abi: registryAbi, functionName: "request", args } as const
}

async function measure(world: World) {
  const { deployment, gateway, node, client, send } = world
  const { registry, anchor, verifier } = deployment
  const devices = Array.from({ length: BATCH + 1 }, (_, index) => makeDevice(index))
  let register = 0
  for (const device of devices)
    register = Math.max(register, await send("gateway", registry, requestCall(world, device)))
  const [first, ...others] = devices as [Device, ...Device[]]
  const approve = await send("operator", registry, {
    ...{ abi: registryAbi, functionName: "approve", args: [first.address, 0] },
  })
  const many = await send("operator", registry, {
    ...{ abi: decisionsAbi, functionName: "approveMany", args: [others.map(({ address }) => address), 0] },
  })
  const place = { chainId: node.chainId, registry, gateway, epoch: EPOCH }
  const { root, readings } = anchoredReadings(first.secretKey, first.address, place, { count: REPORTS })
  const anchored = (epoch: number, previous: number) =>
    send("gateway", anchor, {
      ...{ abi: anchorAbi, functionName: "recordAnchor", args: [anchorPosition(epoch, previous, REPORTS), root] },
    })
  const firstAnchor = await anchored(EPOCH, 0)
  const nextAnchor = await anchored(EPOCH + 1, EPOCH)
  const args = readingArguments(readings[700]!)
  const data = encodeFunctionData({ abi: readingsAbi, functionName: "verifyReading", args })
  const verify = Number(await client.estimateGas({ account: gateway, to: verifier, data }))
  return { register, approve, many: many / BATCH, firstAnchor, nextAnchor, verify }
}

export async function run(): Promise<Figure[]> {
  await buildContracts({ quiet: true })
  const dir = mkdtempSync(join(tmpdir(), "dormouse-gas-"))
  const world = await openWorld(dir)
  try {
    const { register, approve, many, firstAnchor, nextAnchor, verify } = await measure(world)
    const row = (name: string, value: number, budget: number): Figure => ({
      ...{ name, value, unit: "gas", budget, better: "lower", gate: "always" },
    })
    return [
      row("register a device", register, BUDGETS.register),
      row("approve a device", approve, BUDGETS.approve),
      row(`approve ${BATCH} at once: a device`, many, BUDGETS.approveMany),
      row("anchor, a gateway's first", firstAnchor, BUDGETS.first),
      row("anchor, each next", nextAnchor, BUDGETS.next),
      row("anchor: a report of 1,024", nextAnchor / REPORTS, BUDGETS.report),
      row("verifyReading, 10 path steps", verify, BUDGETS.verify),
    ]
  } finally {
    await world.node.close()
    rmSync(dir, { recursive: true, force: true })
  }
}
