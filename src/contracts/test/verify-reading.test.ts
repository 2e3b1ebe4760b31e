import { sha256 } from "@noble/hashes/sha2.js"
import { beforeAll, expect, test } from "vitest"
import { readingArguments } from "../../gateway/chain/readings.ts"
import { Kind, type Report } from "../../protocol/index.ts"
import { anchoredReadings } from "./reading.ts"
import {
  anchorPosition,
  type Bench,
  CHAIN_ID,
  GATEWAY,
  OTHER_GATEWAY,
  openBench,
  STRANGER,
  TestDevice,
} from "./support.ts"

const device = new TestDevice(1)
const secretKey = sha256(Uint8Array.of(1)) // as TestDevice makes it
const EPOCH = 70_000
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
  await bench.approved(device)
})

type Reading = ReturnType<typeof anchoredReadings>["readings"][number]
type Change = Partial<Reading>

async function anchored(
  epoch: number,
  count: number,
  make?: (seq: number, epoch: number) => Report,
): Promise<Reading[]> {
  const place = { chainId: CHAIN_ID, registry: bench.registry, gateway: GATEWAY, epoch }
  const made = anchoredReadings(secretKey, device.address, place, { count, ...(make && { make }) })
  await bench.send(GATEWAY, "ReadingAnchor", "recordAnchor", [anchorPosition(epoch, 0, count), made.root])
  return made.readings
}

const verify = (reading: Reading) => bench.read("ReadingVerifier", "verifyReading", readingArguments(reading))
const refused = (reading: Reading, change: Change, refusal: string | readonly [string, ...unknown[]]) =>
  bench.refuses(STRANGER, "ReadingVerifier", "verifyReading", readingArguments({ ...reading, ...change }), refusal)

test("every leaf of trees of 1 to 17", () =>
  bench.machine.forget(async () => {
    for (let count = 1; count <= 17; count++) {
      for (const reading of await anchored(EPOCH + count, count)) expect(await verify(reading)).toBe(true)
    }
  }))

test("reports of every kind and of unknown time", () =>
  bench.machine.forget(async () => {
    const prev = new Uint8Array(8).fill(3)
    const gap = { cause: 1, firstSeq: 1, lastSeq: 2, samples: 7 }
    const status = { batteryMillivolts: 3300, firmware: "1.0", skewPpb: -5, outbox: 0, resets: 1, lastAnchor: null }
    const kinds: ((epoch: number) => Report)[] = [
      () => ({ kind: Kind.gap, seq: 70_000, epoch: 0, prev, at: [3, 99], ...gap }),
      (epoch) => ({ kind: Kind.status, seq: 2 ** 40, epoch, prev, at: 1, ...status }),
      () => ({ kind: Kind.samples, seq: 23, epoch: 23, prev, at: 1, step: 0, samples: [[1, null]] }),
      () => ({ kind: Kind.samples, seq: 24, epoch: 255, prev, at: 1, step: 0, samples: [[1]] }),
    ]
    for (const [index, make] of kinds.entries()) {
      const epoch = EPOCH + index
      const [reading] = await anchored(epoch, 2, () => make(epoch))
      expect(await verify(reading!)).toBe(true)
    }
  }))

test("every flaw has its name", () =>
  bench.machine.forget(async () => {
    const reading = (await anchored(EPOCH, 5))[2]!
    const { payload, signature, path } = reading
    await refused(reading, { payload: payload.with(0, 0xa6) }, "ReportInvalid")
    await refused(reading, { payload: payload.with(1, 0) }, "ReportInvalid") // a hello is no reading
    await refused(reading, { payload: payload.with(1, 4) }, "ReportInvalid")
    await refused(reading, { payload: payload.with(2, 0x40) }, "ReportInvalid")
    for (const length of [0, 1, 2, 3, 5]) await refused(reading, { payload: payload.slice(0, length) }, "ReportInvalid")
    await refused(reading, { epoch: EPOCH - 1 }, ["ReportFromFuture", EPOCH, EPOCH - 1])
    await refused(reading, { signature: signature.with(64, 2) }, "SignatureInvalid")
    await refused(reading, { signature: signature.with(40, signature[40]! ^ 1) }, "NotSignedByDevice")
    await refused(reading, { device: new TestDevice(2).address }, "NotSignedByDevice")
    await refused(reading, { payload: payload.with(-1, payload.at(-1)! ^ 1) }, "NotSignedByDevice")
    await refused(reading, { index: 5 }, ["PathInvalid", 5, 5])
    await refused(reading, { path: path.slice(0, -32) }, "PathInvalid")
    await refused(reading, { path: Uint8Array.from([...path, ...path.slice(0, 32)]) }, "PathInvalid")
    await refused(reading, { count: 0 }, "PathInvalid")
    const differs: Change[] = [
      { path: path.with(0, path[0]! ^ 1) },
      { index: 1 },
      { gatewayTime: reading.gatewayTime + 1 },
      { role: 1 },
      { count: 6 },
      { epoch: EPOCH + 1 },
      { gateway: OTHER_GATEWAY },
      { previous: new Uint8Array(32).fill(1) },
    ]
    for (const change of differs) await refused(reading, change, "AnchorDiffers")
  }))

test("the device's standing at the anchor's epoch decides", () =>
  bench.machine.forget(async () => {
    const before = (await anchored(EPOCH, 3))[0]!
    await bench.operator("DeviceRegistry", "revoke", device.address, EPOCH)
    const after = (await anchored(EPOCH + 1, 3))[0]!
    expect(await verify(before)).toBe(true)
    await refused(after, {}, ["RevokedAt", device.address, EPOCH + 1])
  }))

test("nor does a gateway withdraw readings by contradicting itself, or by being suspended", () =>
  bench.machine.forget(async () => {
    const reading = (await anchored(EPOCH, 3))[0]!
    await bench.operator("ReadingAnchor", "suspendGateway", GATEWAY)
    expect(await verify(reading)).toBe(true)
  }))

test("another role, another home, a device not approved", () =>
  bench.machine.forget(async () => {
    const place = { chainId: CHAIN_ID, registry: bench.registry, gateway: GATEWAY, epoch: EPOCH }
    const asSensor = anchoredReadings(secretKey, device.address, { ...place, role: 1 }, { count: 2 })
    await bench.send(GATEWAY, "ReadingAnchor", "recordAnchor", [anchorPosition(EPOCH, 0, 2), asSensor.root])
    await refused(asSensor.readings[0]!, {}, ["RoleDiffers", device.address, 1])
    await bench.operator("ReadingAnchor", "approveGateway", OTHER_GATEWAY)
    const elsewhere = anchoredReadings(secretKey, device.address, { ...place, gateway: OTHER_GATEWAY }, { count: 2 })
    await bench.send(OTHER_GATEWAY, "ReadingAnchor", "recordAnchor", [anchorPosition(EPOCH, 0, 2), elsewhere.root])
    await refused(elsewhere.readings[0]!, {}, ["NeverHome", device.address, OTHER_GATEWAY])
    const unknown = new TestDevice(3)
    const theirs = anchoredReadings(sha256(Uint8Array.of(3)), unknown.address, { ...place, epoch: 9 }, { count: 1 })
    await bench.send(GATEWAY, "ReadingAnchor", "recordAnchor", [anchorPosition(9, 0, 1), theirs.root])
    await refused(theirs.readings[0]!, {}, ["WrongStatus", unknown.address, 0])
  }))
