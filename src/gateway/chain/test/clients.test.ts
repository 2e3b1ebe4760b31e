import { sha256 } from "@noble/hashes/sha2.js"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { anchoredReadings } from "../../../contracts/test/reading.ts"
import { ChainAccount } from "../account.ts"
import {
  approveMany,
  type Contracts,
  DeviceControl,
  type EmbeddedChain,
  type Hex,
  HOME_DELEGATE,
  lastAnchoredEpoch,
  loadOrCreateKey,
  openContracts,
  proveContradiction,
  proveEquivocation,
  reinstate,
  relayApproval,
  revokeMany,
  signApproval,
  signStatement,
  startEmbeddedChain,
} from "../index.ts"
import { stoppedClock, TestDevice, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const dir = directory.path
const clock = stoppedClock()
let node: EmbeddedChain
let contracts: Contracts
let operator: ChainAccount
let gatewayKey: Hex

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir, clock })
  contracts = await openContracts({ node, dir })
  gatewayKey = loadOrCreateKey(dir, "gateway").privateKey
  operator = accountOf(loadOrCreateKey(dir, "operator").privateKey)
})
afterAll(async () => {
  await node.close()
  directory.remove()
})

const accountOf = (privateKey: Hex) =>
  new ChainAccount({ client: contracts.client, chainId: node.chainId, privateKey, onBlock: node.onBlock })

async function requested(seed: number): Promise<TestDevice> {
  const device = new TestDevice(seed)
  const { registry, deployment, gateway } = contracts
  await registry.request(device.request(node.chainId, deployment.registry, gateway))
  return device
}

test("an approval signed elsewhere is brought by the gateway", async () => {
  const { address } = await requested(1)
  const { registry, deployment } = contracts
  const wanted = { device: address, role: 0, deadline: clock.ms / 1000 + 3600 }
  const key = loadOrCreateKey(dir, "operator").privateKey
  const approval = await signApproval(key, deployment, wanted, await registry.device(address))
  const relayer = accountOf(gatewayKey)
  const changed = relayApproval(relayer, deployment.registry, { ...approval, role: 1 })
  await expect(changed).rejects.toMatchObject({ reason: "NotSignedByOperator" })
  await relayApproval(relayer, deployment.registry, approval)
  expect(await registry.device(address)).toMatchObject({ status: "approved", role: 0 })
})

test("batches, revocation by the last epoch, reinstatement, and a reading before and after", async () => {
  const { deployment, gateway, registry, anchors, readings, client } = contracts
  const devices = [await requested(2), await requested(3)].map(({ address }) => address)
  await approveMany(operator, deployment.registry, devices, 0)
  const place = { chainId: node.chainId, registry: deployment.registry, gateway }
  const anchored = async (epoch: number) => {
    const made = anchoredReadings(sha256(Uint8Array.of(2)), devices[0]!, { ...place, epoch }, { count: 5 })
    const root = Uint8Array.from(Buffer.from(made.root.slice(2), "hex"))
    await anchors.submit({ epoch, previousEpoch: 0, root, count: 5 })
    return made.readings[3]!
  }
  const before = await anchored(10)
  expect(await lastAnchoredEpoch(client, deployment, gateway)).toBe(10)
  await revokeMany(operator, deployment.registry, devices, 10)
  const between = await anchored(11)
  await reinstate(operator, deployment.registry, devices[0]!, 11)
  const after = await anchored(12)
  for (const reading of [before, after]) await readings.verify(reading)
  await expect(readings.verify(between)).rejects.toMatchObject({ code: "E_CHAIN_REVERTED", reason: "RevokedAt" })
  await expect(readings.verify({ ...after, index: 2 })).rejects.toMatchObject({ reason: "AnchorDiffers" })
  await registry.revoke(devices[0]!) // by itself it takes the last epoch
  await readings.verify(after)
})

test("a gateway is held to its statements, its key rotated, its devices follow", async () => {
  const { deployment, gateway, gateways, anchors, registry } = contracts
  const device = new TestDevice(1).address
  const next = generatePrivateKey()
  const successor = privateKeyToAccount(next).address.toLowerCase() as Hex
  const link = (await anchors.slot(gateway, 12))!
  const honest = await signStatement(gatewayKey, deployment, { epoch: 12, link })
  const lie = await signStatement(gatewayKey, deployment, { epoch: 12, link: link.with(0, link[0]! ^ 1) })
  const nothing = proveContradiction(operator, deployment.anchor, honest)
  await expect(nothing).rejects.toMatchObject({ reason: "NoContradiction" })
  await proveContradiction(operator, deployment.anchor, lie)
  expect(await gateways.gateway(gateway)).toMatchObject({ standing: "suspended", offence: 12 })
  await proveEquivocation(operator, deployment.anchor, honest, lie)
  await gateways.resume(gateway)
  await gateways.suspend(gateway)

  // A start does not undo what was decided.
  const again = await openContracts({ node, dir })
  expect(await again.gateways.gateway(gateway)).toMatchObject({ standing: "suspended" })

  await gateways.rotate(gateway, successor)
  for (const key of [gateway, successor]) expect(await gateways.rotations(key)).toEqual([gateway, successor])
  const control = new DeviceControl(contracts.client, deployment, operator)
  await control.followRotation([device])
  expect((await registry.device(device)).homeGateway).toBe(successor)
  expect(await control.controllerOf(device)).toBe(device)
  expect(await control.isDelegate(device, HOME_DELEGATE, gateway)).toBe(false)
  const other = privateKeyToAccount(generatePrivateKey()).address
  await gateways.approve(other)
  await control.moveHome(device, other)
  await expect(control.offer(device, other)).rejects.toMatchObject({ reason: "NotAllowed" })
  await expect(control.accept(device)).rejects.toMatchObject({ reason: "NotAllowed" })
  await expect(control.delegate(device, HOME_DELEGATE, other, 5)).rejects.toMatchObject({ reason: "NotAllowed" })
})
