/** What peers that speak in frames may cost the gateway. */
import { expect, it } from "vitest"
import { framed, Rule } from "../../../protocol/schc/rules.ts"
import { TestClock } from "../../test/support/harness.ts"
import type { Handler } from "../bridge.ts"
import { FramePeers } from "../frame-peers.ts"
import { testMeter } from "./meter.ts"

const INACTIVITY = 10_000

function open(handle: Handler = async () => undefined, mtu = 76) {
  const clock = new TestClock()
  const drops: string[] = []
  const outcomes: string[] = []
  const sent: [peer: number, rule: number, payload: Uint8Array][] = []
  const peers = new FramePeers({
    ...{ handle, clock, rules: framed, mtu, retransmitMs: 300, inactivityMs: INACTIVITY, mostPeers: 4, mostWaiting: 2 },
    meter: { ...testMeter(drops), reassembled: (outcome) => void outcomes.push(outcome) },
    send: (...frame) => void sent.push(frame),
  })
  return { clock, drops, outcomes, sent, peers }
}

/** The first tile of a packet that never goes on. */
const beginning = new Uint8Array([0x1e, ...new Uint8Array(75).fill(7)])
/** A whole report, so far as a link can see. */
const report = new Uint8Array([2, 0, 1, 9])

it("so many begin a message at once; the others are told so, and all are forgotten in time", async () => {
  const { clock, drops, outcomes, sent, peers } = open()
  for (let peer = 0; peer < 200; peer++) peers.receive(peer, framed.up.id, beginning)
  expect(peers.size).toBe(4)
  expect(drops).toEqual(new Array(196).fill("E_BUSY"))
  // Receiver-Abort of DTag 0
  expect(sent.map(([, , payload]) => [...payload])).toEqual(new Array(196).fill([0x3f, 0xff]))
  await clock.advance(INACTIVITY)
  expect(peers.size).toBe(0)
  expect(outcomes).toEqual(new Array(4).fill("expired"))
  expect(drops.slice(196)).toEqual(new Array(4).fill("E_SCHC_EXPIRED"))
})

it("one that goes on keeps its place", async () => {
  const { clock, peers } = open()
  peers.receive(1, framed.up.id, beginning)
  for (let i = 0; i < 5; i++) {
    await clock.advance(INACTIVITY - 1)
    peers.receive(1, framed.up.id, beginning)
  }
  expect(peers.size).toBe(1)
})

it("whole messages need no place, but wait only so many at once", async () => {
  const answers: (() => void)[] = []
  const { drops, sent, peers } = open(
    (_, body) => new Promise((resolve) => answers.push(() => resolve({ kind: "changed", body }))),
  )
  for (let peer = 0; peer < 5; peer++) peers.receive(peer, Rule.whole, report)
  expect(drops).toEqual(new Array(3).fill("E_BUSY"))
  for (const answer of answers) answer()
  await new Promise((resolve) => setImmediate(resolve))
  expect(sent.map(([peer, rule, payload]) => [peer, rule, [...payload]])).toEqual([
    [0, Rule.whole, [0x80, 0, 1, 9]],
    [1, Rule.whole, [0x80, 0, 1, 9]],
  ])
  expect(peers.size).toBe(0)
})

it("an answer that nobody acks is sent again for a while, and no longer", async () => {
  const { clock, drops, sent, peers } = open(async () => ({ kind: "changed", body: new Uint8Array(200) }))
  peers.receive(1, Rule.whole, report)
  await clock.advance(0)
  await clock.advance(60_000)
  expect(peers.size).toBe(0)
  expect(drops).toEqual(["E_SCHC_ABORTED"])
  // three fragments, an ACK REQ each time, a Sender-Abort
  expect(sent.length).toBe(3 + framed.down.maxAckRequests + 1)
})

it("a line that ends leaves nothing that rings", async () => {
  const { clock, sent, peers } = open(async () => ({ kind: "changed", body: new Uint8Array(200) }))
  peers.receive(1, Rule.whole, report)
  peers.receive(2, framed.up.id, beginning)
  await clock.advance(0)
  const before = sent.length
  peers.close()
  await clock.advance(60_000)
  expect(sent.length).toBe(before)
})
