import { bytesToHex } from "viem"
import { beforeAll, expect, test } from "vitest"
import { deviceSlots } from "../../gateway/chain/slots.ts"
import { cbor } from "../../gateway/chain/test/support.ts"
import {
  type Bench,
  CHAIN_ID,
  GATEWAY,
  OPERATOR,
  OTHER_GATEWAY,
  openBench,
  PROFILE,
  type RequestParts,
  requestArgs,
  requestParts,
  STRANGER,
  signed,
  TestDevice,
} from "./support.ts"

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const device = new TestDevice(1)
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
})

const refuses = (change: Partial<RequestParts>, refusal: string | [string, ...unknown[]]) =>
  bench.refuses(GATEWAY, "DeviceRegistry", "request", requestArgs(bench, device, change), refusal)

test("needs an active gateway as caller and as home", async () => {
  const args = requestArgs(bench, device)
  await bench.refuses(STRANGER, "DeviceRegistry", "request", args, ["NotGateway", STRANGER])
  await bench.refuses(OPERATOR, "DeviceRegistry", "request", args, "NotGateway")
  await refuses({ homeGateway: STRANGER }, ["NotGateway", STRANGER])
  await bench.machine.forget(async () => {
    await bench.operator("ReadingAnchor", "suspendGateway", GATEWAY)
    await refuses({}, ["NotGateway", GATEWAY])
  })
})

test("needs an uncompressed public key", async () => {
  const { publicKey } = device
  await refuses({ publicKey: publicKey.slice(0, 64) }, "PublicKeyInvalid")
  await refuses({ publicKey: Uint8Array.from([...publicKey, 0]) }, "PublicKeyInvalid")
  await refuses({ publicKey: new Uint8Array(0) }, "PublicKeyInvalid")
  await refuses({ publicKey: Uint8Array.from([2, ...publicKey.slice(1)]) }, "PublicKeyInvalid")
})

test("needs a hello, byte for byte", async () => {
  const good = device.hello(PROFILE)
  const flawed = [
    new Uint8Array(0),
    good.slice(0, 86),
    Uint8Array.from([...good, 0]),
    device.hello(PROFILE, 1), // another kind: a report can never be a proof of possession
    cbor([0, new Uint8Array(33), new Uint8Array(15), PROFILE]),
    good.with(0, 0x83),
    good.with(2, 0x59),
    good.with(36, 0x51),
    good.with(53, 0x59),
    good.with(54, 0x21),
  ]
  for (const hello of flawed) await refuses(requestParts(bench, device, hello), "HelloInvalid")
  await refuses({ profileHash: PROFILE.with(31, 0) }, "HelloInvalid")
})

test("refuses a wrong v, r or s", async () => {
  const { v, s } = requestParts(bench, device)
  for (const wrong of [0, 1, 26, 29, 255]) await refuses({ v: wrong }, "SignatureInvalid")
  await refuses({ r: `0x${"00".repeat(32)}` }, "SignatureInvalid")
  await refuses({ s: `0x${"00".repeat(32)}` }, "SignatureInvalid")
  // The other valid form of the same signature.
  const high = `0x${(ORDER - BigInt(s)).toString(16).padStart(64, "0")}` as const
  await refuses({ s: high, v: v === 27 ? 28 : 27 }, "SignatureInvalid")
  // The other recovery id gives another key, if any.
  await refuses({ v: v === 27 ? 28 : 27 }, "NotSignedByDevice")
})

test("refuses another key, device, chain, registry or payload", async () => {
  const { publicKey } = device
  const hello = device.hello(PROFILE)
  await refuses({ ...requestParts(bench, new TestDevice(2)), publicKey }, "NotSignedByDevice")
  await refuses(signed(device, hello, CHAIN_ID + 1, bench.registry), "NotSignedByDevice")
  await refuses(signed(device, hello, CHAIN_ID, bench.anchor), "NotSignedByDevice")
  await refuses({ hello: hello.with(10, 0) }, "NotSignedByDevice")
})

test("registers as pending, repeats only from the home gateway", () =>
  bench.machine.forget(async () => {
    const args = requestArgs(bench, device)
    const { events } = await bench.send(GATEWAY, "DeviceRegistry", "request", args)
    const [publicKey, profileHash, homeGateway, hello] = args
    expect(events).toEqual([
      { name: "DeviceRequested", args: { device: device.address, homeGateway, profileHash, publicKey, hello } },
    ])
    const block = bench.machine.block
    const state = await bench.read("DeviceRegistry", "devices", [device.address])
    expect(state).toEqual([1, 0, GATEWAY, block, bytesToHex(PROFILE)])
    await bench.operator("ReadingAnchor", "approveGateway", OTHER_GATEWAY)
    const elsewhere = ["RequestedElsewhere", device.address, GATEWAY] as const
    await bench.refuses(OTHER_GATEWAY, "DeviceRegistry", "request", args, elsewhere)
    await bench.send(GATEWAY, "DeviceRegistry", "request", args)
  }))

test("is closed to approved and revoked devices", () =>
  bench.machine.forget(async () => {
    await bench.approved(device)
    await refuses({}, ["WrongStatus", device.address, 2])
    await bench.operator("DeviceRegistry", "revoke", device.address, 0)
    await refuses({}, ["WrongStatus", device.address, 3])
  }))

test("a new profile comes from the home gateway, signed by the device", () =>
  bench.machine.forget(async () => {
    const profileHash = new Uint8Array(32).fill(0x51)
    const { hello, r, s, v } = requestParts(bench, device, device.hello(profileHash))
    const args = [device.address, bytesToHex(profileHash), bytesToHex(hello), r, s, v] as const
    const refused = (from: typeof GATEWAY, given: readonly unknown[], refusal: string | [string, ...unknown[]]) =>
      bench.refuses(from, "DeviceRegistry", "updateProfile", given, refusal)
    await refused(GATEWAY, args, ["WrongStatus", device.address, 0])
    await bench.approved(device)
    await refused(STRANGER, args, ["NotHomeGateway", device.address, STRANGER])
    await refused(GATEWAY, args.with(1, bytesToHex(PROFILE)), "HelloInvalid")
    await refused(GATEWAY, args.with(5, v === 27 ? 28 : 27), "NotSignedByDevice")
    await refused(GATEWAY, args.with(5, 0), "SignatureInvalid")
    await bench.machine.forget(async () => {
      await bench.operator("ReadingAnchor", "suspendGateway", GATEWAY)
      await refused(GATEWAY, args, ["NotGateway", GATEWAY])
    })
    const { events } = await bench.send(GATEWAY, "DeviceRegistry", "updateProfile", args)
    expect(events.map(({ name }) => name)).toEqual(["DeviceProfileChanged"])
    const state = (await bench.read("DeviceRegistry", "devices", [device.address])) as unknown[]
    expect(state[4]).toBe(bytesToHex(profileHash))
  }))

test("the contract tells its device slots", async () => {
  expect(await bench.read("DeviceRegistry", "deviceSlot", [device.address])).toBe(deviceSlots(device.address).state)
})
