/** A real tty between the flasher and the emulation: a pseudo terminal, which has no DTR and RTS. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { flashImage } from "../image.js"
import { readParts } from "../parts.js"
import { serialPort } from "../port.js"
import { RomLoader } from "./rom-loader.js"

const python = spawnSync("python3", ["--version"]).status === 0
const required = process.env.DORMOUSE_REQUIRE_TOOLS === "1"
const suffix = python ? "" : " (needs python3)"
const program = `
import os, pty, select, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), file=sys.stderr, flush=True)
while True:
    for fd in select.select([0, master], [], [])[0]:
        data = os.read(fd, 65536)
        if not data: sys.exit()
        os.write(master if fd == 0 else 1, data)
`

async function tty(): Promise<{ path: string; end: ChildProcess }> {
  const end = spawn("python3", ["-c", program])
  onTestFinished(() => void end.kill())
  const path = await new Promise<string>((resolve) => end.stderr.once("data", (line) => resolve(String(line).trim())))
  return { path, end }
}

function imageFile(length: number): string {
  const data = Buffer.from(Array.from({ length }, (_, i) => (i * i * 31) >> 3))
  data.set([0xe9])
  data.writeUInt16LE(13, 12)
  const folder = mkdtempSync(join(tmpdir(), "dormouse-port-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, "image.bin"), data)
  return join(folder, "image.bin")
}

test.skipIf(!python && !required)(`an image goes over a tty${suffix}`, async () => {
  const { path, end } = await tty()
  const board = new RomLoader({ mode: "loader" })
  await board.open({ baudRate: 115_200 })
  const [answers, commands] = [board.readable.getReader(), board.writable.getWriter()]
  end.stdout!.on("data", (bytes) => void commands.write(bytes))
  const relay = async () => {
    for (let { value, done } = await answers.read(); !done; { value, done } = await answers.read())
      end.stdin!.write(value)
  }
  void relay()
  const image = readParts(imageFile(30_000))
  expect(await flashImage({ port: await serialPort(path), image })).toBe("ESP32-C6")
  expect(board.read(0x20000, 30_000).equals(image.parts[0]!.data)).toBe(true)
})

test("a port that is not there says how to find it", async () => {
  const image = readParts(imageFile(100))
  const port = await serialPort("/dev/ttyDormouse")
  await expect(flashImage({ port, image })).rejects.toMatchObject({ code: "E_PORT" })
})
