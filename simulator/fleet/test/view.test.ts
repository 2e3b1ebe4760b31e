import { describe, expect, it } from "vitest"
import type { LinkFigures } from "../link-figures.ts"
import type { SimResult } from "../result.ts"
import { type DeviceState, newDevice } from "../state.ts"
import { plainView } from "../view/plain-view.ts"
import { render } from "../view/render.ts"
import type { Snapshot } from "../view/snapshot.ts"
import { bar, clip, grouped, plainPaint, shortHex } from "../view/text.ts"
import { nextCommands, summaryWords } from "../view/words.ts"

const head = `0x${"ab".repeat(32)}`

function device(index: number, more: Partial<DeviceState> = {}): DeviceState {
  const address = `0x${String(index + 1).padStart(40, "0")}`
  return { ...newDevice(index), address, activity: { kind: "asleep", untilEpoch: 12 }, ...more }
}

const wifi: LinkFigures = {
  ...{ link: "wifi", devices: 2, samples: 15, airtimeMs: 12.4, rssi: -61.7 },
  ...{ frames: { up: 1_000, down: 500, lost: 300 }, bytes: { up: 1_200, down: 300 } },
  messages: { sent: 10, answered: 7, retries: 3 },
}

function snapshot(devices: DeviceState[], more: Partial<Snapshot> = {}): Snapshot {
  return {
    devices,
    links: [wifi],
    batch: 6,
    epoch: { number: 11, fraction: 0.5, secondsLeft: 4.2 },
    summary: {
      devices: devices.length,
      reports: { durable: 40, anchored: 36 },
      repeats: 0,
      gaps: 0,
      forks: 0,
      duplicates: 0,
      anchors: 9,
      chain: { id: 1337, height: 21, head, anchors: 9 },
      contracts: {},
      schedule: [],
      epoch: 11,
    },
    anchoredBefore: 6,
    gatewayUrl: "http://127.0.0.1:40123",
    stopping: false,
    ...more,
  }
}

const draw = (shown: Snapshot, columns = 80, rows = 24) => render(shown, columns, rows, plainPaint)

describe("live view", () => {
  it("shows epoch, chain, devices and totals", () => {
    const busy = device(0, {
      samples: 15,
      filling: 3,
      signed: new Set([1, 2]),
      acked: new Set([1, 2]),
      receipts: new Set([1]),
      lastSignNs: 345_678,
      heapBytes: 64_000,
    })
    expect(draw(snapshot([busy, device(1)], { epochs: 4 }))).toEqual([
      "Epoch 11 ██████████░░░░░░░░░░ 5 s left  http://127.0.0.1:40123",
      "Chain 1337  height 21  head 0xabab..abab  9 anchors  samples for 4 epochs",
      "",
      "device       state                   samples signed acked receipts sign µs heap",
      "0x0000..0001 asleep until epoch 12        15      2     2        1     346  63K",
      "0x0000..0002 asleep until epoch 12         0      0     0        0       -    -",
      "",
      "link                  up    down  lost answered retries B a sample airtime ms",
      "wifi: 2, -62 dBm   1,000     500  20 %     70 %       3        100         12",
      "",
      "15 samples, 2 signed, 2 acked, 30 anchored, 1 receipt",
      "Ctrl-C ends the run and sums it up.",
    ])
  })

  it("says how full the report is where there is room", () => {
    const [line] = draw(snapshot([device(0, { filling: 3 })]), 100).filter((line) => line.includes("asleep"))
    expect(line).toContain("asleep until epoch 12, 3 of 6 samples")
  })

  it.each<[string, Partial<DeviceState>]>([
    ["off", { activity: { kind: "off" } }],
    ["awake", { activity: { kind: "awake" } }],
    ["enrolling", { activity: { kind: "enrolling" } }],
    ["waiting for approval", { activity: { kind: "pending" } }],
    ["revoked by the operator", { activity: { kind: "revoked" } }],
    ["sending ", { activity: { kind: "sending" }, attempts: 1 }],
    ["sending, try 3", { activity: { kind: "sending" }, attempts: 3 }],
    ["offline, 3 tries", { misses: 3 }],
    ["asleep until epoch 12", {}],
    ["asleep until 1234567", { activity: { kind: "asleep", untilEpoch: 1234567 } }],
    ["reset: memory full", { activity: { kind: "reset", why: "memory full" } }],
  ])("says %s", (text, more) => {
    expect(draw(snapshot([device(0, more)]))[4]).toContain(text)
  })

  it.each([40, 60, 79, 80, 120])("fits %i columns", (columns) => {
    const crowded = device(0, {
      activity: { kind: "reset", why: "an explanation that goes on and on, far beyond what a line can hold" },
      samples: 1_234_567,
    })
    const lines = draw(snapshot([crowded, device(1)], { approveCommand: "x".repeat(100) }), columns)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
  })

  it.each([4, 10, 24, 50])("fits %i rows: troubled and busy devices stay", (rows) => {
    const many = Array.from({ length: 100 }, (_, index) => device(index, { changedAt: index }))
    many[7] = device(7, { activity: { kind: "reset", why: "memory full" } })
    const lines = draw(snapshot(many), 80, rows)
    expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 9))
    const text = lines.join("\n")
    expect(text).toContain("reset: memory full")
    expect(text).toMatch(/\.\.\. and \d+ more/)
    if (rows > 10) expect(text).toContain("0x0000..0100")
  })

  it("colours only through its paint", () => {
    const painted = render(snapshot([device(0, { misses: 3 })]), 80, 24, (style, text) => `<${style}>${text}</>`)
    expect(painted[4]).toMatch(/^0x0000\.\.0001 <yellow>offline, 3 tries {7}<\/> /)
  })

  it("says what a person has to do", () => {
    const waiting = device(0, { pending: true, activity: { kind: "pending" } })
    const lines = draw(snapshot([waiting], { approveCommand: "dormouse approve --data DIR --all" }))
    expect(lines.at(-1)).toBe("waiting for approval: dormouse approve --data DIR --all")
    expect(draw(snapshot([waiting], { stopping: true })).at(-1)).toContain("Ctrl-C again ends at once")
  })

  it("does without the gateway's word", () => {
    expect(draw(snapshot([device(0)], { summary: undefined }))[1]).toBe("")
  })
})

