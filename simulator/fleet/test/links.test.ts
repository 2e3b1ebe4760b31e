import { describe, expect, it } from "vitest"
import { LinkCounters } from "../link-figures.ts"
import { deviceCount, linkOf, mediumOf, parseLinks } from "../link-shares.ts"
import type { Medium } from "../medium.ts"
import type { Trace } from "../trace.ts"

describe("shares of links", () => {
  it("say which device has which", () => {
    const shares = parseLinks("wifi:2,serial:3")
    expect(deviceCount(shares)).toBe(5)
    expect([0, 1, 2, 3, 4].map((device) => linkOf(shares, device))).toEqual([
      ...["wifi", "wifi"],
      ...["serial", "serial", "serial"],
    ])
  })

  it.each(["", "wifi", "wifi:0", "wifi:-1", "radio:3", "wifi:1,,serial:2", "wifi:1,wifi:2"])("are not %j", (text) => {
    expect(() => parseLinks(text)).toThrow(expect.objectContaining({ code: "E_LINKS" }))
  })

  it("give each device the medium of its link", () => {
    const opened: string[] = []
    const medium = (name: string): Medium => ({
      open: (device) => {
        opened.push(`${name} ${device}`)
        return { send() {}, close() {} }
      },
      close: () => opened.push(`${name} closed`),
    })
    const shares = parseLinks("serial:1,wifi:1")
    const both = mediumOf(new Map([["wifi", medium("a")] as const, ["serial", medium("b")] as const]), shares)
    both.open(0, () => {})
    both.open(1, () => {})
    both.close()
    expect(opened).toEqual(["b 0", "a 1", "a closed", "b closed"])
  })
})

it("figures of links are sums over their devices", () => {
  const counters = new LinkCounters(3, (device) => (device < 2 ? "wifi" : "serial"))
  const frame = { start: 0, end: 10, retries: 0, airtimeUs: 500, bytes: 100 }
  counters.frame({ ...frame, device: 0, direction: "up", rssi: -60 })
  counters.frame({ ...frame, device: 1, direction: "up", lost: "channel", rssi: -70 })
  counters.frame({ ...frame, device: 0, direction: "down", retries: 2 })
  const sent: Trace = { e: "sent", request: 1, reports: 1, bytes: 100 }
  const boot: Trace = { e: "boot", reason: "timer", boot: 1, address: "0x00" }
  const acked: Trace = { e: "acked", seqs: [1], rttMs: 5 }
  for (const trace of [boot, sent, sent, acked, boot, sent]) counters.trace(0, trace)
  counters.trace(0, { e: "sample", n: 1 })
  expect(counters.figures).toEqual([
    {
      ...{ link: "wifi", devices: 2, samples: 1, airtimeMs: 1.5, rssi: -65 },
      ...{ frames: { up: 2, down: 1, lost: 1 }, bytes: { up: 200, down: 100 } },
      messages: { sent: 3, answered: 1, retries: 3 },
    },
    {
      ...{ link: "serial", devices: 1, samples: 0, airtimeMs: 0 },
      ...{ frames: { up: 0, down: 0, lost: 0 }, bytes: { up: 0, down: 0 } },
      messages: { sent: 0, answered: 0, retries: 0 },
    },
  ])
})
