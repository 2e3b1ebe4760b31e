import { bytesToHex, type Hex } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { beforeAll, describe, expect, test } from "vitest"
import { signApproval } from "../../gateway/chain/index.ts"
import { Machine } from "./evm.ts"
import {
  anchorPosition,
  Bench,
  CHAIN_ID,
  GATEWAY,
  OPERATOR,
  OTHER_GATEWAY,
  openBench,
  PROFILE,
  requestArgs,
  STRANGER,
  TestDevice,
} from "./support.ts"

const FOREVER = 2n ** 64n - 1n
const device = new TestDevice(5)
const { address } = device
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
})

const request = (which = device) => bench.send(GATEWAY, "DeviceRegistry", "request", requestArgs(bench, which))
const refused = (step: string, args: unknown[], refusal: string | readonly [string, ...unknown[]], from = OPERATOR) =>
  bench.refuses(from, "DeviceRegistry", step, args, refusal)
const status = async () => ((await bench.read("DeviceRegistry", "devices", [address])) as unknown[])[0]

const steps = [
  ["approve", [address, 0], address],
  ["approveMany", [[address], 0], address],
  ["reject", [address], address],
  ["revoke", [address, 0], address],
  ["revokeMany", [[address], 0], address],
  ["reinstate", [address, 0], address],
] as const

test.each(steps)("%s is the operator's, and not for an unknown device", async (step, args) => {
  for (const from of [STRANGER, GATEWAY]) await refused(step, [...args], ["OwnableUnauthorizedAccount", from], from)
  await refused(step, [...args], ["WrongStatus", address, 0])
})

test("each step has one status to start from", () =>
  bench.machine.forget(async () => {
    await request()
    await refused("revoke", [address, 0], ["WrongStatus", address, 1])
    await refused("reinstate", [address, 0], ["WrongStatus", address, 1])
    await refused("approve", [address, 3], ["RoleUnknown", 3])
    await bench.operator("DeviceRegistry", "reject", address)
    const nothing = [0, 0, `0x${"00".repeat(20)}`, 0, `0x${"00".repeat(32)}`]
    expect(await bench.read("DeviceRegistry", "devices", [address])).toEqual(nothing)
    await request()
    bench.machine.block = 120
    const { events } = await bench.operator("DeviceRegistry", "approve", address, 1)
    expect(events).toEqual([{ name: "DeviceApproved", args: { device: address, homeGateway: GATEWAY, role: 1 } }])
    expect(await bench.read("DeviceRegistry", "devices", [address])).toEqual([2, 1, GATEWAY, 120, bytesToHex(PROFILE)])
    for (const [step, args] of steps.slice(0, 3)) await refused(step, [...args], ["WrongStatus", address, 2])
    await refused("reinstate", [address, 0], ["WrongStatus", address, 2])
    bench.machine.block = 130
    await bench.operator("DeviceRegistry", "revoke", address, 0)
    expect(await bench.read("DeviceRegistry", "devices", [address])).toEqual([3, 1, GATEWAY, 130, bytesToHex(PROFILE)])
    for (const [step, args] of steps.slice(0, 5)) await refused(step, [...args], ["WrongStatus", address, 3])
  }))

test("a batch is done whole or not at all", () =>
  bench.machine.forget(async () => {
    const others = [new TestDevice(6), new TestDevice(7)]
    for (const other of others) await request(other)
    const list = others.map((other) => other.address)
    await refused("approveMany", [[...list, address], 0], ["WrongStatus", address, 0])
    await refused("approveMany", [[list[0], list[0]], 0], ["WrongStatus", list[0], 2])
    const approvals = await bench.operator("DeviceRegistry", "approveMany", list, 2)
    expect(approvals.events.map(({ args }) => args.device)).toEqual(list)
    await refused("revokeMany", [[...list, address], 0], ["WrongStatus", address, 0])
    const revocations = await bench.operator("DeviceRegistry", "revokeMany", list, 0)
    expect(revocations.events.map(({ name }) => name)).toEqual(["DeviceRevoked", "DeviceRevoked"])
  }))

