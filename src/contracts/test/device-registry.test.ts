import { bytesToHex } from "viem"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { deviceSlots } from "../../gateway/chain/slots.ts"
import { cbor, TestDevice } from "../../gateway/chain/test/support.ts"
import { type Bench, openBench } from "./support.ts"

const PROFILE = new Uint8Array(32).fill(0x50)
const STRANGER = `0x${"99".repeat(20)}` as const
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Arguments of `request`, each of which a test may replace. */
function requestArgs(device: TestDevice, change: Partial<ReturnType<typeof parts>> = {}) {
  const { publicKey, profileHash, homeGateway, hello, r, s, v } = { ...parts(device), ...change }
  return [bytesToHex(publicKey), bytesToHex(profileHash), homeGateway, bytesToHex(hello), r, s, v] as const
}

function parts(
  device: TestDevice,
  hello = device.hello(PROFILE),
  chainId = bench.node.chainId,
  registry = bench.registry,
) {
  const signature = device.sign(hello, chainId, registry)
  const [r, s] = [bytesToHex(signature.slice(0, 32)), bytesToHex(signature.slice(32, 64))]
  return {
    ...{ publicKey: device.publicKey, profileHash: PROFILE, homeGateway: bench.gateway as `0x${string}` },
    ...{ hello, r, s, v: 27 + signature[64]! },
  }
}

const refuses = (
  change: Partial<ReturnType<typeof parts>>,
  name: string,
  args?: unknown[],
  device = new TestDevice(1),
) =>
  bench.refuses(bench.gateway, "DeviceRegistry", "request", requestArgs(device, change), {
    name,
    ...(args && { args }),
  })

describe("request", () => {
  const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

  test("needs an approved gateway as caller", async () => {
    const args = requestArgs(new TestDevice(1))
    await bench.refuses(STRANGER, "DeviceRegistry", "request", args, { name: "NotGateway", args: [STRANGER] })
    await bench.refuses(bench.operator, "DeviceRegistry", "request", args, { name: "NotGateway" })
  })

  test("needs an approved gateway as home", () => refuses({ homeGateway: STRANGER }, "NotGateway", [STRANGER]))

  test("needs an uncompressed public key", async () => {
    const { publicKey } = new TestDevice(1)
    await refuses({ publicKey: publicKey.slice(0, 64) }, "PublicKeyInvalid")
    await refuses({ publicKey: Uint8Array.from([...publicKey, 0]) }, "PublicKeyInvalid")
    await refuses({ publicKey: new Uint8Array(0) }, "PublicKeyInvalid")
    await refuses({ publicKey: Uint8Array.from([2, ...publicKey.slice(1)]) }, "PublicKeyInvalid")
  })

  test("needs a hello, byte for byte", async () => {
    const device = new TestDevice(1)
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
    for (const hello of flawed) await refuses(parts(device, hello), "HelloInvalid")
  })

  test("needs the profile that the hello names", () => refuses({ profileHash: PROFILE.with(31, 0) }, "HelloInvalid"))

  test("refuses a wrong v, r or s", async () => {
    const { v, s } = parts(new TestDevice(1))
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
    const [device, other] = [new TestDevice(1), new TestDevice(2)]
    const hello = device.hello(PROFILE)
    const { publicKey } = device
    await refuses({ ...parts(other), publicKey }, "NotSignedByDevice")
    await refuses(parts(device, hello, bench.node.chainId + 1), "NotSignedByDevice")
    await refuses(parts(device, hello, bench.node.chainId, bench.anchor), "NotSignedByDevice")
    await refuses({ hello: hello.with(10, 0) }, "NotSignedByDevice")
  })

  test("registers as pending, repeats only from the home gateway", async () => {
    const device = new TestDevice(3)
    const args = requestArgs(device)
    await bench.send("gateway", "DeviceRegistry", "request", args)
    const [status, role, homeGateway] = (await bench.read("DeviceRegistry", "devices", [device.address])) as unknown[]
    expect([status, role, String(homeGateway).toLowerCase()]).toEqual([1, 0, bench.gateway])
    await bench.send("operator", "ReadingAnchor", "approveGateway", [bench.operator])
    await bench.refuses(bench.operator, "DeviceRegistry", "request", args, {
      ...{ name: "RequestedElsewhere", args: [device.address, bench.gateway] },
    })
    await bench.send("operator", "ReadingAnchor", "revokeGateway", [bench.operator])
    await bench.send("gateway", "DeviceRegistry", "request", args)
  })

  test("is closed to approved and revoked devices", async () => {
    const device = new TestDevice(4)
    await bench.send("gateway", "DeviceRegistry", "request", requestArgs(device))
    await bench.send("operator", "DeviceRegistry", "approve", [device.address, 0])
    await refuses({}, "WrongStatus", [device.address, 2], device)
    await bench.send("operator", "DeviceRegistry", "revoke", [device.address])
    await refuses({}, "WrongStatus", [device.address, 3], device)
  })
})

