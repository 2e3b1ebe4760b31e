/** The board as a board: what flash, memory and the clock do through sleep, resets and crashes; the vectors of RFC 6979. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { rfc6979 } from "../../../../as/test/rfc6979.ts"
import { writeDataFlash } from "../data-flash.ts"
import { buildImage } from "../image.ts"
import { type BoardLine, QemuBoard } from "../qemu-board.ts"
import { skip, suffix } from "./tools.ts"

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-rv32-"))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a bundle of this folder on a new board until a line satisfies `last`; all lines up to it. */
async function run(
  name: string,
  last: (line: BoardLine, board: QemuBoard) => boolean,
  clock: "counted" | "real" = "counted",
): Promise<BoardLine[]> {
  const image = await buildImage(name, `simulator/boards/rv32/test/${name}-main.ts`)
  const dataFlash = join(dir, `${name}.data`)
  writeDataFlash(dataFlash)
  const lines: BoardLine[] = []
  let whole = false
  await new Promise<void>((resolve, reject) => {
    const line = (line: BoardLine) => {
      if (whole) return // what it says until its power is off
      lines.push(line)
      whole = last(line, board)
      if (whole) resolve(board.stop())
    }
    const board = new QemuBoard({ image, dataFlash, clock }, { line })
    board.ended.catch(reject)
  })
  return lines
}

const said = (lines: BoardLine[]) =>
  lines.filter(({ what }) => what === "trace" || what === "died").map(({ what, text }) => `${what} ${text}`)

test.skipIf(skip)(`rv32 firmware: signs the vectors of RFC 6979${suffix}`, { timeout: 240_000 }, async () => {
  const lines = await run("vectors", ({ what }) => what === "sleep")
  expect(said(lines)).toEqual(rfc6979.map(({ signature }) => `trace ${signature}`))
})

test.skipIf(skip)(`rv32 firmware: sleeps, remembers, resets itself${suffix}`, { timeout: 240_000 }, async () => {
  const lines = await run("habits", ({ what, text }) => what === "died" && text.includes("waits for nothing"))
  expect(said(lines)).toEqual([
    "trace slept timer 7,8,9 3600",
    "died out of memory: slots",
    "trace after memory ran out power-on ",
    "died stack overflow",
    "trace after the stack overflowed power-on",
    expect.stringMatching(/^died RangeError: on purpose/),
    "trace after an exception power-on",
    expect.stringMatching(/^trace flash: the write would set a bit/),
    "trace no parser: SyntaxError",
    "trace erased 255,255",
    "trace alarm 5000",
    "died watchdog: it waits for nothing",
  ])
  // A board that dies again waits longer each time.
  const deaths = lines.filter(({ what }) => what === "died")
  const restarts = deaths.slice(0, 3).map((death) => lines[lines.indexOf(death) + 1]!.micros - death.micros)
  expect(restarts.map((micros) => Math.round(micros / 1e6))).toEqual([1, 2, 4])
})

test.skipIf(skip)(`rv32 firmware: the watchdog ends a turn${suffix}`, { timeout: 240_000 }, async () => {
  let starts = 0
  const lines = await run("hang", ({ what }) => what === "trace" && ++starts === 2, "real")
  expect(said(lines)).toEqual(["trace power-on", "died watchdog", "trace power-on"])
  const [first, death] = lines.filter(({ what }) => what !== "run")
  expect((death!.micros - first!.micros) / 1e6).toBeGreaterThanOrEqual(4.9)
})

test.skipIf(skip)(`rv32 firmware: the reset pin${suffix}`, { timeout: 240_000 }, async () => {
  let slept = 0
  const pull = ({ what }: BoardLine, board: QemuBoard) => {
    if (what === "sleep") {
      slept++
      board.reset()
    }
    return slept > 1 || what === "died"
  }
  const lines = await run("reset", pull, "real")
  expect(said(lines)).toEqual(["trace power-on ", "trace power-on "])
})
