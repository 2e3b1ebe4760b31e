import { stringToHex } from "viem"
import { beforeAll, beforeEach, expect, test } from "vitest"
import { type Hex, HOME_DELEGATE } from "../../gateway/chain/index.ts"
import {
  account,
  type Bench,
  GATEWAY,
  OPERATOR,
  OTHER_GATEWAY,
  openBench,
  requestArgs,
  STRANGER,
  TestDevice,
  ZERO,
} from "./support.ts"

const [ALICE, BOB] = [account(0xa1), account(0xb0)]
const HOME = stringToHex(HOME_DELEGATE, { size: 32 })
let bench: Bench
let seed = 0
let device: Hex

beforeAll(async () => {
  bench = await openBench()
  await bench.operator("ReadingAnchor", "approveGateway", OTHER_GATEWAY)
})
beforeEach(async () => {
  device = await bench.approved(new TestDevice(++seed))
})

const act = (from: Hex, step: string, ...args: unknown[]) => bench.send(from, "DeviceRegistry", step, args)
const refused = (from: Hex, step: string, args: unknown[], refusal: string | readonly [string, ...unknown[]]) =>
  bench.refuses(from, "DeviceRegistry", step, args, refusal)
const controller = () => bench.read("DeviceRegistry", "controllerOf", [device])
const isDelegate = (who: Hex, kind = HOME) => bench.read("DeviceRegistry", "isDelegate", [device, kind, who])

test("a device controls itself until it hands itself over, in two steps", async () => {
  expect(await controller()).toBe(device)
  await refused(ALICE, "offerDevice", [device, ALICE], ["NotAllowed", device, ALICE])
  await refused(OPERATOR, "offerDevice", [device, OPERATOR], "NotAllowed")
  await refused(ALICE, "acceptDevice", [device], ["NotAllowed", device, ALICE])
  const { events } = await act(device, "offerDevice", device, ALICE)
  expect(events).toEqual([{ name: "DeviceOffered", args: { device, controller: device, to: ALICE } }])
  expect(await controller()).toBe(device)
  await refused(BOB, "acceptDevice", [device], ["NotAllowed", device, BOB])
  await act(ALICE, "acceptDevice", device)
  expect(await controller()).toBe(ALICE)
  expect(await bench.read("DeviceRegistry", "offeredTo", [device])).toBe(ZERO)
  await refused(device, "offerDevice", [device, device], "NotAllowed")
  await refused(ALICE, "acceptDevice", [device], "NotAllowed")
})

test("an offer can be taken back", async () => {
  await act(device, "offerDevice", device, ALICE)
  await act(device, "offerDevice", device, ZERO)
  await refused(ALICE, "acceptDevice", [device], "NotAllowed")
})

test("delegates are for a kind and a time, and end with the controller", async () => {
  const until = bench.machine.time + 60
  await refused(ALICE, "setDelegate", [device, HOME, ALICE, until], ["NotAllowed", device, ALICE])
  expect(await isDelegate(ALICE)).toBe(false)
  await act(device, "setDelegate", device, HOME, ALICE, until)
  expect([await isDelegate(ALICE), await isDelegate(ALICE, stringToHex("x", { size: 32 }))]).toEqual([true, false])
  expect(await isDelegate(BOB)).toBe(false)
  await act(device, "setDelegate", device, HOME, ALICE, 0)
  expect(await isDelegate(ALICE)).toBe(false)
  await act(device, "setDelegate", device, HOME, ALICE, until)
  await bench.machine.forget(async () => {
    bench.machine.time = until
    expect(await isDelegate(ALICE)).toBe(false)
  })
  await act(device, "offerDevice", device, BOB)
  await act(BOB, "acceptDevice", device)
  expect(await isDelegate(ALICE)).toBe(false)
  await act(BOB, "offerDevice", device, device)
  await act(device, "acceptDevice", device)
  expect(await isDelegate(ALICE)).toBe(false) // nor does it come back with the controller
})

test("controller, delegate for it and operator change the home gateway", async () => {
  await act(device, "setDelegate", device, HOME, ALICE, bench.machine.time + 60)
  const other = stringToHex("other", { size: 32 })
  await act(device, "setDelegate", device, other, BOB, bench.machine.time + 60)
  await refused(BOB, "setHomeGateway", [device, OTHER_GATEWAY], ["NotAllowed", device, BOB])
  await refused(GATEWAY, "setHomeGateway", [device, OTHER_GATEWAY], "NotAllowed")
  await refused(device, "setHomeGateway", [device, GATEWAY], ["HomeUnchanged", device, GATEWAY])
  await refused(device, "setHomeGateway", [device, STRANGER], ["NotGateway", STRANGER])
  for (const [who, home] of [
    [device, OTHER_GATEWAY],
    [ALICE, GATEWAY],
    [OPERATOR, OTHER_GATEWAY],
  ] as const) {
    const { events } = await act(who, "setHomeGateway", device, home)
    expect(events).toEqual([{ name: "DeviceHomeChanged", args: { device, homeGateway: home } }])
  }
  expect(await bench.read("DeviceRegistry", "formerHome", [device, GATEWAY])).toBe(true)
})

test("nobody acts for a device that is not approved", async () => {
  const waiting = new TestDevice(200)
  await bench.send(GATEWAY, "DeviceRegistry", "request", requestArgs(bench, waiting))
  const each = async (which: Hex, status: number) => {
    const refusal = ["WrongStatus", which, status] as const
    await refused(which, "offerDevice", [which, ALICE], refusal)
    await refused(ALICE, "acceptDevice", [which], refusal)
    await refused(which, "setDelegate", [which, HOME, ALICE, 1], refusal)
    await refused(OPERATOR, "setHomeGateway", [which, OTHER_GATEWAY], refusal)
  }
  await each(waiting.address, 1)
  await act(device, "setDelegate", device, HOME, BOB, bench.machine.time + 60)
  await act(device, "offerDevice", device, ALICE)
  await bench.operator("DeviceRegistry", "revoke", device, 0)
  await each(device, 3)
  expect(await isDelegate(BOB)).toBe(false)
})

test("devices follow the rotation of their gateway's key", () =>
  bench.machine.forget(async () => {
    const next = account(0x63)
    await refused(STRANGER, "followRotation", [[device]], ["NotRotated", device, GATEWAY])
    await bench.operator("ReadingAnchor", "rotateGateway", GATEWAY, next)
    await act(STRANGER, "followRotation", [device])
    const state = (await bench.read("DeviceRegistry", "devices", [device])) as unknown[]
    expect(state.slice(0, 3)).toEqual([2, 0, next])
    expect(await bench.read("DeviceRegistry", "formerHome", [device, GATEWAY])).toBe(true)
    const unknown = account(0x44)
    await refused(STRANGER, "followRotation", [[unknown]], ["NotRotated", unknown, ZERO])
  }))