describe("plain view", () => {
  it("has a line for enrolments, anchors and trouble, none for wakes", () => {
    const lines: string[] = []
    const view = plainView((line) => lines.push(line), 2)
    const shown = snapshot([device(0, { signed: new Set([1]), receipts: new Set([1]) }), device(1)])
    view.event({ type: "woke", device: shown.devices[0]! })
    view.event({ type: "slept", at: 0, device: shown.devices[0]! })
    view.event({ type: "enrolled", device: shown.devices[0]! })
    view.event({ type: "reset", device: shown.devices[1]!, why: "memory full" })
    view.update(shown)
    view.update(shown)
    const chain = { ...shown.summary!.chain, anchors: 10, height: 23 }
    view.update({ ...shown, summary: { ...shown.summary!, chain } })
    expect(lines).toEqual([
      `${shown.devices[0]!.address} is enrolled`,
      `${shown.devices[1]!.address} was reset: memory full`,
      "anchor 10 on chain (height 23): 1 report signed, 0 acked, 30 anchored, 1 receipt verified on devices",
    ])
  })

  it("counts enrolments of a large fleet", () => {
    const lines: string[] = []
    const view = plainView((line) => lines.push(line), 1000)
    const shown = snapshot([device(0)])
    for (let i = 0; i < 99; i++) view.event({ type: "enrolled", device: shown.devices[0]! })
    view.update(shown)
    expect(lines).toEqual([])
    for (let i = 0; i < 30; i++) view.event({ type: "enrolled", device: shown.devices[0]! })
    view.update(shown)
    view.update(shown)
    expect(lines).toEqual(["129 of 1,000 devices are enrolled"])
  })

  it("says once who waits for approval", () => {
    const lines: string[] = []
    const view = plainView((line) => lines.push(line), 1)
    const shown = snapshot([device(0, { pending: true })], { approveCommand: "dormouse approve" })
    view.update(shown)
    view.update(shown)
    expect(lines).toEqual(["1 device waiting for approval: dormouse approve"])
  })
})

describe("summary", () => {
  const result: SimResult = {
    devices: 3,
    epochs: 2,
    samples: 36,
    reports: { signed: 6, acked: 6, anchored: 6, receiptsVerified: 6 },
    gaps: 0,
    forks: 1,
    duplicates: 0,
    engine: "xs 13.3.0",
    chain: { id: 1337, height: 9, head, anchors: 3 },
    contracts: {},
    addresses: [],
  }

  it("says how it ended and what came of it", () => {
    const words = summaryWords(result, { kind: "done" })
    expect(words[0]).toBe("All receipts are in. 3 devices, 2 epochs: 36 samples in 6 signed reports.")
    expect(words[1]).toBe("Of these 6 acked, 6 anchored, 6 receipts verified on the devices.")
    expect(words[4]).toBe("Look into: 1 fork (dormouse devices shows where).")
    expect(summaryWords(result, { kind: "late", waiting: 2 })[0]).toContain("Gave up waiting for 2 devices.")
    expect(summaryWords(result, { kind: "stopped" })[0]).toContain("Stopped.")
  })

  it("names commands that work as they stand", () => {
    const commands = nextCommands("/home/a/x/.dormouse/demo", "/home/a/x", { address: "0x12", seq: 4 })
    expect(commands).toContain("  npx dormouse receipt --data .dormouse/demo --device 0x12 --seq 4 -o receipt.cbor")
    expect(nextCommands("/data", "/home/a/x", undefined)).toHaveLength(3)
  })
})

describe("text", () => {
  it("has the width it should have", () => {
    expect(clip("abcdef", 4)).toBe("abc…")
    expect(grouped(1234567)).toBe("1,234,567")
    expect(shortHex(head)).toBe("0xabab..abab")
    expect(bar(2, 4)).toBe("████")
    expect(bar(-1, 4)).toBe("░░░░")
  })
})
