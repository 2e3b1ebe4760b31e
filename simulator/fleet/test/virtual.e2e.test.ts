/** `dormouse sim --virtual`, as people and programs call it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it, vi } from "vitest"
import { sim } from "../command.ts"
import { progressLines, progressWords } from "../view/progress.ts"

const root = mkdtempSync(join(tmpdir(), "dormouse-sim-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" }
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text: unknown, written?: unknown) => {
      said[stream] += text
      if (typeof written === "function") written()
      return true
    }),
  )
  try {
    return { code: await sim(args), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

it("ends with a summary, a report and one line of JSON, and takes no directory twice", async () => {
  const data = join(root, "data")
  const line = ["--virtual", "--devices", "2", "--epoch", "60", "--epochs", "20", "--seed", "3", "--json"]
  const { code, stdout, stderr } = await call(...line, "--data", data)
  expect(stderr).toContain("All receipts are in. 2 devices, 20 epochs: 40 samples in 40 signed reports.")
  expect(code).toBe(0)
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({ devices: 2, samples: 40, delivery: 1, reports: { anchored: 40 } })
  expect(result.energyRatioNaive).toBeGreaterThan(0.5)
  expect(result.radioOverhead).toBeGreaterThan(0)
  expect(result.batteryYears.median).toBeGreaterThan(0)
  for (const name of ["report.txt", "report.json", "report.html"])
    expect(existsSync(join(data, "report", name)), name).toBe(true)
  expect(readFileSync(join(data, "report/report.html"), "utf8")).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)

  const again = await call(...line, "--data", data)
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("E_DATA_USED") })
  const other = await call("--virtual", "--scenario", "nowhere.yaml", "--data", join(root, "other"))
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("E_SCENARIO") })
}, 60_000)

it("tells progress in a line now and then, with the time left", () => {
  const lines: string[] = []
  let now = 0
  const view = progressLines(
    (line) => lines.push(line),
    () => now,
  )
  const at = (fraction: number) => () => ({ fraction, days: 7 * fraction, devices: 1000, wakes: 1_000_000 * fraction })
  for (let i = 0; i <= 100; i++) {
    now += 1000
    view.update(at(i / 1000))
  }
  // every 30 s: a twentieth takes longer here
  expect(lines).toHaveLength(3)
  expect(progressWords(at(0.25)(), 500_000)).toBe(
    " 25 %  day 1.75, 1,000 devices, 250,000 wakes, 500/s, 25 min 0 s left",
  )
})