describe("revocation by epoch", () => {
  const check = (epoch: number, refusal?: readonly [string, ...unknown[]]) => {
    const args = [address, 0, GATEWAY, epoch]
    if (refusal) return bench.refuses(STRANGER, "DeviceRegistry", "checkReading", args, refusal)
    return bench.read("DeviceRegistry", "checkReading", args)
  }
  const anchor = (epoch: number, previous: number) => bench.anchored(epoch, previous)

  test("what was anchored before counts, what comes after does not; reinstated, the gap stays", () =>
    bench.machine.forget(async () => {
      await check(1, ["WrongStatus", address, 0])
      await request()
      await check(1, ["WrongStatus", address, 1])
      await bench.operator("DeviceRegistry", "approve", address, 0)
      await anchor(10, 0)
      await refused("revoke", [address, 11], ["EpochNotAnchored", GATEWAY, 11])
      const { events } = await bench.operator("DeviceRegistry", "revoke", address, 10)
      expect(events.map(({ name }) => name)).toEqual(["EpochsClosed", "DeviceRevoked"])
      // The gateway can no longer put anything where it would count.
      const late = [anchorPosition(9, 0, 1), `0x${"08".repeat(32)}`]
      await bench.refuses(GATEWAY, "ReadingAnchor", "recordAnchor", late, ["EpochClosed", 9, 10])
      await check(10)
      await check(11, ["RevokedAt", address, 11])
      await anchor(12, 10)
      await refused("reinstate", [address, 9], ["EpochSettled", address, 9, 10])
      await refused("reinstate", [address, 13], ["EpochNotAnchored", GATEWAY, 13])
      await bench.operator("DeviceRegistry", "reinstate", address, 12)
      expect(await status()).toBe(2)
      for (const epoch of [11, 12]) await check(epoch, ["RevokedAt", address, epoch])
      for (const epoch of [1, 10, 13]) await check(epoch)
      await refused("revoke", [address, 10], ["EpochSettled", address, 10, 12])
      await anchor(20, 12)
      await bench.operator("DeviceRegistry", "revoke", address, 20)
      const gaps = await bench.read("DeviceRegistry", "revocations", [address])
      expect(gaps).toEqual([
        { from: 10, to: 12 },
        { from: 20, to: FOREVER },
      ])
      await check(2 ** 50, ["RevokedAt", address, 2 ** 50])
    }))

  test("role and gateway are the device's", () =>
    bench.machine.forget(async () => {
      await bench.approved(device, GATEWAY, 1)
      const args = (role: number, gateway: Hex) => [address, role, gateway, 5]
      await refused("checkReading", args(0, GATEWAY), ["RoleDiffers", address, 0])
      await refused("checkReading", args(1, STRANGER), ["NeverHome", address, STRANGER])
      await bench.operator("ReadingAnchor", "approveGateway", OTHER_GATEWAY)
      await bench.operator("DeviceRegistry", "setHomeGateway", address, OTHER_GATEWAY)
      for (const gateway of [GATEWAY, OTHER_GATEWAY])
        await bench.read("DeviceRegistry", "checkReading", args(1, gateway))
    }))
})

describe("an approval signed by the operator", () => {
  const key: Hex = `0x${"31".repeat(32)}`
  const owner = privateKeyToAccount(key).address

  test("is for one request, role, registry, chain and time", async () => {
    const signing = new Bench(await Machine.open(owner))
    await signing.send(owner, "ReadingAnchor", "approveGateway", [GATEWAY])
    const ask = () => signing.send(GATEWAY, "DeviceRegistry", "request", requestArgs(signing, device))
    await ask()
    const deadline = signing.machine.time + 60
    const place = { chainId: CHAIN_ID, registry: signing.registry }
    const seen = { homeGateway: GATEWAY, profileHash: PROFILE, changedAt: signing.machine.block }
    const sign = async (change: { key?: Hex; place?: typeof place; role?: number; seen?: typeof seen } = {}) => {
      const approval = { device: address, role: change.role ?? 1, deadline }
      const { signature } = await signApproval(change.key ?? key, change.place ?? place, approval, change.seen ?? seen)
      return [address, 1, deadline, signature] as const
    }
    const refuse = (args: readonly unknown[], refusal: string | readonly [string, ...unknown[]]) =>
      signing.refuses(STRANGER, "DeviceRegistry", "approveSigned", args, refusal)
    const wrong = [
      await sign({ key: `0x${"32".repeat(32)}` }),
      await sign({ role: 2 }),
      await sign({ place: { ...place, chainId: CHAIN_ID + 1 } }),
      await sign({ place: { ...place, registry: signing.anchor } }),
      await sign({ seen: { ...seen, homeGateway: OTHER_GATEWAY } }),
      await sign({ seen: { ...seen, profileHash: PROFILE.with(0, 0) } }),
      await sign({ seen: { ...seen, changedAt: 99 } }),
      (await sign()).with(3, "0x1234"),
      (await sign()).with(2, deadline + 1),
    ]
    for (const args of wrong) await refuse(args, "NotSignedByOperator")
    signing.machine.time = deadline + 1
    await refuse(await sign(), ["AuthorisationExpired", deadline])
    signing.machine.time = deadline
    await signing.machine.forget(async () => {
      signing.machine.block++
      await ask() // repeated since: another request
      await refuse(await sign(), "NotSignedByOperator")
    })
    const args = await sign()
    await signing.send(STRANGER, "DeviceRegistry", "approveSigned", args)
    // changedAt is the same, so is the digest: the status alone stops a second use
    await refuse(args, ["WrongStatus", address, 2])
  })
})

test("ownership moves in two steps", () =>
  bench.machine.forget(async () => {
    for (const contract of ["DeviceRegistry", "ReadingAnchor"] as const) {
      const unauthorized = ["OwnableUnauthorizedAccount", STRANGER] as const
      await bench.refuses(STRANGER, contract, "transferOwnership", [STRANGER], unauthorized)
      await bench.operator(contract, "transferOwnership", GATEWAY)
      await bench.refuses(STRANGER, contract, "acceptOwnership", [], unauthorized)
      await bench.send(GATEWAY, contract, "acceptOwnership")
      expect(await bench.read(contract, "owner")).toBe(GATEWAY)
    }
  }))
