import type { Hex } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { beforeAll, expect, test } from "vitest"
import { signStatement } from "../../gateway/chain/index.ts"
import { anchorLink } from "../../gateway/chain/slots.ts"
import { anchorPosition, type Bench, CHAIN_ID, openBench, ROOT, STRANGER } from "./support.ts"

const KEY: Hex = `0x${"41".repeat(32)}`
const liar = privateKeyToAccount(KEY).address.toLowerCase() as Hex
const [zeros, root] = [new Uint8Array(32), new Uint8Array(32).fill(7)]
const truth = anchorLink(zeros, root, 3, 5)
const lie = anchorLink(zeros, root, 2, 5)
let bench: Bench

beforeAll(async () => {
  bench = await openBench()
  await bench.operator("ReadingAnchor", "approveGateway", liar)
  await bench.send(liar, "ReadingAnchor", "recordAnchor", [anchorPosition(5, 0, 3), ROOT])
})

const says = async (link: Uint8Array, epoch = 5, change: { chainId?: number; anchor?: Hex; key?: Hex } = {}) => {
  const place = { chainId: change.chainId ?? CHAIN_ID, anchor: change.anchor ?? bench.anchor }
  const { signature } = await signStatement(change.key ?? KEY, place, { epoch, link })
  return { link: `0x${Buffer.from(link).toString("hex")}` as Hex, signature }
}
const refused = (step: string, args: unknown[], refusal: string | readonly [string, ...unknown[]]) =>
  bench.refuses(STRANGER, "ReadingAnchor", step, args, refusal)
const prove = (step: string, ...args: unknown[]) => bench.send(STRANGER, "ReadingAnchor", step, args)
const state = async () => (await bench.read("ReadingAnchor", "gateways", [liar])) as unknown[]

test("a statement against the chain is recorded and suspends the gateway", () =>
  bench.machine.forget(async () => {
    const statement = await says(lie)
    const { events } = await prove("proveContradiction", liar, 5, statement)
    const hex = (link: Uint8Array) => `0x${Buffer.from(link).toString("hex")}`
    const offence = { gateway: liar, epoch: 5, link: hex(truth), otherLink: hex(lie), reporter: STRANGER }
    expect(events).toEqual([
      { name: "GatewaySuspended", args: { gateway: liar } },
      { name: "Equivocated", args: offence },
    ])
    expect([(await state())[0], (await state())[4]]).toEqual([2, 5])
    const next = [anchorPosition(6, 5, 1), ROOT] as const
    await bench.refuses(liar, "ReadingAnchor", "recordAnchor", next, ["NotGateway", liar])
    // Proven again it stays the first, and the operator may still let it go on.
    await prove("proveEquivocation", liar, 9, await says(lie, 9), await says(truth, 9))
    expect((await state())[4]).toBe(5)
    await bench.operator("ReadingAnchor", "resumeGateway", liar)
    expect([(await state())[0], (await state())[4]]).toEqual([1, 5])
  }))

test("two statements for one epoch are enough, anchored or not, of a retired key too", () =>
  bench.machine.forget(async () => {
    await bench.operator("ReadingAnchor", "rotateGateway", liar, `0x${"63".repeat(20)}`)
    const { events } = await prove("proveEquivocation", liar, 77, await says(truth, 77), await says(lie, 77))
    expect(events.map(({ name }) => name)).toEqual(["Equivocated"])
    expect([(await state())[0], (await state())[4]]).toEqual([3, 77])
  }))

test("what proves nothing is refused", async () => {
  const [honest, other] = [await says(truth), await says(lie)]
  await refused("proveContradiction", [liar, 5, honest], "NoContradiction")
  await refused("proveEquivocation", [liar, 5, other, other], "NoContradiction")
  await refused("proveContradiction", [liar, 6, await says(lie, 6)], ["NotAnchored", liar, 6])
  const forged = [
    await says(lie, 6),
    await says(lie, 5, { chainId: CHAIN_ID + 1 }),
    await says(lie, 5, { anchor: bench.registry }),
    await says(lie, 5, { key: `0x${"42".repeat(32)}` }),
    { ...other, signature: honest.signature },
    { ...other, signature: "0x" },
    { ...other, signature: `${other.signature.slice(0, -2)}1d` },
  ]
  for (const statement of forged) {
    await refused("proveContradiction", [liar, 5, statement], ["StatementInvalid", liar])
    await refused("proveEquivocation", [liar, 5, honest, statement], ["StatementInvalid", liar])
    await refused("proveEquivocation", [liar, 5, statement, honest], ["StatementInvalid", liar])
  }
  const stranger = privateKeyToAccount(`0x${"42".repeat(32)}`).address
  const of = { key: `0x${"42".repeat(32)}` as Hex }
  const both = [await says(lie, 5, of), await says(truth, 5, of)]
  const nobody = ["WrongStanding", stranger.toLowerCase(), 0] as const
  await refused("proveEquivocation", [stranger, 5, ...both], nobody)
})

test("what a gateway signs is what the contract says", async () => {
  const link = `0x${Buffer.from(truth).toString("hex")}`
  expect(await bench.read("ReadingAnchor", "statementDigest", [5, link])).toMatch(/^0x[0-9a-f]{64}$/)
})
