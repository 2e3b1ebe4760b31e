import fc from "fast-check"
import { stringToHex } from "viem"
import { beforeAll, expect, test } from "vitest"
import type { Hex } from "../../gateway/chain/keys.ts"
import { Model, type Step } from "./model.ts"
import {
  account,
  anchorPosition,
  type Bench,
  GATEWAY,
  OPERATOR,
  OTHER_GATEWAY,
  openBench,
  ROOT,
  requestArgs,
  STRANGER,
  TestDevice,
  ZERO,
} from "./support.ts"

const DEVICES = [1, 2, 3].map((seed) => new TestDevice(seed))
const GATEWAYS = [GATEWAY, OTHER_GATEWAY, account(0x63), account(0x64)]
const HOME = stringToHex("home", { size: 32 })
const FOREVER = 2n ** 64n - 1n
const STATUSES = ["none", "pending", "approved", "revoked"]
const STANDINGS = ["none", "active", "suspended", "retired"]
let bench: Bench
let requests: Map<Hex, ReturnType<typeof requestArgs>>

beforeAll(async () => {
  bench = await openBench()
  requests = new Map(DEVICES.map((device) => [device.address, requestArgs(bench, device)]))
})

interface Call {
  from: Hex
  step: Step
  args: unknown[]
}

const device = fc.constantFrom(...DEVICES.map(({ address }) => address))
const gateway = fc.constantFrom(...GATEWAYS)
const who = fc.constantFrom<Hex>(STRANGER, account(0xa1), ...DEVICES.map(({ address }) => address))
/** Stands for the device that the call is about. */
const SELF = account(0xff)
const owner = fc.oneof({ weight: 2, arbitrary: fc.constant(SELF) }, who)
const anybody = fc.oneof({ weight: 6, arbitrary: fc.constant(OPERATOR) }, who, gateway)
const epoch = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 }))
const role = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }))
const STEPS = new Set<Step>()
const call = (weight: number, step: Step, from: fc.Arbitrary<Hex>, ...args: fc.Arbitrary<unknown>[]) => {
  STEPS.add(step)
  return {
    weight,
    arbitrary: fc.record({ from, step: fc.constant(step), args: fc.tuple(...args) }) as fc.Arbitrary<Call>,
  }
}

/** Weighted so that sequences get far: most come from somebody who may. */
const calls = fc.oneof(
  call(6, "request", gateway, device, gateway),
  call(6, "approve", anybody, device, role),
  call(1, "approveMany", anybody, fc.array(device, { maxLength: 3 }), role),
  call(2, "reject", anybody, device),
  call(3, "revoke", anybody, device, epoch),
  call(5, "reinstate", anybody, device, epoch),
  call(3, "offerDevice", owner, device, who),
  call(3, "acceptDevice", who, device),
  call(3, "setDelegate", owner, device, who, fc.integer({ min: 0, max: 40 })),
  call(3, "setHomeGateway", fc.oneof(anybody, owner), device, gateway),
  call(4, "followRotation", who, device),
  call(2, "approveGateway", anybody, gateway),
  call(3, "suspendGateway", anybody, gateway),
  call(5, "resumeGateway", anybody, gateway),
  call(3, "rotateGateway", anybody, gateway, gateway),
  call(6, "recordAnchor", fc.oneof(gateway, who), epoch, epoch),
  call(4, "checkReading", who, device, role, gateway, epoch),
)

/** The same call as the contract takes it. */
function onChain({ from, step, args }: Call): Parameters<Bench["machine"]["call"]> {
  const [first, second, third] = args as [never, never, never]
  switch (step) {
    case "request":
      return [from, "DeviceRegistry", step, requests.get(first)!.with(2, second)]
    case "setDelegate":
      return [from, "DeviceRegistry", step, [first, HOME, second, START + third]]
    case "followRotation":
      return [from, "DeviceRegistry", step, [[first]]]
    case "recordAnchor":
      return [from, "ReadingAnchor", step, [anchorPosition(first, second, 1), ROOT]]
    default:
      return [
        from,
        step.endsWith("Gateway") && step !== "setHomeGateway" ? "ReadingAnchor" : "DeviceRegistry",
        step,
        args,
      ]
  }
}

const START = 1_800_000_000

/** Every sequence begins with these, so that it has something to go on with. */
const OPENING: Call[] = [
  { from: OPERATOR, step: "approveGateway", args: [OTHER_GATEWAY] },
  ...DEVICES.slice(0, 2).flatMap(({ address }): Call[] => [
    { from: GATEWAY, step: "request", args: [address, GATEWAY] },
    { from: OPERATOR, step: "approve", args: [address, 0] },
  ]),
]

async function compare(model: Model): Promise<void> {
  const read = (name: string, ...args: unknown[]) => bench.read("DeviceRegistry", name, args)
  for (const { address } of DEVICES) {
    const { status, role, home = ZERO, controller, former, gaps } = model.device(address)
    const found = (await read("devices", address)) as unknown[]
    expect(found.slice(0, 3)).toEqual([STATUSES.indexOf(status), role, home])
    expect(await read("controllerOf", address)).toBe(controller)
    const expected = gaps.map(([from, to]) => ({ from, to: to === Number.POSITIVE_INFINITY ? FOREVER : to }))
    expect(await read("revocations", address)).toEqual(expected)
    for (const each of GATEWAYS) expect(await read("formerHome", address, each)).toBe(former.has(each))
    for (const each of DEVICES) {
      expect(await read("isDelegate", address, HOME, each.address)).toBe(model.isDelegate(address, each.address))
    }
  }
  for (const each of GATEWAYS) {
    const { standing, closedTo, successor = ZERO, predecessor = ZERO, anchored } = model.gateway(each)
    const found = (await bench.read("ReadingAnchor", "gateways", [each])) as unknown[]
    expect(found.with(1, 0)).toEqual([STANDINGS.indexOf(standing), 0, closedTo, successor, 0, predecessor])
    for (let at = 0; at <= 12; at++) {
      const link = await bench.read("ReadingAnchor", "anchors", [each, at])
      expect(BigInt(link as Hex) !== 0n).toBe(anchored.has(at))
    }
  }
}

test("any sequence of calls by anybody does what the model does", async () => {
  const succeeded = new Set<string>()
  const refused = new Set<string>()
  const property = fc.asyncProperty(fc.array(calls, { minLength: 40, maxLength: 100, size: "max" }), (sequence) =>
    bench.machine.forget(async () => {
      const model = new Model()
      model.call(OPERATOR, "approveGateway", GATEWAY as never) // as openBench did
      for (const { from, step, args } of [...OPENING, ...sequence]) {
        const each = { step, args, from: from === SELF ? (args[0] as Hex) : from }
        model.time++
        bench.machine.time = START + model.time
        const expected = model.call(each.from, each.step, ...(each.args as never[]))
        const { error } = await bench.machine.call(...onChain(each))
        expect(error, JSON.stringify(each)).toBe(expected)
        if (error) refused.add(`${each.step} ${error}`)
        else succeeded.add(each.step)
      }
      await compare(model)
    }),
  )
  await fc.assert(property, { numRuns: 40, seed: 4 })
  // Otherwise the sequences would prove little.
  expect([...succeeded].sort()).toEqual([...STEPS].sort())
  expect(refused.size).toBeGreaterThan(35)
}, 120_000)
