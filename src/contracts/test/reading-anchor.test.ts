import { afterAll, beforeAll, expect, test } from "vitest"
import { anchorAbi } from "../../gateway/chain/abi.ts"
import { anchorLink } from "../../gateway/chain/slots.ts"
import { type Bench, openBench } from "./support.ts"

const ROOT = `0x${"07".repeat(32)}` as const
const STRANGER = `0x${"99".repeat(20)}` as const
/** The stated goal is 50 gas a report at 1,024 reports; reading two cold slots and a full event cost this much. */
const GAS_LIMIT = 51_900
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const anchor = (epoch: number, previous: number, count = 1024) =>
  bench.send("gateway", "ReadingAnchor", "anchor", [epoch, previous, ROOT, count])

const refused = (args: [number, number, number], name: string, values?: unknown[]) => {
  const [epoch, previous, count] = args
  const call = [epoch, previous, ROOT, count]
  return bench.refuses(bench.gateway, "ReadingAnchor", "anchor", call, { name, ...(values && { args: values }) })
}

test("links are SHA-256 over previous, root, count and epoch", async () => {
  await anchor(70_001, 0)
  await anchor(70_005, 70_001, 0xffff_ffff)
  const root = new Uint8Array(32).fill(7)
  const first = anchorLink(new Uint8Array(32), root, 1024, 70_001)
  const second = anchorLink(first, root, 0xffff_ffff, 70_005)
  const slot = (epoch: number) => bench.read("ReadingAnchor", "anchors", [bench.gateway, epoch])
  expect(await slot(70_001)).toBe(`0x${Buffer.from(first).toString("hex")}`)
  expect(await slot(70_005)).toBe(`0x${Buffer.from(second).toString("hex")}`)
})

test("the event tells what was linked", async () => {
  const query = { address: bench.anchor, abi: anchorAbi, eventName: "Anchored", args: { epoch: 70_005n } } as const
  const [event] = await bench.client.getContractEvents({ ...query, fromBlock: 0n, strict: true })
  expect({ ...event?.args, gateway: event?.args.gateway.toLowerCase() }).toEqual({
    ...{ gateway: bench.gateway, epoch: 70_005n, previousEpoch: 70_001n, root: ROOT, count: 0xffff_ffff },
  })
})

test("an anchor of 1,024 reports has its price", async () => {
  expect(await anchor(80_001, 70_005)).toBeLessThanOrEqual(GAS_LIMIT)
})

test("every refusal", async () => {
  await refused([70_001, 0, 1], "AlreadyAnchored", [bench.gateway, 70_001])
  await refused([70_005, 70_001, 1], "AlreadyAnchored")
  await refused([90_000, 70_002, 1], "PreviousMissing", [bench.gateway, 70_002])
  await refused([70_002, 70_005, 1], "EpochNotAfter", [70_002, 70_005])
  await refused([90_000, 90_000, 1], "EpochNotAfter")
  await refused([0, 0, 1], "EpochNotAfter", [0, 0])
  await refused([90_000, 70_005, 0], "EmptyAnchor")
  const args = [90_000, 0, ROOT, 1]
  await bench.refuses(STRANGER, "ReadingAnchor", "anchor", args, { name: "NotGateway", args: [STRANGER] })
  await bench.refuses(bench.operator, "ReadingAnchor", "anchor", args, { name: "NotGateway" })
})

test("gateways are the operator's to approve and revoke", async () => {
  const own = (step: string, who: string, name: string) =>
    bench.refuses(bench.operator, "ReadingAnchor", step, [who], { name, args: [who] })
  for (const step of ["approveGateway", "revokeGateway"]) {
    await bench.refuses(bench.gateway, "ReadingAnchor", step, [STRANGER], { name: "OwnableUnauthorizedAccount" })
  }
  await own("approveGateway", bench.gateway, "GatewayUnchanged")
  await own("revokeGateway", STRANGER, "GatewayUnchanged")
  await bench.send("operator", "ReadingAnchor", "revokeGateway", [bench.gateway])
  await refused([90_000, 70_005, 1], "NotGateway")
  await bench.send("operator", "ReadingAnchor", "approveGateway", [bench.gateway])
  await anchor(90_000, 70_005)
})
