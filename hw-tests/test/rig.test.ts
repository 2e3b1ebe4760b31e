import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { asEntry, readRig } from "../rig.ts"

function file(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-rig-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, "rig.json")
  writeFileSync(path, content)
  return path
}

const board = { id: "c6", transport: "serial", port: "/dev/ttyACM0", capabilities: ["reset"] }

describe("a rig's file", () => {
  it("is read as the example is", () => {
    const rig = readRig(fileURLToPath(new URL("../rig.example.json", import.meta.url)))
    expect(rig.map(({ id }) => id)).toEqual(["sim", "c6-bench"])
  })

  it.each([
    ["{}", "an array of boards"],
    ["[", "rig.json: "],
    [JSON.stringify([{ ...board, id: "a b" }]), 'board 1: "id" is "a b"'],
    [JSON.stringify([board, board]), 'two boards are called "c6"'],
    [
      JSON.stringify([board, { id: "x", transport: "telepathy" }]),
      'board 2: "transport" is "telepathy"; one of sim, qemu',
    ],
  ])("%s is refused", (content, message) => {
    const path = file(content)
    expect(() => readRig(path)).toThrow(
      expect.objectContaining({ code: "E_HW_RIG", message: expect.stringContaining(message) }),
    )
  })

  it.each([
    [{ port: undefined }, '"port"'],
    [{ capabilities: ["flying"] }, '"capabilities" is ["flying"]'],
    [{ capabilities: ["cut"] }, "qemu or sim"],
    [{ capabilities: ["power"] }, '"powerOff"'],
    [{ baud: 9600 }, '"baud" is 9600; only id,'],
  ])("a board with %o is refused", (more, message) => {
    expect(() => asEntry({ ...board, ...more })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    )
  })
})
