import { beforeAll, expect, test } from "vitest"
import { anchorLink } from "../../gateway/chain/slots.ts"
import { account, anchorPosition, type Bench, GATEWAY, OPERATOR, openBench, ROOT, STRANGER, ZERO } from "./support.ts"

const NEXT = account(0x63)
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
})

const anchor = (epoch: number, previous: number, count = 1024, from = GATEWAY) =>
  bench.send(from, "ReadingAnchor", "recordAnchor", [anchorPosition(epoch, previous, count), ROOT])
const slot = (gateway: string, epoch: number) => bench.read("ReadingAnchor", "anchors", [gateway, epoch])
const refused = (args: readonly [number, number, number], refusal: string | readonly [string, ...unknown[]]) =>
  bench.refuses(GATEWAY, "ReadingAnchor", "recordAnchor", [anchorPosition(...args), ROOT], refusal)
const decide = (step: string, ...args: unknown[]) => bench.operator("ReadingAnchor", step, ...args)
const undecided = (step: string, args: unknown[], refusal: string | readonly [string, ...unknown[]], from = OPERATOR) =>
  bench.refuses(from, "ReadingAnchor", step, args, refusal)
const state = async (gateway: string) =>
  (await bench.read("ReadingAnchor", "gateways", [gateway])) as [number, number, number, string, number, string]

const root = new Uint8Array(32).fill(7)
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString("hex")}`

test("links are SHA-256 over previous, root, count and epoch; the event tells what was linked", () =>
  bench.machine.forget(async () => {
    await anchor(70_001, 0)
    const { events } = await anchor(70_005, 70_001, 0xffff_ffff)
    const position = anchorPosition(70_005, 70_001, 0xffff_ffff)
    const args = { gateway: GATEWAY, epoch: 70_005, position, root: ROOT }
    expect(events).toEqual([{ name: "Anchored", args }])
    const first = anchorLink(new Uint8Array(32), root, 1024, 70_001)
    expect(await slot(GATEWAY, 70_001)).toBe(hex(first))
    expect(await slot(GATEWAY, 70_005)).toBe(hex(anchorLink(first, root, 0xffff_ffff, 70_005)))
  }))

test("every refusal of an anchor", () =>
  bench.machine.forget(async () => {
    await anchor(11, 0)
    await anchor(15, 11)
    await refused([11, 0, 1], ["AlreadyAnchored", GATEWAY, 11])
    await refused([15, 11, 1], "AlreadyAnchored")
    await refused([90, 12, 1], ["PreviousMissing", GATEWAY, 12])
    await refused([12, 15, 1], ["EpochNotAfter", 12, 15])
    await refused([90, 90, 1], "EpochNotAfter")
    await refused([0, 0, 1], ["EpochNotAfter", 0, 0])
    await refused([90, 15, 0], "EmptyAnchor")
    await decide("closeEpochs", GATEWAY, 20)
    await refused([20, 15, 1], ["EpochClosed", 20, 20])
    await anchor(21, 15)
    for (const from of [STRANGER, OPERATOR]) {
      await bench.refuses(from, "ReadingAnchor", "recordAnchor", [anchorPosition(90, 0, 1), ROOT], ["NotGateway", from])
    }
  }))

test("gateways are the operator's", async () => {
  const steps = [
    ["approveGateway", [STRANGER]],
    ["suspendGateway", [GATEWAY]],
    ["resumeGateway", [GATEWAY]],
    ["rotateGateway", [GATEWAY, NEXT]],
  ] as const
  for (const [step, args] of steps) {
    await undecided(step, [...args], ["OwnableUnauthorizedAccount", GATEWAY], GATEWAY)
  }
  await undecided("closeEpochs", [GATEWAY, 5], ["MayNotClose", GATEWAY], GATEWAY)
  await undecided("closeEpochs", [STRANGER, 5], ["WrongStanding", STRANGER, 0])
})

test("each step has one standing to start from", () =>
  bench.machine.forget(async () => {
    const isActive = () => bench.read("ReadingAnchor", "isGateway", [GATEWAY])
    for (const step of ["suspendGateway", "resumeGateway"]) {
      await undecided(step, [STRANGER], ["WrongStanding", STRANGER, 0])
    }
    await undecided("rotateGateway", [STRANGER, NEXT], ["WrongStanding", STRANGER, 0])
    for (const step of ["approveGateway", "resumeGateway"]) {
      await undecided(step, [GATEWAY], ["WrongStanding", GATEWAY, 1])
    }
    bench.machine.block = 150
    await decide("suspendGateway", GATEWAY)
    expect((await state(GATEWAY)).slice(0, 2)).toEqual([2, 150])
    expect(await isActive()).toBe(false)
    await refused([5, 0, 1], ["NotGateway", GATEWAY])
    for (const step of ["approveGateway", "suspendGateway"]) {
      await undecided(step, [GATEWAY], ["WrongStanding", GATEWAY, 2])
    }
    await decide("resumeGateway", GATEWAY)
    expect(await isActive()).toBe(true)
    await anchor(5, 0)
  }))

test("a rotated key hands its place, its closed epochs and its chain of anchors to the next, also over two steps", () =>
  bench.machine.forget(async () => {
    const last = account(0x64)
    await anchor(5, 0)
    await decide("closeEpochs", GATEWAY, 6)
    await undecided("rotateGateway", [GATEWAY, GATEWAY], ["WrongStanding", GATEWAY, 1])
    const { events } = await decide("rotateGateway", GATEWAY, NEXT)
    expect(events).toEqual([{ name: "GatewayRotated", args: { gateway: GATEWAY, successor: NEXT } }])
    await decide("suspendGateway", NEXT)
    await decide("rotateGateway", NEXT, last) // a suspended key too
    expect(await state(GATEWAY)).toEqual([3, 100, 6, NEXT, 0, ZERO])
    expect(await state(NEXT)).toEqual([3, 100, 6, last, 0, GATEWAY])
    expect(await state(last)).toEqual([1, 100, 6, ZERO, 0, NEXT])
    expect(await bench.read("ReadingAnchor", "successorOf", [NEXT])).toBe(last)
    for (const step of ["approveGateway", "suspendGateway", "resumeGateway"]) {
      await undecided(step, [GATEWAY], ["WrongStanding", GATEWAY, 3])
    }
    await undecided("rotateGateway", [GATEWAY, account(0x65)], ["WrongStanding", GATEWAY, 3])
    await undecided("rotateGateway", [last, GATEWAY], ["WrongStanding", GATEWAY, 3])
    await refused([7, 5, 1], ["NotGateway", GATEWAY])
    const wrong = [anchorPosition(7, 4, 1), ROOT] as const
    await bench.refuses(last, "ReadingAnchor", "recordAnchor", wrong, ["PreviousMissing", last, 4])
    await anchor(7, 5, 3, last)
    const first = anchorLink(new Uint8Array(32), root, 1024, 5)
    expect(await slot(last, 7)).toBe(hex(anchorLink(first, root, 3, 7)))
  }))

test("closing epochs only goes up", () =>
  bench.machine.forget(async () => {
    await decide("closeEpochs", GATEWAY, 9)
    for (const epoch of [8, 9]) expect((await decide("closeEpochs", GATEWAY, epoch)).events).toEqual([])
    expect((await state(GATEWAY))[2]).toBe(9)
  }))