describe("decisions", () => {
  const steps = [
    ["approve", (device: string) => [device, 0]],
    ["reject", (device: string) => [device]],
    ["revoke", (device: string) => [device]],
  ] as const

  test.each(steps)("%s is the operator's", async (step, args) => {
    await bench.refuses(STRANGER, "DeviceRegistry", step, args(STRANGER), {
      ...{ name: "OwnableUnauthorizedAccount", args: [STRANGER] },
    })
    await bench.refuses(bench.gateway, "DeviceRegistry", step, args(STRANGER), { name: "OwnableUnauthorizedAccount" })
  })

  test.each(steps)("%s of an unknown device is refused", async (step, args) => {
    await bench.refuses(bench.operator, "DeviceRegistry", step, args(STRANGER), {
      ...{ name: "WrongStatus", args: [STRANGER, 0] },
    })
  })

  test("each step has one status to start from", async () => {
    const device = new TestDevice(5)
    const refused = (step: string, args: unknown[], status: number) =>
      bench.refuses(bench.operator, "DeviceRegistry", step, args, {
        name: "WrongStatus",
        args: [device.address, status],
      })
    await bench.send("gateway", "DeviceRegistry", "request", requestArgs(device))
    await refused("revoke", [device.address], 1)
    await bench.send("operator", "DeviceRegistry", "reject", [device.address])
    expect(await bench.read("DeviceRegistry", "devices", [device.address])).toEqual([
      ...[0, 0, `0x${"00".repeat(20)}`, 0n, `0x${"00".repeat(32)}`],
    ])
    await bench.send("gateway", "DeviceRegistry", "request", requestArgs(device))
    await bench.send("operator", "DeviceRegistry", "approve", [device.address, 1])
    await refused("approve", [device.address, 1], 2)
    await refused("reject", [device.address], 2)
    await bench.send("operator", "DeviceRegistry", "revoke", [device.address])
    await refused("approve", [device.address, 1], 3)
    await refused("reject", [device.address], 3)
    await refused("revoke", [device.address], 3)
  })
})

test("the contract tells its device slots", async () => {
  const { address } = new TestDevice(6)
  expect(await bench.read("DeviceRegistry", "deviceSlot", [address])).toBe(deviceSlots(address).state)
})

test("ownership moves in two steps", async () => {
  await bench.refuses(STRANGER, "DeviceRegistry", "transferOwnership", [STRANGER], {
    name: "OwnableUnauthorizedAccount",
  })
  await bench.send("operator", "DeviceRegistry", "transferOwnership", [bench.gateway])
  await bench.refuses(STRANGER, "DeviceRegistry", "acceptOwnership", [], { name: "OwnableUnauthorizedAccount" })
  await bench.send("gateway", "DeviceRegistry", "acceptOwnership", [])
  expect(String(await bench.read("DeviceRegistry", "owner")).toLowerCase()).toBe(bench.gateway)
})
